/**
 * The server's options, one table: what each is called, how it is read, and what holds where nobody says.
 * The command line, a configuration file, the environment and a program's `serve` all read by it, so none
 * of them knows an option or a default that the others don't. Pure.
 */
import type { SettingError } from "../../broker/described/settingError.ts";
import { accounts, memoryBytes, metricsMemoryBytes, regions } from "../../limits.ts";
import { type LogFormat, type LogLevel, logFormats, logLevels } from "../logger.ts";
import {
  choiceOf,
  patterns,
  ports,
  readAccount,
  readAllowedHost,
  readDirectoryName,
  readExternalUrl,
  readFileName,
  readHost,
  readMemory,
  readOrigin,
  readPort,
  readRegion,
  readSwitch,
  readThreads,
  readToken,
} from "./readers.ts";
import { type SchemaNode, switchNode, textNode, wholeNode } from "./schemaNode.ts";
import type { Pem } from "./tls.ts";

export const quotaSets = ["aws", "throughput", "off"] as const;
export type QuotaSet = (typeof quotaSets)[number];

export const durabilities = ["always", "relaxed"] as const;
export type Durability = (typeof durabilities)[number];

/** What the options come to. */
export interface Values {
  readonly port: number;
  readonly host: string;
  /** Bytes. */
  readonly memory: number;
  /** Bytes. */
  readonly metricsMemory: number;
  readonly metricsToken: string | undefined;
  /** A directory's name; undefined: messages end with the process. */
  readonly data: string | undefined;
  readonly durability: Durability | undefined;
  readonly threads: number;
  readonly quotas: QuotaSet;
  readonly account: string;
  readonly region: string;
  readonly allowOrigin: readonly string[];
  readonly allowHost: readonly string[];
  /** A file's name. */
  readonly credentials: string | undefined;
  readonly externalUrl: string | undefined;
  readonly trustProxy: boolean;
  readonly tlsCert: Pem | undefined;
  readonly tlsKey: Pem | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat | undefined;
}

export type OptionName = keyof Values;

export interface ServerOption<Value = unknown> {
  /** What the command's help has behind its name; a switch has nothing. */
  readonly placeholder?: string;
  readonly description: string;
  /** True for one that may be said more than once; each time it gets what came before. */
  readonly isList?: true;
  /** What a file may have, for editors: all that `read` takes, and little more. */
  readonly schema: SchemaNode;
  /** From a text to its value; throws OptionError. */
  readonly read: (text: string, before?: unknown) => Value;
  readonly default: Value;
  /** The default as people are told it, where that is another word. */
  readonly shown?: string;
}

/** A value that somebody gave, and how a mistake in it is told with the place where he did. */
export interface Given {
  readonly value: unknown;
  tell(sentence: string): SettingError;
}

/** A reader of one more value of a list. */
function more(
  read: (text: string, before?: readonly string[]) => readonly string[],
): (text: string, before?: unknown) => readonly string[] {
  return (text, before) => read(text, before as readonly string[] | undefined);
}

