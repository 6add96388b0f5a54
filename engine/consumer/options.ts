/**
 * The options of `consume`, checked and complete. Pure but for asking the machine for its cores and
 * memory. Every mistake is InvalidParameterValue and says what was given and what would be right.
 */
import { availableParallelism, totalmem } from "node:os";
import { HAND_MAX } from "../broker/messages/ledger.ts";
import { SluiceError } from "../errors.ts";
import { parameterRanges } from "../limits.ts";
import { suggestion } from "../suggestion.ts";
import type { ConsumeOptions, StopOptions } from "./types.ts";

/** Of the 64 threads of a broker the opener is one, and the broker's own work takes one. */
export const POOL_THREADS_MAX = 62;
const THREAD_MEMORY_BYTES = 256 * 2 ** 20;
const BATCH_DEFAULT = 10;
const DEATHS_DEFAULT = 5;
export const DEADLINE_MS = 30_000;

export interface Settings {
  readonly threads: number;
  readonly batch: number;
  readonly concurrency: number;
  readonly visibilityTimeout: number | undefined;
  readonly heartbeat: boolean;
  readonly backoffSeconds: ((receiveCount: number) => number) | undefined;
  readonly recycleAfter: number;
  readonly maxDeathsInARow: number;
  readonly output: Exclude<ConsumeOptions["output"], undefined>;
  /** The module brings a loop of its own: another face's (engine/lambda). */
  readonly hasOwnLoop: boolean;
  /** Messages that a thread carries, without heartbeats; undefined: it has held records. */
  readonly carries: number | undefined;
  readonly given: ConsumeOptions;
}

const consumeNames: { readonly [Name in keyof Required<ConsumeOptions>]: true } = {
  threads: true,
  batch: true,
  concurrency: true,
  visibilityTimeout: true,
  heartbeat: true,
  backoffSeconds: true,
  data: true,
  resourceLimits: true,
  execArgv: true,
  env: true,
  inline: true,
  recycleAfter: true,
  maxDeathsInARow: true,
  output: true,
  signal: true,
};
const stopNames: { readonly [Name in keyof Required<StopOptions>]: true } = {
  drain: true,
  deadlineMs: true,
};

export function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

export function checkNames(given: object, known: object, call: string): void {
  if (typeof given !== "object" || given === null) {
    throw invalid(`The options of ${call} are an object, not ${String(given)}.`);
  }
  const names = Object.keys(known);
  const stranger = Object.keys(given).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  throw invalid(`${call} has no option ${stranger}${suggestion(stranger, names) || "."}`);
}

/** Throws InvalidParameterValue for what is no whole number of the range. */
export function whole(
  name: string,
  value: unknown,
  byDefault: number,
  min: number,
  max: number,
): number {
  if (value === undefined) return byDefault;
  const isRight =
    typeof value === "number" &&
    (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) &&
    value >= min &&
    value <= max;
  if (isRight) return value;
  const range = max === Number.POSITIVE_INFINITY ? `${min} or more` : `from ${min} to ${max}`;
  throw invalid(`${name} is a whole number ${range}, not ${String(value)}.`);
}

function flag(name: string, value: boolean | undefined, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value === "boolean") return value;
  throw invalid(`${name} is true or false, not ${String(value)}.`);
}

function optionalFunction<T>(name: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === "function") return value;
  throw invalid(`${name} is a function, not ${String(value)}.`);
}

/** As many as the machine has cores, fewer where memory is small. */
function threadsDefault(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const bytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const most = Math.min(availableParallelism(), Math.floor(bytes / THREAD_MEMORY_BYTES));
  return Math.min(POOL_THREADS_MAX, Math.max(1, most));
}

function secondsOf(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const { min, max } = parameterRanges.visibilityTimeout;
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw invalid(`${name} is from ${min} to ${max} seconds, not ${String(value)}.`);
}

/** How many seconds a failed message stays away; throws for what the caller's function may not say. */
export function checkBackoff(seconds: unknown): number {
  return secondsOf("What backoffSeconds answers", seconds) ?? 0;
}

function outputOf(output: ConsumeOptions["output"]): Settings["output"] {
  if (output === undefined) return "labelled";
  const isStreams =
    typeof output === "object" &&
    typeof output?.stdout?.write === "function" &&
    typeof output.stderr?.write === "function";
  if (output === "labelled" || output === "inherit" || isStreams) return output;
  throw invalid('output is "labelled", "inherit" or { stdout, stderr } with two streams.');
}

export function settingsOf(given: ConsumeOptions): Settings {
  checkNames(given, consumeNames, "consume");
  const inline = given.inline ?? false;
  if (typeof inline !== "boolean") optionalFunction("inline", inline);
  return {
    threads:
      inline === false ? whole("threads", given.threads, threadsDefault(), 1, POOL_THREADS_MAX) : 1,
    batch: whole("batch", given.batch, BATCH_DEFAULT, 1, HAND_MAX),
    concurrency: whole("concurrency", given.concurrency, 1, 1, HAND_MAX),
    visibilityTimeout: secondsOf("visibilityTimeout", given.visibilityTimeout),
    heartbeat: flag("heartbeat", given.heartbeat, true),
    backoffSeconds: optionalFunction("backoffSeconds", given.backoffSeconds),
    recycleAfter: whole(
      "recycleAfter",
      given.recycleAfter,
      Number.POSITIVE_INFINITY,
      1,
      Number.POSITIVE_INFINITY,
    ),
    maxDeathsInARow: whole(
      "maxDeathsInARow",
      given.maxDeathsInARow,
      DEATHS_DEFAULT,
      1,
      Number.POSITIVE_INFINITY,
    ),
    output: outputOf(given.output),
    hasOwnLoop: false,
    carries: undefined,
    given,
  };
}

/** What `stop` was asked for. */
export function stopOf(options: StopOptions): { drain: boolean; deadlineMs: number } {
  checkNames(options, stopNames, "stop");
  const { deadlineMs = DEADLINE_MS } = options;
  if (!(typeof deadlineMs === "number" && deadlineMs >= 0)) {
    throw invalid(`deadlineMs is 0 or more milliseconds, not ${String(deadlineMs)}.`);
  }
  return { drain: flag("drain", options.drain, true), deadlineMs };
}
