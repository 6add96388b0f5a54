/**
 * How the number of a fleet's processes changes, as the plan has it: types, and how they are made of a
 * scenario that has been checked. Part of makePlan.ts.
 */
import type { PlannedBounds } from "../scaling/bounds.ts";
import type {
  Autoscaler,
  ScheduleScaler,
  StepAlarm,
  StepScaling,
  TargetTracking,
} from "./autoscaler.ts";
import type { Fleet } from "./fleet.ts";
import {
  type PlannedHpa,
  type PlannedKeda,
  type PlannedKedaJobs,
  planHpa,
  planKeda,
  planKedaJobs,
} from "./planKubernetes.ts";
import { lambdaSize, type PlannedLambda, planLambda } from "./planLambda.ts";
import type { Metric, Scaling } from "./scaling.ts";

const { POSITIVE_INFINITY } = Number;

export interface PlannedTargetTracking {
  readonly kind: "targetTracking";
  readonly target: number;
  readonly scaleOutPeriods: number;
  readonly scaleInPeriods: number;
  readonly scaleInShare: number;
}

export interface PlannedStepAlarm {
  readonly threshold: number;
  readonly periods: number;
  /** By how far the metric is beyond the threshold, rising. */
  readonly steps: readonly { readonly beyond: number; readonly adjustment: number }[];
}

export interface PlannedStep {
  readonly kind: "step";
  readonly isPerInstance: boolean;
  readonly adjustmentType: "changeInCapacity" | "percentChangeInCapacity" | "exactCapacity";
  readonly out: PlannedStepAlarm | undefined;
  readonly in: PlannedStepAlarm | undefined;
  /** Its own pause; that of the bounds is none. */
  readonly cooldownOutSeconds: number;
}

export interface PlannedSchedule {
  readonly kind: "schedule";
  readonly entries: readonly { readonly atSeconds: number; readonly count: number }[];
  readonly periodSeconds: number;
}

export type PlannedRule =
  | PlannedSchedule
  | PlannedStep
  | PlannedTargetTracking
  | PlannedHpa
  | PlannedKeda
  | PlannedKedaJobs
  | PlannedLambda;

export interface PlannedAutoscaler {
  readonly rule: PlannedRule;
  readonly metric: Metric;
  readonly periodSeconds: number;
  readonly lagSeconds: number;
  readonly bounds: PlannedBounds;
}

export interface PlannedRestarts {
  readonly atSeconds: readonly number[];
  /** Infinity for never. */
  readonly everySeconds: number;
  readonly maxUnavailable: number;
}

/** Of a fleet whose processes come and go. */
export interface PlannedScaling {
  /** Undefined: their number stays. */
  readonly autoscaler: PlannedAutoscaler | undefined;
  /** Until a process that is wanted is there; its cold start comes after. */
  readonly placementSeconds: number;
  readonly scaleIn: "kill" | "drain" | "protect";
  readonly graceSeconds: number;
  readonly restarts: PlannedRestarts | undefined;
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
  const { restarts } = fleet;
  if (autoscaler === undefined && restarts === undefined) return undefined;
  return {
    autoscaler,
    placementSeconds: fleet.placementSeconds ?? 0,
    scaleIn: fleet.scaleIn ?? (endsByItself(autoscaler) ? "protect" : "drain"),
    graceSeconds: fleet.graceSeconds ?? 30,
    restarts: restarts && {
      atSeconds: restarts.atSeconds ?? [],
      everySeconds: restarts.everySeconds ?? POSITIVE_INFINITY,
      maxUnavailable: restarts.maxUnavailable ?? 1,
    },
  };
}

/** Whether no process is ever ended that is at work. */
function endsByItself(autoscaler: PlannedAutoscaler | undefined): boolean {
  return autoscaler?.rule.kind === "kedaJobs" || autoscaler?.rule.kind === "lambda";
}

/** The invokes of a fleet that is a Lambda function; undefined for any other. */
export function lambdaOf(plan: {
  readonly scaling: PlannedScaling | undefined;
}): PlannedLambda | undefined {
  const rule = plan.scaling?.autoscaler?.rule;
  return rule?.kind === "lambda" ? rule : undefined;
}

