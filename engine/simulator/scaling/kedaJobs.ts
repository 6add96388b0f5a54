/**
 * KEDA's ScaledJob: each polling interval it starts jobs for what is in the queue, by one of its
 * strategies. A job handles one receive and ends; none is ever ended. Running are all that have not ended,
 * those that are pending among them.
 */
import type { PlannedKedaJobs } from "../scenario/planKubernetes.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";
import type { PlannedBounds } from "./bounds.ts";

export class KedaJobs implements Autoscaler {
  readonly periodsSeconds: readonly number[];
  readonly #plan: PlannedKedaJobs;
  readonly #bounds: PlannedBounds;

  constructor(plan: PlannedKedaJobs, bounds: PlannedBounds) {
    this.#plan = plan;
    this.#bounds = bounds;
    this.periodsSeconds = [plan.pollingInterval];
  }

  decide({ value }: Reading, { desired: running, pending }: Standing): number {
    const { min, max } = this.#bounds;
    const { queueLength, activationQueueLength } = this.#plan;
    const wanted = value > activationQueueLength ? Math.ceil(value / queueLength) : 0;
    const scale = Math.min(wanted, max);
    const more = scale === 0 ? 0 : this.#more(scale, running, pending, max);
    return Math.max(running + Math.max(0, more), min);
  }

  #more(scale: number, running: number, pending: number, max: number): number {
    switch (this.#plan.strategy) {
      case "default":
        return scale - running;
      case "accurate":
        return scale + running > max ? max - running : scale - pending;
      case "eager":
        return Math.min(max - running - pending, scale);
    }
  }
}
