/**
 * CloudWatch step scaling: an alarm above a threshold adds by how far it is above, one below another
 * threshold takes away by how far it is below. While it cools down after scaling out, what it added then
 * counts: only a larger step adds the rest.
 */
import type { PlannedStep, PlannedStepAlarm } from "../scenario/planScaling.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";

export class StepScaling implements Autoscaler {
  readonly periodsSeconds: readonly number[];
  readonly #plan: PlannedStep;
  #above = 0;
  #below = 0;
  /** When it scaled out last, and from how many. */
  #outAt = Number.NEGATIVE_INFINITY;
  #outFrom = 0;

  constructor(plan: PlannedStep, periodSeconds: number) {
    this.#plan = plan;
    this.periodsSeconds = [periodSeconds];
  }

  decide({ value, running }: Reading, { desired, nowSeconds }: Standing): number {
    const { isPerInstance, out, in: back, cooldownOutSeconds } = this.#plan;
    if (isPerInstance && running === 0) return value > 0 ? Math.max(desired, 1) : desired;
    const metric = isPerInstance ? value / running : value;
    this.#above = out !== undefined && metric >= out.threshold ? this.#above + 1 : 0;
    this.#below = back !== undefined && metric <= back.threshold ? this.#below + 1 : 0;
    if (out !== undefined && this.#above >= out.periods) {
      const isCooling = nowSeconds < this.#outAt + cooldownOutSeconds;
      const from = isCooling ? this.#outFrom : desired;
      return Math.max(desired, this.#adjusted(from, stepOf(out, metric - out.threshold)));
    }
    if (back !== undefined && this.#below >= back.periods) {
      return Math.min(desired, this.#adjusted(desired, stepOf(back, back.threshold - metric)));
    }
    return desired;
  }

  #adjusted(count: number, adjustment: number | undefined): number {
    if (adjustment === undefined) return count;
    switch (this.#plan.adjustmentType) {
      case "exactCapacity":
        return adjustment;
      case "percentChangeInCapacity":
        return count + percent((count * adjustment) / 100);
      case "changeInCapacity":
        return count + adjustment;
    }
  }

  scaled(from: number, to: number, nowSeconds: number): void {
    if (to < from) return;
    const isCooling = nowSeconds < this.#outAt + this.#plan.cooldownOutSeconds;
    if (!isCooling) this.#outFrom = from;
    this.#outAt = nowSeconds;
  }
}

/** The adjustment of the last step that is reached. */
function stepOf({ steps }: PlannedStepAlarm, beyond: number): number | undefined {
  return steps.findLast((step) => beyond >= step.beyond)?.adjustment;
}

/** As AWS rounds a share: towards none, but to one at least. */
function percent(change: number): number {
  if (change > 0) return Math.max(1, Math.trunc(change));
  return change < 0 ? Math.min(-1, Math.trunc(change)) : 0;
}
