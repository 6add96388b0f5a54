/**
 * When threads die again and again: how long to wait before the next begins, and when to give up. A
 * row of deaths ends with the first message that is handled. A thread that was there already at the
 * last death of the row does not count: when all die at once that is one death. Pure.
 */
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 10_000;

export class DeathRow {
  readonly #most: number;
  #deaths = 0;
  #handledBefore = 0;
  #lastDeath = 0;
  #clock = 0;

  /** @param most how many deaths in a row end the consumer. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A thread begins; the answer is to be given back when it dies. */
  begin(): number {
    this.#clock++;
    return this.#clock;
  }

  /** A thread that began at `began` has died; `handled`: how many messages the consumer has handled. */
  died(began: number, handled: number): void {
    if (handled > this.#handledBefore) this.#deaths = 0;
    this.#handledBefore = handled;
    if (this.#deaths > 0 && began <= this.#lastDeath) return;
    this.#deaths++;
    this.#lastDeath = this.#clock;
  }

  get deaths(): number {
    return this.#deaths;
  }

  get isOver(): boolean {
    return this.#deaths >= this.#most;
  }

  /** How long the next thread waits: not at all after the first death of a row. */
  get pauseMs(): number {
    if (this.#deaths <= 1) return 0;
    return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (this.#deaths - 2));
  }
}