const table: { readonly [Name in OptionName]: ServerOption<Values[Name]> } = {
  port: {
    placeholder: "<number>",
    description: "TCP port; 0 picks a free one",
    schema: wholeNode(ports, patterns.port),
    read: readPort,
    default: 9324,
  },
  host: {
    placeholder: "<address>",
    description: "address to listen on",
    schema: textNode(patterns.host),
    read: readHost,
    default: "127.0.0.1",
  },
  memory: {
    placeholder: "<size>",
    description: "memory to reserve; costs nothing until it is used",
    schema: wholeNode(memoryBytes, patterns.memory),
    read: readMemory,
    default: 2 ** 31,
    shown: "2GiB",
  },
  metricsMemory: {
    placeholder: "<size>",
    description: "most memory for fifteen days of metrics",
    schema: wholeNode(memoryBytes, patterns.memory),
    read: readMemory,
    default: metricsMemoryBytes.default,
    shown: "64MiB",
  },
  metricsToken: {
    placeholder: "<token>",
    description: "bearer token that /metrics wants",
    schema: textNode(patterns.token),
    read: readToken,
    default: undefined,
  },
  data: {
    placeholder: "<directory>",
    description: "keep queues and messages in this directory",
    schema: textNode(patterns.fileName),
    read: readDirectoryName,
    default: undefined,
  },
  durability: {
    placeholder: "<when>",
    description:
      "when what --data keeps is acknowledged: always, when the disk has it, or relaxed, when the system has (default: always)",
    schema: { enum: durabilities },
    read: choiceOf(durabilities),
    default: undefined,
    shown: "always",
  },
  threads: {
    placeholder: "<number>",
    description: "threads that listen (only 1 is built yet)",
    schema: wholeNode({ min: 1, max: 1 }, patterns.threads),
    read: readThreads,
    default: 1,
  },
  quotas: {
    placeholder: "<set>",
    description: `which of AWS's own limits apply: ${quotaSets.join(", ")}`,
    schema: { enum: quotaSets },
    read: choiceOf(quotaSets),
    default: "throughput",
  },
  account: {
    placeholder: "<digits>",
    description: "account in URLs and ARNs",
    schema: textNode(accounts.pattern),
    read: readAccount,
    default: accounts.default,
  },
  region: {
    placeholder: "<name>",
    description: "region in ARNs",
    schema: textNode(regions.pattern),
    read: readRegion,
    default: regions.default,
  },
  allowOrigin: {
    placeholder: "<origin>",
    description: "origin of web pages that may ask; may be repeated",
    isList: true,
    schema: textNode(patterns.origin),
    read: more(readOrigin),
    default: [],
    shown: "none",
  },
  allowHost: {
    placeholder: "<name>",
    description: "name that the server goes by, too; may be repeated",
    isList: true,
    schema: textNode(patterns.allowedHost),
    read: more(readAllowedHost),
    default: [],
    shown: "none",
  },
  credentials: {
    placeholder: "<file>",
    description: "who may ask: requests must be signed by them",
    schema: textNode(patterns.fileName),
    read: readFileName,
    default: undefined,
  },
  externalUrl: {
    placeholder: "<url>",
    description: "what clients call the server by; URLs of queues begin with it",
    schema: textNode(patterns.externalUrl),
    read: readExternalUrl,
    default: undefined,
  },
  trustProxy: {
    description: "believe Forwarded and X-Forwarded-Host and -Proto of the proxy in front",
    schema: switchNode,
    read: readSwitch,
    default: false,
  },
  tlsCert: {
    placeholder: "<file>",
    description: "certificate to serve HTTPS with, PEM",
    schema: textNode(patterns.fileName),
    read: readFileName,
    default: undefined,
  },
  tlsKey: {
    placeholder: "<file>",
    description: "its private key, PEM",
    schema: textNode(patterns.fileName),
    read: readFileName,
    default: undefined,
  },
  logLevel: {
    placeholder: "<level>",
    description: `how much to log on standard error: ${logLevels.join(", ")}`,
    schema: { enum: logLevels },
    read: choiceOf(logLevels),
    default: "info",
  },
  logFormat: {
    placeholder: "<format>",
    description: "how to log, json or text (default: text on a terminal, else json)",
    schema: { enum: logFormats },
    read: choiceOf(logFormats),
    default: undefined,
  },
};

export const optionNames = Object.keys(table) as readonly OptionName[];

/** The option of that name. */
export function optionOf(name: OptionName): ServerOption {
  return table[name];
}

/** Undefined for what is no option's name. */
export function findOption(name: string): ServerOption | undefined {
  return Object.hasOwn(table, name) ? table[name as OptionName] : undefined;
}

/** What was given, and the defaults where nothing was; `defaults` come before the table's own. */
export function valuesOf(
  given: ReadonlyMap<string, Given>,
  defaults: Partial<Values> = {},
): Values {
  const entries = optionNames.map((name) => {
    const own = name in defaults ? defaults[name] : table[name].default;
    const one = given.get(name);
    return [name, one === undefined ? own : one.value];
  });
  return Object.fromEntries(entries) as Values;
}
