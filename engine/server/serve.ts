/**
 * `serve`: the SQS endpoint from a program, for its tests or in front of a broker of its own. Its options
 * are those of the command `sluice serve`, by the names that a configuration file has for them, with the
 * same values and the same defaults; but for the port: a program that knows the URL needs no fixed one, and
 * test files that run beside each other can't share one.
 */
import { Broker } from "../broker/broker.ts";
import { SettingError } from "../broker/described/settingError.ts";
import { suggestion } from "../suggestion.ts";
import type { Clock } from "../types.ts";
import type { MakeExtension } from "./http/extension.ts";
import { type Logger, type LogLevel, reportsTo } from "./logger.ts";
import { RunningServer } from "./running.ts";
import { OptionError } from "./settings/optionError.ts";
import {
  type Durability,
  findOption,
  type Given,
  type OptionName,
  optionNames,
  type QuotaSet,
  type ServerOption,
} from "./settings/options.ts";
import { settle } from "./settings/settle.ts";
import type { CredentialObject, QueueObject } from "./settings/shapes.ts";
import type { Pem } from "./settings/tls.ts";

export interface ServeOptions {
  /** TCP port; 0 picks a free one. Default 0. */
  readonly port?: number;
  /** Address to listen on. Default "127.0.0.1". */
  readonly host?: string;
  /**
   * A broker of the program's, which closing the server leaves open. `memory`, `quotas`, `account`, `region`,
   * `data`, `durability` and `clock` are its own then. Without it one is opened, and closed with the server.
   */
  readonly broker?: Broker;
  /** Queues to be made at the start, by their names, with AWS's attribute names and `tags`. */
  readonly queues?: Readonly<Record<string, QueueObject | null>>;
  /** A configuration file, YAML or JSON; options here win. */
  readonly config?: string;
  /** Memory to reserve, in bytes or as "512MiB": 1MiB to 4GiB. Default 2GiB; costs nothing until it is used. */
  readonly memory?: number | string;
  /**
   * Keep queues and messages in this directory: what was acknowledged survives the process and the machine.
   * Until its journal is read, requests get 503 and `serve` does not resolve. Default: memory alone.
   */
  readonly data?: string;
  /**
   * When what `data` keeps is acknowledged: "always", when the disk has it, or "relaxed", when the system has
   * it, which outlives the process but not the machine. Default "always".
   */
  readonly durability?: Durability;
  /** Which of AWS's own limits apply. Default "throughput". */
  readonly quotas?: QuotaSet;
  /** Twelve digits, in URLs and ARNs. Default "000000000000". */
  readonly account?: string;
  /** In ARNs. Default "us-east-1". */
  readonly region?: string;
  /** Who may ask: requests must be signed by one of them. A list, or the name of a file that has it. */
  readonly credentials?: string | readonly CredentialObject[];
  /** What clients call the server by, where that is not where it listens: URLs of queues begin with it. */
  readonly externalUrl?: string;
  /** Whether to believe `Forwarded` and `X-Forwarded-Host` and `-Proto` of the proxy in front. Default false. */
  readonly trustProxy?: boolean;
  /** Certificate to serve HTTPS with: a file's name, or the PEM itself as bytes. */
  readonly tlsCert?: Pem;
  /** Its private key, likewise. */
  readonly tlsKey?: Pem;
  /** Origins of web pages that may ask. */
  readonly allowOrigin?: string | readonly string[];
  /** Names that the server goes by, too. */
  readonly allowHost?: string | readonly string[];
  /** Most memory for fifteen days of metrics, in bytes or as "64MiB": 1MiB to 4GiB. Default 64MiB. */
  readonly metricsMemory?: number | string;
  /** Bearer token that /metrics wants. */
  readonly metricsToken?: string;
  /** Threads that listen; only 1 is built yet. */
  readonly threads?: number;
  /** Time for the broker that is opened; a VirtualClock for tests. */
  readonly clock?: Clock;
  /** What answers below `/_sluice/`: `testingExtension` of sluice/testing. */
  readonly extension?: MakeExtension;
  /** Where to say what is to be said of requests and faults: `console` will do. Nothing is logged without. */
  readonly logger?: Logger;
  /** How much of it. Default "info". */
  readonly logLevel?: LogLevel;
}