/** How many there are at the beginning. */
export function countAtFirst({ count, autoscaler }: Fleet): number {
  if (count !== undefined) return count;
  if (typeof autoscaler === "object" && "lambda" in autoscaler)
    return lambdaSize(autoscaler.lambda).first;
  const planned = planAutoscaler(autoscaler);
  if (planned?.rule.kind !== "schedule") return planned?.bounds.min ?? 0;
  const { entries, periodSeconds } = planned.rule;
  const [first, last] = [entries[0], entries.at(-1)];
  // Of a timetable that comes again the last entry of the time before holds.
  if (first === undefined || last === undefined) return 0;
  return first.atSeconds > 0 && periodSeconds < POSITIVE_INFINITY ? last.count : first.count;
}

function planAutoscaler(autoscaler: Autoscaler = "none"): PlannedAutoscaler | undefined {
  if (autoscaler === "none") return undefined;
  if ("schedule" in autoscaler) return planSchedule(autoscaler);
  if ("step" in autoscaler) return planStep(autoscaler.step);
  if ("targetTracking" in autoscaler) return planTargetTracking(autoscaler.targetTracking);
  if ("hpa" in autoscaler) return planned(autoscaler.hpa, planHpa(autoscaler.hpa), ofHpa);
  if ("keda" in autoscaler) return planned(autoscaler.keda, planKeda(autoscaler.keda), ofKeda);
  if ("lambda" in autoscaler) {
    return planned(lambdaSize(autoscaler.lambda), planLambda(autoscaler.lambda), ofLambda);
  }
  return planned(autoscaler.kedaJobs, planKedaJobs(autoscaler.kedaJobs), ofKeda);
}

interface Defaults {
  readonly min: number;
  readonly metric: Metric;
  readonly periodSeconds: number;
  readonly outSeconds: number;
  readonly inSeconds: number;
}

const ofCloudWatch = { min: 1, metric: "visible", periodSeconds: 60, outSeconds: 0 } as const;
const ofLambda = { ...ofCloudWatch, inSeconds: 0 };
const ofHpa = { ...ofCloudWatch, periodSeconds: 15, inSeconds: 0 };
const ofKeda = { ...ofHpa, min: 0, metric: "visibleAndInFlight" } as const;

function planned(given: Scaling, rule: PlannedRule, defaults: Defaults): PlannedAutoscaler {
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

const cooldownSecondsDefault = 300;

function planTargetTracking(given: TargetTracking): PlannedAutoscaler {
  const rule: PlannedTargetTracking = {
    kind: "targetTracking",
    target: given.target,
    scaleOutPeriods: given.scaleOutPeriods ?? 3,
    scaleInPeriods: given.scaleInPeriods ?? 15,
    scaleInShare: given.scaleInShare ?? 0.9,
  };
  return planned(given, rule, { ...ofCloudWatch, inSeconds: cooldownSecondsDefault });
}

function planAlarm(given: StepAlarm | undefined): PlannedStepAlarm | undefined {
  if (given === undefined) return undefined;
  const steps = given.steps
    .map(({ beyond = 0, adjustment }) => ({ beyond, adjustment }))
    .sort((one, other) => one.beyond - other.beyond);
  return { threshold: given.threshold, periods: given.periods ?? 1, steps };
}

function planStep(given: StepScaling): PlannedAutoscaler {
  const rule: PlannedStep = {
    kind: "step",
    isPerInstance: given.perInstance ?? false,
    adjustmentType: given.adjustmentType ?? "changeInCapacity",
    out: planAlarm(given.out),
    in: planAlarm(given.in),
    cooldownOutSeconds: given.cooldownSeconds?.out ?? cooldownSecondsDefault,
  };
  const { in: inSeconds = cooldownSecondsDefault } = given.cooldownSeconds ?? {};
  const pauses = { out: 0, in: inSeconds };
  return planned({ ...given, cooldownSeconds: pauses }, rule, { ...ofCloudWatch, inSeconds });
}

function planSchedule({ schedule }: ScheduleScaler): PlannedAutoscaler {
  const { entries, periodSeconds = POSITIVE_INFINITY } = schedule;
  const counts = entries.map(({ count }) => count);
  const rule: PlannedSchedule = { kind: "schedule", entries, periodSeconds };
  const bounds = { min: Math.min(...counts), max: Math.max(...counts) };
  return planned(bounds, rule, { ...ofCloudWatch, inSeconds: 0 });
}
