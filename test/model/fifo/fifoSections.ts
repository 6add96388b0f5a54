/**
 * A FIFO queue driven one section at a time, beside Sections, whose thread and memory it uses:
 * groups and deduplication ids are numbers whose texts the engine sees, receive attempts too. Every
 * section is recorded with the time that the engine took it to be, and every body that is received
 * says whose group and id it carries, and is checked.
 */
import * as layout from "../../../assembly/layout.ts";
import { type Begun, Results } from "../history/fifoResults.ts";
import {
  ATTEMPT,
  CLAIM,
  CLAIM_ATTEMPT,
  CLAIM_ON,
  COMMIT_FIFO,
  CUT,
  EXPIRE,
  HIDE,
  RELEASE,
  REMOVE,
  SWEEP,
} from "../history/operations.ts";
import type { QueueNumbers, Receipt, Record, Sections } from "../history/sections.ts";

interface Exports {
  prepare(thread: number, index: number, now: number): number;
  write(thread: number, index: number, contentOffset: number, bytes: number): void;
  discard(thread: number, count: number): void;
  cut(thread: number, queue: number, incarnation: number, now: number): number;
  catalogueCreate(thread: number, version: number, entryBytes: number): number;
  catalogueChange(t: number, version: number, queue: number, inc: number, bytes: number): number;
  incarnationOf(queue: number): number;
  sectionCommit(t: number, q: number, inc: number, from: number, n: number, now: number): number;
  sectionResolve(thread: number, queue: number, count: number, now: number): number;
  sectionCommitResolved(t: number, q: number, i: number, n: number, a: number, now: number): number;
  sectionClaimOn(
    ...numbers: [t: number, q: number, i: number, from: number, n: number, ms: number, now: number]
  ): number;
  sectionGather(thread: number, queue: number, claimed: number): number;
  sectionRemove(t: number, q: number, inc: number, count: number, now: number): number;
  sectionHide(t: number, q: number, inc: number, count: number, now: number): number;
  sectionExpire(thread: number, queue: number, now: number): number;
  sectionRelease(thread: number, queue: number, now: number): number;
  sectionSweep(thread: number, queue: number, now: number): number;
  sectionResolveAttempt(thread: number, queue: number, bytes: number, now: number): number;
  sectionAttempt(t: number, q: number, inc: number, ms: number, now: number): number;
  sectionClaimAttempt(t: number, q: number, i: number, n: number, ms: number, now: number): number;
}

/** One message to be sent; `id` below 0: without a deduplication id. */
export interface Parcel {
  readonly group: number;
  readonly id: number;
  readonly bodyBytes: number;
}

export interface FifoSettings {
  visibilityMs: number;
  delayMs: number;
  retentionMs: number;
  isGroupScope: boolean;
}

/** What a receive under an attempt's id brought: receipts, or why it brought none. */
export type Attempted = readonly Receipt[] | "no longer valid" | "full";

/** Told of each section before it is made; it may then not happen, or be cut off. */
export type Begin = (queue: number, begun: Begun) => void;

const ENTRY_BYTES = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

export class FifoSections {
  readonly engine: Exports;
  readonly thread: number;
  readonly #sections: Sections;
  readonly #record: Record;
  readonly #begin: Begin;
  readonly #results: Results;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #area: number;

  constructor(sections: Sections, record: Record, begin: Begin = () => {}) {
    const { buffer } = sections.share.memory;
    this.#sections = sections;
    this.engine = sections.engine as unknown as Exports;
    this.thread = sections.thread;
    this.#record = record;
    this.#begin = begin;
    this.#results = new Results(sections, sections.thread);
    this.#u16 = new Uint16Array(buffer);
    this.#u32 = sections.words;
    this.#f64 = sections.doubles;
    this.#bytes = new Uint8Array(buffer);
    this.#area =
      sections.header(layout.HEADER_THREADS_BASE) + sections.thread * layout.THREAD_BYTES;
  }

