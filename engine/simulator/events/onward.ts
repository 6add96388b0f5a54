/**
 * What goes on of the messages that a fleet has handled well, through all its outlets. A message whose
 * calls a queue's quota refuses is not done with before they are let through: its process waits.
 */

import { PLACES } from "./lanes.ts";
import type { Outlet } from "./outlet.ts";
import type { SimQueue } from "./simQueue.ts";

/** A fleet; `first` is the number of its first lane. */
export interface Sender {
  readonly outlets: readonly Outlet[];
  readonly queue: SimQueue;
  readonly first: number;
}

export class Onward {
  readonly #outlets: readonly Outlet[];
  readonly #queue: SimQueue;
  readonly #base: number;
  /** By place of the fleet: calls that are refused yet. */
  readonly #refused: Uint32Array;

  /** @param onDone told of a place whose calls, some of which were refused, are all through now. */
  constructor({ outlets, queue, first }: Sender, lanes: number, onDone: (place: number) => void) {
    this.#outlets = outlets;
    this.#queue = queue;
    this.#base = first * PLACES;
    this.#refused = new Uint32Array(lanes * PLACES);
    const onThrough = (place: number): void => {
      const left = (this.#refused[place] as number) - 1;
      this.#refused[place] = left;
      if (left === 0) onDone(place);
    };
    for (const outlet of outlets) outlet.onThrough = onThrough;
  }

  /** The message in this place was handled well; whether all that goes on of it is through. */
  send(place: number): boolean {
    const card = this.#queue.traffic.high(this.#base + place);
    let refused = 0;
    for (const outlet of this.#outlets) refused += outlet.send(place, card);
    this.#refused[place] = refused;
    return refused === 0;
  }

  /** Whether nothing of places `from` to `end - 1` waits. */
  isDone(from: number, end: number): boolean {
    return this.#refused.subarray(from, end).every((count) => count === 0);
  }

  /** Messages that it could not send on yet. */
  get unsent(): number {
    return this.#outlets.reduce((sum, { unsent }) => sum + unsent, 0);
  }

  /** Their process has died. */
  forget(from: number, end: number): void {
    if (this.isDone(from, end)) return;
    this.#refused.fill(0, from, end);
    for (const outlet of this.#outlets) outlet.forget(from, end);
  }
}

/** Undefined where nothing goes on. */
export function onwardOf(
  sender: Sender,
  lanes: number,
  onDone: (place: number) => void,
): Onward | undefined {
  return sender.outlets.length === 0 ? undefined : new Onward(sender, lanes, onDone);
}
