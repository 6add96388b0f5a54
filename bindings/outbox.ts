/**
 * The way into the engine: writes messages into the thread's staging and send records, and sends
 * them. Its thread only. Whether a message may be sent (its size, its attributes) is the caller's to
 * know. Messages of any kind go through `send`, what is larger than staging in pieces. Two other ways
 * make no object a message, for bodies alone:
 *
 * - `sendShort`: short texts together through one native call, which is most of what a short message
 *   costs;
 * - `beginBodies`, `addBody`, `flush`: bytes and longer texts, one by one, without the object a message
 *   that `send` takes.
 */
import {
  BATCH_MAX,
  BODY_TEXT,
  SEND_ATTRIBUTES_BYTES,
  SEND_ATTRIBUTES_SIZE,
  SEND_BIRTH,
  SEND_BODY_BYTES,
  SEND_BYTES,
  SEND_DEDUPLICATION_BYTES,
  SEND_DELAY_MS,
  SEND_FLAGS,
  SEND_GROUP_BYTES,
  SEND_SENDER_BYTES,
  SEND_SEQUENCE,
  SEND_TRACE_BYTES,
  THREAD_SENDS,
  THREAD_STAGING,
  THREAD_STAGING_BYTES,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import {
  contentBytesUpTo,
  flagsOf,
  isUnmeasured,
  type Outgoing,
  putText,
  TEXT_AND_ASCII,
  type Unmeasured,
} from "./outgoing.ts";
import type { QueueHandle } from "./shapes.ts";
import type { Area } from "./views.ts";

/** Answered by sendShort, no status of the engine: a text has a lone surrogate, and nothing was sent. */
export const ILL_FORMED = -1_000;
/** Likewise: while the list was read, something else was sent, and nothing of the list. */
export const REENTERED = -1_001;
/** So many characters fit into staging, however many bytes each takes. */
export const JOINED_CHARACTERS_MAX = Math.floor(THREAD_STAGING_BYTES / 3);

const RECORD_WORDS = SEND_BYTES >> 2;
const RECORD_HALVES = SEND_BYTES >> 1;
const FIRST_WORD = THREAD_SENDS >> 2;
const BODY_WORD = FIRST_WORD + (SEND_BODY_BYTES >> 2);
const ATTRIBUTES_WORD = FIRST_WORD + (SEND_ATTRIBUTES_BYTES >> 2);
const ATTRIBUTES_SIZE_WORD = FIRST_WORD + (SEND_ATTRIBUTES_SIZE >> 2);
const DELAY_WORD = FIRST_WORD + (SEND_DELAY_MS >> 2);
const FLAGS_WORD = FIRST_WORD + (SEND_FLAGS >> 2);
const BIRTH_WORD = FIRST_WORD + (SEND_BIRTH >> 2);
const SEQUENCE_WORD = FIRST_WORD + (SEND_SEQUENCE >> 2);
const GROUP_HALF = (THREAD_SENDS + SEND_GROUP_BYTES) >> 1;
const DEDUPLICATION_HALF = (THREAD_SENDS + SEND_DEDUPLICATION_BYTES) >> 1;
const TRACE_HALF = (THREAD_SENDS + SEND_TRACE_BYTES) >> 1;
const SENDER_HALF = (THREAD_SENDS + SEND_SENDER_BYTES) >> 1;

export class Outbox {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #staging: Uint8Array;
  /** How many messages the last call took up, accepted or not. */
  tried = 0;
  /** Which batch is being written: who finds another number than at its beginning was disturbed. */
  turn = 0;
  #count = 0;
  /** Bytes of staging that are written. */
  #used = 0;
  /** The batch's last messages, which are not written yet, and their texts in a row. */
  readonly #waiting: Unmeasured[] = [];
  #joined = "";
  /** Records from here on say: no delay of their own, nothing but a body. */
  #plainFrom = 0;

  constructor(exports: EngineExports, thread: number, area: Area) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#staging = area.bytes.subarray(THREAD_STAGING, THREAD_STAGING + THREAD_STAGING_BYTES);
    this.#plainFrom = BATCH_MAX;
    this.#makePlain();
  }

  /**
   * Sends the longest run of short texts, none empty, in bodies[from..to), at most BATCH_MAX and as many as
   * staging holds; `tried` says how many that were. Answers how many were accepted, a status,
   * ILL_FORMED or REENTERED.
   */
  sendShort(
    { number, incarnation }: QueueHandle,
    bodies: readonly unknown[],
    from: number,
    to: number,
    charactersMax: number,
    now: number,
  ): number {
    const { u32, text } = this.#area;
    const end = Math.min(to, from + BATCH_MAX);
    const turn = ++this.turn;
    if (this.#plainFrom > 0) this.#makePlain();
    let joined = "";
    let index = from;
    let word = BODY_WORD;
    for (; index < end; index++) {
      const body = bodies[index];
      if (typeof body !== "string" || body.length > charactersMax || body === "") break;
      if (joined.length + body.length > JOINED_CHARACTERS_MAX) break;
      joined += body;
      u32[word] = body.length;
      u32[word + (FLAGS_WORD - BODY_WORD)] = TEXT_AND_ASCII;
      word += RECORD_WORDS;
    }
    const count = index - from;
    this.tried = count;
    if (count === 0) return 0;
    if (this.turn !== turn) return REENTERED;
    const written = text.utf8Write(joined, THREAD_STAGING, THREAD_STAGING_BYTES);
    if (written !== joined.length && !this.#writeOneByOne(joined, count)) return ILL_FORMED;
    return this.#exports.send(this.#thread, number, incarnation, count, now);
  }

  /** As many bytes as characters means ASCII alone; here something was not. False: ILL_FORMED. */
  #writeOneByOne(joined: string, count: number): boolean {
    const { u32, text } = this.#area;
    let offset = THREAD_STAGING;
    let from = 0;
    for (let index = 0; index < count; index++) {
      const record = index * RECORD_WORDS;
      const to = from + (u32[BODY_WORD + record] as number);
      const body = joined.substring(from, to);
      if (!body.isWellFormed()) return false;
      const written = text.utf8Write(body, offset, body.length * 3);
      u32[BODY_WORD + record] = written;
      u32[FLAGS_WORD + record] = written === body.length ? TEXT_AND_ASCII : BODY_TEXT;
      offset += written;
      from = to;
    }
    return true;
  }

  /**
   * Sends as many of outgoing[from..to) as one call takes, one at the least; `tried` says how many that
   * were. Answers how many were accepted, the first ones, or a status. Their ids can be read until the
   * next call.
   */
  send(
    queue: QueueHandle,
    outgoing: readonly Outgoing[],
    from: number,
    to: number,
    now: number,
  ): number {
    this.#begin();
    let index = from;
    while (index < to && this.#add(outgoing[index] as Outgoing)) index++;
    if (index > from) return this.flush(queue, now);
    return this.#sendLarge(queue, outgoing[from] as Outgoing, now);
  }

  #begin(): void {
    this.turn++;
    this.#count = 0;
    this.#used = 0;
    this.#waiting.length = 0;
    this.#joined = "";
  }

  /** Adds one; false, and nothing added, when this batch has no room for it. */
  #add(message: Outgoing): boolean {
    if (this.#count === BATCH_MAX) return false;
    return isUnmeasured(message) ? this.#join(message) : this.#write(message);
  }

  /** Adds a message to those that are written together. */
  #join(message: Unmeasured): boolean {
    const { group, deduplication, body } = message;
    const text = group + deduplication + body;
    if (!this.#hasRoom(this.#joined.length + text.length)) {
      this.#writeJoined();
      if (!this.#hasRoom(text.length)) return false;
    }
    const { u16 } = this.#area;
    const index = this.#count++;
    const half = index * RECORD_HALVES;
    this.#plainFrom = Math.max(this.#plainFrom, index + 1);
    u16[GROUP_HALF + half] = group.length;
    u16[DEDUPLICATION_HALF + half] = deduplication.length;
    u16[TRACE_HALF + half] = 0;
    u16[SENDER_HALF + half] = 0;
    this.#fill(index, message, body.length);
    this.#joined += text;
    this.#waiting.push(message);
    return true;
  }

  #hasRoom(characters: number): boolean {
    return this.#used + characters * 3 <= THREAD_STAGING_BYTES;
  }

  /** Writes what was joined: as many bytes as characters means ASCII alone. */
  #writeJoined(): void {
    if (this.#waiting.length === 0) return;
    const joined = this.#joined;
    const start = THREAD_STAGING + this.#used;
    const written = this.#area.text.utf8Write(joined, start, joined.length * 3);
    this.#used += written === joined.length ? written : this.#writeApart(start);
    this.#waiting.length = 0;
    this.#joined = "";
  }

  /** Writes the same again, one by one; how many bytes. */
  #writeApart(start: number): number {
    const { u32, text } = this.#area;
    let record = (this.#count - this.#waiting.length) * RECORD_WORDS;
    let at = start;
    for (const { group, deduplication, body } of this.#waiting) {
      at += putText(text, group + deduplication, at);
      const bodyBytes = putText(text, body, at);
      u32[BODY_WORD + record] = bodyBytes;
      u32[FLAGS_WORD + record] = flagsOf(body, bodyBytes);
      at += bodyBytes;
      record += RECORD_WORDS;
    }
    return at - start;
  }

  #write(message: Outgoing): boolean {
    this.#writeJoined();
    const bytes = message.bodyBytes + contentBytesUpTo(message);
    if (this.#used + bytes > THREAD_STAGING_BYTES) return false;
    const index = this.#count++;
    const start = THREAD_STAGING + this.#used;
    const behindTexts = start + this.#writeTexts(index, message, start);
    const { attributes } = message;
    if (attributes !== undefined) this.#area.bytes.set(attributes, behindTexts);
    const bodyAt = behindTexts + (attributes?.length ?? 0);
    this.#writeBody(message.body, message.bodyBytes, bodyAt);
    this.#used = bodyAt + message.bodyBytes - THREAD_STAGING;
    this.#fill(index, message, message.bodyBytes);
    return true;
  }

  /** Begins a batch of bodies alone; its turn. */
  beginBodies(): number {
    if (this.#plainFrom > 0) this.#makePlain();
    this.#begin();
    return this.turn;
  }

  /** Adds a message that is a body alone, to a batch of such; false when there is no room. */
  addBody(body: string | Uint8Array, bodyBytes: number): boolean {
    if (this.#count === BATCH_MAX || this.#used + bodyBytes > THREAD_STAGING_BYTES) return false;
    const record = this.#count++ * RECORD_WORDS;
    this.#writeBody(body, bodyBytes, THREAD_STAGING + this.#used);
    this.#used += bodyBytes;
    this.#area.u32[BODY_WORD + record] = bodyBytes;
    this.#area.u32[FLAGS_WORD + record] = flagsOf(body, bodyBytes);
    return true;
  }

  /**
   * Somebody else writes the next batch: its first `count` records as he likes, those behind them hold
   * nothing but a body. With 0 all of them do.
   */
  lend(count: number): void {
    this.turn++;
    if (count > 0) this.#plainFrom = Math.max(this.#plainFrom, count);
    else if (this.#plainFrom > 0) this.#makePlain();
  }

  /** Messages in this batch. */
  get count(): number {
    return this.#count;
  }

  /** Sends the batch; how many were accepted, or a status. */
  flush({ number, incarnation }: QueueHandle, now: number): number {
    this.#writeJoined();
    this.tried = this.#count;
    return this.#exports.send(this.#thread, number, incarnation, this.#count, now);
  }

  /** Sends one message that staging can't hold: 1 when accepted, 0 when memory is full, a status. */
  #sendLarge({ number, incarnation }: QueueHandle, message: Outgoing, now: number): number {
    this.tried = 1;
    const { attributes, body } = message;
    const texts = this.#writeTexts(0, message, THREAD_STAGING);
    this.#fill(0, message, message.bodyBytes);
    if (this.#exports.prepare(this.#thread, 0, now) < 0) return 0;
    this.#exports.write(this.#thread, 0, 0, texts);
    const behindAttributes = this.#writePart(attributes, texts);
    this.#writePart(typeof body === "string" ? Buffer.from(body) : body, behindAttributes);
    return this.#exports.commit(this.#thread, number, incarnation, 1, now);
  }

  /** Copies bytes into the content of record 0, a staging at a time; the offset behind them. */
  #writePart(part: Uint8Array | undefined, contentOffset: number): number {
    const bytes = part?.length ?? 0;
    for (let done = 0; part !== undefined && done < bytes; done += THREAD_STAGING_BYTES) {
      const end = Math.min(bytes, done + THREAD_STAGING_BYTES);
      this.#area.bytes.set(part.subarray(done, end), THREAD_STAGING);
      this.#exports.write(this.#thread, 0, contentOffset + done, end - done);
    }
    return contentOffset + bytes;
  }

  /**
   * Says whose messages a throttled call is about to send: the groups' texts into staging, their
   * sizes into the records. To be followed by `throttle`, and only then by the batch itself.
   */
  putGroups(groups: readonly string[]): void {
    this.turn++;
    const { u16, text } = this.#area;
    let at = THREAD_STAGING;
    groups.forEach((group, index) => {
      at += u16[GROUP_HALF + index * RECORD_HALVES] = putText(text, group, at);
    });
    this.#plainFrom = Math.max(this.#plainFrom, groups.length);
  }

  /** The two halves of the number that the message id of record `index` is made from. */
  birthLow(index: number): number {
    return this.#area.u32[BIRTH_WORD + index * RECORD_WORDS] as number;
  }

  birthHigh(index: number): number {
    return this.#area.u32[BIRTH_WORD + index * RECORD_WORDS + 1] as number;
  }

  /** The two halves of the sequence that the message of record `index` was given. */
  sequenceLow(index: number): number {
    return this.#area.u32[SEQUENCE_WORD + index * RECORD_WORDS] as number;
  }

  sequenceHigh(index: number): number {
    return this.#area.u32[SEQUENCE_WORD + index * RECORD_WORDS + 1] as number;
  }

  /** Writes group, deduplication id, trace and sender, and their sizes into the record. */
  #writeTexts(index: number, message: Outgoing, start: number): number {
    const { u16, text } = this.#area;
    const half = index * RECORD_HALVES;
    this.#plainFrom = Math.max(this.#plainFrom, index + 1);
    let at = start;
    at += u16[GROUP_HALF + half] = putText(text, message.group, at);
    at += u16[DEDUPLICATION_HALF + half] = putText(text, message.deduplication, at);
    at += u16[TRACE_HALF + half] = putText(text, message.trace, at);
    at += u16[SENDER_HALF + half] = putText(text, message.sender, at);
    return at - start;
  }

  #writeBody(body: string | Uint8Array, bodyBytes: number, at: number): void {
    // Other threads may make a shared body longer meanwhile; no copy gets beyond staging.
    if (typeof body !== "string") this.#staging.set(body, at - THREAD_STAGING);
    else if (bodyBytes === body.length) this.#area.text.latin1Write(body, at, bodyBytes);
    else this.#area.text.utf8Write(body, at, bodyBytes);
  }

  #fill(index: number, message: Outgoing, bodyBytes: number): void {
    const { attributes, attributesSizeBytes, body, delayMs } = message;
    const { u32 } = this.#area;
    u32[ATTRIBUTES_WORD + index * RECORD_WORDS] = attributes?.length ?? 0;
    u32[BODY_WORD + index * RECORD_WORDS] = bodyBytes;
    u32[FLAGS_WORD + index * RECORD_WORDS] = flagsOf(body, bodyBytes);
    u32[DELAY_WORD + index * RECORD_WORDS] = delayMs;
    u32[ATTRIBUTES_SIZE_WORD + index * RECORD_WORDS] = attributesSizeBytes;
  }

  /** Takes from the records that `#add` used what a plain text does not have. */
  #makePlain(): void {
    const { u16, u32 } = this.#area;
    for (let index = 0; index < this.#plainFrom; index++) {
      const half = index * RECORD_HALVES;
      u16[GROUP_HALF + half] = 0;
      u16[DEDUPLICATION_HALF + half] = 0;
      u16[TRACE_HALF + half] = 0;
      u16[SENDER_HALF + half] = 0;
      u32[ATTRIBUTES_WORD + index * RECORD_WORDS] = 0;
      u32[DELAY_WORD + index * RECORD_WORDS] = -1;
    }
    this.#plainFrom = 0;
  }
}
