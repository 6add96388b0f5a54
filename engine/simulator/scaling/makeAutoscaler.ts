/** Makes an autoscaler of its plan. */
import type { PlannedAutoscaler } from "../scenario/planScaling.ts";
import type { Autoscaler } from "./autoscaler.ts";
import { Hpa } from "./hpa.ts";
import { Keda } from "./keda.ts";
import { KedaJobs } from "./kedaJobs.ts";
import { Lambda } from "./lambda.ts";
import { Schedule } from "./schedule.ts";
import { StepScaling } from "./step.ts";
import { TargetTracking } from "./targetTracking.ts";

export function makeAutoscaler(plan: PlannedAutoscaler): Autoscaler {
  const { rule, metric, periodSeconds, bounds } = plan;
  switch (rule.kind) {
    case "schedule":
      return new Schedule(rule);
    case "step":
      return new StepScaling(rule, periodSeconds);
    case "targetTracking":
      return new TargetTracking(rule, periodSeconds, metric === "ageOfOldest");
    case "hpa":
      return new Hpa(rule, bounds, periodSeconds);
    case "keda":
      return new Keda(rule, bounds, periodSeconds);
    case "kedaJobs":
      return new KedaJobs(rule, bounds);
    case "lambda":
      return new Lambda(rule);
  }
}
