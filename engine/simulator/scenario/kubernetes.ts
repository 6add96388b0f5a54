/**
 * Autoscalers of Kubernetes, in a scenario, with the names that they have there. Types only; types.ts says
 * what they are made into.
 */
import type { PositiveSeconds, Seconds } from "./measures.ts";
import type { Bounded, MetricTarget, Scaling, Watching } from "./scaling.ts";

/** Kubernetes' HorizontalPodAutoscaler with an external metric. */
export interface HpaScaler {
  hpa: Hpa;
}

export interface Hpa extends Scaling {
  /** What a pod is for, or what the metric is to be. */
  target: MetricTarget;
  /** `averageValue`: the metric by the pods; `value`: the metric itself. Default averageValue. */
  targetType?: "averageValue" | "value";
  /** Default: pods may double, or be four more, in 15 s, and all but the least may go after 300 s. */
  behavior?: HpaBehavior;
  /**
   * How far from the target the metric may be, as a share of it. Default 0.1.
   * @minimum 0
   * @maximum 1
   */
  tolerance?: number;
}

export interface HpaBehavior {
  scaleUp?: HpaScalingRules;
  scaleDown?: HpaScalingRules;
}

export interface HpaScalingRules {
  /**
   * For so long the least (up) or the most (down) that was recommended holds. Default 0 up, 300 down.
   * @minimum 0
   * @maximum 3600
   */
  stabilizationWindowSeconds?: number;
  /**
   * Default: 100 percent in 15 s; up also 4 pods in 15 s.
   * @minItems 1
   * @maxItems 20
   */
  policies?: HpaScalingPolicy[];
  /** Which policy holds: the one that changes most, least, or none does. Default Max. */
  selectPolicy?: "Max" | "Min" | "Disabled";
}

export interface HpaScalingPolicy {
  /** What its value counts: pods, or percent of the pods there were when its period began. */
  type: "Pods" | "Percent";
  /**
   * So many pods, or percent, at the most.
   * @asType integer
   * @minimum 1
   * @maximum 10000
   */
  value: number;
  /**
   * In so long a time.
   * @exclusiveMinimum 0
   * @maximum 1800
   */
  periodSeconds: number;
}

/** KEDA's ScaledObject with its aws-sqs-queue trigger. */
export interface KedaScaler {
  keda: Keda;
}

/** What a trigger of KEDA has. */
export interface KedaTrigger {
  /** Messages that a replica is for. Default 5. */
  queueLength?: MetricTarget;
  /**
   * Above so many messages it is active. Default 0.
   * @minimum 0
   * @maximum 1000000000000
   */
  activationQueueLength?: number;
  /** Seconds from one look to the next. Default 30. */
  pollingInterval?: PositiveSeconds;
}

export interface Keda extends Scaling, KedaTrigger {
  /** Seconds that it was not active before the last replica goes. Default 300. */
  cooldownPeriod?: Seconds;
  /** Of the HorizontalPodAutoscaler that it makes. Default: as that's. */
  behavior?: HpaBehavior;
  /**
   * Of the HorizontalPodAutoscaler. Default 0.1.
   * @minimum 0
   * @maximum 1
   */
  tolerance?: number;
}

/** KEDA's ScaledJob: a process handles one receive, and ends. */
export interface KedaJobsScaler {
  kedaJobs: KedaJobs;
}

export interface KedaJobs extends Bounded, Watching, KedaTrigger {
  /** How many jobs are started for what is in the queue. Default default. */
  strategy?: "default" | "accurate" | "eager";
}
