/**
 * What `sluice bench` writes with `--json`, and what `compare` and the page read again. Names of a case
 * and a row are fixed: programs outside the project read them.
 */
export type QueueType = "standard" | "fifo" | "fifoHighThroughput";
export type HandlerKind = "default" | "handleBatch" | "handleSync" | "none";
export type Unit = "messages/s" | "calls/s" | "ns/message" | "ms";

/** What was measured: the keys that matter to it. Two rows of one unit never have the same case. */
export interface Case {
  readonly type: QueueType;
  readonly quotas: "aws" | "off";
  readonly durability: "memory";
  /** Where messages went and as what: `in-thread sync text`, `cross-thread sync bytes`, `http`. */
  readonly transport: string;
  readonly batch?: number;
  readonly bodyBytes?: number;
  readonly groups?: number;
  /** Messages that wait in the queue all the while, or at first. */
  readonly backlog?: number;
  readonly producers?: number;
  readonly consumers?: number;
  readonly handler?: HandlerKind;
  readonly percentile?: number;
  /** Percent of what was sustained, or a word for what is done. */
  readonly load?: number | string;
}

export interface Row {
  readonly suite: string;
  readonly case: Case;
  readonly unit: Unit;
  readonly median: number;
  /** The 95 % interval of the median; of fewer than six samples the whole range. */
  readonly low: number;
  readonly high: number;
  /** The greatest that was seen, in whatever window or repetition. */
  readonly max: number;
  /** One a repetition; with `--quick` one a window. */
  readonly samples: readonly number[];
  /** Calls that a quota refused. */
  readonly throttled?: number;
  /** Messages a second that were asked for, and how many came; `isShort` when that was less. */
  readonly requested?: number;
  readonly achieved?: number;
  readonly isShort?: boolean;
  /** Processor time of the whole process, all threads, a message. */
  readonly cpuNsPerMessage?: number;
  /** Of the process, when it was done. */
  readonly residentBytes?: number;
  /** By how much that grew while it was measured. */
  readonly residentBytesPerMessage?: number;
  /** Time that garbage collections took, in all threads that do something with messages. */
  readonly gcNsPerMessage?: number;
  /** False: three windows in a row within 2 % were not seen before the time for that was up. */
  readonly isWarm?: boolean;
  /** Messages that were sent, received and deleted, each found once by its id. */
  readonly messages?: number;
  /** Change a minute, from a line through all windows; of a long run. */
  readonly slopePerMinute?: number;
  readonly residentSlopePerMinute?: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface Environment {
  readonly processor: string;
  readonly cores: number;
  /** Which threads had to share a core. */
  readonly sharedCores: string;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  readonly sluice: string;
  readonly commit: string;
  /** Whether the checkout had changes that no commit has; undefined in an installed package. */
  readonly isDirty?: boolean;
  readonly measuredAt: string;
  readonly seconds: number;
  /** Processes that wanted to run in the last minute. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  /** By how much a thread that only sleeps woke too late, in milliseconds: the machine's own jitter. */
  readonly jitterMs: Percentiles;
}

export interface Result {
  readonly environment: Environment;
  readonly rows: readonly Row[];
  readonly quick?: true;
  readonly interrupted?: true;
}

/** Key of a row among those of all results. */
export function keyOf({ suite, case: { ...keys }, unit }: Pick<Row, "suite" | "case" | "unit">) {
  const sorted = Object.entries(keys).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([suite, unit, Object.fromEntries(sorted)]);
}

const typeNames: Readonly<Record<QueueType, string>> = {
  standard: "Standard",
  fifo: "FIFO",
  fifoHighThroughput: "FIFO, high throughput",
};

const count = (number: number): string => number.toLocaleString("en");

export function bytesText(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  return bytes >= 2 ** 10 ? `${bytes / 2 ** 10} KiB` : `${bytes} B`;
}

function several(number: number, one: string): string {
  return `${count(number)} ${number === 1 ? one : `${one}s`}`;
}

/** How each key is told, in the order in which they are; an empty text is left out. */
const WORDS: { readonly [Key in keyof Case]-?: (value: NonNullable<Case[Key]>) => string } = {
  type: (type) => typeNames[type],
  quotas: (quotas) => (quotas === "aws" ? "AWS's quotas" : ""),
  durability: () => "",
  load: (load) => (typeof load === "number" ? `load ${load} %` : load),
  transport: (transport) => transport,
  batch: (batch) => `batch ${batch}`,
  bodyBytes: bytesText,
  groups: (groups) => several(groups, "group"),
  backlog: (backlog) => (backlog === 0 ? "" : `backlog ${count(backlog)}`),
  producers: (producers) => several(producers, "producer"),
  consumers: (consumers) => several(consumers, "consumer"),
  handler: (handler) => (handler === "none" ? "loop by hand" : handler),
  percentile: (percentile) => (percentile === 100 ? "most" : `p${percentile}`),
};

/** A case in words; without the keys that `but` names. */
export function caseText(one: Case, but: readonly (keyof Case)[] = []): string {
  const words = (Object.keys(WORDS) as (keyof Case)[]).map((key) => {
    const tell = WORDS[key] as (value: unknown) => string;
    return one[key] === undefined || but.includes(key) ? "" : tell(one[key]);
  });
  return words.filter((word) => word !== "").join(", ");
}
