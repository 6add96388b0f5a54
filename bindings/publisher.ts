/**
 * The journal thread's side of what is durable: it takes the queues in which something happened, publishes
 * how far each is on the disk, and rings those that wait for it (durable.ts). That thread's alone.
 * What is published is true already: nothing here looks at the disk.
 */
import {
  HEADER,
  HEADER_CATALOGUE_DURABLE,
  HEADER_JOURNAL_ASLEEP,
  HEADER_JOURNAL_LOW,
  HEADER_JOURNAL_PENDING,
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SYNC_ASKED,
  HEADER_SYNC_DONE,
  HEADER_THREADS_BASE,
  HEADER_THREADS_MAX,
  QUEUE_BYTES,
  QUEUE_SHARD_FIRST,
  SHARD_BYTES,
  SHARD_DURABLE,
  THREAD_ALIVE,
  THREAD_BYTES,
  THREAD_DIRTY,
  THREAD_DIRTY_BYTES,
  THREAD_DOORBELL,
  THREAD_STATE,
} from "../assembly/layout.ts";
import { Views } from "./views.ts";
import type { WasmMemory } from "./webassembly.ts";

const HIGH = 2 ** 32;
const ASLEEP = (HEADER + HEADER_JOURNAL_ASLEEP) >> 2;
const PENDING = (HEADER + HEADER_JOURNAL_PENDING) >> 2;
const WORD_BITS = 32;

export class Publisher {
  readonly #words: Int32Array;
  readonly #views: Views;
  readonly #thread: number;

  /** @param thread the journal thread's number. */
  constructor({ memory, thread }: { readonly memory: WasmMemory; readonly thread: number }) {
    this.#views = new Views(memory.buffer);
    this.#words = this.#views.i32;
    this.#thread = thread;
  }

  /** Whether somebody marked a queue since `takeDirty`. */
  get isAnyDirty(): boolean {
    const first = this.#threadIndex(this.#thread, THREAD_DIRTY);
    for (let index = 0; index < THREAD_DIRTY_BYTES >> 2; index++) {
      if (Atomics.load(this.#words, first + index) !== 0) return true;
    }
    return false;
  }

  /** The queues that somebody marked since this was last asked. */
  takeDirty(visit: (queue: number) => void): void {
    const first = this.#threadIndex(this.#thread, THREAD_DIRTY);
    for (let index = 0; index < THREAD_DIRTY_BYTES >> 2; index++) {
      if (Atomics.load(this.#words, first + index) === 0) continue;
      let bits = Atomics.exchange(this.#words, first + index, 0);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        visit(index * WORD_BITS + bit);
      }
    }
  }

  /** All that the queue's first `operation` sections did is durable. */
  publish(queue: number, operation: number): void {
    const shards = this.#views.header(HEADER_SHARDS_BASE);
    const at = this.#views.header(HEADER_QUEUES_BASE) + queue * QUEUE_BYTES + QUEUE_SHARD_FIRST;
    const shard = this.#views.u32[at >> 2] as number;
    const index = (shards + shard * SHARD_BYTES + SHARD_DURABLE) >> 2;
    // The lower half first: who reads the higher one before it never sees more than is true.
    Atomics.store(this.#words, index, operation | 0);
    Atomics.store(this.#words, index + 1, Math.floor(operation / HIGH));
  }

  /** All changes of the catalogue up to this version are durable. */
  publishCatalogue(version: number): void {
    this.#store(HEADER_CATALOGUE_DURABLE, version);
  }

  /** How many syncs were asked for; read it before what they are to cover. */
  get syncsAsked(): number {
    return Atomics.load(this.#words, (HEADER + HEADER_SYNC_ASKED) >> 2);
  }

  /** Those up to this number are done. */
  publishSync(ticket: number): void {
    this.#store(HEADER_SYNC_DONE, ticket);
  }

  /** Whether the disk has no room for new messages. */
  set isLow(isLow: boolean) {
    this.#store(HEADER_JOURNAL_LOW, isLow ? 1 : 0);
  }

  /** Rings all that wait for something to become durable. */
  wake(): void {
    for (let half = 0; half < 2; half++) {
      if (Atomics.load(this.#words, PENDING + half) === 0) continue;
      let bits = Atomics.exchange(this.#words, PENDING + half, 0);
      while (bits !== 0) {
        this.#ring(half * WORD_BITS + 31 - Math.clz32(bits & -bits));
        bits &= bits - 1;
      }
    }
  }

  /** Whoever asks from now on rings this thread; look for what was asked before, then sleep. */
  lieDown(): void {
    Atomics.store(this.#words, ASLEEP, 1);
  }

  getUp(): void {
    Atomics.store(this.#words, ASLEEP, 0);
  }

  #ring(thread: number): void {
    if (thread >= this.#views.header(HEADER_THREADS_MAX)) return;
    const state = this.#words[this.#threadIndex(thread, THREAD_STATE)];
    if (state !== THREAD_ALIVE) return;
    const index = this.#threadIndex(thread, THREAD_DOORBELL);
    Atomics.add(this.#words, index, 1);
    Atomics.notify(this.#words, index);
  }

  #store(field: number, value: number): void {
    Atomics.store(this.#words, (HEADER + field) >> 2, value);
  }

  #threadIndex(thread: number, field: number): number {
    return (this.#views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES + field) >> 2;
  }
}
