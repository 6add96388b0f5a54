/**
 * Levels over time: their integrals, their greatest values, and a series of both in a bounded number of
 * periods. A level holds from one `see` to the next. Three levels, and the age of the oldest, which
 * grows by itself. Milliseconds; nothing is allocated a call.
 *
 * A period is closed by the first `pass` beyond it, which comes before what is counted then is counted.
 * When all are full, each two neighbours become one, and periods are twice as long from then on.
 */

const PERIODS_MAX = 512;

/** The three levels stand at 0, 1, 2 of each of these. */
const LEVEL = 0;
const AREA = 3;
const MAX = 6;
const MAX_AT = 9;
const LAST = 12;
/** When the oldest came; Infinity where there is none. */
const OLDEST = 13;
const AGE_AREA = 14;
const AGE_MAX = 15;
const AGE_MAX_AT = 16;
const PERIOD_END = 17;
const PERIOD_AGE_MAX = 18;
const SINCE = 19;
const BEGAN = 20;
const CELLS = 21;

/** What is kept of a period: three areas, the greatest age, and what the owner counts. */
export const AGE_COLUMN = 3;
export const COUNTS_COLUMN = 4;

export class Meter {
  readonly #cells = new Float64Array(CELLS);
  /** Areas when counting began anew. */
  readonly #from = new Float64Array(4);
  /** Areas and counts when the period began. */
  readonly #marks: Float64Array;
  readonly #periods: Float64Array;
  readonly #counts: Float64Array;
  readonly #width: number;
  #periodMs: number;
  #closed = 0;

  /**
   * @param counts what its owner counts, summed up: the series has their increases.
   * @param periodMs the shortest period.
   */
  constructor(beginMs: number, periodMs: number, counts: Float64Array) {
    this.#counts = counts;
    this.#width = COUNTS_COLUMN + counts.length;
    this.#marks = new Float64Array(this.#width);
    this.#periods = new Float64Array(this.#width * PERIODS_MAX);
    this.#periodMs = periodMs;
    const cells = this.#cells;
    cells[LAST] = beginMs;
    cells[BEGAN] = beginMs;
    cells[SINCE] = beginMs;
    cells[OLDEST] = Number.POSITIVE_INFINITY;
    cells[PERIOD_END] = beginMs + periodMs;
  }

  /** Time has come to `nowMs`, and something is about to be counted. */
  pass(nowMs: number): void {
    while (nowMs >= (this.#cells[PERIOD_END] as number)) this.#close();
  }

  #integrate(nowMs: number): void {
    const cells = this.#cells;
    const last = cells[LAST] as number;
    const passed = nowMs - last;
    if (passed <= 0) return;
    cells[LAST] = nowMs;
    cells[AREA] = (cells[AREA] as number) + (cells[LEVEL] as number) * passed;
    cells[AREA + 1] = (cells[AREA + 1] as number) + (cells[LEVEL + 1] as number) * passed;
    cells[AREA + 2] = (cells[AREA + 2] as number) + (cells[LEVEL + 2] as number) * passed;
    const oldest = cells[OLDEST] as number;
    if (oldest > nowMs) return;
    cells[AGE_AREA] = (cells[AGE_AREA] as number) + passed * (0.5 * (nowMs + last) - oldest);
    const age = nowMs - oldest;
    if (age > (cells[PERIOD_AGE_MAX] as number)) cells[PERIOD_AGE_MAX] = age;
    if (age <= (cells[AGE_MAX] as number)) return;
    cells[AGE_MAX] = age;
    cells[AGE_MAX_AT] = nowMs;
  }

  /** The levels from `nowMs` on, and when the oldest came (Infinity: there is none). After `pass`. */
  see(nowMs: number, first: number, second: number, third: number, oldestMs: number): void {
    const cells = this.#cells;
    this.#integrate(nowMs);
    cells[LEVEL] = first;
    cells[LEVEL + 1] = second;
    cells[LEVEL + 2] = third;
    cells[OLDEST] = oldestMs;
    if (first > (cells[MAX] as number)) this.#raise(0, first);
    if (second > (cells[MAX + 1] as number)) this.#raise(1, second);
    if (third > (cells[MAX + 2] as number)) this.#raise(2, third);
  }

  #raise(which: number, level: number): void {
    this.#cells[MAX + which] = level;
    this.#cells[MAX_AT + which] = this.#cells[LAST] as number;
  }

