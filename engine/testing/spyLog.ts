/**
 * What a spy has seen, in order, up to a bound: the oldest is forgotten first, and how many were is told.
 * Own thread only.
 */
import type { Events } from "./controls.ts";
import type { SpyEvent } from "./types.ts";

/** Most events that are kept. */
export const EVENTS_MAX = 100_000;

export class SpyLog {
  #events: SpyEvent[] = [];
  #last = 0;
  #lost = 0;

  note(event: Omit<SpyEvent, "number">): void {
    this.#last += 1;
    this.#events.push({ number: this.#last, ...event });
    if (this.#events.length <= EVENTS_MAX) return;
    // A tenth at once, since the rest is copied.
    const some = EVENTS_MAX / 10;
    this.#events = this.#events.slice(some);
    this.#lost += some;
  }

  after(number: number): Events {
    const [first] = this.#events;
    const from = first === undefined ? 0 : Math.max(0, number - first.number + 1);
    return { events: this.#events.slice(from), lost: this.#lost };
  }
}
