/**
 * Means of consecutive batches, for the interval of one run's mean: observations of a queue hang
 * together, means of long batches hardly do. Between 32 and 64 batches of one size, which doubles
 * when there are more, so memory does not grow.
 */
import { meanOf } from "./student.ts";

const BATCHES = 64;
const SUM = 0;
const IN_BATCH = 1;
const SIZE = 2;

export class Batches {
  readonly #sums = new Float64Array(BATCHES);
  readonly #now = new Float64Array(3);
  #count = 0;

  constructor() {
    this.#now[SIZE] = 1;
  }

  record(value: number): void {
    const now = this.#now;
    now[SUM] = (now[SUM] as number) + value;
    const inBatch = (now[IN_BATCH] as number) + 1;
    now[IN_BATCH] = inBatch;
    if (inBatch >= (now[SIZE] as number)) this.#close();
  }

  #close(): void {
    const now = this.#now;
    this.#sums[this.#count++] = now[SUM] as number;
    now[SUM] = 0;
    now[IN_BATCH] = 0;
    if (this.#count < BATCHES) return;
    for (let index = 0; index < BATCHES / 2; index++) {
      this.#sums[index] = (this.#sums[2 * index] as number) + (this.#sums[2 * index + 1] as number);
    }
    this.#count = BATCHES / 2;
    now[SIZE] = (now[SIZE] as number) * 2;
  }

  /** Half the width of the mean's 95 % interval; NaN where there are fewer than two batches. */
  get halfWidth(): number {
    const size = this.#now[SIZE] as number;
    return meanOf(Array.from(this.#sums.subarray(0, this.#count), (sum) => sum / size)).halfWidth;
  }
}
