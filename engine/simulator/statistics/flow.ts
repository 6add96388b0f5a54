/**
 * Who came and who left, for two checks that every run must pass. Little's law on the sample path: the
 * integral of how many there were is the sum of how long each was there. And the age of the message
 * that is received next, which the engine keeps in no list. Milliseconds from the beginning.
 */
/** Moments of leaving less those of coming. */
const BALANCE = 0;
const EXPECTED = 1;
const STAYED = 2;
const NEXT_AREA = 3;
const NEXT_FROM = 4;
const NEXT_MAX = 5;
const NEXT_MAX_AT = 6;
const RECEIVED_AT = 7;
const EMPTY_AT = 8;
const PEAK = 9;
const CELLS = 10;

/** Places in `told`. */
export const SENT_AT = 0;
export const READY_AT = 1;

export class Flow {
  readonly #beginMs: number;
  readonly #cells = new Float64Array(CELLS);
  #gone = 0;
  /** Whether messages came that had been sent before the beginning, or to another queue. */
  hasAged = false;

  /** What a call is told: a number that is handed on costs an object where calls are not inlined. */
  readonly told = new Float64Array(2);
  readonly #now: Float64Array;
  readonly #levels: Float64Array;

  /**
   * @param now the run's time, in its first place.
   * @param levels what the engine says is there: visible, in flight, delayed.
   */
  constructor(now: Float64Array, levels: Float64Array) {
    this.#now = now;
    this.#levels = levels;
    this.#beginMs = now[0] as number;
    this.#cells[EMPTY_AT] = Number.NaN;
  }

  /** Messages came in. */
  arrive(count: number): void {
    const cells = this.#cells;
    const passed = (this.#now[0] as number) - this.#beginMs;
    cells[BALANCE] = (cells[BALANCE] as number) - passed * count;
    cells[EXPECTED] = (cells[EXPECTED] as number) + count;
  }

  /** A message was deleted: when it was sent, `told` says. */
  delete(): void {
    const stayed = (this.#now[0] as number) - (this.told[SENT_AT] as number);
    this.#cells[STAYED] = (this.#cells[STAYED] as number) + stayed;
  }

  /** Those that the engine does not have any more left at this moment. */
  see(): void {
    const cells = this.#cells;
    const levels = this.#levels;
    const visible = levels[0] as number;
    const present = visible + (levels[1] as number) + (levels[2] as number);
    const nowMs = this.#now[0] as number;
    const missing = (cells[EXPECTED] as number) - present;
    if (missing !== 0) {
      cells[BALANCE] = (cells[BALANCE] as number) + (nowMs - this.#beginMs) * missing;
      this.#gone += missing;
      cells[EXPECTED] = present;
    }
    if (visible > (cells[PEAK] as number)) {
      cells[PEAK] = visible;
      cells[EMPTY_AT] = Number.NaN;
    } else if (visible === 0 && Number.isNaN(cells[EMPTY_AT])) {
      cells[EMPTY_AT] = nowMs;
    }
  }

  /** The next message was received: when it was sent, and since when it could be, `told` says. */
  receive(): void {
    const cells = this.#cells;
    const nowMs = this.#now[0] as number;
    const sentAtMs = this.told[SENT_AT] as number;
    const from = Math.max(this.told[READY_AT] as number, cells[RECEIVED_AT] as number) - sentAtMs;
    const age = nowMs - sentAtMs;
    cells[RECEIVED_AT] = nowMs;
    if (age > from) cells[NEXT_AREA] = (cells[NEXT_AREA] as number) + (age * age - from * from) / 2;
    if (age <= (cells[NEXT_MAX] as number)) return;
    cells[NEXT_MAX] = age;
    cells[NEXT_MAX_AT] = nowMs;
  }

  /** The warm-up is over. */
  restart(): void {
    this.#cells[NEXT_FROM] = this.#cells[NEXT_AREA] as number;
    this.#cells[NEXT_MAX] = 0;
  }

  /** How many there were, times how long, by who came, who left and who is there yet. After `see`. */
  areaAt(nowMs: number): number {
    const present = this.#cells[EXPECTED] as number;
    return (this.#cells[BALANCE] as number) + present * (nowMs - this.#beginMs);
  }

  /** How long all those stayed that were deleted. */
  get stayedMs(): number {
    return this.#cells[STAYED] as number;
  }

  /** All that left, however they did. */
  get gone(): number {
    return this.#gone;
  }

  /** When nothing waited for the first time after most did, from the beginning; NaN: something always did. */
  get drainedAtMs(): number {
    return (this.#cells[EMPTY_AT] as number) - this.#beginMs;
  }

  /** The integral of the next one's age. */
  get nextArea(): number {
    return (this.#cells[NEXT_AREA] as number) - (this.#cells[NEXT_FROM] as number);
  }

  get nextMax(): number {
    return this.#cells[NEXT_MAX] as number;
  }

  get nextMaxAtMs(): number {
    return Math.max(0, (this.#cells[NEXT_MAX_AT] as number) - this.#beginMs);
  }
}
