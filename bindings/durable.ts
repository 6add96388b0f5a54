/**
 * What is durable, as threads tell one another: words of the shared memory that the journal thread
 * publishes (publisher.ts), and how a thread says that it waits for more of it. A position is a queue's
 * operation number: whoever reads `operation` behind what it did waits until `isDurable` says so of it, and
 * has then waited for all that happened to the queue before as well, by whatever thread.
 *
 * No ring is missed: a thread asks (its bit among the pending, the queue's among the journal's dirty ones),
 * reads its doorbell, looks, and sleeps while the doorbell is what it read. The journal publishes first and takes
 * the pending bits afterwards. Any thread; nothing is allocated and no lock is taken.
 */
import {
  CATALOGUE_VERSION,
  HEADER,
  HEADER_CATALOGUE,
  HEADER_CATALOGUE_DURABLE,
  HEADER_JOURNAL,
  HEADER_JOURNAL_ASLEEP,
  HEADER_JOURNAL_LOW,
  HEADER_JOURNAL_PENDING,
  HEADER_JOURNAL_STATE,
  HEADER_JOURNAL_THREAD,
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SYNC_ASKED,
  HEADER_SYNC_DONE,
  HEADER_THREADS_BASE,
  JOURNAL_ENDED,
  JOURNAL_FAILED,
  JOURNAL_RUNS,
  QUEUE_BYTES,
  QUEUE_SHARD_FIRST,
  SHARD_ADMITTED,
  SHARD_BYTES,
  SHARD_DURABLE,
  SHARD_OPERATION,
  THREAD_BYTES,
  THREAD_DIRTY,
  THREAD_DOORBELL,
  THREAD_STAGING,
  THREAD_STAGING_BYTES,
} from "../assembly/layout.ts";
import type { Views } from "./views.ts";

const HIGH = 2 ** 32;

/** The index of a word of the header among 32-bit words. */
function wordOf(field: number): number {
  return (HEADER + field) >> 2;
}

const STATE = wordOf(HEADER_JOURNAL_STATE);
const LOW = wordOf(HEADER_JOURNAL_LOW);
const ASLEEP = wordOf(HEADER_JOURNAL_ASLEEP);
const PENDING = wordOf(HEADER_JOURNAL_PENDING);
const CATALOGUE = wordOf(HEADER_CATALOGUE + CATALOGUE_VERSION);
const CATALOGUE_IS_DURABLE = wordOf(HEADER_CATALOGUE_DURABLE);
const SYNC_ASKED = wordOf(HEADER_SYNC_ASKED);
const SYNC_DONE = wordOf(HEADER_SYNC_DONE);
/** Bytes that the text of a failure may have: they stand behind their count. */
const TEXT_BYTES_MAX = THREAD_STAGING_BYTES - 4;

/** Whether a count of 32 bits, which begins anew behind the last, has come to `wanted`. */
function hasReached(count: number, wanted: number): boolean {
  return ((count - wanted) | 0) >= 0;
}

/** One bit of a mask that others change, too. */
function raise(words: Int32Array, first: number, bit: number): void {
  const index = first + (bit >>> 5);
  const mask = 1 << (bit & 31);
  if ((Atomics.load(words, index) & mask) === 0) Atomics.or(words, index, mask);
}

export class Durable {
  readonly #views: Views;
  readonly #words: Int32Array;
  readonly #thread: number;
  readonly #queues: number;
  readonly #shards: number;

  constructor(views: Views, thread: number) {
    this.#views = views;
    this.#words = views.i32;
    this.#thread = thread;
    this.#queues = views.header(HEADER_QUEUES_BASE);
    this.#shards = views.header(HEADER_SHARDS_BASE);
  }

  /** Whether anything is kept at all; settled before the first queue is made. */
  get isKept(): boolean {
    return this.#views.header(HEADER_JOURNAL) !== 0;
  }

  /** How many sections the queue has had. */
  operation(queue: number): number {
    return this.#numberAt(this.#shardIndex(queue, SHARD_OPERATION));
  }

  /** The last of a Standard queue's sections that let messages in which moved there; 0: there was none. */
  admitted(queue: number): number {
    return this.#numberAt(this.#shardIndex(queue, SHARD_ADMITTED));
  }

