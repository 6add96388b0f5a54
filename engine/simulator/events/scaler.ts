/**
 * Looks at a fleet's queue for its autoscaler, again and again, and does what that says. What it decides
 * by may be older than the decision, as CloudWatch's samples are.
 */
import type { Autoscaler, Reading, Standing } from "../scaling/autoscaler.ts";
import { Bounds } from "../scaling/bounds.ts";
import { makeAutoscaler } from "../scaling/makeAutoscaler.ts";
import type { PlannedAutoscaler } from "../scenario/planScaling.ts";
import type { Agenda } from "./agenda.ts";
import type { Fleet } from "./fleet.ts";
import type { Timeline } from "./timeline.ts";

const NO_MOMENTS = { atSeconds: [], periodSeconds: Number.POSITIVE_INFINITY };

export class Scaler {
  readonly #plan: PlannedAutoscaler;
  readonly #fleet: Fleet;
  readonly #timeline: Timeline;
  readonly #agenda: Agenda;
  readonly #autoscaler: Autoscaler;
  readonly #bounds: Bounds;
  readonly #beginMs: number;
  /** How often there were to be more, and fewer. */
  outs = 0;
  ins = 0;

  constructor(plan: PlannedAutoscaler, fleet: Fleet, timeline: Timeline, agenda: Agenda) {
    this.#plan = plan;
    this.#fleet = fleet;
    this.#timeline = timeline;
    this.#agenda = agenda;
    this.#autoscaler = makeAutoscaler(plan);
    this.#bounds = new Bounds(plan.bounds);
    this.#beginMs = timeline.nowMs;
  }

  start(): void {
    for (const [look, seconds] of this.#autoscaler.periodsSeconds.entries()) {
      this.#agenda.every(seconds, () => this.#look(look));
    }
    const { atSeconds, periodSeconds } = this.#autoscaler.moments ?? NO_MOMENTS;
    for (const [look, seconds] of atSeconds.entries()) {
      const again = (atMs: number): void => {
        this.#agenda.at(atMs, () => {
          this.#look(look);
          if (periodSeconds < Number.POSITIVE_INFINITY) again(atMs + periodSeconds * 1_000);
        });
      };
      again(this.#beginMs + seconds * 1_000);
    }
  }

  #look(look: number): void {
    const { inService, busy } = this.#fleet.processes;
    const throttled = this.#fleet.invoker?.takeThrottled() ?? 0;
    const reading = { value: this.#metric, running: inService, busy, throttled };
    const { lagSeconds } = this.#plan;
    if (lagSeconds === 0) this.#decide(reading, look);
    else this.#agenda.after(lagSeconds, () => this.#decide(reading, look));
  }

  get #metric(): number {
    const { visible, inFlight, delayed, oldestSentAtMs } = this.#fleet.queue.traffic;
    const { metric } = this.#plan;
    if (metric === "ageOfOldest") {
      return Math.max(0, this.#timeline.nowMs - oldestSentAtMs) / 1_000;
    }
    if (metric === "visible") return visible;
    return visible + inFlight + (metric === "all" ? delayed : 0);
  }

  #decide(reading: Reading, look: number): void {
    const { desired, pending } = this.#fleet.processes;
    const nowSeconds = (this.#timeline.nowMs - this.#beginMs) / 1_000;
    const standing: Standing = { nowSeconds, desired, pending };
    const wanted = this.#autoscaler.decide(reading, standing, look);
    const bounded = this.#bounds.bound(wanted, standing);
    if (bounded === desired) return;
    this.#bounds.scaled(desired, bounded, nowSeconds);
    this.#autoscaler.scaled?.(desired, bounded, nowSeconds);
    if (bounded > desired) this.outs++;
    else this.ins++;
    this.#fleet.processes.resize(bounded);
  }
}
