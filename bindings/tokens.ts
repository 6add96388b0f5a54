/**
 * One queue's traffic in tokens: messages whose body is two words of 32 bits. Sent, received, held and
 * settled without a text, an object a message or a reading of the clock: `now` is the caller's. What a
 * simulation drives the engine with. Its thread only; what it brings is the same engine's as ever.
 *
 * What is received is put into *places*, numbers of the caller's from 0 on: a place keeps the receipt,
 * when the message was sent and its token, until something else is put there. Messages that did not
 * come as tokens have zeros for one.
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
  HEADER,
  HEADER_SECRET,
  HEADER_SECRET_BYTES,
  RECEIVE_BODY_BYTES,
  RECEIVE_BYTES,
  RECEIVE_COUNT,
  RECEIVE_GROUP_BYTES,
  RECEIVE_OFFSET,
  RECEIVE_SENT_AT,
  RECEIVE_SEQUENCE,
  RECEIVE_SLOT,
  RESULT_APPLIED,
  SEND_ATTRIBUTES_BYTES,
  SEND_BODY_BYTES,
  SEND_BYTES,
  SEND_DEDUPLICATION_BYTES,
  SEND_DELAY_MS,
  SEND_FLAGS,
  SEND_GROUP_BYTES,
  SEND_ORIGINAL,
  SEND_SENDER_BYTES,
  SEND_TRACE_BYTES,
  THREAD_BUFFER,
  THREAD_HANDLES,
  THREAD_RECEIVES,
  THREAD_SENDS,
  THREAD_STAGING,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import { Gauges } from "./gauges.ts";
import type { Outbox } from "./outbox.ts";
import type { Resident } from "./resident.ts";
import type { QueueHandle } from "./shapes.ts";
import type { Area, Views } from "./views.ts";

/** Words of the secret that hashes are made with. */
export const SECRET_WORDS = HEADER_SECRET_BYTES >> 2;

const TOKEN_BYTES = 8;
/** A group's text, and a deduplication id's: a word as hexadecimal digits. */
const NAME_BYTES = 8;

// Fields of records, in the widths they are read in.
const SEND_WORDS = SEND_BYTES >> 2;
const FIRST_SEND = THREAD_SENDS >> 2;
const SEND_BODY = FIRST_SEND + (SEND_BODY_BYTES >> 2);
const SEND_ATTRIBUTES = FIRST_SEND + (SEND_ATTRIBUTES_BYTES >> 2);
const SEND_FLAG_WORD = FIRST_SEND + (SEND_FLAGS >> 2);
const SEND_ORIGINAL_WORD = FIRST_SEND + (SEND_ORIGINAL >> 2);
const SEND_DELAY = FIRST_SEND + (SEND_DELAY_MS >> 2);
const SEND_GROUP = (THREAD_SENDS + SEND_GROUP_BYTES) >> 1;
const SEND_DEDUPLICATION = (THREAD_SENDS + SEND_DEDUPLICATION_BYTES) >> 1;
const SEND_TRACE = (THREAD_SENDS + SEND_TRACE_BYTES) >> 1;
const SEND_SENDER = (THREAD_SENDS + SEND_SENDER_BYTES) >> 1;
const SEND_HALVES = SEND_BYTES >> 1;
const STAGED = THREAD_STAGING >> 2;
const STAGED_HALF = THREAD_STAGING >> 1;

const RECEIVE_WORDS = RECEIVE_BYTES >> 2;
const RECEIVED_SLOT = (THREAD_RECEIVES + RECEIVE_SLOT) >> 2;
const RECEIVED_COUNT = (THREAD_RECEIVES + RECEIVE_COUNT) >> 2;
const RECEIVED_SEQUENCE = (THREAD_RECEIVES + RECEIVE_SEQUENCE) >> 2;
const RECEIVED_SENT_AT = (THREAD_RECEIVES + RECEIVE_SENT_AT) >> 2;
const RECEIVED_BODY = (THREAD_RECEIVES + RECEIVE_BODY_BYTES) >> 2;
const RECEIVED_OFFSET = (THREAD_RECEIVES + RECEIVE_OFFSET) >> 2;
/** Lengths of group and deduplication id share a word. */
const RECEIVED_TEXTS = (THREAD_RECEIVES + RECEIVE_GROUP_BYTES) >> 2;
const BUFFER = THREAD_BUFFER;

