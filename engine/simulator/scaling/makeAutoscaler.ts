/** Makes an autoscaler of its plan. */
import type { PlannedAutoscaler } from "../scenario/planScaling.ts";
import type { Autoscaler } from "./autoscaler.ts";
import { TargetTracking } from "./targetTracking.ts";

export function makeAutoscaler({ rule, metric, periodSeconds }: PlannedAutoscaler): Autoscaler {
  return new TargetTracking(rule, periodSeconds, metric === "ageOfOldest");
}
