/**
 * Where received and peeked messages are read from. A thread has one receive buffer; the inbox that was filled
 * last reads its messages there, in place. Before another receive overwrites the buffer, the inbox
 * takes its messages out into memory of its own (`moveOut`): nothing changes for whoever reads it.
 * Its thread only. A text costs a third when its neighbours are wanted too: all contents lie back
 * to back, so one native call makes one string of them and each text is a part of it. Such a part
 * keeps the whole string alive.
 */
import {
  BODY_ASCII,
  BODY_TEXT,
  CONTENT_NOT_GATHERED,
  RECEIVE_ATTRIBUTES_BYTES,
  RECEIVE_BIRTH,
  RECEIVE_BODY_BYTES,
  RECEIVE_BYTES,
  RECEIVE_COUNT,
  RECEIVE_DUE,
  RECEIVE_FIRST_AT,
  RECEIVE_FLAGS,
  RECEIVE_GROUP_BYTES,
  RECEIVE_OFFSET,
  RECEIVE_SENT_AT,
  RECEIVE_SEQUENCE,
  RECEIVE_SLOT,
  RECEIVE_SOURCE,
  RECEIVE_STATE,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
  THREAD_RECEIVES,
} from "../assembly/layout.ts";
import { type TextBuffer, textOf } from "./text.ts";
import { Area } from "./views.ts";

/** Copies `bytes` of message `index`'s content to the start of the receive buffer; 0: it is gone. */
export type ContentReader = (index: number, contentOffset: number, bytes: number) => number;

// Fields of a record, in words of four bytes.
const RECORD_WORDS = RECEIVE_BYTES >> 2;
const SLOT = RECEIVE_SLOT >> 2;
const COUNT = RECEIVE_COUNT >> 2;
const SEQUENCE = RECEIVE_SEQUENCE >> 2;
const SENT_AT = RECEIVE_SENT_AT >> 2;
const FIRST_AT = RECEIVE_FIRST_AT >> 2;
const BIRTH = RECEIVE_BIRTH >> 2;
const OFFSET = RECEIVE_OFFSET >> 2;
const BODY_BYTES = RECEIVE_BODY_BYTES >> 2;
const ATTRIBUTES_BYTES = RECEIVE_ATTRIBUTES_BYTES >> 2;
const FLAGS = RECEIVE_FLAGS >> 2;
/** Four sizes of two bytes each: group and deduplication id, trace and sender. */
const TEXTS = RECEIVE_GROUP_BYTES >> 2;
const SOURCE = RECEIVE_SOURCE >> 2;
const STATE = RECEIVE_STATE >> 2;
const DUE = RECEIVE_DUE >> 2;

const NO_WORDS = new Uint32Array(0);
const NO_FLOATS = new Float64Array(0);

/** Which text before the body. */
export const GROUP = 0;
export const DEDUPLICATION = 1;
export const TRACE = 2;
export const SENDER = 3;

/** Contents up to this size together are made one string; above, a string a message. */
const JOIN_BYTES_MAX = THREAD_BUFFER_BYTES;
/** A text of more takes long to make where it is not ASCII. */
const LONG_BYTES = 65_536;
/** Memory of its own above this is given back when it has been read. */
const KEPT_BYTES_MAX = 1_048_576;

export class Inbox {
  /** The most messages one fill brings. */
  readonly capacity: number;
  #count = 0;
  /** What the records lie in, in two widths, and the index of the first record's first word. */
  #words: Uint32Array = NO_WORDS;
  #floats: Float64Array = NO_FLOATS;
  #firstWord = 0;
  #contents: TextBuffer | undefined;
  /** What a record's offset is relative to in `#contents`. */
  #contentsAt = 0;
  #isInPlace = false;
  #ownRecords: Area | undefined;
  #ownContents: TextBuffer | undefined;
  #joined: string | undefined;

  /** @param capacity 1 to 256 messages. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get count(): number {
    return this.#count;
  }

  /** The engine has received `count` messages into this thread's buffer. */
  occupy(area: Area, count: number): void {
    this.#count = count;
    this.#joined = undefined;
    this.#words = area.u32;
    this.#floats = area.f64;
    this.#firstWord = THREAD_RECEIVES >> 2;
    this.#contents = area.text;
    this.#contentsAt = THREAD_BUFFER;
    this.#isInPlace = true;
    if (this.#ownContents !== undefined && this.#ownContents.length > KEPT_BYTES_MAX) {
      this.#ownContents = undefined;
    }
  }

