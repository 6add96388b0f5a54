/**
 * KEDA's ScaledObject: it takes a fleet from none to one and back by itself, each polling interval, and
 * leaves all else to a HorizontalPodAutoscaler, whose metric is the queue's length and whose target is
 * the length that a replica is for.
 */
import type { PlannedKeda } from "../scenario/planKubernetes.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";
import type { PlannedBounds } from "./bounds.ts";
import { Hpa } from "./hpa.ts";

const POLL = 1;

export class Keda implements Autoscaler {
  readonly periodsSeconds: readonly number[];
  readonly #plan: PlannedKeda;
  readonly #min: number;
  readonly #hpa: Hpa;
  #activeAt = Number.NEGATIVE_INFINITY;

  constructor(plan: PlannedKeda, bounds: PlannedBounds, periodSeconds: number) {
    this.#plan = plan;
    this.#min = bounds.min;
    this.#hpa = new Hpa(plan.hpa, { ...bounds, min: Math.max(bounds.min, 1) }, periodSeconds);
    this.periodsSeconds = [periodSeconds, plan.pollingInterval];
  }

  decide(reading: Reading, standing: Standing, look: number): number {
    if (look === POLL) return this.#poll(reading, standing);
    // There is nothing for the HPA to do while there is no replica.
    return standing.desired === 0 ? 0 : this.#hpa.decide(reading, standing);
  }

  #poll({ value }: Reading, { desired, nowSeconds }: Standing): number {
    const { activationQueueLength, cooldownPeriod } = this.#plan;
    if (value > activationQueueLength) {
      this.#activeAt = nowSeconds;
      return desired === 0 ? Math.max(this.#min, 1) : desired;
    }
    const isOver = nowSeconds - this.#activeAt >= cooldownPeriod;
    return this.#min === 0 && isOver ? 0 : desired;
  }

  scaled(from: number, to: number, nowSeconds: number): void {
    this.#hpa.scaled(from, to, nowSeconds);
  }
}
