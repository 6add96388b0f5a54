/**
 * A scenario made ready to run: checked, all defaults filled in, queues by their place in a list. What
 * the event loop is given, and what crosses to its threads: plain data, cloned as it is. Made by
 * `readScenario` and nowhere else, so who reads it checks nothing again.
 */
import type { QueueAttributes } from "../../types.ts";
import type { PlayedTrace } from "../trace/traceRequest.ts";
import type { PlannedScaling } from "./planScaling.ts";

/** A time, or a distance of arrivals, in seconds. */
export type PlannedLaw =
  | { readonly kind: "deterministic"; readonly seconds: number }
  | { readonly kind: "exponential"; readonly meanSeconds: number }
  | { readonly kind: "uniform"; readonly minSeconds: number; readonly maxSeconds: number }
  | { readonly kind: "erlang"; readonly shape: number; readonly meanSeconds: number }
  | { readonly kind: "hyperexponential"; readonly meanSeconds: number; readonly cv: number }
  | { readonly kind: "lognormal"; readonly meanSeconds: number; readonly cv: number }
  | { readonly kind: "gamma"; readonly meanSeconds: number; readonly cv: number }
  | { readonly kind: "weibull"; readonly meanSeconds: number; readonly shape: number }
  | { readonly kind: "pareto"; readonly meanSeconds: number; readonly shape: number }
  /** As many weights as seconds, their sum above 0. */
  | {
      readonly kind: "empirical";
      readonly seconds: readonly number[];
      readonly weights: readonly number[];
    }
  /** A message's own, where it came by a row of the same file; else that of a row at random. */
  | {
      readonly kind: "trace";
      readonly file: string;
      /** By the file's rows; shared memory, so that it is never copied. */
      readonly seconds: Float64Array;
      readonly meanSeconds: number;
    };

/** A rate over time: a sine, or straight pieces. */
export type PlannedRate =
  | {
      readonly kind: "sine";
      readonly meanPerSecond: number;
      /** 0 to 1. */
      readonly amplitude: number;
      readonly periodSeconds: number;
      readonly peakAtSeconds: number;
    }
  | {
      readonly kind: "pieces";
      /** The first from 0 on; each ends where the next begins, the last never, or with the period. */
      readonly pieces: readonly RatePiece[];
      /** After which it begins again; Infinity for never. */
      readonly periodSeconds: number;
    };

/** Straight from one rate at its beginning to another at its end; the last of all is level. */
export interface RatePiece {
  readonly fromSeconds: number;
  readonly perSecond: number;
  readonly endPerSecond: number;
}

export type PlannedArrivals =
  /** Distances of one law; `size` messages at each moment. */
  | { readonly kind: "renewal"; readonly gap: PlannedLaw; readonly size: number }
  | {
      readonly kind: "mmpp2";
      readonly perSecond: readonly [number, number];
      readonly meanStaySeconds: readonly [number, number];
    }
  /** Even: the k-th message is sent when the rate's integral reaches k. Else Poisson. */
  | { readonly kind: "profile"; readonly isEven: boolean; readonly rate: PlannedRate }
  | { readonly kind: "closedLoop"; readonly clients: number; readonly think: PlannedLaw }
  /** Its numbers lie in shared memory. */
  | { readonly kind: "trace"; readonly file: string; readonly played: PlayedTrace };

/** Bytes of a message, 1 to what its queue takes. */
export type PlannedSizes =
  | { readonly kind: "fixed"; readonly bodyBytes: number }
  | { readonly kind: "uniform"; readonly minBytes: number; readonly maxBytes: number }
  | {
      readonly kind: "lognormal";
      readonly meanBytes: number;
      readonly cv: number;
      /** What the queue takes: it is cut there, and at 1. */
      readonly maxBytes: number;
    }
  | {
      readonly kind: "empirical";
      readonly bytes: readonly number[];
      readonly weights: readonly number[];
    }
  /** A message's own, where it came by a row of the same file, else that of a row at random; cut at 1 and at `maxBytes`. */
  | {
      readonly kind: "trace";
      readonly file: string;
      readonly bytes: Float64Array;
      readonly maxBytes: number;
    };

export type PlannedGroups =
  /** Of a Standard queue. */
  | { readonly kind: "none" }
  /** Each message has one of its own. */
  | { readonly kind: "own" }
  | { readonly kind: "uniform"; readonly count: number }
  | { readonly kind: "zipf"; readonly count: number; readonly exponent: number }
  | { readonly kind: "hot"; readonly count: number; readonly share: number };

export interface PlannedQueue {
  readonly name: string;
  readonly isFifo: boolean;
  /** Without redrivePolicy, which is `deadLetters`; fifoQueue is there for a FIFO queue. */
  readonly attributes: QueueAttributes;
  readonly deadLetters: PlannedDeadLetters | undefined;
  readonly backlog: PlannedBacklog | undefined;
}

