/** Autoscalers of Kubernetes as the plan has them, and how they are made of a scenario. Part of planScaling.ts. */
import type { Hpa, HpaScalingRules, Keda, KedaJobs } from "./kubernetes.ts";

export interface PlannedPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodSeconds: number;
}

export interface PlannedScalingRules {
  readonly stabilizationWindowSeconds: number;
  readonly policies: readonly PlannedPolicy[];
  readonly selectPolicy: "Max" | "Min" | "Disabled";
}

export interface PlannedHpa {
  readonly kind: "hpa";
  readonly target: number;
  /** Whether the target is a pod's. */
  readonly isAverage: boolean;
  readonly tolerance: number;
  readonly scaleUp: PlannedScalingRules;
  readonly scaleDown: PlannedScalingRules;
}

export interface PlannedKeda {
  readonly kind: "keda";
  readonly activationQueueLength: number;
  readonly pollingInterval: number;
  readonly cooldownPeriod: number;
  readonly hpa: PlannedHpa;
}

export interface PlannedKedaJobs {
  readonly kind: "kedaJobs";
  readonly queueLength: number;
  readonly activationQueueLength: number;
  readonly pollingInterval: number;
  readonly strategy: "default" | "accurate" | "eager";
}

/** Kubernetes' defaults. */
const double: PlannedPolicy = { type: "Percent", value: 100, periodSeconds: 15 };
const four: PlannedPolicy = { type: "Pods", value: 4, periodSeconds: 15 };

function rules(
  given: HpaScalingRules = {},
  windowSeconds: number,
  policies: readonly PlannedPolicy[],
): PlannedScalingRules {
  return {
    stabilizationWindowSeconds: given.stabilizationWindowSeconds ?? windowSeconds,
    policies: given.policies ?? policies,
    selectPolicy: given.selectPolicy ?? "Max",
  };
}

export function planHpa(
  given: Pick<Hpa, "target" | "targetType" | "behavior" | "tolerance">,
): PlannedHpa {
  return {
    kind: "hpa",
    target: given.target,
    isAverage: given.targetType !== "value",
    tolerance: given.tolerance ?? 0.1,
    scaleUp: rules(given.behavior?.scaleUp, 0, [double, four]),
    scaleDown: rules(given.behavior?.scaleDown, 300, [double]),
  };
}

const queueLengthDefault = 5;
const pollingDefault = 30;

export function planKeda(given: Keda): PlannedKeda {
  return {
    kind: "keda",
    activationQueueLength: given.activationQueueLength ?? 0,
    pollingInterval: given.pollingInterval ?? pollingDefault,
    cooldownPeriod: given.cooldownPeriod ?? 300,
    hpa: planHpa({ ...given, target: given.queueLength ?? queueLengthDefault }),
  };
}

export function planKedaJobs(given: KedaJobs): PlannedKedaJobs {
  return {
    kind: "kedaJobs",
    queueLength: given.queueLength ?? queueLengthDefault,
    activationQueueLength: given.activationQueueLength ?? 0,
    pollingInterval: given.pollingInterval ?? pollingDefault,
    strategy: given.strategy ?? "default",
  };
}
