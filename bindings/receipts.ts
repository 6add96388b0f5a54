/**
 * The way from a receipt to the engine: handle records, filled from received messages or from
 * numbers, and the text of a receipt handle. Its thread only.
 * A receipt handle is 42 bytes as 56 characters of base64url: epoch, incarnation, sequence (8),
 * receive count, slot, birth number (8), version (2), all little-endian and of 4 bytes where nothing
 * else is said, and a keyed hash of all that (8). It is genuine if and only if its version is known
 * and the hash is the one this memory's secret gives.
 */
import {
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_COUNT_ANY,
  HANDLE_HELD,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HANDLE_VISIBILITY_MS,
  HEADER_EPOCH,
  THREAD_HANDLES,
  THREAD_STAGING,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import type { Inbox } from "./inbox.ts";
import { type MovedSlot, MovedSlots } from "./movedSlots.ts";
import type { Area, Views } from "./views.ts";

/** What a receive hands out: enough to find the message, and to tell this receive from others. */
export interface Receipt {
  readonly incarnation: number;
  readonly slot: number;
  readonly receiveCount: number;
  readonly sequenceLow: number;
  readonly sequenceHigh: number;
  /** The message's own, which it keeps wherever it moves. */
  readonly birthLow: number;
  readonly birthHigh: number;
}

const RECEIPT_VERSION = 2;
const SIGNED_BYTES = 34;
const TEXT_BYTES = SIGNED_BYTES + 8;
/** Whole groups of four characters: no other text stands for the same bytes. */
const TEXT_PATTERN = /^[\w-]{56}$/;

const EPOCH_WORD = THREAD_STAGING >> 2;
const INCARNATION_WORD = EPOCH_WORD + 1;
const LOW_WORD = EPOCH_WORD + 2;
const HIGH_WORD = EPOCH_WORD + 3;
const COUNT_WORD = EPOCH_WORD + 4;
const SLOT_WORD = EPOCH_WORD + 5;
const BIRTH_LOW_WORD = EPOCH_WORD + 6;
const BIRTH_HIGH_WORD = EPOCH_WORD + 7;
const VERSION_BYTE = THREAD_STAGING + 32;

const RECORD_WORDS = HANDLE_BYTES >> 2;
const FIRST_WORD = THREAD_HANDLES >> 2;

export class Receipts {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #views: Views;

  #moved: MovedSlots | undefined;

  constructor(exports: EngineExports, thread: number, area: Area, views: Views) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#views = views;
  }

  /** Messages that lie elsewhere than receipts of a former life say (`Load.end`). */
  set moved(rows: readonly MovedSlot[]) {
    this.#moved = rows.length === 0 ? undefined : new MovedSlots(rows);
  }

  /** Fills handle record `index`. */
  put(index: number, receipt: Receipt): void {
    const { u32 } = this.#area;
    const word = FIRST_WORD + index * RECORD_WORDS;
    u32[word + (HANDLE_SLOT >> 2)] = receipt.slot;
    u32[word + (HANDLE_COUNT >> 2)] = receipt.receiveCount;
    u32[word + (HANDLE_SEQUENCE >> 2)] = receipt.sequenceLow;
    u32[word + (HANDLE_SEQUENCE >> 2) + 1] = receipt.sequenceHigh;
    u32[word + (HANDLE_HELD >> 2)] = 0;
  }

  /** Fills handle records from 0 on with the messages from..to-1 of an inbox. */
  putMessages(inbox: Inbox, from: number, to: number): void {
    const { u32 } = this.#area;
    let word = FIRST_WORD;
    for (let index = from; index < to; index++) {
      u32[word + (HANDLE_SLOT >> 2)] = inbox.slot(index);
      u32[word + (HANDLE_COUNT >> 2)] = inbox.receiveCount(index);
      u32[word + (HANDLE_SEQUENCE >> 2)] = inbox.sequenceLow(index);
      u32[word + (HANDLE_SEQUENCE >> 2) + 1] = inbox.sequenceHigh(index);
      u32[word + (HANDLE_HELD >> 2)] = 0;
      word += RECORD_WORDS;
    }
  }

  /** Record `index` stands for any receive of its message: a hide of a Standard queue alone asks. */
  putAnyReceive(index: number): void {
    this.#area.u32[FIRST_WORD + index * RECORD_WORDS + (HANDLE_COUNT >> 2)] = HANDLE_COUNT_ANY;
  }

  /** The visibility that `hide` gives record `index`. */
  putVisibility(index: number, visibilityMs: number): void {
    this.#area.f64[(THREAD_HANDLES + index * HANDLE_BYTES + HANDLE_VISIBILITY_MS) >> 3] =
      visibilityMs;
  }

  /** A RESULT code. */
  result(index: number): number {
    return this.#area.u32[FIRST_WORD + index * RECORD_WORDS + (HANDLE_RESULT >> 2)] as number;
  }

  /** The text of a receipt handle. Uses staging. */
  write(receipt: Receipt): string {
    const { u32, bytes, text } = this.#area;
    u32[EPOCH_WORD] = this.#views.header(HEADER_EPOCH);
    u32[INCARNATION_WORD] = receipt.incarnation;
    u32[LOW_WORD] = receipt.sequenceLow;
    u32[HIGH_WORD] = receipt.sequenceHigh;
    u32[COUNT_WORD] = receipt.receiveCount;
    u32[SLOT_WORD] = receipt.slot;
    u32[BIRTH_LOW_WORD] = receipt.birthLow;
    u32[BIRTH_HIGH_WORD] = receipt.birthHigh;
    bytes[VERSION_BYTE] = RECEIPT_VERSION;
    bytes[VERSION_BYTE + 1] = 0;
    this.#exports.mac(this.#thread, SIGNED_BYTES);
    return text.base64urlSlice(THREAD_STAGING, THREAD_STAGING + TEXT_BYTES);
  }

  /** What a text says, or undefined when no receive of this memory gave it out. Uses staging. */
  read(handle: string): Receipt | undefined {
    if (!TEXT_PATTERN.test(handle)) return undefined;
    const { u32, bytes, text } = this.#area;
    text.base64urlWrite(handle, THREAD_STAGING, TEXT_BYTES);
    const signature = text.latin1Slice(THREAD_STAGING + SIGNED_BYTES, THREAD_STAGING + TEXT_BYTES);
    const isOurs = u32[EPOCH_WORD] === this.#views.header(HEADER_EPOCH);
    if (bytes[VERSION_BYTE] !== RECEIPT_VERSION || !isOurs) return undefined;
    this.#exports.mac(this.#thread, SIGNED_BYTES);
    const own = text.latin1Slice(THREAD_STAGING + SIGNED_BYTES, THREAD_STAGING + TEXT_BYTES);
    if (own !== signature) return undefined;
    const slot = u32[SLOT_WORD] as number;
    const sequence = (u32[LOW_WORD] as number) + (u32[HIGH_WORD] as number) * 2 ** 32;
    const incarnation = u32[INCARNATION_WORD] as number;
    return {
      incarnation,
      slot: this.#moved?.slotOf(incarnation, sequence, slot) ?? slot,
      receiveCount: u32[COUNT_WORD] as number,
      sequenceLow: u32[LOW_WORD] as number,
      sequenceHigh: u32[HIGH_WORD] as number,
      birthLow: u32[BIRTH_LOW_WORD] as number,
      birthHigh: u32[BIRTH_HIGH_WORD] as number,
    };
  }
}
