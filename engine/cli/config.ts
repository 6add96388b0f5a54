/**
 * The file of `sluice serve --config`: the command's options by their names in camelCase, and
 * `queues`, each by its name with AWS's attribute names. Read and checked before anything is
 * opened, on the main thread; all of its mistakes are told at once.
 */
import { InvalidArgumentError } from "commander";
import { SluiceError } from "../errors.ts";
import { type PlannedQueue, planQueue } from "./configQueues.ts";
import { type Attempt, Setting, SettingError } from "./setting.ts";
import { suggestion } from "./suggestion.ts";

/** From an option's text to its value; throws InvalidArgumentError with a sentence. */
export type OptionReader = (text: string) => unknown;

export interface Config {
  /** Values of the options that the file names. */
  readonly options: ReadonlyMap<string, unknown>;
  readonly queues: readonly PlannedQueue[];
  /** Sentences, each with file, line and path; none where all is well. */
  readonly mistakes: readonly string[];
}

const queuesKey = "queues";

/** Reads `file`; `readers` are the options that it may set. */
export function readConfig(file: string, readers: ReadonlyMap<string, OptionReader>): Config {
  const options = new Map<string, unknown>();
  const queues: PlannedQueue[] = [];
  const mistakes: string[] = [];
  const attempt: Attempt = (setting, work) => {
    try {
      work();
    } catch (error) {
      mistakes.push(mistakeOf(setting, error));
    }
  };
  let root: Setting;
  try {
    root = Setting.read(file);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return { options, queues, mistakes: [error.message] };
  }
  attempt(root, () => {
    for (const [key, setting] of root.entries()) {
      attempt(setting, () => {
        if (key === queuesKey) readQueues(setting, queues, attempt);
        else options.set(key, readOption(key, setting, readers));
      });
    }
  });
  return { options, queues, mistakes };
}

/** The sentence for what work on a setting threw; errors that are no mistakes go on. */
function mistakeOf(setting: Setting, error: unknown): string {
  if (error instanceof SettingError) return error.message;
  const isSentence = error instanceof SluiceError || error instanceof InvalidArgumentError;
  if (!isSentence) throw error;
  return setting.error(error.message).message;
}

function readQueues(setting: Setting, queues: PlannedQueue[], attempt: Attempt): void {
  for (const [name, queue] of setting.entries()) {
    attempt(queue, () => queues.push(planQueue(name, queue, attempt)));
  }
}

function readOption(
  key: string,
  setting: Setting,
  readers: ReadonlyMap<string, OptionReader>,
): unknown {
  const read = readers.get(key);
  if (read !== undefined) return read(setting.text);
  const near = suggestion(key, [...readers.keys(), queuesKey]);
  throw setting.error(`There is no such option${near || "."}`);
}
