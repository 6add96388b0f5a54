/**
 * The engine driven one section at a time, from one thread, with every section recorded: below the
 * broker, below the bindings' hot path, so that a model can be compared with each step. Bodies
 * carry a tag and a pattern made from it, and every gathered body is checked.
 */
import * as layout from "../../../assembly/layout.ts";
import { createMemory } from "../../../bindings/memory.ts";
import { instantiate } from "../../../bindings/module.ts";
import type { WasmMemory, WasmModule } from "../../../bindings/webassembly.ts";
import { HeldRecords } from "../../support/heldRecords.ts";
import { checkBody, patternAt, TAG_BYTES } from "./bodies.ts";
import type { Exports } from "./exports.ts";
import { CLAIM, COMMIT, CUT, EXPIRE, HIDE, type Operation, REMOVE, SWEEP } from "./operations.ts";

export interface Share {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
}

export interface QueueNumbers {
  readonly queue: number;
  readonly incarnation: number;
}

export interface Receipt {
  slot: number;
  sequence: number;
  count: number;
}

export interface Settings {
  visibilityMs: number;
  delayMs: number;
  retentionMs: number;
  /** Where messages go that were received `max` times. */
  deadLetters?: { max: number; to: QueueNumbers } | undefined;
  inFlightMax?: number;
  /** QUEUE_FLAGS; Standard where there are none. */
  flags?: number;
}

/** A message that was set aside by a claim, to be moved. */
export interface Aside {
  readonly slot: number;
  readonly sequence: number;
}

const ENTRY_BYTES = 16;

/** The engine over each memory, by its build: an instance has no state of its own, so one will do. */
const engines = new WeakMap<WasmMemory, Map<WasmModule, Exports>>();

function engineOf({ module, memory }: Share): Exports {
  const builds = engines.get(memory) ?? new Map<WasmModule, Exports>();
  const engine = builds.get(module) ?? (instantiate(module, memory).exports as unknown as Exports);
  engines.set(memory, builds.set(module, engine));
  return engine;
}

/** The recorder gets each section as it is made. */
export type Record = (queue: number, operation: Operation) => void;

export class Sections {
  readonly share: Share;
  readonly engine: Exports;
  readonly thread: number;
  readonly held: HeldRecords;
  readonly #record: Record;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #area: number;
  #tags = 0;

  /** Lays out a memory, a new one unless it is given, and takes part in it as its first thread. */
  static open(
    module: WasmModule,
    sizes: { pages: number; threads: number; queues: number; slots: number },
    record: Record,
    memory = createMemory(sizes.pages),
  ): Sections {
    const engine = engineOf({ module, memory });
    const status = engine.memoryInit(sizes.pages, sizes.threads, sizes.queues, sizes.slots);
    if (status < 0) throw new Error(`these sizes do not fit: ${JSON.stringify(sizes)}`);
    return new Sections({ module, memory }, record);
  }

  constructor(share: Share, record: Record) {
    const { memory } = share;
    this.share = share;
    this.engine = engineOf(share);
    this.#record = record;
    this.#u32 = new Uint32Array(memory.buffer);
    this.#f64 = new Float64Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.thread = this.engine.threadAttach(0);
    if (this.thread < 0) throw new Error("no thread record is free");
    this.#area = this.header(layout.HEADER_THREADS_BASE) + this.thread * layout.THREAD_BYTES;
    this.held = new HeldRecords(memory.buffer, this.#area);
  }

  header(offset: number): number {
    return this.#u32[(layout.HEADER + offset) >> 2] as number;
  }

  /** A word of the arena's bookkeeping. */
  arena(offset: number): number {
    return this.header(layout.HEADER_ARENA + offset);
  }

  shard(queue: number, offset: number): number {
    const base = this.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
    return this.#u32[(base + offset) >> 2] as number;
  }

  /** What the last section left in this thread's record. */
  out(offset: number): number {
    return this.#u32[(this.#area + offset) >> 2] as number;
  }

  outNumber(offset: number): number {
    return this.#f64[(this.#area + offset) >> 3] as number;
  }

  /** The memory, for a test that looks at it itself. */
  get words(): Uint32Array {
    return this.#u32;
  }

  get doubles(): Float64Array {
    return this.#f64;
  }

  /** 0, or a broken invariant's number and index. */
  verify(): { check: number; index: number } {
    return { check: this.engine.verify(this.thread), index: this.out(layout.THREAD_OUT_ERROR) };
  }

  createQueue(settings: Settings): QueueNumbers {
    this.#stage(settings);
    const version = this.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    const queue = this.engine.catalogueCreate(this.thread, version, ENTRY_BYTES);
    if (queue < 0) throw new Error(`no queue could be made: status ${queue}`);
    return { queue, incarnation: this.engine.incarnationOf(queue) };
  }

  /** False when memory is full: a change needs a block for the new entry. */
  change({ queue, incarnation }: QueueNumbers, settings: Settings): boolean {
    this.#stage(settings);
    const version = this.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    return this.engine.catalogueChange(this.thread, version, queue, incarnation, ENTRY_BYTES) === 0;
  }

  #stage(settings: Settings): void {
    const image = this.#area + layout.THREAD_STAGING;
    this.#bytes.fill(0, image, image + layout.QUEUE_BYTES);
    this.#u32[(image + layout.QUEUE_FLAGS) >> 2] = settings.flags ?? 0;
    this.#f64[(image + layout.QUEUE_VISIBILITY_MS) >> 3] = settings.visibilityMs;
    this.#f64[(image + layout.QUEUE_DELAY_MS) >> 3] = settings.delayMs;
    this.#f64[(image + layout.QUEUE_RETENTION_MS) >> 3] = settings.retentionMs;
    this.#u32[(image + layout.QUEUE_IN_FLIGHT_MAX) >> 2] = settings.inFlightMax ?? 0;
    if (settings.deadLetters === undefined) return;
    const { max, to } = settings.deadLetters;
    this.#u32[(image + layout.QUEUE_RECEIVES_MAX) >> 2] = max;
    this.#u32[(image + layout.QUEUE_TARGET) >> 2] = to.queue;
    this.#u32[(image + layout.QUEUE_TARGET_INCARNATION) >> 2] = to.incarnation;
  }

