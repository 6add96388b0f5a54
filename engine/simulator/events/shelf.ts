/**
 * What a process has received before it had a lane for it: messages in places of their own, first in,
 * first out. They are hidden, and their time runs.
 */
import type { Traffic } from "../../broker/messages/traffic.ts";

export class Shelf {
  readonly #traffic: Traffic;
  readonly #first: number;
  readonly #size: number;
  #head = 0;
  count = 0;

  /** @param first its places are `size` from this one on. */
  constructor(traffic: Traffic, first: number, size: number) {
    this.#traffic = traffic;
    this.#first = first;
    this.#size = size;
  }

  /** Takes over `count` messages from places of their own. */
  put(from: number, count: number): void {
    for (let index = 0; index < count; index++) {
      const to = this.#first + ((this.#head + this.count) % this.#size);
      this.#traffic.move(from + index, to);
      this.count++;
    }
  }

  /** Gives the first messages, `most` at the most, to the places from `to` on; how many. */
  take(most: number, to: number): number {
    const count = Math.min(most, this.count);
    for (let index = 0; index < count; index++) {
      this.#traffic.move(this.#first + this.#head, to + index);
      this.#head = (this.#head + 1) % this.#size;
      this.count--;
    }
    return count;
  }

  clear(): void {
    this.count = 0;
  }
}
