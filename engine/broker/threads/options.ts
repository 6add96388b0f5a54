/**
 * What `Broker.open` was asked for, checked and completed. Pure; once a broker.
 * Every mistake is an InvalidParameterValue that names the option and the value.
 */
import { inspect } from "node:util";
import type { MovedSlot } from "../../../bindings/index.ts";
import { VirtualClock } from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import { accounts, memoryBytes as limits, regions } from "../../limits.ts";
import type { BrokerOptions, Quotas } from "../../types.ts";
import { checkNames, openNames, quotaNames } from "../face/names.ts";

/** What every thread of a broker knows of it; it can be posted. */
export interface BrokerSettings {
  readonly account: string;
  readonly region: string;
  readonly quotas: Quotas;
  /** Whether verbs make spans where the program has a tracer. */
  readonly tracing: boolean;
  /** Where messages are that receipt handles of an earlier life of its directory put elsewhere. */
  readonly moved: readonly MovedSlot[];
}

/** Where a broker keeps what it has, and when a call's work counts as kept. */
export interface Keeping {
  readonly directory: string;
  readonly durability: "always" | "relaxed";
}

export interface Sizes {
  readonly memoryBytes: number;
  readonly messagesMax: number;
  readonly threadsMax: number;
  readonly queuesMax: number;
}

const THREADS_DEFAULT = 64;
const QUEUES_DEFAULT = 4_096;
const BYTES_A_MESSAGE = 512;

const QUOTAS = {
  aws: { fifoThroughput: true, inFlightCap: true, sixtySecondRules: true },
  throughput: { fifoThroughput: true, inFlightCap: true, sixtySecondRules: false },
  off: { fifoThroughput: false, inFlightCap: false, sixtySecondRules: false },
} as const satisfies Record<string, Quotas>;

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SluiceError(
    "InvalidParameterValue",
    `${name} is a whole number from ${min} to ${max}, not ${value}.`,
  );
}

function matching(name: string, value: string, pattern: RegExp, kind: string): string {
  if (pattern.test(value)) return value;
  throw new SluiceError("InvalidParameterValue", `${name} is ${kind}, not "${value}".`);
}

function quotasOf(quotas: BrokerOptions["quotas"] = "off"): Quotas {
  if (typeof quotas !== "string") return switchesOf(quotas);
  if (Object.hasOwn(QUOTAS, quotas)) return QUOTAS[quotas];
  throw new SluiceError(
    "InvalidParameterValue",
    `quotas is "aws", "throughput", "off" or an object of switches, not "${quotas}".`,
  );
}

function switchesOf(quotas: Partial<Quotas>): Quotas {
  checkNames(quotas, quotaNames);
  const given = Object.entries(quotas).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (typeof value === "boolean") continue;
    const message = `quotas.${name} is true or false, not ${String(value)}.`;
    throw new SluiceError("InvalidParameterValue", message);
  }
  return { ...QUOTAS.off, ...Object.fromEntries(given) };
}

/** Throws InvalidParameterValue for what is no option. */
export function settingsOf(options: BrokerOptions): BrokerSettings {
  checkNames(options, openNames);
  const { account = accounts.default, region = regions.default, tracing = true } = options;
  if (typeof tracing !== "boolean") {
    const message = `tracing is true or false, not ${String(tracing)}.`;
    throw new SluiceError("InvalidParameterValue", message);
  }
  return {
    account: matching("account", account, accounts.pattern, "twelve digits"),
    region: matching("region", region, regions.pattern, "small letters, digits and hyphens"),
    quotas: quotasOf(options.quotas),
    tracing,
    moved: [],
  };
}

/**
 * Undefined: nothing is kept. Throws InvalidParameterValue, and UnsupportedOperation for a clock that the
 * journal's thread can't read.
 */
export function keepingOf({ directory, durability, clock }: BrokerOptions): Keeping | undefined {
  if (directory === undefined) {
    if (durability === undefined) return undefined;
    throw invalid(
      `durability says when what is kept in a directory counts as kept, and there is no directory. ` +
        "Name one, or leave durability out.",
    );
  }
  if (typeof directory !== "string" || directory === "" || directory.includes("\0")) {
    throw invalid(`directory is the path of a directory, not ${inspect(directory)}.`);
  }
  if (clock !== undefined && !(clock instanceof VirtualClock)) {
    const text =
      "A broker with a directory can't have a clock of your own; use VirtualClock, or none.";
    throw new SluiceError("UnsupportedOperation", text);
  }
  const kept = durability ?? "always";
  if (kept === "always" || kept === "relaxed") return { directory, durability: kept };
  throw invalid(`durability is "always" or "relaxed", not ${inspect(durability)}.`);
}

function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

export function sizesOf(options: BrokerOptions): Sizes {
  const { memoryBytes = limits.default } = options;
  whole("memoryBytes", memoryBytes, limits.min, limits.max);
  const messagesMax = options.messagesMax ?? Math.max(1, Math.floor(memoryBytes / BYTES_A_MESSAGE));
  return {
    memoryBytes,
    messagesMax: whole("messagesMax", messagesMax, 1, limits.max / BYTES_A_MESSAGE),
    threadsMax: whole("threadsMax", options.threadsMax ?? THREADS_DEFAULT, 2, THREADS_DEFAULT),
    queuesMax: whole("queuesMax", options.queuesMax ?? QUEUES_DEFAULT, 1, QUEUES_DEFAULT),
  };
}
