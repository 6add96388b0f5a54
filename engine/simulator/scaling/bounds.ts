/**
 * What holds for every autoscaler: no fewer than `min`, no more than `max`, and a pause after a change.
 * After scaling out nothing is added for `outSeconds`; after any change nothing is taken away for
 * `inSeconds`.
 */
import type { Standing } from "./autoscaler.ts";

export interface PlannedBounds {
  readonly min: number;
  readonly max: number;
  readonly outSeconds: number;
  readonly inSeconds: number;
}

export class Bounds {
  readonly #plan: PlannedBounds;
  #lastOut = Number.NEGATIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(plan: PlannedBounds) {
    this.#plan = plan;
  }

  /** How many there may be, of so many that are wanted. */
  bound(wanted: number, { desired, nowSeconds }: Standing): number {
    const { min, max, outSeconds, inSeconds } = this.#plan;
    const bounded = Math.min(Math.max(wanted, min), max);
    if (bounded > desired && nowSeconds < this.#lastOut + outSeconds) return desired;
    if (bounded < desired && nowSeconds < this.#last + inSeconds) return desired;
    return bounded;
  }

  scaled(from: number, to: number, nowSeconds: number): void {
    if (to === from) return;
    this.#last = nowSeconds;
    if (to > from) this.#lastOut = nowSeconds;
  }
}