const HANDLE_WORDS = HANDLE_BYTES >> 2;
const HANDLE_DOUBLES = HANDLE_BYTES >> 3;
const SETTLED_SLOT = (THREAD_HANDLES + HANDLE_SLOT) >> 2;
const SETTLED_COUNT = (THREAD_HANDLES + HANDLE_COUNT) >> 2;
const SETTLED_SEQUENCE = (THREAD_HANDLES + HANDLE_SEQUENCE) >> 2;
const SETTLED_HELD = (THREAD_HANDLES + HANDLE_HELD) >> 2;
const SETTLED_RESULT = (THREAD_HANDLES + HANDLE_RESULT) >> 2;
const SETTLED_VISIBILITY = (THREAD_HANDLES + HANDLE_VISIBILITY_MS) >> 3;

// A place, in words: the receipt, the moment of sending (two words), the token.
const PLACE_WORDS = 8;
const PLACE_COUNT = 1;
const PLACE_SENT_AT = 4;
const PLACE_LOW = 6;
const PLACE_HIGH = 7;

/** Two hexadecimal digits of every byte, as the two bytes of their text. */
const DIGITS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const text = byte.toString(16).padStart(2, "0");
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8);
});

export class Tokens extends Gauges {
  readonly #exports: EngineExports;
  readonly #views: Views;
  readonly #thread: number;
  readonly #number: number;
  readonly #incarnation: number;
  readonly #area: Area;
  readonly #outbox: Outbox;
  readonly #resident: Resident;
  #count = 0;
  #stagedWords = 0;
  #places = new Uint32Array(0);
  #placeDoubles = new Float64Array(0);

  constructor(
    exports: EngineExports,
    area: Area,
    views: Views,
    { thread, outbox }: { readonly thread: number; readonly outbox: Outbox },
    resident: Resident,
    { number, incarnation }: QueueHandle,
  ) {
    super(views, number);
    this.#exports = exports;
    this.#views = views;
    this.#thread = thread;
    this.#number = number;
    this.#incarnation = incarnation;
    this.#area = area;
    this.#outbox = outbox;
    this.#resident = resident;
    this.reserve(16);
  }

  /**
   * The memory's hashes are made with these words from now on, and not with those that were drawn when it
   * was made: which partition a group belongs to is the same in every run then. While there is no message.
   */
  fixSecret(words: Uint32Array): void {
    this.#views.u32.set(words.subarray(0, SECRET_WORDS), (HEADER + HEADER_SECRET) >> 2);
  }

