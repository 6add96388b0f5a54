/**
 * Random numbers of a run: xoshiro128** (Blackman and Vigna, 2018), a stream of its own for each part of
 * a scenario and each run, so that what one part draws never moves what another one draws. Streams lie
 * 2^64 draws apart for the parts, 2^96 for the runs: jumps from one begin, which the seed makes.
 * Integers alone, so that the same seed gives the same numbers on every machine. A leaf.
 */

/** Shorthand of the papers: 32 bits turned left. */
function turn(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

const JUMP = [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b];
const LONG_JUMP = [0xb523952e, 0x0b6f099f, 0xccf5a0ef, 0x1c580662];

/** 2^-53 and 2^-26: what makes doubles of words. */
const ULP = 1.1102230246251565e-16;
const HIGH = 67_108_864;

export class Stream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    // SplitMix32 fills the state; it is all zero for no seed.
    let word = seed | 0;
    const next = (): number => {
      word = (word + 0x9e3779b9) | 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** The stream of a part of the scenario in a run; both count from 0. */
  static of(seed: number, run: number, part: number): Stream {
    const stream = new Stream(seed);
    for (let jumps = 0; jumps < run; jumps++) stream.#jump(LONG_JUMP);
    for (let jumps = 0; jumps < part; jumps++) stream.#jump(JUMP);
    return stream;
  }

  /** Where it stands: four words, the seed of all that it will draw. */
  get state(): readonly [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /** A whole number from -2^31 to 2^31 - 1. */
  word(): number {
    const b = this.#b;
    const drawn = Math.imul(turn(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ shifted;
    this.#d = turn(d, 11);
    return drawn;
  }

  /** One of the 2^53 multiples of 2^-53 from 0 to below 1. */
  double(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * HIGH + low) * ULP;
  }

  /** Above 0, up to 1: what a logarithm can be taken of. */
  positive(): number {
    return 1 - this.double();
  }

  /** A whole number from 0 to `below` - 1; `below` up to 2^32. */
  below(below: number): number {
    return Math.floor(this.double() * below);
  }

  #jump(polynomial: readonly number[]): void {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (const word of polynomial) {
      for (let bit = 0; bit < 32; bit++) {
        if ((word & (1 << bit)) !== 0) {
          a ^= this.#a;
          b ^= this.#b;
          c ^= this.#c;
          d ^= this.#d;
        }
        this.word();
      }
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }
}
