/**
 * What autoscalers of a scenario have in common: bounds, what they look at, pauses. Types only; types.ts says
 * what they are made into.
 */
import type { PositiveSeconds, Seconds } from "./measures.ts";

/**
 * Processes.
 * @asType integer
 * @minimum 0
 * @maximum 10000
 */
export type ProcessCount = number;

/**
 * Processes, one or more.
 * @asType integer
 * @minimum 1
 * @maximum 10000
 */
export type SomeProcesses = number;

/**
 * So many, or so many seconds: more than none.
 * @exclusiveMinimum 0
 * @maximum 1000000000000
 */
export type MetricTarget = number;

/**
 * Samples in a row.
 * @asType integer
 * @minimum 1
 * @maximum 1440
 */
export type SampleCount = number;

/**
 * What is looked at: messages that are `visible`, `visibleAndInFlight`, `all` (the delayed ones as well),
 * or the `ageOfOldest` in seconds.
 */
export type Metric = "visible" | "visibleAndInFlight" | "all" | "ageOfOldest";

/** Pauses after a change of the number. */
export interface Cooldown {
  /** After scaling out, until it may scale out again. */
  out?: Seconds;
  /** After any change, until it may scale in. */
  in?: Seconds;
}

/** How many processes there may be. */
export interface Bounded {
  /** Never fewer processes than this. Default 1; of KEDA 0. */
  min?: ProcessCount;
  /** Never more processes than this. */
  max: SomeProcesses;
}

/** What is looked at. */
export interface Watching {
  /** Default visible; of KEDA visibleAndInFlight. */
  metric?: Metric;
  /** How old what it looks at is when it decides. Default 0. */
  lagSeconds?: Seconds;
}

/** What most of them have. */
export interface Scaling extends Bounded, Watching {
  /** From one look at the queue to the next. Default 60, CloudWatch's; of HPA and KEDA 15. */
  samplePeriodSeconds?: PositiveSeconds;
  /** Default: none, but for target tracking 300 before it scales in, and for steps 300 both ways. */
  cooldownSeconds?: Cooldown;
}
