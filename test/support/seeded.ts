/**
 * Random numbers that can be had again: a test prints its seed, and the seed gives the same run.
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to choose operations.
 */
export class Seeded {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)] as T;
  }
}

/** The seed of this run: SLUICE_SEED, or a new one; said aloud, so that a failure can be had again. */
export function chooseSeed(test: string): number {
  const given = process.env.SLUICE_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 4294967296) : Number(given);
  console.log(`${test}: SLUICE_SEED=${seed}`);
  return seed;
}