export interface PlannedDeadLetters {
  /** Its place in `queues`. */
  readonly queue: number;
  readonly maxReceiveCount: number;
}

export interface PlannedBacklog {
  readonly messages: number;
  readonly ageSeconds: number;
}

export interface PlannedProducer {
  readonly name: string;
  /** Its place in `queues`. */
  readonly queue: number;
  readonly arrivals: PlannedArrivals;
  /** 0: sent as they come; those of one moment in calls of up to ten. */
  readonly batch: number;
  readonly sizes: PlannedSizes;
  /** Undefined: the queue's. */
  readonly delaySeconds: number | undefined;
  readonly groups: PlannedGroups;
  readonly duplicates: { readonly probability: number; readonly afterSeconds: number };
}

export interface PlannedOutage {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly probability: number;
}

export interface PlannedFailure {
  readonly probability: number;
  readonly poisonShare: number;
  readonly outages: readonly PlannedOutage[];
  readonly isCrash: boolean;
}

/** After the n-th receive: base × factor^(n-1), at most max, then the jitter. */
export interface PlannedBackoff {
  readonly baseSeconds: number;
  readonly factor: number;
  readonly maxSeconds: number;
  readonly jitter: "none" | "full" | "equal";
}

export interface PlannedFleet {
  readonly name: string;
  /** Its place in `queues`. */
  readonly queue: number;
  /** Processes; where their number changes, those at the beginning. */
  readonly count: number;
  /** Undefined: their number stays. */
  readonly scaling: PlannedScaling | undefined;
  readonly batch: number;
  readonly waitTimeSeconds: number;
  readonly pauseSeconds: number;
  readonly visibilityTimeoutSeconds: number;
  readonly service: PlannedLaw;
  readonly handler: "one" | "parallel" | "batch";
  readonly concurrency: number;
  readonly prefetch: number;
  readonly roundTripMs: number;
  readonly coldStartSeconds: number;
  readonly failure: PlannedFailure;
  readonly partialBatches: boolean;
  /** Undefined: a message that failed comes back when its visibility timeout ends. */
  readonly backoff: PlannedBackoff | undefined;
  readonly deleteBatch: boolean;
  readonly heartbeat:
    | { readonly everySeconds: number; readonly visibilityTimeoutSeconds: number }
    | undefined;
  readonly sends: readonly PlannedSend[];
  readonly usdPerHour: number;
  /** The place in `resources` of what its handlings use; undefined for nothing. */
  readonly uses: number | undefined;
}

/** One of `concurrency` and `perSecond` is Infinity. */
export interface PlannedResource {
  readonly name: string;
  readonly concurrency: number;
  readonly perSecond: number;
  readonly burst: number;
  /** Whether a handling that finds no place fails. */
  readonly isRefusing: boolean;
  readonly refusalSeconds: number;
}

/** Of each handling that went well. */
export interface PlannedSend {
  /** Its place in `queues`. */
  readonly queue: number;
  readonly probability: number;
  readonly count: number;
  /** Undefined: the queue's. */
  readonly delaySeconds: number | undefined;
  readonly sizes: PlannedSizes;
  readonly groups: PlannedGroups;
}

export interface PlannedRedrive {
  /** Their places in `queues`; without `to`, each goes to the queue that it came from. */
  readonly from: number;
  readonly to: number | undefined;
  readonly atSeconds: number;
  readonly everySeconds: number | undefined;
  readonly perSecond: number;
}

export interface PlannedPrecision {
  readonly halfWidthPercent: number;
  /** Its place in `queues`; undefined for the one whose interval is widest. */
  readonly queue: number | undefined;
  readonly replicationsMax: number;
}

export interface Plan {
  readonly title: string | undefined;
  readonly seed: number;
  readonly replications: number;
  /** At least one is finite; a replication ends at the first. */
  readonly horizon: { readonly messages: number; readonly seconds: number };
  readonly precision: PlannedPrecision | undefined;
  /** It ends when both are reached; 0 for none. */
  readonly warmup: { readonly messages: number; readonly seconds: number };
  readonly queues: readonly PlannedQueue[];
  readonly producers: readonly PlannedProducer[];
  readonly fleets: readonly PlannedFleet[];
  /**
   * Numbers of producers, fleets and queues by which they draw, where these are not their places: two
   * plans' parts of one number draw the same.
   */
  readonly streams?: readonly (readonly number[])[];
  readonly resources: readonly PlannedResource[];
  readonly redrives: readonly PlannedRedrive[];
  readonly quotas: "aws" | "throughput" | "off";
  readonly cost: { readonly transferOutShare: number; readonly freeTier: boolean };
}
