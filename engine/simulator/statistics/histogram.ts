/**
 * Times, counted in buckets whose width is at most 1/256 of what they hold: a percentile read off them,
 * straight within its bucket, is off by less than 0.4 %, however many were counted. Memory does not grow. Mean
 * and deviation are of the times themselves. Milliseconds in and out; nothing is allocated a time.
 */

import { meanOf } from "./student.ts";

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
const MAX = 2;
/** Times below the first bucket's: none, as a rule. */
const NONE = 3;
/** The count at which the present batch is full, and the sum when it began. */
const FULL_AT = 4;
const BATCH_SUM = 5;
const BATCH_SIZE = 6;
const CELLS = 7;
/** Means of so many batches, or up to twice as many, say how sure the mean is. */
const BATCHES = 64;

export interface Buckets {
  /** The number of the first of them. */
  readonly first: number;
  readonly counts: Float64Array;
}

/** What one histogram tells another. */
export interface CountedTimes {
  readonly total: number;
  readonly sum: number;
  readonly max: number;
  readonly buckets: Buckets;
}

export class Histogram implements CountedTimes {
  readonly #buckets = new Float64Array(BUCKETS);
  readonly #cells = new Float64Array(CELLS);
  readonly time = new Float64Array(1);
  /** Its words, the low one first. */
  readonly #words = new Uint32Array(this.time.buffer);
  readonly #batches = new Float64Array(BATCHES);
  #batchCount = 0;

  constructor() {
    this.#cells[FULL_AT] = 1;
    this.#cells[BATCH_SIZE] = 1;
  }

  record(ms: number): void {
    this.time[0] = ms;
    this.count();
  }

  /** Counts `time`: a number that is handed on costs an object where calls are not inlined. */
  count(): void {
    const cells = this.#cells;
    const ms = this.time[0] as number;
    const count = (cells[COUNT] as number) + 1;
    cells[COUNT] = count;
    cells[SUM] = (cells[SUM] as number) + ms;
    if (ms > (cells[MAX] as number)) cells[MAX] = ms;
    if (count >= (cells[FULL_AT] as number)) this.#closeBatch();
    if (ms < FLOOR_MS) {
      cells[NONE] = (cells[NONE] as number) + 1;
      return;
    }
    if (ms >= CEILING_MS) this.time[0] = CEILING_MS - 1;
    const bucket = ((this.#words[1] as number) >>> SHIFT) - FIRST;
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  /** Forgets all that was counted: the warm-up is over. */
  clear(): void {
    this.#buckets.fill(0);
    this.#cells.fill(0);
    this.#cells[FULL_AT] = 1;
    this.#cells[BATCH_SIZE] = 1;
    this.#batchCount = 0;
  }

  /** Batches are of one size, which doubles when there are more than BATCHES. */
  #closeBatch(): void {
    const cells = this.#cells;
    const batches = this.#batches;
    batches[this.#batchCount++] = (cells[SUM] as number) - (cells[BATCH_SUM] as number);
    cells[BATCH_SUM] = cells[SUM] as number;
    if (this.#batchCount === BATCHES) {
      for (let index = 0; index < BATCHES / 2; index++) {
        batches[index] = (batches[2 * index] as number) + (batches[2 * index + 1] as number);
      }
      this.#batchCount = BATCHES / 2;
      cells[BATCH_SIZE] = (cells[BATCH_SIZE] as number) * 2;
    }
    cells[FULL_AT] = (cells[COUNT] as number) + (cells[BATCH_SIZE] as number);
  }

  /**
   * Half the width of the mean's 95 % interval, by the means of consecutive batches: observations of a
   * queue hang together, means of long batches hardly do. NaN where there are fewer than two.
   */
  get halfWidth(): number {
    const size = this.#cells[BATCH_SIZE] as number;
    const sums = this.#batches.subarray(0, this.#batchCount);
    return meanOf(Array.from(sums, (sum) => sum / size)).halfWidth;
  }

  /** What was counted, to be posted: from the first bucket that has any to the last. */
  get buckets(): Buckets {
    const first = Math.max(
      0,
      this.#buckets.findIndex((here) => here > 0),
    );
    let end = BUCKETS;
    while (end > first && this.#buckets[end - 1] === 0) end--;
    return { first, counts: this.#buckets.slice(first, end) };
  }

  /** Takes in what another one has counted; its batches it does not know. */
  add(other: CountedTimes): void {
    const cells = this.#cells;
    const { first, counts } = other.buckets;
    let inBuckets = 0;
    for (let index = 0; index < counts.length; index++) {
      const here = counts[index] as number;
      this.#buckets[first + index] = (this.#buckets[first + index] as number) + here;
      inBuckets += here;
    }
    cells[COUNT] = (cells[COUNT] as number) + other.total;
    cells[SUM] = (cells[SUM] as number) + other.sum;
    cells[NONE] = (cells[NONE] as number) + other.total - inBuckets;
    cells[MAX] = Math.max(this.max, other.max);
  }

  get total(): number {
    return this.#cells[COUNT] as number;
  }

  get sum(): number {
    return this.#cells[SUM] as number;
  }

  get max(): number {
    return this.#cells[MAX] as number;
  }

  /** The sum of squares, each time taken as the middle of its bucket. */
  get squares(): number {
    let squares = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const here = this.#buckets[index] as number;
      if (here === 0) continue;
      const middle = (edge(index) + edge(index + 1)) / 2;
      squares += here * middle * middle;
    }
    return squares;
  }

  /** The time that the share `p` (0 to 1) of all does not exceed; NaN where none was counted. */
  percentile(p: number): number {
    if (this.total === 0) return Number.NaN;
    const rank = p * this.total;
    let below = this.#cells[NONE] as number;
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
