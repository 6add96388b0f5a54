/**
 * A journal of all queues of a memory, as far as tests need one: reads every ring, keeps what it says,
 * and has a rebuilt shard stated again. Of the thread that it is given, at moments of the test's choosing.
 */
import * as layout from "../../../assembly/layout.ts";
import { Kept } from "./kept.ts";
import { RingReader } from "./ringReader.ts";
import type { Sections } from "./sections.ts";

export class Keeper {
  readonly reader: RingReader;
  readonly #sections: Sections;
  readonly #kept = new Map<number, Kept>();

  constructor(sections: Sections) {
    this.#sections = sections;
    this.reader = new RingReader(sections);
  }

  kept(queue: number): Kept {
    const kept = this.#kept.get(queue) ?? new Kept();
    this.#kept.set(queue, kept);
    return kept;
  }

  /** Begins with nothing known, of queues that are made from now on. */
  forget(): void {
    this.#kept.clear();
  }

  get queues(): number[] {
    const count = this.#sections.header(layout.HEADER_QUEUES_BUMP);
    return Array.from({ length: count }, (_, queue) => queue);
  }

  /** All that the rings say by now. */
  take(): void {
    for (const queue of this.queues) this.kept(queue).apply(this.reader.take(queue));
  }

  /** Every shard that was rebuilt is stated again, and read; how many were. */
  resync(): number {
    let count = 0;
    for (const queue of this.queues) {
      if (this.reader.rebuilt(queue) === 0) continue;
      count++;
      for (let from = 0; ; ) {
        const next = this.#sections.engine.resync(this.#sections.thread, queue, from);
        if (next === 0) break;
        if (next === layout.STATUS_FULL) this.take();
        else from = next;
      }
    }
    return count;
  }

  /** The first thing that is known otherwise than it is; undefined: nothing. */
  difference(): string | undefined {
    for (const queue of this.queues) {
      const difference = this.kept(queue).difference(this.#sections, queue);
      if (difference !== undefined) return `queue ${queue}: ${difference}`;
    }
    return undefined;
  }
}