  clear(): void {
    this.#count = 0;
    this.#isInPlace = false;
  }

  /** Takes the messages out of the thread's buffer; nothing to do when they are out already. */
  moveOut(): void {
    if (!this.#isInPlace) return;
    this.#isInPlace = false;
    if (this.#count === 0) return;
    const first = this.#contentStart(0);
    const end = this.#contentEnd(this.#count - 1);
    const contents = this.#roomFor(end - first);
    this.#contents?.copy(contents, 0, first, end);
    this.#moveRecords();
    this.#contents = contents;
    this.#contentsAt = THREAD_BUFFER - first;
  }

  /** True when some content was too large for the receive buffer; then `collect` must follow. */
  get lacksContents(): boolean {
    for (let index = 0; index < this.#count; index++) {
      if ((this.#u32(index, OFFSET) | 0) === CONTENT_NOT_GATHERED) return true;
    }
    return false;
  }

  /** Moves all out, reading piece by piece what was not gathered; drops what changed meanwhile. */
  collect(read: ContentReader): void {
    const starts: number[] = [];
    let total = 0;
    for (let index = 0; index < this.#count; index++) {
      starts.push(total);
      total += this.#contentBytes(index);
    }
    const contents = this.#roomFor(total);
    const isGathered = (index: number): boolean =>
      (this.#u32(index, OFFSET) | 0) !== CONTENT_NOT_GATHERED;
    // What was gathered goes first: reading the rest overwrites the receive buffer.
    starts.forEach((start, index) => {
      if (!isGathered(index)) return;
      this.#contents?.copy(contents, start, this.#contentStart(index), this.#contentEnd(index));
    });
    const kept = starts.flatMap((start, index) =>
      isGathered(index) || this.#readInto(contents, start, index, read) ? [index] : [],
    );
    this.#moveRecords();
    this.#isInPlace = false;
    this.#contents = contents;
    this.#contentsAt = 0;
    this.#keep(kept, starts);
  }

  #readInto(contents: TextBuffer, at: number, index: number, read: ContentReader): boolean {
    const bytes = this.#contentBytes(index);
    for (let done = 0; done < bytes; ) {
      const piece = Math.min(bytes - done, THREAD_BUFFER_BYTES);
      if (read(index, done, piece) !== piece) return false;
      this.#contents?.copy(contents, at + done, THREAD_BUFFER, THREAD_BUFFER + piece);
      done += piece;
    }
    return true;
  }

  /** Leaves only the records named, which are in order, and tells them where their contents lie. */
  #keep(kept: readonly number[], starts: readonly number[]): void {
    kept.forEach((from, to) => {
      this.#words.copyWithin(to * RECORD_WORDS, from * RECORD_WORDS, (from + 1) * RECORD_WORDS);
      this.#words[to * RECORD_WORDS + OFFSET] = starts[from] as number;
    });
    this.#count = kept.length;
  }

  #moveRecords(): void {
    this.#ownRecords ??= new Area(
      new ArrayBuffer(this.capacity * RECEIVE_BYTES),
      0,
      this.capacity * RECEIVE_BYTES,
    );
    const end = this.#firstWord + this.#count * RECORD_WORDS;
    this.#ownRecords.u32.set(this.#words.subarray(this.#firstWord, end));
    this.#words = this.#ownRecords.u32;
    this.#floats = this.#ownRecords.f64;
    this.#firstWord = 0;
  }

  #roomFor(bytes: number): TextBuffer {
    if (this.#ownContents === undefined || this.#ownContents.length < bytes) {
      this.#ownContents = textOf(Math.max(bytes, 1024));
    }
    return this.#ownContents;
  }

  // --- Fields of one message; `index` from 0 to count - 1 --------------------------------------