  #version(): number {
    return this.#sections.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
  }

  create(settings: FifoSettings): QueueNumbers {
    this.#stage(settings);
    const queue = this.engine.catalogueCreate(this.thread, this.#version(), ENTRY_BYTES);
    if (queue < 0) throw new Error(`no queue could be made: status ${queue}`);
    return { queue, incarnation: this.engine.incarnationOf(queue) };
  }

  /** False when memory is full: a change needs a block for the new entry. */
  change({ queue, incarnation }: QueueNumbers, settings: FifoSettings): boolean {
    this.#stage(settings);
    const { engine, thread } = this;
    return engine.catalogueChange(thread, this.#version(), queue, incarnation, ENTRY_BYTES) === 0;
  }

  #stage(settings: FifoSettings): void {
    const image = this.#area + layout.THREAD_STAGING;
    this.#bytes.fill(0, image, image + layout.QUEUE_BYTES);
    const scope = settings.isGroupScope ? layout.QUEUE_FLAG_GROUP_SCOPE : 0;
    this.#u32[(image + layout.QUEUE_FLAGS) >> 2] = layout.QUEUE_FLAG_FIFO | scope;
    this.#f64[(image + layout.QUEUE_VISIBILITY_MS) >> 3] = settings.visibilityMs;
    this.#f64[(image + layout.QUEUE_DELAY_MS) >> 3] = settings.delayMs;
    this.#f64[(image + layout.QUEUE_RETENTION_MS) >> 3] = settings.retentionMs;
  }

  /** Makes a section and records it, if it was one; what it answered. */
  #make(queue: number, asked: Partial<Begun> & { kind: number }, section: () => number): number {
    const begun: Begun = { first: 0, second: 0, from: 0, items: [], ...asked };
    this.#results.clear();
    this.#begin(queue, begun);
    const answer = section();
    if (this.#results.operation === 0) return answer;
    if (answer !== this.#results.status) {
      throw new Error(`answered ${answer}, and left ${this.#results.status} in its record`);
    }
    this.#record(queue, this.#results.finish(begun));
    return answer;
  }

  #send(index: number): number {
    return this.#area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
  }

  /** The sequences sent, of duplicates the originals'; fewer than asked: memory is full. */
  commit(to: QueueNumbers, parcels: readonly Parcel[], now: number): number[] {
    let prepared = 0;
    for (const parcel of parcels) {
      if (!this.#prepare(prepared, parcel, now)) break;
      prepared++;
    }
    if (prepared === 0) return [];
    const { queue, incarnation } = to;
    const { engine, thread } = this;
    const items = parcels.slice(0, prepared).flatMap(({ group, id }) => [group, id]);
    for (;;) {
      const status = this.#make(queue, { kind: COMMIT_FIFO, items }, () =>
        engine.sectionCommit(thread, queue, incarnation, 0, prepared, now),
      );
      if (status === layout.STATUS_CHANGED) continue;
      if (status === layout.STATUS_FULL) engine.discard(thread, prepared);
      return this.#results.sequences(Math.max(0, status));
    }
  }

  /** Only the look before the lock, for parcels that are sent by `commitResolved`. */
  resolve({ queue }: QueueNumbers, parcels: readonly Parcel[], now: number): number {
    parcels.forEach((parcel, index) => {
      if (!this.#prepare(index, parcel, now)) throw new Error("memory is full");
    });
    return this.engine.sectionResolve(this.thread, queue, parcels.length, now);
  }

  /** A status, or how many were taken. Nothing is recorded. */
  commitResolved(to: QueueNumbers, count: number, accepted: number, now: number): number {
    const { queue, incarnation } = to;
    const { engine, thread } = this;
    return engine.sectionCommitResolved(thread, queue, incarnation, count, accepted, now);
  }

  #prepare(index: number, { group, id, bodyBytes }: Parcel, now: number): boolean {
    const send = this.#send(index);
    const texts = [`g${group}`, id < 0 ? "" : `i${id}`];
    const body = `${texts.join(" ")} `.padEnd(bodyBytes, "x");
    const content = encoder.encode(texts.join("") + body);
    this.#u32[(send + layout.SEND_BODY_BYTES) >> 2] = body.length;
    this.#u32[(send + layout.SEND_ATTRIBUTES_BYTES) >> 2] = 0;
    this.#u32[(send + layout.SEND_FLAGS) >> 2] = layout.BODY_ASCII | layout.BODY_TEXT;
    this.#u32[(send + layout.SEND_DELAY_MS) >> 2] = -1;
    this.#u16[(send + layout.SEND_GROUP_BYTES) >> 1] = (texts[0] as string).length;
    this.#u16[(send + layout.SEND_DEDUPLICATION_BYTES) >> 1] = (texts[1] as string).length;
    this.#u16[(send + layout.SEND_TRACE_BYTES) >> 1] = 0;
    this.#u16[(send + layout.SEND_SENDER_BYTES) >> 1] = 0;
    if (this.engine.prepare(this.thread, index, now) !== 0) return false;
    for (let offset = 0; offset < content.length; offset += layout.THREAD_STAGING_BYTES) {
      const piece = content.subarray(offset, offset + layout.THREAD_STAGING_BYTES);
      this.#bytes.set(piece, this.#area + layout.THREAD_STAGING);
      this.engine.write(this.thread, index, offset, piece.length);
    }
    return true;
  }

  #received(index: number): number {
    return this.#area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
  }

  #gather(queue: number, claimed: number): void {
    if (claimed <= 0) return;
    const kept = this.engine.sectionGather(this.thread, queue, claimed);
    for (let index = 0; index < kept; index++) this.#checkContent(this.#received(index));
  }

  /** Group, id and what the body says of them are one message's. */
  #checkContent(at: number): void {
    const offset = this.#u32[(at + layout.RECEIVE_OFFSET) >> 2] as number;
    if (offset === layout.CONTENT_NOT_GATHERED >>> 0) return;
    const groupBytes = this.#u16[(at + layout.RECEIVE_GROUP_BYTES) >> 1] as number;
    const idBytes = this.#u16[(at + layout.RECEIVE_DEDUPLICATION_BYTES) >> 1] as number;
    const from = this.#area + layout.THREAD_BUFFER + offset;
    const bytes = (groupBytes + idBytes) * 2 + 2;
    const text = decoder.decode(this.#bytes.slice(from, from + bytes));
    const [group, id] = [text.slice(0, groupBytes), text.slice(groupBytes, groupBytes + idBytes)];
    const body = text.slice(groupBytes + idBytes);
    if (body !== `${group} ${id} `) throw new Error(`a message of ${group} ${id} says ${body}`);
  }

  /** Receives, ten messages a section. */
  claim(from: QueueNumbers, most: number, visibilityMs: number, now: number): Receipt[] {
    const receipts: Receipt[] = [];
    for (;;) {
      const step = Math.min(10, most - receipts.length);
      const more = this.claimOn(from, receipts, step, visibilityMs, now);
      receipts.push(...more);
      if (more.length < step || receipts.length === most) break;
    }
    this.#gather(from.queue, receipts.length);
    return receipts;
  }

  /** One section, up to ten, of a receive that has these already; contents are not read. */
  claimOn(
    { queue, incarnation }: QueueNumbers,
    has: readonly Receipt[],
    most: number,
    visibilityMs: number,
    now: number,
  ): Receipt[] {
    const { engine, thread } = this;
    const [from, last] = [has.length, has.at(-1)];
    const items = last === undefined ? [] : [last.sequence, last.count];
    const kind = last === undefined ? CLAIM : CLAIM_ON;
    const asked = { kind, first: most, second: visibilityMs, from, items };
    const claimed = this.#make(queue, asked, () =>
      engine.sectionClaimOn(thread, queue, incarnation, from, most, visibilityMs, now),
    );
    return this.#results.receipts(claimed, from);
  }

  /** Receives up to ten under an attempt's id, as often as somebody else was quicker. */
  attempt(
    from: QueueNumbers,
    attempt: number,
    most: number,
    visibilityMs: number,
    now: number,
  ): Attempted {
    const { queue, incarnation } = from;
    const { engine, thread } = this;
    for (;;) {
      const text = encoder.encode(`attempt ${attempt}`);
      this.#bytes.set(text, this.#area + layout.THREAD_STAGING);
      const known = engine.sectionResolveAttempt(thread, queue, text.length, now);
      if (known < 0) return "full";
      const again = known === 1 ? this.#again(from, attempt, visibilityMs, now) : 0;
      if (again === "no longer valid") return again;
      if (again === undefined) continue;
      if (again !== 0) return again;
      const asked = { kind: CLAIM_ATTEMPT, first: most, second: visibilityMs, items: [attempt, 0] };
      const claimed = this.#make(queue, asked, () =>
        engine.sectionClaimAttempt(thread, queue, incarnation, most, visibilityMs, now),
      );
      if (claimed === layout.STATUS_CHANGED) continue;
      const receipts = this.#results.receipts(claimed);
      this.#gather(queue, claimed);
      return receipts;
    }
  }

  /** 0: its messages were visible again; undefined: somebody changed it meanwhile. */
  #again(
    { queue, incarnation }: QueueNumbers,
    attempt: number,
    visibilityMs: number,
    now: number,
  ): Attempted | 0 | undefined {
    const { engine, thread } = this;
    const asked = { kind: ATTEMPT, first: attempt, second: visibilityMs };
    const status = this.#make(queue, asked, () =>
      engine.sectionAttempt(thread, queue, incarnation, visibilityMs, now),
    );
    const receipts = this.#results.receipts(status);
    this.#gather(queue, status);
    if (status === layout.STATUS_CHANGED) return undefined;
    if (status === layout.STATUS_STALE) return "no longer valid";
    return status > 0 ? receipts : 0;
  }

  /** Deletes up to ten receipts; the RESULT code of each. */
  remove({ queue, incarnation }: QueueNumbers, receipts: readonly Receipt[], now: number) {
    this.#sections.held.handles(receipts);
    const { engine, thread } = this;
    const items = receipts.flatMap(({ sequence, count }) => [sequence, count]);
    this.#make(queue, { kind: REMOVE, items }, () =>
      engine.sectionRemove(thread, queue, incarnation, receipts.length, now),
    );
    return receipts.map((_, index) => this.#results.result(index));
  }

  /** Changes the visibility of up to ten receipts; the RESULT code of each. `knownMs`: as of `held`. */
  hide(
    { queue, incarnation }: QueueNumbers,
    receipts: readonly Receipt[],
    ms: readonly number[],
    now: number,
    knownMs: readonly number[] = [],
  ): number[] {
    this.#sections.held.handles(receipts, ms, knownMs, incarnation);
    const { engine, thread } = this;
    const items = receipts.flatMap(({ sequence, count }, index) => [
      ...[sequence, count, ms[index] as number, knownMs[index] ?? Number.NaN],
    ]);
    this.#make(queue, { kind: HIDE, items }, () =>
      engine.sectionHide(thread, queue, incarnation, receipts.length, now),
    );
    return receipts.map((_, index) => this.#results.result(index));
  }

  /** One turn of the wheel; false when nothing was due. */
  expire({ queue }: QueueNumbers, now: number): boolean {
    const { engine, thread } = this;
    return this.#make(queue, { kind: EXPIRE }, () => engine.sectionExpire(thread, queue, now)) >= 0;
  }

  /** Up to ten messages whose queue's delay is over; false when nothing was due. */
  release({ queue }: QueueNumbers, now: number): boolean {
    const { engine, thread } = this;
    const section = () => engine.sectionRelease(thread, queue, now);
    return this.#make(queue, { kind: RELEASE }, section) >= 0;
  }

  /** One sweep; false when nothing was past. */
  sweep({ queue }: QueueNumbers, now: number): boolean {
    const { engine, thread } = this;
    return this.#make(queue, { kind: SWEEP }, () => engine.sectionSweep(thread, queue, now)) >= 0;
  }

  /** Everything that is due at `now`. */
  advance(queue: QueueNumbers, now: number): void {
    while (this.expire(queue, now) || this.sweep(queue, now) || this.release(queue, now));
  }

  cut({ queue, incarnation }: QueueNumbers, now: number): void {
    const { engine, thread } = this;
    this.#make(queue, { kind: CUT }, () => engine.cut(thread, queue, incarnation, now));
  }
}
