/**
 * A memory whose queues write down what happens to them, driven through the bindings from one thread,
 * with the journal's side beside it: for tests of what the log says. `take` gives the entries of a part;
 * `World.load` makes a fresh memory of entries; `pictureOf` (picture.ts) says what is in either.
 */
import * as layout from "../../assembly/layout.ts";
import { BESIDE_BYTES } from "../../bindings/beside.ts";
import { Engine } from "../../bindings/engine.ts";
import { Inbox } from "../../bindings/inbox.ts";
import type { Loaded } from "../../bindings/load.ts";
import { instantiate } from "../../bindings/module.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import type { WasmMemory } from "../../bindings/webassembly.ts";
import { moduleOf } from "../support/builds.ts";

/** What these tests call beside the bindings: exports of the journal's side and of the probe build. */
export interface Exports {
  journalBegin(thread: number): void;
  resync(thread: number, queue: number, from: number): number;
  restate(thread: number, queue: number, incarnation: number, count: number): number;
  rebuild(thread: number, queue: number): void;
  verify(thread: number): number;
  drainBegin(thread: number, queue: number, entriesMax: number): number;
  drain(thread: number): number;
  drained(thread: number): void;
  sectionClaim(
    ...numbers: [t: number, queue: number, inc: number, most: number, hidden: number, now: number]
  ): number;
  sectionDepart(
    ...numbers: [
      t: number,
      queue: number,
      inc: number,
      flags: number,
      to: number,
      toInc: number,
      now: number,
    ]
  ): number;
  sectionArrive(
    ...numbers: [t: number, target: number, targetInc: number, to: number, inc: number, now: number]
  ): number;
}

export interface Sizes {
  readonly memoryBytes: number;
  readonly messagesMax: number;
}

export interface Settings {
  readonly isFifo?: boolean;
  readonly visibilityMs?: number;
  readonly delayMs?: number;
  readonly retentionMs?: number;
  readonly receivesMax?: number;
  readonly deadLetters?: QueueHandle;
}

export interface Parcel {
  readonly body: string;
  readonly delayMs?: number;
  readonly group?: string;
  readonly id?: string;
}

/** How queues were made, in order: the catalogue, which these tests keep themselves. */
export interface Catalogue {
  readonly queues: Map<QueueHandle, Settings>;
}

const SIZES: Sizes = { memoryBytes: 256 * 1_048_576, messagesMax: 20_000 };
const SECRET = new Uint8Array(32).map((_, index) => index * 7 + 1);
const QUEUES_MAX = 8;
const DAY_MS = 86_400_000;
export const START_MS = 1_700_000_000_000;

export class World {
  readonly engine: Engine;
  readonly memory: WasmMemory;
  readonly exports: Exports;
  readonly inbox = new Inbox(256);
  readonly catalogue: Catalogue;
  nowMs = START_MS;

  private constructor(engine: Engine, memory: WasmMemory, catalogue: Catalogue) {
    this.engine = engine;
    this.memory = memory;
    this.catalogue = catalogue;
    this.exports = instantiate(moduleOf(), memory).exports as unknown as Exports;
    this.exports.journalBegin(engine.thread);
  }

