/**
 * What a server is to be, from all that was said of it: options (of a command line, the environment or a
 * program) before the configuration file before the defaults, and what goes with them: queues, credentials,
 * certificate. Everything is checked before anything is opened, and all mistakes are told at once. On the
 * main thread.
 */
import { type DescribedQueue, rehearse } from "../../broker/described/queues.ts";
import { SettingError, sentencesOf } from "../../broker/described/settingError.ts";
import { SluiceError } from "../../errors.ts";
import { type Credentials, credentialsOf } from "../auth/credentials.ts";
import type { Tls } from "../http/listener.ts";
import type { Config } from "./file.ts";
import { type Given, type OptionName, type Values, valuesOf } from "./options.ts";
import { type Pem, readTls } from "./tls.ts";

/** What was said, read but not yet put together. */
export interface Wanted {
  readonly given: ReadonlyMap<string, Given>;
  /** What was wrong in that. */
  readonly mistakes?: readonly SettingError[];
  /** What an option is called by whoever said it. */
  nameOf(option: OptionName): string;
  /** A configuration file. */
  readonly config?: string | undefined;
  /** As objects of a program. */
  readonly queues?: unknown;
  readonly credentials?: unknown;
  /** Beside those of the table, which they go before. */
  readonly defaults?: Partial<Values>;
  /** What a broker that is there already says of itself. */
  readonly broker?: Pick<Values, "account" | "region"> | undefined;
}

export interface Settled {
  readonly values: Values;
  readonly queues: readonly DescribedQueue[];
  /** Undefined where nobody has to say who he is. */
  readonly credentials: Credentials | undefined;
  readonly tls: Tls | undefined;
  /** Sentences that somebody should read. */
  readonly warnings: readonly string[];
  /** How a mistake in an option that only the broker finds is told. */
  tell(option: OptionName, sentence: string): SettingError;
}

/** All that is wrong with what was said of a server, a sentence each. */
export class SettingsError extends SluiceError {
  readonly sentences: readonly string[];

  constructor(mistakes: readonly SettingError[]) {
    const sentences = sentencesOf(mistakes);
    super("InvalidParameterValue", sentences.join("\n"));
    this.sentences = sentences;
  }
}

/** What a broker has and a server in front of it is not asked for. */
const ofTheBroker = ["memory", "quotas", "account", "region", "data", "durability"] as const;

/** Rejects with SettingsError. */
export async function settle(wanted: Wanted): Promise<Settled> {
  const mistakes = [...(wanted.mistakes ?? [])];
  const config = await configOf(wanted);
  mistakes.push(...config.mistakes);
  const given = new Map([...config.options, ...wanted.given]);
  const values = valuesOf(given, { ...wanted.defaults, ...wanted.broker });
  const tell = (option: OptionName, sentence: string): SettingError =>
    given.get(option)?.tell(sentence) ??
    new SettingError(0, `${wanted.nameOf(option)} ${values[option]}: ${sentence}`);
  if (wanted.broker !== undefined) {
    for (const name of ofTheBroker) {
      if (!given.has(name)) continue;
      mistakes.push(tell(name, "The broker that is given has its own; leave it out."));
    }
  }
  if (given.has("durability") && values.data === undefined) {
    const data = wanted.nameOf("data");
    mistakes.push(tell("durability", `It is about what ${data} keeps; say ${data} as well.`));
  }
  const { queues } = config;
  const own = await credentialsIn(wanted, given, config);
  if (own !== config) mistakes.push(...own.mistakes);
  if (own.credentials === undefined && own.mistakes.length === 0 && queues.length > 0) {
    const { outOfReach } = await import("./file.ts");
    mistakes.push(...outOfReach(queues, values.account));
  }
  const tls = tlsOf(wanted, given, mistakes);
  if (mistakes.length > 0) {
    const { account, region } = values;
    throw new SettingsError([...mistakes, ...(await rehearse(queues, { account, region }))]);
  }
  const credentials = own.credentials && credentialsOf(own.credentials);
  const warnings = sentencesOf(config.warnings);
  return { values, queues, credentials, tls, warnings, tell };
}

const nothing: Config = {
  options: new Map(),
  queues: [],
  credentials: undefined,
  mistakes: [],
  warnings: [],
};

/** The file's, and what the program says besides, which goes before. */
async function configOf({ config, queues, credentials }: Wanted): Promise<Config> {
  if (config === undefined && queues === undefined && credentials === undefined) return nothing;
  const { readConfig, readObjects } = await import("./file.ts");
  const file = config === undefined ? nothing : readConfig(config);
  const own = readObjects(queues, credentials);
  return {
    options: file.options,
    queues: queues === undefined ? file.queues : own.queues,
    credentials: credentials === undefined ? file.credentials : own.credentials,
    mistakes: [...file.mistakes, ...own.mistakes],
    warnings: file.warnings,
  };
}

/** Those of the file that an option names, where one does; else the ones that are there already. */
async function credentialsIn(
  wanted: Wanted,
  given: ReadonlyMap<string, Given>,
  config: Config,
): Promise<Pick<Config, "credentials" | "mistakes">> {
  const file = given.get("credentials")?.value;
  if (typeof file !== "string" || wanted.credentials !== undefined) return config;
  const { readCredentialsFile } = await import("./file.ts");
  return readCredentialsFile(file);
}

/** The mistake is added to the others. */
function tlsOf(
  { nameOf }: Wanted,
  given: ReadonlyMap<string, Given>,
  mistakes: SettingError[],
): Tls | undefined {
  const option = (name: "tlsCert" | "tlsKey") => {
    const one = given.get(name);
    return {
      name: nameOf(name),
      value: one?.value as Pem | undefined,
      tell: (sentence: string) => one?.tell(sentence) ?? new SettingError(0, sentence),
    };
  };
  try {
    return readTls(option("tlsCert"), option("tlsKey"));
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    mistakes.push(error);
    return undefined;
  }
}
