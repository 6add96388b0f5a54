/**
 * What handlers of this thread work on, published in its held records, so that heartbeats extend it
 * while the thread computes. `publish` when a message is given to a handler, `withdraw` when that is
 * over and its delete has applied. Its thread only; nothing is allocated a message. Others read the
 * records at any moment: a record's slot is written last, and cleared first.
 */
import {
  BATCH_MAX,
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_HELD,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HANDLE_VISIBILITY_MS,
  HEADER_THREADS_BASE,
  HELD_BYTES,
  HELD_COUNT,
  HELD_DUE,
  HELD_EXTENDED_COUNT,
  HELD_EXTENDED_DUE,
  HELD_INCARNATION,
  HELD_REFUSED,
  HELD_SEQUENCE,
  HELD_SLOT,
  HELD_VISIBILITY_MS,
  THREAD_BYTES,
  THREAD_HANDLES,
  THREAD_HELD,
  THREAD_HELD_LOOK_MS,
  THREAD_HELD_USED,
} from "../assembly/layout.ts";
import type { Inbox } from "./inbox.ts";
import type { Area, Views } from "./views.ts";

/** The most messages that a thread's handlers hold at once. */
export const HELD_MAX = BATCH_MAX;

// Fields of a record, in words of four bytes.
const RECORD_WORDS = HELD_BYTES >> 2;
const FIRST_WORD = THREAD_HELD >> 2;
const SLOT = HELD_SLOT >> 2;
const COUNT = HELD_COUNT >> 2;
const SEQUENCE = HELD_SEQUENCE >> 2;
const DUE = HELD_DUE >> 2;
const VISIBILITY = HELD_VISIBILITY_MS >> 2;
const INCARNATION = HELD_INCARNATION >> 2;
const REFUSED = HELD_REFUSED >> 2;
const EXTENDED_DUE = HELD_EXTENDED_DUE >> 2;
const EXTENDED_COUNT = HELD_EXTENDED_COUNT >> 2;

const HANDLE_WORDS = HANDLE_BYTES >> 2;
const FIRST_HANDLE = THREAD_HANDLES >> 2;

/** Which receive of which message, and until when it is hidden. */
export interface HeldMessage {
  readonly slot: number;
  readonly receiveCount: number;
  readonly sequenceLow: number;
  readonly sequenceHigh: number;
  readonly dueMs: number;
}

export class Held {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  /** The first record's address in the whole memory. */
  readonly #address: number;
  /** Records that are free: a stack, of which the first `#freeCount` count. */
  readonly #free = Uint16Array.from({ length: HELD_MAX }, (_, index) => HELD_MAX - 1 - index);
  #freeCount = HELD_MAX;

  constructor(views: Views, thread: number, area: Area) {
    this.#u32 = area.u32;
    this.#f64 = area.f64;
    this.#address = views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES + THREAD_HELD;
  }

  /** How many messages are held. */
  get used(): number {
    return HELD_MAX - this.#freeCount;
  }

  /** How many more there is room for. */
  get room(): number {
    return this.#freeCount;
  }

  /** How often the steward is to look here, at least; 0: every 500 ms, as it does anyway. */
  set lookEveryMs(lookMs: number) {
    this.#u32[THREAD_HELD_LOOK_MS >> 2] = lookMs;
  }

