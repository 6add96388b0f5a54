/**
 * Target tracking as AWS advises it for queues: messages by instances in service are held at a target.
 * An alarm that was above for some periods in a row scales out, one that was below a share of the
 * target for more periods scales in; both to as many as the target asks for, and again each period as
 * long as the alarm lasts. Without an instance the metric is undefined: a message brings one.
 */
import type { PlannedTargetTracking } from "../scenario/planScaling.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";

export class TargetTracking implements Autoscaler {
  readonly periodsSeconds: readonly number[];
  readonly #plan: PlannedTargetTracking;
  readonly #isAge: boolean;
  /** Periods in a row. */
  #above = 0;
  #below = 0;

  constructor(plan: PlannedTargetTracking, periodSeconds: number, isAge: boolean) {
    this.#plan = plan;
    this.periodsSeconds = [periodSeconds];
    this.#isAge = isAge;
  }

  decide({ value, running }: Reading, { desired }: Standing): number {
    if (running === 0) {
      this.#above = 0;
      this.#below = 0;
      return value > 0 ? Math.max(desired, 1) : desired;
    }
    const { target, scaleInShare, scaleOutPeriods, scaleInPeriods } = this.#plan;
    // An age is the queue's; messages are shared by the instances.
    const metric = this.#isAge ? value : value / running;
    this.#above = metric > target ? this.#above + 1 : 0;
    this.#below = metric < target * scaleInShare ? this.#below + 1 : 0;
    const wanted = Math.ceil(this.#isAge ? (running * value) / target : value / target);
    if (this.#above >= scaleOutPeriods) return Math.max(desired, wanted);
    if (this.#below >= scaleInPeriods) return Math.min(desired, wanted);
    return desired;
  }
}
