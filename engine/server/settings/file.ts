/**
 * A server's configuration file: its options by their names, and `queues`, each by its name with AWS's
 * attribute names, and `credentials`; or these two as a program has them. Read and checked before anything
 * is opened, on the main thread; all mistakes are told at once. Loaded only where there is one of them, for
 * the parser takes a sixth of the command's start.
 */
import { readFileSync } from "node:fs";
import { type DescribedQueue, readQueue } from "../../broker/described/queues.ts";
import { type Attempt, type Reading, Setting } from "../../broker/described/setting.ts";
import { SettingError } from "../../broker/described/settingError.ts";
import { SluiceError } from "../../errors.ts";
import { suggestion } from "../../suggestion.ts";
import type { Credential } from "../auth/credentials.ts";
import { readCredentials } from "../auth/readCredentials.ts";
import { isElasticMq, readElasticMq } from "./elasticMq.ts";
import { OptionError } from "./optionError.ts";
import { findOption, type Given, optionNames } from "./options.ts";

export interface Config {
  /** What the file has for options. */
  readonly options: ReadonlyMap<string, Given>;
  /** Those of them that could be read, without what could not. */
  readonly queues: readonly DescribedQueue[];
  /** Undefined where the file has none. */
  readonly credentials: readonly Credential[] | undefined;
  /** None where all is well. */
  readonly mistakes: readonly SettingError[];
  /** What of another server's file has no counterpart here. */
  readonly warnings: readonly SettingError[];
}

const queuesKey = "queues";
/** For editors that read JSON; it says nothing to a server. */
const schemaKey = "$schema";
/** A list of them, or an option: the file that has them. */
const credentialsKey = "credentials";

export function readConfig(file: string): Config {
  const options = new Map<string, Given>();
  const queues: DescribedQueue[] = [];
  let credentials: readonly Credential[] | undefined;
  const { root, mistakes: misread, warnings = [] } = readingOf(file);
  const mistakes = [...misread];
  const attempt = attemptFor(mistakes);
  if (root === undefined) return { options, queues, credentials, mistakes, warnings };
  attempt(root, () => {
    for (const [key, setting] of root.entries()) {
      attempt(setting, () => {
        if (key === queuesKey) readQueues(setting, queues, attempt);
        else if (key === credentialsKey && !setting.isValue) {
          credentials = readCredentials(setting, attempt);
        } else if (key !== schemaKey) options.set(key, readOption(key, setting, attempt));
      });
    }
  });
  return { options, queues, credentials, mistakes, warnings };
}

/** YAML, JSON, or a file of ElasticMQ's. */
function readingOf(file: string): Reading & Partial<Pick<Config, "warnings">> {
  let source = "";
  try {
    source = readFileSync(file, "utf8");
  } catch {
    // Whoever reads it next says why.
  }
  if (!isElasticMq(file, source) || source === "") return Setting.read(file);
  return readElasticMq(file, source) as Reading & Pick<Config, "warnings">;
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

/** The queues and the credentials that a program has as objects; undefined for what it has not. */
export function readObjects(
  queueObjects: unknown,
  credentialObjects: unknown,
): Omit<Config, "options" | "warnings"> {
  const mistakes: SettingError[] = [];
  const attempt = attemptFor(mistakes);
  const queues: DescribedQueue[] = [];
  let credentials: readonly Credential[] | undefined;
  if (queueObjects !== undefined) {
    const setting = Setting.of(queueObjects, queuesKey);
    attempt(setting, () => readQueues(setting, queues, attempt));
  }
  if (credentialObjects !== undefined) {
    const setting = Setting.of(credentialObjects, credentialsKey);
    attempt(setting, () => {
      credentials = readCredentials(setting, attempt);
    });
  }
  return { queues, credentials, mistakes };
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
  const isSentence = error instanceof SluiceError || error instanceof OptionError;
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

function readOption(key: string, setting: Setting, attempt: Attempt): Given {
  const option = findOption(key);
  const tell = (sentence: string): SettingError => setting.error(sentence);
  if (option === undefined) {
    const near = suggestion(key, [...optionNames, queuesKey, credentialsKey]);
    throw setting.error(`There is no such option${near || "."}`);
  }
  if (option.isList !== true) return { value: option.read(setting.text), tell };
  let value: unknown = [];
  for (const item of setting.items()) {
    attempt(item, () => {
      value = option.read(item.text, value);
    });
  }
  return { value, tell };
}
