/**
 * Brings messages back out of a dead-letter queue, as a message move task does: those that are visible when
 * it begins, so many a second, twenty times a second at the most. The engine moves them; this counts what
 * came where. A task begins when no other one of its source is at it.
 */
import { redriven, redriveReturned, trafficError } from "../../broker/messages/traffic.ts";
import type { PlannedRedrive } from "../scenario/plan.ts";
import type { Agenda } from "./agenda.ts";
import type { SimQueue } from "./simQueue.ts";
import { MOVED_IN } from "./tally.ts";
import type { Timeline } from "./timeline.ts";

/** Most messages of a step of the engine. */
const STEP = 10;
const TURNS_A_SECOND = 20;

export class Redriver {
  readonly #plan: PlannedRedrive;
  readonly #from: SimQueue;
  /** Where they can go. */
  readonly #targets: readonly SimQueue[];
  readonly #to: SimQueue | undefined;
  readonly #timeline: Timeline;
  readonly #agenda: Agenda;
  /** Of the task that is at it: what is to move yet. */
  #left = 0;

  constructor(
    plan: PlannedRedrive,
    queues: readonly SimQueue[],
    timeline: Timeline,
    agenda: Agenda,
  ) {
    this.#plan = plan;
    this.#from = queues[plan.from] as SimQueue;
    this.#to = plan.to === undefined ? undefined : queues[plan.to];
    const sources = queues.filter(({ target }) => target === this.#from);
    this.#targets = this.#to === undefined ? sources : [this.#to];
    this.#timeline = timeline;
    this.#agenda = agenda;
  }

  start(): void {
    const { atSeconds, everySeconds } = this.#plan;
    this.#agenda.after(atSeconds, () => {
      this.#begin();
      if (everySeconds !== undefined) this.#agenda.every(everySeconds, () => this.#begin());
    });
  }

  #begin(): void {
    if (this.#left > 0) return;
    this.#from.settle();
    this.#left = this.#from.traffic.visible;
    if (this.#left > 0) this.#later();
  }

  /** Messages of a turn. */
  get #few(): number {
    return Math.max(1, Math.floor(this.#plan.perSecond / TURNS_A_SECOND));
  }

  #later(): void {
    const few = Math.min(this.#few, this.#left);
    this.#agenda.after(few / this.#plan.perSecond, () => this.#turn(few));
  }

  #turn(few: number): void {
    let moved = 0;
    while (moved < few) {
      const count = this.#step(Math.min(STEP, few - moved));
      if (count === 0) break;
      moved += count;
    }
    this.#left -= moved;
    // Somebody else has taken what was there.
    if (this.#from.traffic.visible === 0) this.#left = 0;
    if (this.#left > 0) this.#later();
  }

  /** Moves up to `most`; how many. */
  #step(most: number): number {
    const from = this.#from;
    from.settle();
    for (const target of this.#targets) target.settle();
    const before = this.#targets.map(presentIn);
    const moved = redriven(from.queue, this.#to?.queue, most, this.#timeline.nowMs);
    if (moved < 0) throw trafficError(from.queue, moved);
    if (redriveReturned(from.queue) > 0) {
      throw new Error(
        `Messages of ${from.plan.name} came from no queue that they could go back to.`,
      );
    }
    from.redrive(moved);
    for (const [index, target] of this.#targets.entries()) {
      const came = presentIn(target) - (before[index] as number);
      if (came === 0) continue;
      target.count(MOVED_IN, came);
      target.flow.arrive(came);
      target.serve();
    }
    return moved;
  }
}

function presentIn({ traffic }: SimQueue): number {
  return traffic.visible + traffic.inFlight + traffic.delayed;
}