  /** What the owner of a shard's lock counts. */
  #numberAt(index: number): number {
    const { u32 } = this.#views;
    // One store writes both halves: between two equal readings of the higher one no carry came.
    for (;;) {
      const high = u32[index + 1] as number;
      const low = u32[index] as number;
      if (high === u32[index + 1]) return high * HIGH + low;
    }
  }

  /**
   * Whether all that the queue's first `operation` sections did is durable. A queue that had fewer is
   * another one, or none: a number is free only when the deletion of who had it is durable.
   */
  isDurable(queue: number, operation: number): boolean {
    return this.durableOperation(queue) >= operation || this.operation(queue) < operation;
  }

  /** How many of the queue's sections are durable, all before them included. */
  durableOperation(queue: number): number {
    const index = this.#shardIndex(queue, SHARD_DURABLE);
    // The publisher stores the lower half first: in this order the number is never too great.
    const high = Atomics.load(this.#words, index + 1) >>> 0;
    const low = Atomics.load(this.#words, index) >>> 0;
    return high * HIGH + low;
  }

  /** How often the catalogue was changed, modulo 2^32. */
  get catalogueVersion(): number {
    return Atomics.load(this.#words, CATALOGUE);
  }

  isCatalogueDurable(version: number): boolean {
    return hasReached(Atomics.load(this.#words, CATALOGUE_IS_DURABLE), version);
  }

  /** This thread wants to be rung when more of the queue is durable; then look, before sleeping. */
  ask(queue: number): void {
    this.note(queue);
    this.wake();
  }

  /** As `ask`, but wakes nobody: `wake` follows, once for several. */
  note(queue: number): void {
    raise(this.#words, this.#journalIndex(THREAD_DIRTY), queue);
    this.noteAny();
  }

  /** The journal's thread, if it sleeps. */
  wake(): void {
    if (Atomics.load(this.#words, ASLEEP) !== 0) this.#ringJournal();
  }

  /** As `ask`, for the catalogue, a sync, and whatever else the journal does by itself. */
  askAny(): void {
    this.noteAny();
    this.wake();
  }

  /** This thread, which asked before, wants to be rung when more of anything is durable. */
  noteAny(): void {
    raise(this.#words, PENDING, this.#thread);
  }

  /** Asks that all that the journal has taken be synced; `isSynced` answers for the number. */
  askSync(): number {
    const ticket = Atomics.add(this.#words, SYNC_ASKED, 1) + 1;
    this.askAny();
    return ticket | 0;
  }

  /** A journal that has ended in order has synced all, whoever asked and when. */
  isSynced(ticket: number): boolean {
    const isDone = hasReached(Atomics.load(this.#words, SYNC_DONE), ticket);
    return isDone || Atomics.load(this.#words, STATE) === JOURNAL_ENDED;
  }

  /** Whether the disk has no room for new messages. */
  get isLow(): boolean {
    return this.#words[LOW] !== 0;
  }

  /** True when all is durable that will ever be. */
  get hasEnded(): boolean {
    return Atomics.load(this.#words, STATE) !== JOURNAL_RUNS;
  }

  /** Why the journal can't go on; undefined while it can, and when it has ended in order. */
  get failure(): string | undefined {
    if (Atomics.load(this.#words, STATE) !== JOURNAL_FAILED) return undefined;
    const at = this.#textAt;
    const bytes = Math.min(this.#views.u32[at >> 2] as number, TEXT_BYTES_MAX);
    // No decoder takes shared bytes.
    return Buffer.from(this.#views.bytes.slice(at + 4, at + 4 + bytes)).toString();
  }

  /**
   * Says that the journal can't go on, and why: by the journal thread itself, or by the opener once that
   * thread has ended. The first to say so is right.
   */
  fail(text: string): void {
    // A thread that ended before it began has no place for it, and nobody waits.
    if (!this.isKept || this.hasEnded) return;
    const at = this.#textAt;
    const bytes = Buffer.from(text).subarray(0, TEXT_BYTES_MAX);
    this.#views.bytes.set(bytes, at + 4);
    this.#views.u32[at >> 2] = bytes.length;
    Atomics.compareExchange(this.#words, STATE, JOURNAL_RUNS, JOURNAL_FAILED);
  }

  /** The journal thread's: all is durable, and it ends. */
  end(): void {
    Atomics.compareExchange(this.#words, STATE, JOURNAL_RUNS, JOURNAL_ENDED);
  }

  #ringJournal(): void {
    const index = this.#journalIndex(THREAD_DOORBELL);
    Atomics.add(this.#words, index, 1);
    Atomics.notify(this.#words, index);
  }

  get #textAt(): number {
    return this.#journalIndex(THREAD_STAGING) << 2;
  }

  /** Of a field of the journal thread's record. */
  #journalIndex(field: number): number {
    const thread = this.#views.header(HEADER_JOURNAL_THREAD) - 1;
    return (this.#views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES + field) >> 2;
  }

  #shardIndex(queue: number, field: number): number {
    const at = this.#queues + queue * QUEUE_BYTES + QUEUE_SHARD_FIRST;
    const shard = this.#views.u32[at >> 2] as number;
    return (this.#shards + shard * SHARD_BYTES + field) >> 2;
  }
}
