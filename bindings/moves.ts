/**
 * Moves between queues that somebody asks for: redrives out of a dead-letter queue, and dead letters on
 * demand. Up to ten messages a call; what a receive finds to be received too often moves by itself. Own
 * thread only; uses staging.
 */
import { THREAD_OUT_HELD_BACK, THREAD_OUT_RETURNED, THREAD_STAGING } from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import type { Namesake, QueueHandle } from "./shapes.ts";
import type { Area } from "./views.ts";

/** Most messages of one call. */
export const MOVES_MAX = 10;
/** Where a redrive goes that brings each message back to the queue it came from. */
const HOME: QueueHandle = { number: 0, incarnation: 0 };

export class Moves {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;

  constructor(exports: EngineExports, thread: number, area: Area) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
  }

  /**
   * Moves up to ten visible messages, as new ones, to another queue, or each to the queue it came
   * from or, where that is gone, to its namesake; how many left, or a status. `returned`: how many
   * had no queue to go to and stay.
   */
  redrive(
    { number, incarnation }: QueueHandle,
    most: number,
    to: QueueHandle | undefined,
    namesakes: readonly Namesake[],
    now: number,
  ): number {
    const target = to ?? HOME;
    namesakes.forEach(({ gone, incarnation: namesake }, index) => {
      this.#area.u32.set([gone, namesake], (THREAD_STAGING >> 2) + index * 2);
    });
    const source = [this.#thread, number, incarnation, most] as const;
    const count = namesakes.length;
    return this.#exports.redrive(...source, target.number, target.incarnation, count, now);
  }

  /** Of the last redrive. */
  get returned(): number {
    return this.#area.u32[THREAD_OUT_RETURNED >> 2] as number;
  }

  /** Of the last of the following: how many stay, hidden for a moment, until the journal has read what is in its way. */
  get heldBack(): number {
    return this.#area.u32[THREAD_OUT_HELD_BACK >> 2] as number;
  }

  /**
   * Up to `most` (at most ten) visible messages become dead letters, as if they had been received too
   * often; how many, or a status. 0: none is visible, or there is no dead-letter queue.
   */
  exhaust({ number, incarnation }: QueueHandle, most: number, now: number): number {
    this.#area.u32[THREAD_OUT_HELD_BACK >> 2] = 0;
    return this.#exports.exhaust(this.#thread, number, incarnation, most, now);
  }

  /** Likewise what handle records 0 to count - 1, ten at most, name, as far as it is in flight. */
  exhaustHeld({ number, incarnation }: QueueHandle, count: number, now: number): number {
    this.#area.u32[THREAD_OUT_HELD_BACK >> 2] = 0;
    return this.#exports.exhaustHeld(this.#thread, number, incarnation, count, now);
  }
}
