/**
 * What the threads of one consumer say of themselves, in memory that all of them and the opener see:
 * a row a thread, written by that thread alone, read by the opener at any time. A thread that takes a
 * dead one's place goes on in its row, so totals never fall. The row also has the receipts in the
 * thread's hands: when it dies the opener knows whose they were, and when the opener ends it they go
 * back to the queue.
 *
 *   words   0 stop   1..7 unused          | the row of thread 0 | the row of thread 1 | ...
 *   a row   counts (16 x f64) | tenths of the last second | seconds of the last minute (recent.ts)
 *           | hand (256 x 6 u32, or as many as its threads carry)
 */
import { type Inbox, type Receipt, SharedBlock } from "../../../bindings/index.ts";
import { type HandledCounts, Recent, recentFloats } from "./recent.ts";

/** What a thread of a consumer has been told. */
export const RUN = 0;
/** Finish what is in hand. */
export const DRAIN = 1;
/** Give back what was not begun. */
export const DROP = 2;

/** Most messages that one thread has in hand, where it does not carry more (carried.ts). */
export const HAND_MAX = 256;

const STOP_WORD = 0;
const HEAD_BYTES = 32;

// Counts of a row, by their place.
const RECEIVED = 0;
const HANDLED = 1;
const FAILED = 2;
const IN_HAND = 3;
const OLDEST_AT = 4;
const IDLE_MS = 5;
const SINCE_AT = 6;
/** A word: raised by the opener when it answered something. */
const ANSWERS = 7;
/** 0 until a thread has begun. */
const HAS_BEGUN = 8;
/** 1 while the thread waits for messages. */
const IS_IDLE = 9;
const IDLE_SINCE = 10;
const COUNTS = 16;

/** The last second is counted in tenths, the last minute in seconds. */
const TENTH_MS = 100;
const TENTHS = 10;
const SECOND_MS = 1_000;
const SECONDS = 60;
const RECEIPT_WORDS = 6;
const ROW_FLOATS = COUNTS + recentFloats(TENTHS) + recentFloats(SECONDS);

function rowBytes(handMax: number): number {
  return ROW_FLOATS * 8 + handMax * RECEIPT_WORDS * 4;
}

export interface RowCounts extends HandledCounts {
  readonly received: number;
  readonly inHand: number;
}

/** What one thread writes of itself. Numbers of receipts: 0 to `handMax` - 1. */
export class LedgerRow {
  readonly #block: SharedBlock;
  readonly #first: number;
  readonly #hand: number;
  readonly #handMax: number;
  readonly #answers: number;
  readonly #second: Recent;
  readonly #minute: Recent;
  #answersSeen: number;

  constructor(block: SharedBlock, row: number, handMax: number) {
    this.#block = block;
    this.#handMax = handMax;
    this.#first = (HEAD_BYTES + row * rowBytes(handMax)) >> 3;
    this.#hand = (this.#first + ROW_FLOATS) << 1;
    this.#answers = (this.#first + ANSWERS) << 1;
    this.#answersSeen = block.load(this.#answers);
    const tenths = this.#first + COUNTS;
    this.#second = new Recent(block.f64, tenths, TENTH_MS, TENTHS);
    this.#minute = new Recent(block.f64, tenths + recentFloats(TENTHS), SECOND_MS, SECONDS);
  }

  /** One of RUN, DRAIN and DROP. */
  get stop(): number {
    return this.#block.load(STOP_WORD);
  }