  /** Hands a section to the recorder. */
  note(queue: number, kind: number, now: number, fields: Partial<Operation>): void {
    const operation = this.outNumber(layout.THREAD_OUT_OPERATION);
    this.#record(queue, {
      kind,
      operation,
      now,
      status: 0,
      first: 0,
      second: 0,
      items: [],
      ...fields,
    });
  }

  /**
   * Sends messages with bodies of these sizes, all ready or all delayed alike; how many were
   * accepted. Fewer than asked, and nothing recorded for the rest: memory is full.
   */
  commit(to: QueueNumbers, bodies: readonly number[], delayMs: number, now: number): number {
    let prepared = 0;
    while (
      prepared < bodies.length &&
      this.#prepare(prepared, bodies[prepared] as number, delayMs, now)
    ) {
      prepared++;
    }
    if (prepared === 0) return 0;
    for (;;) {
      const { queue, incarnation } = to;
      const status = this.engine.sectionCommit(this.thread, queue, incarnation, 0, prepared, now);
      if (status === layout.STATUS_FULL) {
        this.engine.discard(this.thread, prepared);
        return 0;
      }
      const items: number[] = [];
      for (let index = 0; index < status; index++) {
        items.push(this.#sequenceAt(this.#send(index) + layout.SEND_SEQUENCE), delayMs);
      }
      this.note(queue, COMMIT, now, { status, items });
      if (status !== layout.STATUS_CHANGED) return status;
    }
  }

  #send(index: number): number {
    return this.#area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
  }

  #prepare(index: number, bodyBytes: number, delayMs: number, now: number): boolean {
    const send = this.#send(index);
    this.#u32[(send + layout.SEND_BODY_BYTES) >> 2] = bodyBytes;
    this.#u32[(send + layout.SEND_DELAY_MS) >> 2] = delayMs;
    if (this.engine.prepare(this.thread, index, now) !== 0) return false;
    const tag = this.thread * 2 ** 24 + (this.#tags++ % 2 ** 24);
    for (let offset = 0; offset < bodyBytes; offset += layout.THREAD_STAGING_BYTES) {
      const bytes = Math.min(layout.THREAD_STAGING_BYTES, bodyBytes - offset);
      this.#fill(this.#area + layout.THREAD_STAGING, tag, offset, bytes, bodyBytes);
      this.engine.write(this.thread, index, offset, bytes);
    }
    return true;
  }

  /** A body is its tag and size, then bytes that follow from tag and place. */
  #fill(to: number, tag: number, offset: number, bytes: number, bodyBytes: number): void {
    for (let index = 0; index < bytes; index++) {
      this.#bytes[to + index] = patternAt(tag, offset + index);
    }
    if (offset === 0 && bodyBytes >= TAG_BYTES) {
      const words = new DataView(this.#bytes.buffer, to, TAG_BYTES);
      words.setUint32(0, tag, true);
      words.setUint32(4, bodyBytes, true);
    }
  }

  #sequenceAt(address: number): number {
    return (
      (this.#u32[address >> 2] as number) + (this.#u32[(address >> 2) + 1] as number) * 2 ** 32
    );
  }

  /** Receives up to ten; receipts of what was claimed. Bodies are gathered and checked. */
  claim(from: QueueNumbers, most: number, visibilityMs: number, now: number): Receipt[] {
    const { queue, incarnation } = from;
    const { thread } = this;
    const claimed = this.engine.sectionClaim(thread, queue, incarnation, most, visibilityMs, now);
    const receipts: Receipt[] = [];
    for (let index = 0; index < claimed; index++) {
      const at = this.#area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
      receipts.push({
        slot: this.#u32[(at + layout.RECEIVE_SLOT) >> 2] as number,
        count: this.#u32[(at + layout.RECEIVE_COUNT) >> 2] as number,
        sequence: this.#sequenceAt(at + layout.RECEIVE_SEQUENCE),
      });
    }
    const aside = this.aside();
    const dropped = this.out(layout.THREAD_OUT_DROPPED);
    this.note(queue, CLAIM, now, {
      status: claimed < 0 ? claimed : claimed + aside.length + dropped,
      first: most,
      second: visibilityMs,
      items: [
        ...receipts.flatMap(({ sequence, count }) => [sequence, count]),
        ...aside.flatMap(({ sequence }) => [sequence, -1]),
      ],
    });
    if (claimed > 0) this.#checkBodies(this.engine.sectionGather(thread, queue, claimed));
    return receipts;
  }

  /** What the last claim set aside. */
  aside(): Aside[] {
    const count = this.out(layout.THREAD_OUT_EXHAUSTED);
    return Array.from({ length: count }, (_, index) => ({
      slot: this.out(layout.THREAD_OUT_SLOTS + index * 4),
      sequence: this.outNumber(layout.THREAD_OUT_SEQUENCES + index * 8),
    }));
  }

  /** What was gathered first: reading the rest in pieces uses the same buffer. */
  #checkBodies(kept: number): void {
    const large: [index: number, bodyBytes: number][] = [];
    for (let index = 0; index < kept; index++) {
      const at = this.#area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
      const bodyBytes = this.#u32[(at + layout.RECEIVE_BODY_BYTES) >> 2] as number;
      const offset = this.#u32[(at + layout.RECEIVE_OFFSET) >> 2] as number;
      const buffer = this.#area + layout.THREAD_BUFFER;
      if (offset === 0xffffffff) large.push([index, bodyBytes]);
      else checkBody(this.#bytes, buffer + offset, bodyBytes, bodyBytes, 0);
    }
    for (const [index, bodyBytes] of large) this.#checkInPieces(index, bodyBytes);
  }

  /** A body too large for what was left of the buffer; it may change meanwhile. */
  #checkInPieces(index: number, bodyBytes: number): void {
    const buffer = this.#area + layout.THREAD_BUFFER;
    let tag: number | undefined;
    for (let offset = 0; offset < bodyBytes; offset += layout.THREAD_BUFFER_BYTES) {
      const bytes = Math.min(layout.THREAD_BUFFER_BYTES, bodyBytes - offset);
      if (this.engine.read(this.thread, index, offset, bytes, 0) === 0) return;
      tag = checkBody(this.#bytes, buffer, bytes, bodyBytes, offset, tag);
    }
  }

  #result(index: number): number {
    const at = this.#area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
    return this.#u32[(at + layout.HANDLE_RESULT) >> 2] as number;
  }

  /** Deletes up to ten receipts; the RESULT code of each. */
  remove(of: QueueNumbers, receipts: readonly Receipt[], now: number): number[] {
    this.held.handles(receipts);
    const { queue, incarnation } = of;
    const status = this.engine.sectionRemove(this.thread, queue, incarnation, receipts.length, now);
    const results = receipts.map((_, index) => this.#result(index));
    const items = receipts.flatMap(({ sequence, count }, index) => [
      sequence,
      count,
      results[index] as number,
    ]);
    this.note(queue, REMOVE, now, { status, items });
    return results;
  }

  /** Changes the visibility of up to ten receipts; the RESULT code of each. `knownMs`: as of `held`. */
  hide(
    of: QueueNumbers,
    receipts: readonly Receipt[],
    ms: readonly number[],
    now: number,
    knownMs: readonly number[] = [],
  ): number[] {
    const { queue, incarnation } = of;
    this.held.handles(receipts, ms, knownMs, incarnation);
    const status = this.engine.sectionHide(this.thread, queue, incarnation, receipts.length, now);
    const results = receipts.map((_, index) => this.#result(index));
    const items = receipts.flatMap(({ sequence, count }, index) => [
      sequence,
      count,
      ms[index] as number,
      knownMs[index] ?? Number.NaN,
      results[index] as number,
    ]);
    this.note(queue, HIDE, now, { status, items });
    return results;
  }

  sequences(count: number): number[] {
    const first = (this.#area + layout.THREAD_OUT_SEQUENCES) >> 3;
    return Array.from(this.#f64.subarray(first, first + count));
  }

  /** One turn of the wheel; false when nothing was due. */
  expire({ queue }: QueueNumbers, now: number): boolean {
    const ready = this.engine.sectionExpire(this.thread, queue, now);
    if (ready < 0) return false;
    this.note(queue, EXPIRE, now, { items: this.sequences(ready) });
    return true;
  }

  /** One sweep; false when nothing was past. */
  sweep({ queue }: QueueNumbers, now: number): boolean {
    const swept = this.engine.sectionSweep(this.thread, queue, now);
    if (swept < 0) return false;
    this.note(queue, SWEEP, now, { items: this.sequences(swept) });
    return true;
  }

  cut({ queue, incarnation }: QueueNumbers, now: number): void {
    const status = this.engine.cut(this.thread, queue, incarnation, now);
    this.note(queue, CUT, now, { status });
  }
}
