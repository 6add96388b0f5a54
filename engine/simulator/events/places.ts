/**
 * What a fleet's messages that are handled side by side have in front of them: of each place when it
 * happens, and when its handling began. An event that does not come at that moment was planned for a
 * process that has died since.
 */
import { eventOf } from "./kinds.ts";
import type { Timeline } from "./timeline.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class Places {
  readonly began: Float64Array;
  readonly #due: Float64Array;
  readonly #timeline: Timeline;
  readonly #first: number;

  /** @param first the number of its first place among those of all fleets. */
  constructor(count: number, timeline: Timeline, first: number) {
    this.began = new Float64Array(count);
    this.#due = new Float64Array(count);
    this.#timeline = timeline;
    this.#first = first;
  }

  plan(place: number, kind: number, atMs: number): void {
    this.#due[place] = atMs;
    this.#timeline.plan(atMs, eventOf(kind, this.#first + place));
  }

  isDue(place: number): boolean {
    return this.#due[place] === this.#timeline.nowMs;
  }

  /** Nothing is in front of places `from` to `end - 1`. */
  clear(from: number, end: number): void {
    this.#due.fill(NEVER, from, end);
  }
}
