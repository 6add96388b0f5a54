/**
 * How the number of a fleet's processes changes, as the plan has it: types, and how they are made of a
 * scenario that has been checked. Part of makePlan.ts.
 */
import type { PlannedBounds } from "../scaling/bounds.ts";
import type { Metric, Scaling, TargetTracking } from "./autoscaler.ts";
import type { Fleet } from "./fleet.ts";

export interface PlannedTargetTracking {
  readonly kind: "targetTracking";
  readonly target: number;
  readonly scaleOutPeriods: number;
  readonly scaleInPeriods: number;
  readonly scaleInShare: number;
}

export interface PlannedAutoscaler {
  readonly rule: PlannedTargetTracking;
  readonly metric: Metric;
  readonly periodSeconds: number;
  readonly lagSeconds: number;
  readonly bounds: PlannedBounds;
}

/** Of a fleet whose processes come and go. */
export interface PlannedScaling {
  /** Undefined: their number stays. */
  readonly autoscaler: PlannedAutoscaler | undefined;
  /** Until a process that is wanted is there; its cold start comes after. */
  readonly placementSeconds: number;
  readonly scaleIn: "kill" | "drain" | "protect";
  readonly graceSeconds: number;
}

/** The most processes that a fleet may want; draining ones come on top. */
export function mostProcesses(plan: {
  readonly count: number;
  readonly scaling: PlannedScaling | undefined;
}): number {
  return Math.max(plan.count, plan.scaling?.autoscaler?.bounds.max ?? 0);
}

/** Of a fleet that says nothing of it nothing changes: undefined. */
export function planScaling(fleet: Fleet): PlannedScaling | undefined {
  const autoscaler = planAutoscaler(fleet.autoscaler);
  if (autoscaler === undefined) return undefined;
  return {
    autoscaler,
    placementSeconds: fleet.placementSeconds ?? 0,
    scaleIn: fleet.scaleIn ?? "drain",
    graceSeconds: fleet.graceSeconds ?? 30,
  };
}

/** How many there are at the beginning. */
export function countAtFirst({ count, autoscaler }: Fleet): number {
  if (count !== undefined) return count;
  return planAutoscaler(autoscaler)?.bounds.min ?? 0;
}

function planAutoscaler(autoscaler: Fleet["autoscaler"] = "none"): PlannedAutoscaler | undefined {
  if (autoscaler === "none") return undefined;
  return planTargetTracking(autoscaler.targetTracking);
}

interface Defaults {
  readonly min: number;
  readonly metric: Metric;
  readonly periodSeconds: number;
  readonly outSeconds: number;
  readonly inSeconds: number;
}

function planned(
  given: Scaling,
  rule: PlannedAutoscaler["rule"],
  defaults: Defaults,
): PlannedAutoscaler {
  const { cooldownSeconds = {} } = given;
  return {
    rule,
    metric: given.metric ?? defaults.metric,
    periodSeconds: given.samplePeriodSeconds ?? defaults.periodSeconds,
    lagSeconds: given.lagSeconds ?? 0,
    bounds: {
      min: given.min ?? defaults.min,
      max: given.max,
      outSeconds: cooldownSeconds.out ?? defaults.outSeconds,
      inSeconds: cooldownSeconds.in ?? defaults.inSeconds,
    },
  };
}

function planTargetTracking(given: TargetTracking): PlannedAutoscaler {
  const rule: PlannedTargetTracking = {
    kind: "targetTracking",
    target: given.target,
    scaleOutPeriods: given.scaleOutPeriods ?? 3,
    scaleInPeriods: given.scaleInPeriods ?? 15,
    scaleInShare: given.scaleInShare ?? 0.9,
  };
  const defaults = { min: 1, metric: "visible", periodSeconds: 60 } as const;
  return planned(given, rule, { ...defaults, outSeconds: 0, inSeconds: 300 });
}