  /** From now on integrals and greatest values count: the warm-up is over. After `see`. */
  restart(): void {
    const cells = this.#cells;
    this.#from.set(cells.subarray(AREA, AREA + 3));
    this.#from[3] = cells[AGE_AREA] as number;
    cells[SINCE] = cells[LAST] as number;
    for (let which = 0; which < 3; which++) this.#raise(which, cells[LEVEL + which] as number);
    cells[AGE_MAX] = 0;
  }

  #close(): void {
    const cells = this.#cells;
    this.#integrate(cells[PERIOD_END] as number);
    this.#fill(this.#closed * this.#width);
    this.#closed++;
    if (this.#closed === PERIODS_MAX) this.#halve();
    cells[PERIOD_END] = (cells[BEGAN] as number) + (this.#closed + 1) * this.#periodMs;
  }

  /** Writes the increases since the period began, and begins the next. */
  #fill(at: number): void {
    const cells = this.#cells;
    const marks = this.#marks;
    const periods = this.#periods;
    for (let index = 0; index < this.#width; index++) {
      const sum = index < 3 ? cells[AREA + index] : this.#counts[index - COUNTS_COLUMN];
      periods[at + index] = (sum as number) - (marks[index] as number);
      marks[index] = sum as number;
    }
    periods[at + AGE_COLUMN] = cells[PERIOD_AGE_MAX] as number;
    marks[AGE_COLUMN] = 0;
    cells[PERIOD_AGE_MAX] = 0;
  }

  #halve(): void {
    const width = this.#width;
    const periods = this.#periods;
    for (let index = 0; index < PERIODS_MAX / 2; index++) {
      const one = 2 * index * width;
      for (let field = 0; field < width; field++) {
        const first = periods[one + field] as number;
        const second = periods[one + width + field] as number;
        periods[index * width + field] =
          field === AGE_COLUMN ? Math.max(first, second) : first + second;
      }
    }
    this.#closed = PERIODS_MAX / 2;
    this.#periodMs *= 2;
  }

  // --- What was seen ------------------------------------------------------------------------------

  /** How long counting has gone on. */
  get measuredMs(): number {
    return (this.#cells[LAST] as number) - (this.#cells[SINCE] as number);
  }

  /** When counting began anew, from the beginning on. */
  get sinceMs(): number {
    return (this.#cells[SINCE] as number) - (this.#cells[BEGAN] as number);
  }

  /** The mean of a level (0 to 2), or of the age (3); NaN where no time has passed. */
  mean(which: number): number {
    const area = this.#cells[which === 3 ? AGE_AREA : AREA + which] as number;
    return (area - (this.#from[which] as number)) / this.measuredMs;
  }

  /** The integral of a level since the very beginning. */
  area(which: number): number {
    return this.#cells[AREA + which] as number;
  }

  max(which: number): number {
    return this.#cells[which === 3 ? AGE_MAX : MAX + which] as number;
  }

  /** When it was greatest, from the beginning on. */
  maxAtMs(which: number): number {
    const at = this.#cells[which === 3 ? AGE_MAX_AT : MAX_AT + which] as number;
    return Math.max(0, at - (this.#cells[BEGAN] as number));
  }

  /** The closed periods and the last one, which is shorter. */
  series(): SeriesData {
    const width = this.#width;
    const cells = this.#cells;
    const lastMs =
      (cells[LAST] as number) - (cells[BEGAN] as number) - this.#closed * this.#periodMs;
    const isAny = lastMs > 0;
    if (isAny) this.#fill(this.#closed * width);
    const count = this.#closed + (isAny ? 1 : 0);
    return {
      periodMs: this.#periodMs,
      lastMs: isAny ? lastMs : this.#periodMs,
      width,
      values: this.#periods.slice(0, count * width),
    };
  }
}

/** A run's series: `width` values a period, as a Meter keeps them. */
export interface SeriesData {
  readonly periodMs: number;
  /** How long the last period was. */
  readonly lastMs: number;
  readonly width: number;
  readonly values: Float64Array;
}
