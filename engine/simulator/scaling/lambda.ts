/**
 * Lambda's event source mapping: as long as messages wait it adds so many invokes a minute, but none in a
 * minute in which invokes found no place; when none wait it keeps those that are at work, and the fewest.
 * It counts invokes, or pollers of several invokes each.
 */
import type { PlannedLambda } from "../scenario/planLambda.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";

const MINUTE = 60;

export class Lambda implements Autoscaler {
  readonly periodsSeconds: readonly number[] = [MINUTE];
  readonly #plan: PlannedLambda;

  constructor(plan: PlannedLambda) {
    this.#plan = plan;
  }

  decide({ value, busy, throttled }: Reading, { desired }: Standing): number {
    if (value === 0) return Math.min(desired, busy);
    return throttled > 0 ? desired : desired + this.#plan.perMinute;
  }
}
