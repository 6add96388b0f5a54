/**
 * The file of `sluice serve --config`: the command's options by their names in camelCase, and
 * `queues`, each by its name with AWS's attribute names, and `credentials`. Read and checked before anything is
 * opened, on the main thread; all of its mistakes are told at once.
 */
import { InvalidArgumentError } from "commander";
import { type DescribedQueue, readQueue } from "../broker/described/queues.ts";
import { type Attempt, Setting } from "../broker/described/setting.ts";
import { SettingError } from "../broker/described/settingError.ts";
import { SluiceError } from "../errors.ts";
import type { Credential } from "../server/auth/credentials.ts";
import { readCredentials } from "../server/auth/readCredentials.ts";
import { suggestion } from "../suggestion.ts";

/** An option as a file may set it. */
export interface OptionReader {
  /** True for one that may be repeated: in a file it may be a list. */
  readonly isList: boolean;
  /** From its text, and what the texts before made, to its value; throws InvalidArgumentError. */
  read(text: string, before?: unknown): unknown;
}

export interface Config {
  /** Values of the options that the file names. */
  readonly options: ReadonlyMap<string, unknown>;
  /** Those of them that could be read, without what could not. */
  readonly queues: readonly DescribedQueue[];
  /** Undefined where the file has none. */
  readonly credentials: readonly Credential[] | undefined;
  /** None where all is well. */
  readonly mistakes: readonly SettingError[];
}

const queuesKey = "queues";
/** A list of them, or an option: the file that has them. */
const credentialsKey = "credentials";

/** Reads `file`; `readers` are the options that it may set. */
export function readConfig(file: string, readers: ReadonlyMap<string, OptionReader>): Config {
  const options = new Map<string, unknown>();
  const queues: DescribedQueue[] = [];
  let credentials: readonly Credential[] | undefined;
  const { root, mistakes: misread } = Setting.read(file);
  const mistakes = [...misread];
  const attempt = attemptFor(mistakes);
  if (root === undefined) return { options, queues, credentials, mistakes };
  attempt(root, () => {
    for (const [key, setting] of root.entries()) {
      attempt(setting, () => {
        if (key === queuesKey) readQueues(setting, queues, attempt);
        else if (key === credentialsKey && !setting.isValue) {
          credentials = readCredentials(setting, attempt);
        } else options.set(key, readOption(key, setting, readers, attempt));
      });
    }
  });
  return { options, queues, credentials, mistakes };
}

/** The credentials of a file that has them alone: a list, or `credentials` with the list behind it. */
export function readCredentialsFile(file: string): Pick<Config, "credentials" | "mistakes"> {
  const { root, mistakes: misread } = Setting.read(file);
  const mistakes = [...misread];
  let credentials: readonly Credential[] | undefined;
  const attempt = attemptFor(mistakes);
  if (root === undefined) return { credentials, mistakes };
  attempt(root, () => {
    if (!root.isMap) {
      credentials = readCredentials(root, attempt);
      return;
    }
    for (const [key, setting] of root.entries()) {
      attempt(setting, () => {
        if (key !== credentialsKey) throw setting.error(`The file has ${credentialsKey} alone.`);
        credentials = readCredentials(setting, attempt);
      });
    }
  });
  return { credentials, mistakes };
}

function attemptFor(mistakes: SettingError[]): Attempt {
  return (setting, work) => {
    try {
      work();
    } catch (error) {
      mistakes.push(mistakeOf(setting, error));
    }
  };
}

/** The mistake that made work on a setting throw; errors that are none go on. */
function mistakeOf(setting: Setting, error: unknown): SettingError {
  if (error instanceof SettingError) return error;
  const isSentence = error instanceof SluiceError || error instanceof InvalidArgumentError;
  if (!isSentence) throw error;
  return setting.error(error.message);
}

/** A queue's name, behind its account where that is not the server's own, as in a URL. */
const queueKeyPattern = /^(?:(\d{12})\/)?(.*)$/s;

function readQueues(setting: Setting, queues: DescribedQueue[], attempt: Attempt): void {
  for (const [key, queue] of setting.entries()) {
    const [, account, name = ""] = queueKeyPattern.exec(key) ?? [];
    attempt(queue, () => queues.push(readQueue(name, queue, attempt, account)));
  }
}

/** What is wrong with the queues of a server that has no credentials: others' accounts mean its own. */
export function outOfReach(queues: readonly DescribedQueue[], own: string): SettingError[] {
  return queues
    .filter(({ account = own }) => account !== own)
    .map(({ setting }) =>
      setting.error(
        `Without credentials every account means the server's own, ${own}, so nobody could reach this ` +
          "queue: add credentials, or leave its account out.",
      ),
    );
}

function readOption(
  key: string,
  setting: Setting,
  readers: ReadonlyMap<string, OptionReader>,
  attempt: Attempt,
): unknown {
  const reader = readers.get(key);
  if (reader !== undefined) {
    if (!reader.isList) return reader.read(setting.text);
    let value: unknown;
    for (const item of setting.items()) {
      attempt(item, () => {
        value = reader.read(item.text, value);
      });
    }
    return value;
  }
  const near = suggestion(key, [...readers.keys(), queuesKey, credentialsKey]);
  throw setting.error(`There is no such option${near || "."}`);
}
