/**
 * A scenario as its author writes it, in YAML, JSON or TypeScript: the one source of its types, of the
 * JSON Schema that ships (made from this file, descriptions and ranges included) and of what
 * `readScenario` checks. So a range stands here, as a tag, and nowhere else.
 * Types only; any layer above the broker may import it. What a run is given is the plan (plan.ts).
 *
 * Names are AWS's, in camelCase or as attributes are spelt, with AWS's unit; a name of our own ends in
 * its unit. What is left out is ideal: nothing fails, nothing is sent twice, calls take no time.
 */
import type { Fleet } from "./fleet.ts";
import type { MessageCount, PositiveSeconds, Probability, Seconds } from "./measures.ts";
import type { Redrive } from "./pipeline.ts";
import type { Producer } from "./producer.ts";
import type { QueueAttributes } from "./queue.ts";
import type { Resource } from "./resource.ts";

/** When a replication ends: at the first of these. */
export interface Horizon {
  /** Sent in each replication, warm-up included. */
  messages?: MessageCount;
  /** Of the simulated time of each replication, warm-up included. */
  seconds?: PositiveSeconds;
  /** Further replications are run until the mean wait is known so well. Default: no further ones. */
  precision?: Precision;
}

export interface Precision {
  /**
   * The 95 % confidence interval of the mean wait, to either side, as a share of it in percent.
   * @exclusiveMinimum 0
   * @maximum 100
   */
  halfWidthPercent: number;
  /** Whose wait. Default: that of the queue whose interval is widest. */
  queue?: string;
  /**
   * It ends then in any case. Default 100.
   * @asType integer
   * @minimum 2
   * @maximum 10000
   */
  replicationsMax?: number;
}

/** What happens before it is not counted in waits, depths and utilisation: at the last of these. */
export interface Warmup {
  /** Sent. */
  messages?: MessageCount;
  seconds?: PositiveSeconds;
}

/** Messages that are in a queue when a replication begins. */
export interface Backlog {
  messages: MessageCount;
  /** How long ago they were sent, all of them. Default 0. */
  ageSeconds?: Seconds;
  /** The queue's name. May be left out where only one queue has consumers. */
  queue?: string;
}

/** What a month costs beside the calls (engine/simulator/prices.yaml has the prices). */
export interface CostOptions {
  /** Of the bytes received, those that leave the region. Default 0. */
  transferOutShare?: Probability;
  /** Whether the month's free calls are taken off. Default true. */
  freeTier?: boolean;
}

/** A load-leveling scenario of Sluice: queues, who sends to them, who takes from them. */
export interface Scenario {
  /** Where the JSON Schema is, for editors of JSON; not read. */
  $schema?: string;
  /** What it is about; shown above the results. */
  title?: string;
  /**
   * The same seed gives the same results, byte for byte. Default 1.
   * @asType integer
   * @minimum 0
   * @maximum 4294967295
   */
  seed?: number;
  /**
   * Independent runs, from which confidence intervals are made. Default 1: they are made from parts
   * of the one run.
   * @asType integer
   * @minimum 1
   * @maximum 10000
   */
  replications?: number;
  horizon: Horizon;
  /** Default: none. */
  warmup?: Warmup;
  /** Default: queues are empty. */
  initial?: Backlog | Backlog[];
  /** Each by its name. */
  queues: Record<string, QueueAttributes | null>;
  /** Each by a name of yours. */
  producers?: Record<string, Producer>;
  /** Each by a name of yours. */
  consumers?: Record<string, Fleet>;
  /** What handlings share, each by a name of yours. */
  resources?: Record<string, Resource>;
  /** Dead letters that are brought back. Default: none. */
  redrives?: Redrive[];
  /** Which of the limits that protect AWS apply. Default off. */
  quotas?: "aws" | "throughput" | "off";
  cost?: CostOptions;
}
