/**
 * Who changes the number of a fleet's processes, in a scenario: an autoscaler is a map of one name and its
 * parameters, which are called as their makers call them. Here are those of AWS; kubernetes.ts has the
 * others, scaling.ts what they have in common. Types only; types.ts says what they are made into.
 */
import type { HpaScaler, KedaJobsScaler, KedaScaler } from "./kubernetes.ts";
import type { LambdaScaler } from "./lambda.ts";
import type { PositiveSeconds, Seconds } from "./measures.ts";
import type { MetricTarget, ProcessCount, SampleCount, Scaling } from "./scaling.ts";

/** Who changes the number of processes: nobody (`none`), or one autoscaler by its name. */
export type Autoscaler =
  | "none"
  | ScheduleScaler
  | StepScaler
  | TargetTrackingScaler
  | HpaScaler
  | KedaScaler
  | KedaJobsScaler
  | LambdaScaler;

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

/** CloudWatch's step scaling: alarms, each with steps by how far the metric is beyond its threshold. */
export interface StepScaler {
  step: StepScaling;
}

export interface StepScaling extends Scaling {
  /** Whether the metric is messages by instances in service. Default false. */
  perInstance?: boolean;
  /** What adjustments are: processes more, percent more, or as many processes. Default changeInCapacity. */
  adjustmentType?: "changeInCapacity" | "percentChangeInCapacity" | "exactCapacity";
  /** At or above its threshold. Default: it never scales out. */
  out?: StepAlarm;
  /** At or below its threshold. Default: it never scales in. */
  in?: StepAlarm;
}

export interface StepAlarm {
  /**
   * Of the metric.
   * @minimum 0
   * @maximum 1000000000000
   */
  threshold: number;
  /** Samples in a row beyond it, until it does something. Default 1. */
  periods?: SampleCount;
  /**
   * The last one that is reached holds.
   * @minItems 1
   * @maxItems 20
   */
  steps: StepAdjustment[];
}

export interface StepAdjustment {
  /**
   * How far the metric is beyond the threshold, at least. Default 0.
   * @minimum 0
   * @maximum 1000000000000
   */
  beyond?: number;
  /**
   * Above 0 to scale out, below to scale in.
   * @asType integer
   * @minimum -10000
   * @maximum 10000
   */
  adjustment: number;
}

/** A timetable. */
export interface ScheduleScaler {
  schedule: Schedule;
}

export interface Schedule {
  /**
   * In the order of their times.
   * @minItems 1
   * @maxItems 1000
   */
  entries: ScheduleEntry[];
  /** After which it begins again, as after a day, 86400. Default: never. */
  periodSeconds?: PositiveSeconds;
}

export interface ScheduleEntry {
  /** From the beginning, or from that of the period. */
  atSeconds: Seconds;
  count: ProcessCount;
}