/** What is no option of the table. */
const others = ["broker", "queues", "config", "clock", "extension", "logger"] as const;
/** Options of the command alone: a logger writes as it likes. */
const ofTheCommand: readonly string[] = ["logFormat"];

/**
 * Starts a server. Resolves when it listens; the process lives until it is closed.
 *
 * Rejects with InvalidParameterValue for options that can't be, all mistakes in one message, and with an
 * error that has Node's `code` (EADDRINUSE, EACCES, ...) where the port can't be taken.
 *
 * @example
 * await using server = await serve({ queues: { orders: { VisibilityTimeout: 5 } } });
 * const client = new SQSClient({ endpoint: server.url, region: "us-east-1" });
 */
export async function serve(options: ServeOptions = {}): Promise<RunningServer> {
  const { queues, clock, extension, credentials, logger } = options;
  const { given, mistakes } = read(options);
  // What is of another kind has been told among the mistakes.
  const broker = options.broker instanceof Broker ? options.broker : undefined;
  const config = typeof options.config === "string" ? options.config : undefined;
  const settled = await settle({
    ...{ given, mistakes, nameOf: (name: OptionName) => name },
    ...{ config, queues, defaults: { port: 0 }, broker },
    ...(typeof credentials !== "string" && { credentials }),
  });
  // Without a logger nothing is logged; what a file asks for in vain is told all the same.
  if (logger === undefined) for (const said of settled.warnings) process.emitWarning(said);
  return RunningServer.start(settled, reportsTo(logger, settled.values.logLevel), {
    broker,
    clock,
    extension,
  });
}

interface Read {
  readonly given: ReadonlyMap<string, Given>;
  readonly mistakes: readonly SettingError[];
}

/** The program's values are read as texts are, so that one rule holds wherever an option stands. */
function read(options: ServeOptions): Read {
  const given = new Map<string, Given>();
  const mistakes: SettingError[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const tell = (sentence: string): SettingError => new SettingError(0, `${name}: ${sentence}`);
    try {
      const option = ofTheCommand.includes(name) ? undefined : findOption(name);
      if (option !== undefined) {
        if (isReadElsewhere(name, value)) continue;
        given.set(name, { value: readValue(name, option, value), tell });
      } else checkOther(name, value, options);
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      mistakes.push(tell(error.message));
    }
  }
  return { given, mistakes };
}

/** Credentials may be objects as well. */
function isReadElsewhere(name: string, value: unknown): boolean {
  return name === "credentials" && typeof value !== "string";
}

function readValue(name: string, option: ServerOption, value: unknown): unknown {
  const isPem = name === "tlsCert" || name === "tlsKey";
  if (isPem && value instanceof Uint8Array) return value;
  if (option.isList !== true) return option.read(textOf(value));
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.reduce((before, item) => option.read(textOf(item), before), [] as unknown);
}

function textOf(value: unknown): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  if (isScalar) return String(value);
  throw new OptionError("It is not one value.");
}

function checkOther(name: string, value: unknown, { broker }: ServeOptions): void {
  if (!others.some((one) => one === name)) {
    const known = [...optionNames.filter((one) => !ofTheCommand.includes(one)), ...others];
    throw new OptionError(`There is no such option${suggestion(name, known) || "."}`);
  }
  if (name === "broker" && !(value instanceof Broker)) {
    throw new OptionError("It is a Broker of sluice, which Broker.open or Broker.attach gave.");
  }
  if (name === "config" && typeof value !== "string") throw new OptionError("It is a file's name.");
  if (name === "clock" && broker !== undefined) {
    throw new OptionError("The broker that is given has its own; leave it out.");
  }
  if (name === "extension" && typeof value !== "function") {
    throw new OptionError("It is a function such as testingExtension of sluice/testing.");
  }
  if (name === "logger") checkLogger(value);
}

function checkLogger(value: unknown): void {
  const methods = ["error", "warn", "info", "debug"] as const;
  const logger = value as Partial<Logger> | null;
  const missing = methods.find((one) => typeof logger?.[one] !== "function");
  if (missing === undefined) return;
  throw new OptionError(
    `It has methods ${methods.join(", ")}, as console has; ${missing} is none.`,
  );
}