  #u32(index: number, field: number): number {
    return this.#words[this.#firstWord + index * RECORD_WORDS + field] as number;
  }

  #f64(index: number, field: number): number {
    return this.#floats[(this.#firstWord + index * RECORD_WORDS + field) >> 1] as number;
  }

  /** Bytes of one of the four texts before the attributes: two of them share a word. */
  #textBytes(index: number, which: number): number {
    const pair = this.#u32(index, TEXTS + (which >> 1));
    return (which & 1) === 0 ? pair & 0xffff : pair >>> 16;
  }

  slot(index: number): number {
    return this.#u32(index, SLOT);
  }

  receiveCount(index: number): number {
    return this.#u32(index, COUNT);
  }

  sequenceLow(index: number): number {
    return this.#u32(index, SEQUENCE);
  }

  sequenceHigh(index: number): number {
    return this.#u32(index, SEQUENCE + 1);
  }

  birthLow(index: number): number {
    return this.#u32(index, BIRTH);
  }

  birthHigh(index: number): number {
    return this.#u32(index, BIRTH + 1);
  }

  sentAtMs(index: number): number {
    return this.#f64(index, SENT_AT);
  }

  firstReceivedAtMs(index: number): number {
    return this.#f64(index, FIRST_AT);
  }

  /** Of a peeked message: one of the PEEKED codes. */
  state(index: number): number {
    return this.#u32(index, STATE);
  }

  /** Until when the receive hid it; of a peeked message that is hidden, until when it is. */
  dueMs(index: number): number {
    return this.#f64(index, DUE);
  }

  bodyBytes(index: number): number {
    return this.#u32(index, BODY_BYTES);
  }

  /** Incarnation of the queue it was moved here from; 0 for none. */
  source(index: number): number {
    return this.#u32(index, SOURCE);
  }

  /** True when the body was given as text. */
  isText(index: number): boolean {
    return (this.#u32(index, FLAGS) & BODY_TEXT) !== 0;
  }

  /** True for a text that takes long to make. */
  isLongText(index: number): boolean {
    const isLong = this.bodyBytes(index) > LONG_BYTES;
    return isLong && (this.#u32(index, FLAGS) & (BODY_TEXT | BODY_ASCII)) === BODY_TEXT;
  }

  /** GROUP, DEDUPLICATION, TRACE or SENDER; empty for none. */
  prelude(index: number, which: number): string {
    const bytes = this.#textBytes(index, which);
    if (bytes === 0) return "";
    let start = this.#contentStart(index);
    for (let before = 0; before < which; before++) start += this.#textBytes(index, before);
    return (this.#contents as TextBuffer).utf8Slice(start, start + bytes);
  }

  /** The attributes as they were packed, in memory that the next fill overwrites. */
  attributes(index: number): Uint8Array | undefined {
    const bytes = this.#u32(index, ATTRIBUTES_BYTES);
    if (bytes === 0) return undefined;
    const end = this.#bodyStart(index);
    return this.#contents?.subarray(end - bytes, end);
  }

  /** The body as a text; bytes that are not UTF-8 become U+FFFD. */
  text(index: number): string {
    const start = this.#bodyStart(index);
    const end = start + this.#u32(index, BODY_BYTES);
    if ((this.#u32(index, FLAGS) & BODY_ASCII) === 0) {
      return (this.#contents as TextBuffer).utf8Slice(start, end);
    }
    const first = this.#contentStart(0);
    const joined = this.#joined ?? this.#join(first);
    if (joined === "") return (this.#contents as TextBuffer).latin1Slice(start, end);
    return joined.substring(start - first, end - first);
  }

  /** All contents as one string; empty when that would not pay. */
  #join(first: number): string {
    const end = this.#contentEnd(this.#count - 1);
    const isWorthIt = this.#count > 1 && end - first <= JOIN_BYTES_MAX;
    this.#joined = isWorthIt ? (this.#contents as TextBuffer).latin1Slice(first, end) : "";
    return this.#joined;
  }

  /** The body's bytes, in memory of this inbox that its next fill overwrites. */
  view(index: number): Uint8Array {
    this.moveOut();
    const start = this.#bodyStart(index);
    const contents = this.#contents as TextBuffer;
    return new Uint8Array(contents.buffer, contents.byteOffset + start, this.bodyBytes(index));
  }

  /** The body's bytes, in memory of their own. */
  bytes(index: number): Uint8Array {
    const start = this.#bodyStart(index);
    return new Uint8Array(
      (this.#contents as TextBuffer).subarray(start, start + this.bodyBytes(index)),
    );
  }

  #contentStart(index: number): number {
    return this.#contentsAt + this.#u32(index, OFFSET);
  }

  #contentEnd(index: number): number {
    return this.#bodyStart(index) + this.#u32(index, BODY_BYTES);
  }

  #bodyStart(index: number): number {
    const first = this.#u32(index, TEXTS);
    const second = this.#u32(index, TEXTS + 1);
    const start = this.#contentStart(index) + this.#u32(index, ATTRIBUTES_BYTES);
    if ((first | second) === 0) return start;
    return start + (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16);
  }

  /** Does not depend on where the content lies. */
  #contentBytes(index: number): number {
    return this.#contentEnd(index) - this.#contentStart(index);
  }
}
