/**
 * What a producer of a scenario sends, and where to. Types only; types.ts says what they are made into.
 */
import type { Arrivals } from "./arrivals.ts";
import type { CoefficientOfVariation, Probability, Seconds, Weight } from "./measures.ts";
import type { TraceSizes } from "./trace.ts";

/**
 * Bytes of a message.
 * @asType integer
 * @minimum 1
 * @maximum 1048576
 */
export type BodyBytes = number;

/** How large messages are: always the same, or one law, by its name. */
export type Sizes = BodyBytes | UniformSizes | LognormalSizes | EmpiricalSizes | TraceSizes;

/** Any size between two bounds, each as likely. */
export interface UniformSizes {
  uniform: { minBytes: BodyBytes; maxBytes: BodyBytes };
}

/** Cut at 1 byte and at what the queue takes. */
export interface LognormalSizes {
  lognormal: { meanBytes: BodyBytes; cv: CoefficientOfVariation };
}

/** Sizes that were measured. */
export interface EmpiricalSizes {
  empirical: {
    /**
     * @minItems 1
     * @maxItems 1000000
     */
    bytes: BodyBytes[];
    /**
     * One for each of `bytes`, in any scale. Default: all the same.
     * @minItems 1
     * @maxItems 1000000
     */
    weights?: Weight[];
  };
}

/**
 * @asType integer
 * @minimum 1
 * @maximum 1000000
 */
export type GroupCount = number;

/** Which message group a message of a FIFO queue belongs to: one law, by its name. */
export type Groups = UniformGroups | ZipfGroups | HotGroups;

/** Each as often. */
export interface UniformGroups {
  uniform: { count: GroupCount };
}

/** The k-th most frequent with the weight 1/k^exponent. */
export interface ZipfGroups {
  zipf: {
    count: GroupCount;
    /**
     * Default 1.
     * @minimum 0
     * @maximum 10
     */
    exponent?: number;
  };
}

/** One group has a share of its own; the others share the rest evenly. */
export interface HotGroups {
  hot: { count: GroupCount; share: Probability };
}

/** Messages that their producer sends again, as one does whose first answer was lost. */
export interface Duplicates {
  probability: Probability;
  /** How long after the first. Default 0. FIFO queues drop it when it is less than 300. */
  afterSeconds?: Seconds;
}

export interface Producer {
  /** The queue's name. */
  queue: string;
  arrivals: Arrivals;
  /**
   * Messages of one call: it is made when so many have come together. Default: a message is sent when
   * it comes, and those that come at one moment in calls of ten.
   * @asType integer
   * @minimum 1
   * @maximum 10
   */
  batch?: number;
  /** Default 100. */
  bodyBytes?: Sizes;
  /**
   * Each message's own delay. Default: the queue's.
   * @asType integer
   * @minimum 0
   * @maximum 900
   */
  delaySeconds?: number;
  /** For a FIFO queue alone. Default: each message has a group of its own. */
  groups?: Groups;
  /** Default: none. */
  duplicates?: Duplicates;
}
