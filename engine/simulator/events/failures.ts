/** Whether a handling fails: by chance, because its message is poison, or because of an outage. */
import type { Stream } from "../random/stream.ts";
import type { PlannedFailure, PlannedOutage } from "../scenario/plan.ts";
import type { Cards } from "./cards.ts";
import { lotOf } from "./token.ts";

export class Failures {
  readonly isAny: boolean;
  readonly #plan: PlannedFailure;
  readonly #stream: Stream;
  readonly #beginMs: number;
  readonly #cards: Cards | undefined;

  constructor(plan: PlannedFailure, stream: Stream, beginMs: number, cards?: Cards) {
    this.#plan = plan;
    this.#stream = stream;
    this.#beginMs = beginMs;
    this.#cards = cards;
    this.isAny = plan.probability > 0 || plan.poisonShare > 0 || plan.outages.length > 0;
  }

  /** Whether the handling of this message, which ends now, fails. */
  fails(nowMs: number, high: number): boolean {
    const { probability, poisonShare, outages } = this.#plan;
    if (poisonShare > 0 && this.#lotOf(high) < poisonShare) return true;
    if (probability > 0 && this.#stream.double() < probability) return true;
    return outages.length > 0 && this.#isOut(outages, (nowMs - this.#beginMs) / 1_000);
  }

  #lotOf(high: number): number {
    return this.#cards === undefined ? lotOf(high) : this.#cards.lotOf(high);
  }

  #isOut(outages: readonly PlannedOutage[], atSeconds: number): boolean {
    for (const { fromSeconds, untilSeconds, probability } of outages) {
      if (atSeconds < fromSeconds || atSeconds >= untilSeconds) continue;
      if (probability === 1 || this.#stream.double() < probability) return true;
    }
    return false;
  }
}
