/**
 * Who changes the number of a fleet's processes, in a scenario: an autoscaler is a map of one name and its
 * parameters, which are called as their makers call them. Types only; types.ts says what they are made into.
 */
import type { PositiveSeconds, Seconds } from "./measures.ts";

/** Who changes the number of processes: nobody (`none`), or one autoscaler by its name. */
export type Autoscaler = "none" | TargetTrackingScaler;

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

/** What all of them have. */
export interface Scaling {
  /** Never fewer processes than this. Default 1; of KEDA 0. */
  min?: ProcessCount;
  /** Never more processes than this. */
  max: SomeProcesses;
  /** Default visible; of KEDA visibleAndInFlight. */
  metric?: Metric;
  /** From one look at the queue to the next. Default 60, CloudWatch's; of HPA and KEDA 15. */
  samplePeriodSeconds?: PositiveSeconds;
  /** How old what it looks at is when it decides. Default 0. */
  lagSeconds?: Seconds;
  /** Default: none, but for target tracking 300 before it scales in, and for steps 300 both ways. */
  cooldownSeconds?: Cooldown;
}

/** AWS's advice for queues: messages by instances in service are held at a target. */
export interface TargetTrackingScaler {
  targetTracking: TargetTracking;
}

export interface TargetTracking extends Scaling {
  /** Messages an instance: the latency that is acceptable by the time of a handling. Of an age, its seconds. */
  target: MetricTarget;
  /** Samples above the target, until it scales out. Default 3. */
  scaleOutPeriods?: SampleCount;
  /** Samples below its share of the target, until it scales in. Default 15. */
  scaleInPeriods?: SampleCount;
  /**
   * Of the target, below which it scales in. Default 0.9.
   * @minimum 0
   * @maximum 1
   */
  scaleInShare?: number;
}
