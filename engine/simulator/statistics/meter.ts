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
/** A level's integral is this and the level times now: it changes only when the level does. */
const BASE = 3;
const MAX = 6;
const MAX_AT = 9;
const LAST = 12;
/** When the oldest came, Infinity where there is none; since when its age is not counted yet. */
const OLDEST = 13;
const OLDEST_SINCE = 14;
const AGE_AREA = 15;
const AGE_MAX = 16;
const AGE_MAX_AT = 17;
const PERIOD_END = 18;
const PERIOD_AGE_MAX = 19;
const SINCE = 20;
const BEGAN = 21;
const CELLS = 22;

/** In what `see` is told, behind the three levels: when the oldest came, Infinity where there is none. */
const TOLD_OLDEST = 3;

/** What is kept of a period: three areas, the greatest age, and what the owner counts. */
export const AGE_COLUMN = 3;
export const COUNTS_COLUMN = 4;

export class Meter {
  /** The run's time, in its first place; and what is told of the levels. Others write, this reads. */
  readonly #now: Float64Array;
  readonly #told: Float64Array;
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
   * @param now the run's time, in its first place.
   * @param told where its owner writes the three levels and the oldest's moment before `see`: a number that
   *   is handed on costs an object where calls are not inlined.
   * @param periodMs the shortest period.
   * @param counts what its owner counts, summed up: the series has their increases.
   */
  constructor(now: Float64Array, told: Float64Array, periodMs: number, counts: Float64Array) {
    const beginMs = now[0] as number;
    this.#now = now;
    this.#told = told;
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
    cells[OLDEST_SINCE] = beginMs;
    cells[PERIOD_END] = beginMs + periodMs;
  }

  /** Time has gone on, and something is about to be counted. */
  pass(): void {
    while ((this.#now[0] as number) >= (this.#cells[PERIOD_END] as number)) this.#close();
  }

  /** What was told holds from now on. After `pass`. */
  see(): void {
    const cells = this.#cells;
    const told = this.#told;
    cells[LAST] = this.#now[0] as number;
    if (told[0] !== cells[LEVEL]) this.#change(0);
    if (told[1] !== cells[LEVEL + 1]) this.#change(1);
    if (told[2] !== cells[LEVEL + 2]) this.#change(2);
    if (told[TOLD_OLDEST] !== cells[OLDEST]) this.#age();
  }

  #change(which: number): void {
    const cells = this.#cells;
    const level = this.#told[which] as number;
    const before = cells[LEVEL + which] as number;
    const passed = (cells[LAST] as number) - (cells[BEGAN] as number);
    cells[BASE + which] = (cells[BASE + which] as number) + (before - level) * passed;
    cells[LEVEL + which] = level;
    if (level > (cells[MAX + which] as number)) this.#raise(which);
  }

  /** Counts the oldest's age until now; from now on it is that of one that came then. */
  #age(): void {
    const cells = this.#cells;
    const nowMs = cells[LAST] as number;
    const oldest = cells[OLDEST] as number;
    const since = cells[OLDEST_SINCE] as number;
    cells[OLDEST] = this.#told[TOLD_OLDEST] as number;
    cells[OLDEST_SINCE] = nowMs;
    if (oldest > nowMs || nowMs <= since) return;
    const area = (nowMs - since) * (0.5 * (nowMs + since) - oldest);
    cells[AGE_AREA] = (cells[AGE_AREA] as number) + area;
    const age = nowMs - oldest;
    if (age > (cells[PERIOD_AGE_MAX] as number)) cells[PERIOD_AGE_MAX] = age;
    if (age <= (cells[AGE_MAX] as number)) return;
    cells[AGE_MAX] = age;
    cells[AGE_MAX_AT] = nowMs;
  }

  /** A level is higher than ever. */
  #raise(which: number): void {
    const cells = this.#cells;
    cells[MAX + which] = cells[LEVEL + which] as number;
    cells[MAX_AT + which] = cells[LAST] as number;
  }

  /** From now on integrals and greatest values count: the warm-up is over. After `see`. */
  restart(): void {
    const cells = this.#cells;
    this.#age();
    for (let which = 0; which < 3; which++) this.#from[which] = this.area(which);
    this.#from[3] = cells[AGE_AREA] as number;
    cells[SINCE] = cells[LAST] as number;
    for (let which = 0; which < 3; which++) this.#raise(which);
    cells[AGE_MAX] = 0;
  }

  #close(): void {
    const cells = this.#cells;
    cells[LAST] = cells[PERIOD_END] as number;
    this.#age();
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
      const sum = index < 3 ? this.area(index) : this.#counts[index - COUNTS_COLUMN];
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
    const area = which === 3 ? this.#ageArea : this.area(which);
    return (area - (this.#from[which] as number)) / this.measuredMs;
  }

  /** The integral of a level since the very beginning. */
  area(which: number): number {
    const cells = this.#cells;
    const passed = (cells[LAST] as number) - (cells[BEGAN] as number);
    return (cells[BASE + which] as number) + (cells[LEVEL + which] as number) * passed;
  }

  get #ageArea(): number {
    this.#age();
    return this.#cells[AGE_AREA] as number;
  }

  max(which: number): number {
    if (which === 3) this.#age();
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
    this.#age();
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