  /**
   * Message `index` of an inbox is a handler's now; answers its record, or -1 when all HELD_MAX are in
   * use. A heartbeat hides it for `visibilityMs` from its moment on (whole, below 2^32); 0: none does.
   */
  publish(inbox: Inbox, index: number, incarnation: number, visibilityMs: number): number {
    if (this.#freeCount === 0) return -1;
    this.#freeCount--;
    const record = this.#free[this.#freeCount] as number;
    const word = FIRST_WORD + record * RECORD_WORDS;
    const u32 = this.#u32;
    u32[word + COUNT] = inbox.receiveCount(index);
    u32[word + SEQUENCE] = inbox.sequenceLow(index);
    u32[word + SEQUENCE + 1] = inbox.sequenceHigh(index);
    this.#f64[(word + DUE) >> 1] = inbox.dueMs(index);
    u32[word + VISIBILITY] = visibilityMs;
    u32[word + INCARNATION] = incarnation;
    // Of another message: it may have the same sequence in another queue.
    u32[word + REFUSED] = 0;
    u32[word + REFUSED + 1] = 0;
    u32[word + SLOT] = inbox.slot(index);
    if (record >= (u32[THREAD_HELD_USED >> 2] as number)) u32[THREAD_HELD_USED >> 2] = record + 1;
    return record;
  }

  /**
   * As `publish`, for a message that its thread keeps by itself (carried.ts) and hides once by this
   * record; no heartbeat extends it.
   */
  borrow(message: HeldMessage, incarnation: number): number {
    if (this.#freeCount === 0) return -1;
    this.#freeCount--;
    const record = this.#free[this.#freeCount] as number;
    const word = FIRST_WORD + record * RECORD_WORDS;
    const u32 = this.#u32;
    u32[word + COUNT] = message.receiveCount;
    u32[word + SEQUENCE] = message.sequenceLow;
    u32[word + SEQUENCE + 1] = message.sequenceHigh;
    this.#f64[(word + DUE) >> 1] = message.dueMs;
    u32[word + VISIBILITY] = 0;
    u32[word + INCARNATION] = incarnation;
    // What an earlier hide by this record knew of the same message may be out of date.
    u32[word + EXTENDED_COUNT] = 0;
    u32[word + SLOT] = message.slot;
    if (record >= (u32[THREAD_HELD_USED >> 2] as number)) u32[THREAD_HELD_USED >> 2] = record + 1;
    return record;
  }

  /** No handler works on it any more. Once a record: it may be another message's from here on. */
  withdraw(record: number): void {
    this.#u32[FIRST_WORD + record * RECORD_WORDS + SLOT] = 0;
    this.#free[this.#freeCount] = record;
    this.#freeCount++;
  }

  /** Handle record `handle` names the held message: to delete it, or to hide it whatever happened. */
  putHandle(handle: number, record: number): void {
    const u32 = this.#u32;
    const from = FIRST_WORD + record * RECORD_WORDS;
    const to = FIRST_HANDLE + handle * HANDLE_WORDS;
    u32[to + (HANDLE_SLOT >> 2)] = u32[from + SLOT] as number;
    u32[to + (HANDLE_COUNT >> 2)] = u32[from + COUNT] as number;
    u32[to + (HANDLE_SEQUENCE >> 2)] = u32[from + SEQUENCE] as number;
    u32[to + (HANDLE_SEQUENCE >> 2) + 1] = u32[from + SEQUENCE + 1] as number;
    u32[to + (HANDLE_HELD >> 2)] = 0;
  }

  /**
   * Handle record `handle` of a hide for `visibilityMs` from now, 0: visible at once. It applies while
   * the message is in flight and nothing but heartbeats changed how long; RESULT_STALE where a handler
   * did so itself.
   */
  putHeld(handle: number, record: number, visibilityMs: number): void {
    this.putHandle(handle, record);
    const to = FIRST_HANDLE + handle * HANDLE_WORDS;
    this.#f64[(to + (HANDLE_VISIBILITY_MS >> 2)) >> 1] = visibilityMs;
    this.#u32[to + (HANDLE_HELD >> 2)] = this.#address + record * HELD_BYTES;
  }

  /** Until when the last hide by this record hid its message; what is not so is no such message. */
  extendedDueMs(record: number): number {
    return this.#f64[(FIRST_WORD + record * RECORD_WORDS + EXTENDED_DUE) >> 1] as number;
  }

  slot(record: number): number {
    return this.#u32[FIRST_WORD + record * RECORD_WORDS + SLOT] as number;
  }

  receiveCount(record: number): number {
    return this.#u32[FIRST_WORD + record * RECORD_WORDS + COUNT] as number;
  }

  sequenceLow(record: number): number {
    return this.#u32[FIRST_WORD + record * RECORD_WORDS + SEQUENCE] as number;
  }

  sequenceHigh(record: number): number {
    return this.#u32[FIRST_WORD + record * RECORD_WORDS + SEQUENCE + 1] as number;
  }
}