  /** There are places 0 to `count - 1` at least; what lies in places stays. */
  reserve(count: number): void {
    if (this.#places.length >= count * PLACE_WORDS) return;
    const buffer = new ArrayBuffer(Math.max(count, this.#places.length >> 2) * PLACE_WORDS * 4);
    const places = new Uint32Array(buffer);
    places.set(this.#places);
    this.#places = places;
    this.#placeDoubles = new Float64Array(buffer);
  }

  // --- Sending: `add` up to BATCH_MAX, then `send` --------------------------------------------------

  /** For a Standard queue, with the queue's delay; all messages of one call are added alike. */
  add(low: number, high: number): void {
    if (this.#count === 0) this.#outbox.lend(0);
    this.#put(low, high, 0);
  }

  /** Likewise, with a delay of its own. */
  addDelayed(low: number, high: number, delayMs: number): void {
    this.#outbox.lend(this.#count + 1);
    this.#makePlain(delayMs);
    this.#put(low, high, 0);
  }

  /** For a FIFO queue; group and deduplication id are words of 32 bits. */
  addFifo(low: number, high: number, group: number, deduplication: number): void {
    this.#outbox.lend(this.#count + 1);
    this.#makePlain(-1);
    const { u16 } = this.#area;
    const half = this.#count * SEND_HALVES;
    u16[SEND_GROUP + half] = NAME_BYTES;
    u16[SEND_DEDUPLICATION + half] = NAME_BYTES;
    this.#writeName(group, this.#stagedWords);
    this.#writeName(deduplication, this.#stagedWords + 2);
    this.#put(low, high, 4);
  }

  #put(low: number, high: number, behindWords: number): void {
    const { u32 } = this.#area;
    const record = this.#count * SEND_WORDS;
    const at = STAGED + this.#stagedWords + behindWords;
    u32[at] = low;
    u32[at + 1] = high;
    u32[SEND_BODY + record] = TOKEN_BYTES;
    u32[SEND_FLAG_WORD + record] = 0;
    this.#stagedWords += behindWords + 2;
    this.#count++;
  }

  #makePlain(delayMs: number): void {
    const { u16, u32 } = this.#area;
    const half = this.#count * SEND_HALVES;
    u16[SEND_GROUP + half] = 0;
    u16[SEND_DEDUPLICATION + half] = 0;
    u16[SEND_TRACE + half] = 0;
    u16[SEND_SENDER + half] = 0;
    u32[SEND_ATTRIBUTES + this.#count * SEND_WORDS] = 0;
    u32[SEND_DELAY + this.#count * SEND_WORDS] = Math.round(delayMs);
  }

  #writeName(word: number, at: number): void {
    const { u16 } = this.#area;
    const half = STAGED_HALF + at * 2;
    u16[half] = DIGITS[word >>> 24] as number;
    u16[half + 1] = DIGITS[(word >>> 16) & 255] as number;
    u16[half + 2] = DIGITS[(word >>> 8) & 255] as number;
    u16[half + 3] = DIGITS[word & 255] as number;
  }

  /** Of the last `send` of a FIFO queue, how many of the first `count` were duplicates. */
  duplicates(count: number): number {
    let duplicates = 0;
    for (let index = 0; index < count; index++) {
      if (this.#area.u32[SEND_ORIGINAL_WORD + index * SEND_WORDS] !== 0) duplicates++;
    }
    return duplicates;
  }

  /** Sends what was added; how many were taken, the first ones and FIFO duplicates included, or a status. */
  send(now: number): number {
    const count = this.#count;
    this.#count = 0;
    this.#stagedWords = 0;
    return this.#exports.send(this.#thread, this.#number, this.#incarnation, count, now);
  }

  // --- The quota on a FIFO queue's calls --------------------------------------------------------------

  /** Message `index` of the send that `throttle` is asked about next is of this group. */
  putGroup(index: number, group: number): void {
    this.#outbox.lend(index + 1);
    this.#area.u16[SEND_GROUP + index * SEND_HALVES] = NAME_BYTES;
    this.#writeName(group, index * 2);
  }

  /**
   * A call of one of the ACTION codes that names `count` messages, those of a send by `putGroup`, those of
   * a delete by `put`: 0 when the queue's rate lets it through, else in how many milliseconds it could, or
   * a status below 0. Before the messages of a send are added, since both are written to one place.
   */
  throttle(action: number, count: number, now: number): number {
    return this.#exports.throttle(
      this.#thread,
      this.#number,
      this.#incarnation,
      action,
      count,
      now,
    );
  }

  // --- Receiving and settling ----------------------------------------------------------------------

  /** Up to `max` messages, hidden for `visibilityMs` (below 0: the queue's timeout); how many, or a status. */
  receive(max: number, visibilityMs: number, now: number): number {
    this.#resident.makeRoom(undefined);
    return this.#exports.receive(
      this.#thread,
      this.#number,
      this.#incarnation,
      max,
      visibilityMs,
      now,
    );
  }

  /** Message `index` of the last receive has this place from now on. */
  take(index: number, place: number): void {
    const { u32 } = this.#area;
    const places = this.#places;
    const record = index * RECEIVE_WORDS;
    const at = place * PLACE_WORDS;
    places[at] = u32[record + RECEIVED_SLOT] as number;
    places[at + PLACE_COUNT] = u32[record + RECEIVED_COUNT] as number;
    places[at + 2] = u32[record + RECEIVED_SEQUENCE] as number;
    places[at + 3] = u32[record + RECEIVED_SEQUENCE + 1] as number;
    places[at + PLACE_SENT_AT] = u32[record + RECEIVED_SENT_AT] as number;
    places[at + PLACE_SENT_AT + 1] = u32[record + RECEIVED_SENT_AT + 1] as number;
    const both = u32[record + RECEIVED_TEXTS] as number;
    const texts = both === 0 ? 0 : (both & 0xffff) + (both >>> 16);
    const isToken = (u32[record + RECEIVED_BODY] as number) === TOKEN_BYTES;
    const token = (BUFFER + (u32[record + RECEIVED_OFFSET] as number) + texts) >> 2;
    places[at + PLACE_LOW] = isToken ? (u32[token] as number) : 0;
    places[at + PLACE_HIGH] = isToken ? (u32[token + 1] as number) : 0;
  }

  receiveCount(place: number): number {
    return this.#places[place * PLACE_WORDS + PLACE_COUNT] as number;
  }

  sentAtMs(place: number): number {
    return this.#placeDoubles[(place * PLACE_WORDS + PLACE_SENT_AT) >> 1] as number;
  }

  low(place: number): number {
    return this.#places[place * PLACE_WORDS + PLACE_LOW] as number;
  }

  high(place: number): number {
    return this.#places[place * PLACE_WORDS + PLACE_HIGH] as number;
  }

  /** The `at`-th receipt of the next `remove` or `hide` is this place's; `visibilityMs` is for hide. */
  put(at: number, place: number, visibilityMs: number): void {
    const { u32, f64 } = this.#area;
    const places = this.#places;
    const from = place * PLACE_WORDS;
    const record = at * HANDLE_WORDS;
    u32[record + SETTLED_SLOT] = places[from] as number;
    u32[record + SETTLED_COUNT] = places[from + PLACE_COUNT] as number;
    u32[record + SETTLED_SEQUENCE] = places[from + 2] as number;
    u32[record + SETTLED_SEQUENCE + 1] = places[from + 3] as number;
    u32[record + SETTLED_HELD] = 0;
    f64[at * HANDLE_DOUBLES + SETTLED_VISIBILITY] = visibilityMs;
  }

  /** The `at`-th receipt stands for any receive of its message: a hide of a Standard queue alone asks. */
  putAnyReceive(at: number): void {
    this.#area.u32[at * HANDLE_WORDS + SETTLED_COUNT] = HANDLE_COUNT_ANY;
  }

  /** Whether the last `remove` or `hide` applied to the `at`-th receipt. */
  isApplied(at: number): boolean {
    return this.#area.u32[at * HANDLE_WORDS + SETTLED_RESULT] === RESULT_APPLIED;
  }

  /** The message of one place has another one from now on. */
  move(from: number, to: number): void {
    const start = from * PLACE_WORDS;
    this.#places.copyWithin(to * PLACE_WORDS, start, start + PLACE_WORDS);
  }

  /** Deletes the first `count` receipts; how many of their messages were still there, or a status. */
  remove(count: number, now: number): number {
    return this.#exports.remove(this.#thread, this.#number, this.#incarnation, count, now);
  }

  /** Hides the messages of the first `count` receipts anew; how many it applied to, or a status. */
  hide(count: number, now: number): number {
    return this.#exports.hide(this.#thread, this.#number, this.#incarnation, count, now);
  }

  /** All that is due by now happens, so that the gauges are exact; 0 or a status. */
  settle(now: number): number {
    return this.#exports.count(this.#thread, this.#number, this.#incarnation, now);
  }

  /** A receive waited in vain. */
  countEmptyReceive(): void {
    this.#exports.countEmptyReceive(this.#number);
  }
}
