/**
 * Tells producers of closed loops that messages of theirs are over: deleted, each by its own token; or
 * moved to the dead-letter queue or expired, which the engine does to messages that it does not name.
 * Of those the producer gets one that has the most on the way: with one closed loop a queue, as is usual,
 * it is the right one.
 */
import type { Cards } from "./cards.ts";
import type { Producer } from "./producer.ts";
import type { Freed } from "./settler.ts";
import type { Loser, SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import { NOBODY, producerOf } from "./token.ts";

export class Loops implements Freed {
  #producers: readonly Producer[] = [];
  readonly #cards: Cards | undefined;
  readonly #timeline: Timeline;

  constructor(cards: Cards | undefined, timeline: Timeline) {
    this.#cards = cards;
    this.#timeline = timeline;
  }

  /** Once, when the run's parts are there. */
  join(producers: readonly Producer[], queues: readonly SimQueue[]): void {
    this.#producers = producers;
    for (const queue of queues) {
      const own = producers.filter((producer) => producer.isLoop && producer.queue === queue);
      if (own.length > 0) queue.loser = new Losses(own);
    }
  }

  free(high: number, isLooped: boolean): void {
    const cards = this.#cards;
    const producer =
      cards === undefined ? producerOf(high) : cards.over(high, this.#timeline.nowMs);
    if (producer === NOBODY || !isLooped) return;
    const known = this.#producers[producer];
    if (known?.isLoop) known.free();
  }
}

class Losses implements Loser {
  readonly #producers: readonly Producer[];

  constructor(producers: readonly Producer[]) {
    this.#producers = producers;
  }

  lose(count: number): void {
    for (let left = count; left > 0; left--) {
      const busiest = this.#producers.reduce((one, other) =>
        other.outstanding > one.outstanding ? other : one,
      );
      if (busiest.outstanding > 0) busiest.free();
    }
  }
}