  static async #make(sizes: Sizes, catalogue: Catalogue): Promise<World> {
    const engine = await Engine.open(
      { ...sizes, threadsMax: 2, queuesMax: QUEUES_MAX, besideBytes: BESIDE_BYTES },
      { secret: SECRET, epoch: 77, isClockVirtual: true },
      moduleOf(),
    );
    const share = engine.share();
    if (share === undefined) throw new Error("no thread record is free");
    engine.release(share.thread);
    return new World(engine, share.memory, catalogue);
  }

  static open(sizes: Partial<Sizes> = {}): Promise<World> {
    return World.#make({ ...SIZES, ...sizes }, { queues: new Map() });
  }

  /**
   * A fresh memory of what a log holds; the queues that the catalogue has are there again. `isShared`: the last index is
   * still to be built, by whoever comes to it.
   */
  static async load(
    entries: readonly Uint8Array[],
    catalogue: Catalogue,
    nowMs: number,
    sizes: Partial<Sizes> = {},
    isShared = false,
  ): Promise<{ world: World; loaded: Loaded }> {
    const world = await World.#make({ ...SIZES, ...sizes }, { queues: new Map() });
    world.nowMs = nowMs;
    world.engine.load.begin();
    for (const part of entries) world.engine.load.apply(part, noForeign);
    for (const [queue, settings] of catalogue.queues) world.restoreQueue(queue, settings);
    const lastIndex = isShared ? world.engine.beside()?.lastIndex : undefined;
    const loaded = world.engine.load.end(nowMs, 0, lastIndex);
    world.engine.receipts.moved = loaded.moved;
    return { world, loaded };
  }

  get words(): Uint32Array {
    return new Uint32Array(this.memory.buffer);
  }

  header(offset: number): number {
    return this.words[(layout.HEADER + offset) >> 2] as number;
  }

  shardAt(queue: number): number {
    return this.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
  }

  isFifo(queue: number): boolean {
    return this.engine.queues.isFifo(queue);
  }

  /** 0, or the number of the first invariant that does not hold. */
  verify(): number {
    return this.exports.verify(this.engine.thread);
  }

  // --- Queues ------------------------------------------------------------------------------------

  createQueue(settings: Settings): QueueHandle {
    const { queues } = this.engine;
    const bytes = queues.writeImage(engineSettings(settings), new Uint8Array(8));
    const number = this.engine.createQueue(queues.catalogueVersion(), bytes);
    if (number < 0) throw new Error(`no queue could be made: status ${number}`);
    const queue = queues.handle(number);
    this.catalogue.queues.set(queue, settings);
    return queue;
  }

  /** At its number and incarnation; queues come in the order of their numbers. */
  restoreQueue(queue: QueueHandle, settings: Settings): void {
    // In place of those below that are no more: queues that no log has anything of.
    while (this.engine.queues.used < queue.number) this.#createAs(900_000, {});
    const made = this.#createAs(queue.incarnation, settings);
    if (made.number !== queue.number)
      throw new Error(`queue ${queue.number} became ${made.number}`);
  }

  #createAs(incarnation: number, settings: Settings): QueueHandle {
    this.words[(layout.HEADER + layout.HEADER_INCARNATIONS) >> 2] = incarnation - 1;
    return this.createQueue(settings);
  }

  deleteQueue(queue: QueueHandle): void {
    const { queues } = this.engine;
    const status = this.engine.deleteQueue(queues.catalogueVersion(), queue, this.nowMs);
    if (status < 0) throw new Error(`the queue was not deleted: status ${status}`);
    for (const known of this.catalogue.queues.keys()) {
      if (known.incarnation === queue.incarnation) this.catalogue.queues.delete(known);
    }
  }

  // --- Messages ----------------------------------------------------------------------------------

  /** How many were taken. */
  send(queue: QueueHandle, parcels: readonly Parcel[]): number {
    let sent = 0;
    while (sent < parcels.length) {
      const outgoing = parcels.map(({ body, delayMs = -1, group = "", id = "" }) => ({
        body,
        bodyBytes: Buffer.byteLength(body),
        delayMs,
        group,
        deduplication: id,
        trace: "",
        sender: "",
        attributes: undefined,
        attributesSizeBytes: 0,
      }));
      const { outbox } = this.engine;
      const count = outbox.send(queue, outgoing, sent, outgoing.length, this.nowMs);
      if (count <= 0) break;
      sent += count;
    }
    return sent;
  }

  receive(queue: QueueHandle, most = 10, visibilityMs = -1, attempt = ""): Receipt[] {
    const { engine, inbox } = this;
    const count = engine.receive(inbox, queue, most, visibilityMs, this.nowMs, attempt);
    return Array.from({ length: Math.max(0, count) }, (_, index) => ({
      incarnation: queue.incarnation,
      slot: inbox.slot(index),
      receiveCount: inbox.receiveCount(index),
      sequenceLow: inbox.sequenceLow(index),
      sequenceHigh: inbox.sequenceHigh(index),
      birthLow: inbox.birthLow(index),
      birthHigh: inbox.birthHigh(index),
    }));
  }

  /** The bodies that the last receive brought. */
  bodies(): string[] {
    return Array.from({ length: this.inbox.count }, (_, index) => this.inbox.text(index));
  }

  /** A RESULT code each. */
  remove(queue: QueueHandle, receipts: readonly Receipt[]): number[] {
    const { engine } = this;
    receipts.forEach((receipt, index) => {
      engine.receipts.put(index, receipt);
    });
    engine.remove(queue, receipts.length, this.nowMs);
    return receipts.map((_, index) => engine.receipts.result(index));
  }

  hide(queue: QueueHandle, receipts: readonly Receipt[], visibilityMs: number): number[] {
    const { engine } = this;
    receipts.forEach((receipt, index) => {
      engine.receipts.put(index, receipt);
      engine.receipts.putVisibility(index, visibilityMs);
    });
    engine.hide(queue, receipts.length, this.nowMs);
    return receipts.map((_, index) => engine.receipts.result(index));
  }

  /**
   * What is visible and was received too often leaves for another queue and stays in this thread's hands;
   * `flags`: 0, or SLOT_FLAG_FRESH for a redrive. How many.
   */
  depart(from: QueueHandle, to: QueueHandle, flags: number): number {
    const { exports, engine, nowMs } = this;
    const source = [engine.thread, from.number, from.incarnation] as const;
    exports.sectionClaim(...source, 10, 30_000, nowMs);
    return exports.sectionDepart(...source, flags, to.number, to.incarnation, nowMs);
  }

  /** And comes among the arrivals there. How many. */
  arrive(to: QueueHandle): number {
    const at = [to.number, to.incarnation] as const;
    return this.exports.sectionArrive(this.engine.thread, ...at, ...at, this.nowMs);
  }

  /** Everything that is due happens. */
  advance(): void {
    for (const queue of this.catalogue.queues.keys()) {
      for (let turn = 0; turn < 1000 && this.engine.advance(queue, this.nowMs) > 0; turn++);
      this.engine.count(queue, this.nowMs);
    }
  }

  /** The catalogue knows it no more, as where its deletion is all that is left of it. */
  forget(queue: QueueHandle): void {
    this.catalogue.queues.delete(queue);
  }

  /** What is done there leaves nothing in the queue's ring. */
  unwritten(queue: QueueHandle, does: () => void): void {
    const kind = (this.shardAt(queue.number) + layout.SHARD_KIND) >> 2;
    const { words } = this;
    words[kind] = (words[kind] as number) & ~layout.SHARD_IS_JOURNALED;
    does();
    words[kind] = (words[kind] as number) | layout.SHARD_IS_JOURNALED;
  }

  // --- The journal's side ------------------------------------------------------------------------

  /** What a queue has to say, as bytes of its own; it counts as appended. Undefined: nothing. */
  take(queue: number, always = false): Uint8Array | undefined {
    const part = this.engine.drain.take(queue, always);
    if (part === undefined) return undefined;
    const bytes = part.bytes.slice();
    this.engine.drain.taken();
    return bytes.length === 0 ? undefined : bytes;
  }

  /** The rebuilt queue stated again, part by part. */
  resync(queue: QueueHandle): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let from = this.exports.resync(this.engine.thread, queue.number, 0);
    for (let turn = 0; from !== 0 && turn < 1000; turn++) {
      const part = this.take(queue.number);
      if (part !== undefined) parts.push(part);
      const next = this.exports.resync(this.engine.thread, queue.number, from);
      if (next !== layout.STATUS_FULL) from = next;
    }
    return [...parts, ...this.takeAll([queue])];
  }

  /** The first `bytes` bytes of the thread's buffer. */
  buffer(bytes: number): Uint8Array {
    return this.#copy(layout.THREAD_BUFFER, bytes);
  }

  /** The head of the part that was drained. */
  partHead(): Uint8Array {
    return this.#copy(layout.THREAD_DRAIN + layout.DRAIN_PART, layout.LOG_PART_BYTES);
  }

  #copy(offset: number, bytes: number): Uint8Array {
    const area = this.header(layout.HEADER_THREADS_BASE) + this.engine.thread * layout.THREAD_BYTES;
    return new Uint8Array(this.memory.buffer, area + offset, bytes).slice();
  }

  /** All that all queues have to say, in the order of `queues`. */
  takeAll(queues: readonly QueueHandle[] = [...this.catalogue.queues.keys()]): Uint8Array[] {
    return queues.flatMap(({ number }) => {
      const parts: Uint8Array[] = [];
      for (let part = this.take(number); part !== undefined; part = this.take(number)) {
        parts.push(part);
      }
      return parts;
    });
  }
}

export function noForeign(entry: Uint8Array): void {
  throw new Error(`an entry of kind ${entry[layout.LOG_KIND]} came from nowhere`);
}

function engineSettings(settings: Settings) {
  const { isFifo = false, receivesMax = 2, deadLetters } = settings;
  const fifo = {
    callsMax: 0,
    contentBasedDeduplication: false,
    isGroupScope: false,
    isGroupThroughput: false,
  };
  return {
    visibilityMs: settings.visibilityMs ?? 30_000,
    delayMs: settings.delayMs ?? 0,
    retentionMs: settings.retentionMs ?? 4 * DAY_MS,
    maximumBytes: 1_048_576,
    inFlightMax: 0,
    fifo: isFifo ? fifo : undefined,
    deadLetters: deadLetters === undefined ? undefined : { receivesMax, to: deadLetters },
  };
}
