/** Numbers that look random and are the same for the same seed: whether a fault happens. Pure. */

const STEP = 0x9e3779b9;

export class Chance {
  #state: number;

  /** @param seed 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.#state = seed;
  }

  /** True with this probability. */
  happens(probability: number): boolean {
    return this.#next() < probability;
  }

  /** From 0 to below 1 (splitmix32). */
  #next(): number {
    this.#state = (this.#state + STEP) | 0;
    let word = this.#state ^ (this.#state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    word ^= word >>> 15;
    return (word >>> 0) / 2 ** 32;
  }
}
