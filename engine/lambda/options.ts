/**
 * The options of `lambda`, checked by AWS's rules and complete. Pure but for what consumer/options.ts
 * asks the machine. Every mistake is InvalidParameterValue and says what was given and what would be
 * right.
 * Sources: Lambda Developer Guide, "Lambda parameters for Amazon SQS event source mappings", "Creating
 * and configuring an Amazon SQS event source mapping" and "Configuring scaling behavior for SQS event
 * source mappings"; Lambda API Reference, CreateFunction (FunctionName, Timeout).
 */
import { HAND_MAX } from "../broker/messages/ledger.ts";
import { checkNames, invalid, type Settings, settingsOf, whole } from "../consumer/options.ts";
import type { ConsumeOptions } from "../consumer/types.ts";
import type { Queue } from "../types.ts";
import type { FunctionData } from "./functionModule.ts";
import type { LambdaOptions } from "./types.ts";

const BATCH_DEFAULT = 10;
/** Most messages of a batch in a FIFO queue, and without a window. */
const BATCH_MAX_PLAIN = 10;
const BATCH_MAX = 10_000;
const WINDOW_SECONDS_MAX = 300;
const TIMEOUT_DEFAULT_SECONDS = 3;
const TIMEOUT_SECONDS_MAX = 900;
const CONCURRENCY_MIN = 2;
const CONCURRENCY_MAX = 1_000;
const MEMORY_DEFAULT_MIB = 128;
const FUNCTION_NAME = /^[a-zA-Z0-9-_]{1,64}$/;
const REPORT = "ReportBatchItemFailures";

/** Which options there are, and which of them are this file's to read. */
const lambdaNames: { readonly [Name in keyof Required<LambdaOptions>]: "own" | "shared" } = {
  handler: "own",
  functionName: "own",
  timeout: "own",
  batchSize: "own",
  maximumBatchingWindowInSeconds: "own",
  maximumConcurrency: "own",
  functionResponseTypes: "own",
  threads: "shared",
  backoffSeconds: "shared",
  data: "shared",
  resourceLimits: "shared",
  execArgv: "shared",
  env: "shared",
  inline: "shared",
  recycleAfter: "shared",
  maxDeathsInARow: "shared",
  output: "shared",
  signal: "shared",
};

export interface LambdaSettings {
  readonly consumer: Settings;
  readonly function: FunctionData;
}

function text(name: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault;
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${name} is a text, not ${JSON.stringify(value) ?? String(value)}.`);
}

/** A function may be called as its file is. */
function nameOf(given: LambdaOptions, { pathname }: URL): string {
  const file = decodeURIComponent(pathname.split("/").at(-1) ?? "");
  const byDefault = file.replace(/\.\w+$/, "").replace(/[^a-zA-Z0-9-_]/g, "-");
  const name = text("functionName", given.functionName, byDefault.slice(0, 64) || "function");
  if (FUNCTION_NAME.test(name)) return name;
  throw invalid(`functionName has 1 to 64 letters, digits, - and _; ${name} has others.`);
}

function batchOf(queue: Queue, given: LambdaOptions): { batchSize: number; windowMs: number } {
  const window = given.maximumBatchingWindowInSeconds;
  if (queue.isFifo && window !== undefined && window !== 0) {
    throw invalid("Batching window is not supported for FIFO queues.");
  }
  const name = "maximumBatchingWindowInSeconds";
  const windowSeconds = whole(name, window, 0, 0, WINDOW_SECONDS_MAX);
  const most = queue.isFifo ? BATCH_MAX_PLAIN : BATCH_MAX;
  const batchSize = whole("batchSize", given.batchSize, BATCH_DEFAULT, 1, most);
  if (batchSize > BATCH_MAX_PLAIN && windowSeconds === 0) {
    throw invalid(
      `${name} must be greater than 0 if batchSize is greater than ${BATCH_MAX_PLAIN}; ` +
        `it is ${batchSize}.`,
    );
  }
  return { batchSize, windowMs: windowSeconds * 1_000 };
}

function timeoutOf(queue: Queue, given: LambdaOptions): number {
  const { timeout } = given;
  const seconds = whole("timeout", timeout, TIMEOUT_DEFAULT_SECONDS, 1, TIMEOUT_SECONDS_MAX);
  const { visibilityTimeout } = queue.details().attributes;
  if (seconds <= visibilityTimeout) return seconds;
  throw invalid(
    `Queue visibility timeout: ${visibilityTimeout} seconds is less than ` +
      `Function timeout: ${seconds} seconds.`,
  );
}

function isReported({ functionResponseTypes: types }: LambdaOptions): boolean {
  if (types === undefined) return false;
  const isList = Array.isArray(types) && types.every((type) => type === REPORT);
  if (isList) return types.length > 0;
  throw invalid(`functionResponseTypes is ["${REPORT}"] or [], not ${JSON.stringify(types)}.`);
}

/** How many threads there may be: each runs one function at a time. */
function threadsOf(given: LambdaOptions, { threads }: Settings): number {
  const { maximumConcurrency } = given;
  if (maximumConcurrency === undefined) return threads;
  const most = whole(
    "maximumConcurrency",
    maximumConcurrency,
    CONCURRENCY_MAX,
    CONCURRENCY_MIN,
    CONCURRENCY_MAX,
  );
  if (given.threads === undefined || threads <= most) return Math.min(threads, most);
  throw invalid(
    `threads is ${threads}, more than maximumConcurrency, ${most}: ` +
      "each thread runs one function at a time.",
  );
}

function sharedOf(given: LambdaOptions): ConsumeOptions {
  const shared = Object.entries(given).filter(([name]) => {
    return lambdaNames[name as keyof LambdaOptions] === "shared";
  });
  return Object.fromEntries(shared) as ConsumeOptions;
}

/** All but how an inline module is imported, which the caller knows. */
export function lambdaSettingsOf(queue: Queue, file: URL, given: LambdaOptions): LambdaSettings {
  checkNames(given, lambdaNames, "lambda");
  const batch = batchOf(queue, given);
  const memory = given.resourceLimits?.maxOldGenerationSizeMb ?? MEMORY_DEFAULT_MIB;
  const data: FunctionData = {
    ...batch,
    href: file.href,
    handler: text("handler", given.handler, "handler"),
    functionName: nameOf(given, file),
    timeoutMs: timeoutOf(queue, given) * 1_000,
    isReported: isReported(given),
    memoryLimitInMB: String(memory),
    data: given.data,
  };
  const perReceive = Math.min(batch.batchSize, HAND_MAX);
  const settings = settingsOf({ ...sharedOf(given), batch: perReceive, data });
  const consumer: Settings = {
    ...settings,
    threads: threadsOf(given, settings),
    heartbeat: false,
    hasOwnLoop: true,
    // A batch, and as many whose failures wait for backoffSeconds.
    carries: 2 * batch.batchSize,
  };
  return { consumer, function: data };
}