  /** A new thread begins in this row. */
  begin(nowMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + SINCE_AT] = nowMs;
    f64[this.#first + IDLE_MS] = 0;
    f64[this.#first + IS_IDLE] = 0;
    f64[this.#first + HAS_BEGUN] = 1;
    this.#answersSeen = this.#block.load(this.#answers);
  }

  get hasAnswers(): boolean {
    return this.#block.load(this.#answers) !== this.#answersSeen;
  }

  /** True once for whatever the opener answered since it was last asked. */
  takeAnswers(): boolean {
    const now = this.#block.load(this.#answers);
    const isNew = now !== this.#answersSeen;
    this.#answersSeen = now;
    return isNew;
  }

  answer(): void {
    this.#block.add(this.#answers, 1);
  }

  /** Message `index` of the inbox is in this thread's hands, under this number. */
  hold(at: number, inbox: Inbox, index: number): void {
    const { u32 } = this.#block;
    const word = this.#hand + at * RECEIPT_WORDS;
    u32[word + 1] = inbox.receiveCount(index);
    u32[word + 2] = inbox.sequenceLow(index);
    u32[word + 3] = inbox.sequenceHigh(index);
    u32[word + 4] = inbox.birthLow(index);
    u32[word + 5] = inbox.birthHigh(index);
    // Last: a receipt without a slot is none.
    u32[word] = inbox.slot(index);
  }

  letGo(at: number): void {
    this.#block.u32[this.#hand + at * RECEIPT_WORDS] = 0;
  }

  /** What a thread held when it ended, in the order of its numbers. */
  receipts(incarnation: number): Receipt[] {
    const numbers = Array.from({ length: this.#handMax }, (_, at) => at);
    return numbers.flatMap((at) => this.receipt(at, incarnation) ?? []);
  }

  /** What is in hand under this number; undefined: nothing. */
  receipt(at: number, incarnation: number): Receipt | undefined {
    const { u32 } = this.#block;
    const word = this.#hand + at * RECEIPT_WORDS;
    if (u32[word] === 0) return undefined;
    return {
      incarnation,
      slot: u32[word] as number,
      receiveCount: u32[word + 1] as number,
      sequenceLow: u32[word + 2] as number,
      sequenceHigh: u32[word + 3] as number,
      birthLow: u32[word + 4] as number,
      birthHigh: u32[word + 5] as number,
    };
  }

  /** The thread of this row has ended: it holds nothing any more. */
  clearHand(): void {
    this.#block.u32.fill(0, this.#hand, this.#hand + this.#handMax * RECEIPT_WORDS);
    this.#block.f64[this.#first + IN_HAND] = 0;
  }

  addReceived(count: number, inHand: number, oldestAtMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + RECEIVED] = this.#count(RECEIVED) + count;
    this.setInHand(inHand, oldestAtMs);
  }

  /** `oldestAtMs`: when the oldest of them was received; of no matter when there is none. */
  setInHand(inHand: number, oldestAtMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + OLDEST_AT] = oldestAtMs;
    f64[this.#first + IN_HAND] = inHand;
  }

  /** The thread waits for messages from now on. */
  beginIdle(nowMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + IDLE_SINCE] = nowMs;
    f64[this.#first + IS_IDLE] = 1;
  }

  endIdle(nowMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + IS_IDLE] = 0;
    f64[this.#first + IDLE_MS] = this.#count(IDLE_MS) + nowMs - this.#count(IDLE_SINCE);
  }

  /** So many handlers have come to an end at `nowMs`. */
  addDone(handled: number, failed: number, nowMs: number): void {
    const { f64 } = this.#block;
    f64[this.#first + HANDLED] = this.#count(HANDLED) + handled;
    f64[this.#first + FAILED] = this.#count(FAILED) + failed;
    this.#second.add(handled, failed, nowMs);
    this.#minute.add(handled, failed, nowMs);
  }

  get counts(): RowCounts {
    return {
      received: this.#count(RECEIVED),
      handled: this.#count(HANDLED),
      failed: this.#count(FAILED),
      inHand: this.#count(IN_HAND),
    };
  }

  /** When the oldest message in hand was received; undefined while there is none. */
  get oldestAtMs(): number | undefined {
    return this.#count(IN_HAND) === 0 ? undefined : this.#count(OLDEST_AT);
  }

  /** How much of the time since its thread began it did not wait for messages: 0 to 1. */
  busyShare(nowMs: number): number {
    const lifeMs = nowMs - this.#count(SINCE_AT);
    if (this.#count(HAS_BEGUN) === 0 || !(lifeMs > 0)) return 0;
    const waitsMs = this.#count(IS_IDLE) === 0 ? 0 : nowMs - this.#count(IDLE_SINCE);
    return Math.min(1, Math.max(0, 1 - (this.#count(IDLE_MS) + waitsMs) / lifeMs));
  }

  /** What came to an end in the 1,000 ms before `nowMs`, and at most in 100 ms more. */
  lastSecond(nowMs: number): HandledCounts {
    return this.#second.read(nowMs);
  }

  /** What came to an end in the 60 seconds before `nowMs`, and at most in one more. */
  lastMinute(nowMs: number): HandledCounts {
    return this.#minute.read(nowMs);
  }

  #count(which: number): number {
    return this.#block.f64[this.#first + which] as number;
  }
}

/** The whole of it, as the opener sees it. */
export class Ledger {
  readonly rows: readonly LedgerRow[];
  readonly #block: SharedBlock;
  readonly #handMax: number;

  /** @param handMax most messages that one thread has in hand. */
  constructor(rows: number, handMax = HAND_MAX) {
    this.#block = new SharedBlock(HEAD_BYTES + rows * rowBytes(handMax));
    this.#handMax = handMax;
    this.rows = Array.from({ length: rows }, (_, row) => new LedgerRow(this.#block, row, handMax));
  }

  /** A row as another thread sees it, from what `share` answered. */
  static row({ buffer, row, handMax }: LedgerShare): LedgerRow {
    return new LedgerRow(new SharedBlock(buffer), row, handMax);
  }

  share(row: number): LedgerShare {
    return { buffer: this.#block.buffer, row, handMax: this.#handMax };
  }

  /**
   * Tells all threads to come to an end; those that sleep must be rung. What was said to be given back
   * is not finished after all.
   */
  stop(how: number): void {
    this.#block.store(STOP_WORD, Math.max(how, this.#block.load(STOP_WORD)));
  }
}

/** What a thread needs to write its row. */
export interface LedgerShare {
  readonly buffer: SharedBlock["buffer"];
  readonly row: number;
  readonly handMax: number;
}
