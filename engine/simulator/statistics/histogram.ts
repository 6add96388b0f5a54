/**
 * Times, counted in buckets whose width is at most 1/256 of what they hold: a percentile read off them,
 * straight within its bucket, is off by less than 0.4 %, however many were counted. Memory does not grow. Mean
 * and deviation are of the times themselves. Milliseconds in and out; nothing is allocated a time.
 */

/** Buckets an octave, and the octaves that have buckets: 2^-10 ms (a microsecond) to 2^41 (70 years). */
const OCTAVE_LOG2 = 8;
const LOWEST = -10;
const OCTAVES = 51;
const BUCKETS = OCTAVES << OCTAVE_LOG2;
/** A double's high word begins with its sign and exponent (offset 1023) and goes on with its digits. */
const SHIFT = 20 - OCTAVE_LOG2;
const FIRST = (1_023 + LOWEST) << OCTAVE_LOG2;
const FLOOR_MS = 1 / 1_024;
const CEILING_MS = 2_199_023_255_552;

const COUNT = 0;
const SUM = 1;
const SQUARES = 2;
const MAX = 3;
/** Times below the first bucket's: none, as a rule. */
const NONE = 4;

export class Histogram {
  readonly #buckets = new Float64Array(BUCKETS);
  readonly #sums = new Float64Array(5);
  readonly #cell = new Float64Array(1);
  /** The cell's words, the low one first. */
  readonly #words = new Uint32Array(this.#cell.buffer);

  record(ms: number): void {
    const sums = this.#sums;
    sums[COUNT] = (sums[COUNT] as number) + 1;
    sums[SUM] = (sums[SUM] as number) + ms;
    sums[SQUARES] = (sums[SQUARES] as number) + ms * ms;
    if (ms > (sums[MAX] as number)) sums[MAX] = ms;
    if (ms < FLOOR_MS) {
      sums[NONE] = (sums[NONE] as number) + 1;
      return;
    }
    this.#cell[0] = ms < CEILING_MS ? ms : CEILING_MS - 1;
    const bucket = ((this.#words[1] as number) >>> SHIFT) - FIRST;
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  /** Takes in what another one has counted. */
  add(other: Histogram): void {
    for (let index = 0; index < BUCKETS; index++) {
      this.#buckets[index] = (this.#buckets[index] as number) + (other.#buckets[index] as number);
    }
    for (const index of [COUNT, SUM, SQUARES, NONE]) {
      this.#sums[index] = (this.#sums[index] as number) + (other.#sums[index] as number);
    }
    this.#sums[MAX] = Math.max(this.max, other.max);
  }

  get count(): number {
    return this.#sums[COUNT] as number;
  }

  get sum(): number {
    return this.#sums[SUM] as number;
  }

  get squares(): number {
    return this.#sums[SQUARES] as number;
  }

  get max(): number {
    return this.#sums[MAX] as number;
  }

  /** The time that the share `p` (0 to 1) of all does not exceed; NaN where none was counted. */
  percentile(p: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = p * this.count;
    let below = this.#sums[NONE] as number;
    if (rank <= below) return 0;
    for (let index = 0; index < BUCKETS; index++) {
      const here = this.#buckets[index] as number;
      if (below + here >= rank && here > 0) {
        const low = edge(index);
        return Math.min(this.max, low + ((edge(index + 1) - low) * (rank - below)) / here);
      }
      below += here;
    }
    return this.max;
  }
}

/** Where a bucket begins. */
function edge(index: number): number {
  let ms = FLOOR_MS * (1 + (index & ((1 << OCTAVE_LOG2) - 1)) / (1 << OCTAVE_LOG2));
  for (let octave = index >> OCTAVE_LOG2; octave > 0; octave--) ms *= 2;
  return ms;
}
