/**
 * The last index of a load: of the Standard queue that has most messages, its ready ring, timers and age list. Two
 * threads may build it: the one that loads offers it (Load.end), and goes on with what needs none of it; the other
 * builds it, if it has time (`take`, then `step` until it is done). Before anybody uses the queue the one that loads
 * waits for it, or builds it where nobody has begun (`settle`).
 *
 * What always holds: one of the two builds. Until it is built nobody else touches the queue's messages, its ring, its
 * wheel or its gauges; a part may be taken of its shard, which reads none of these. Costs a pass over the messages.
 *
 *     words, beside the engine's memory: [ STATE | THREAD | QUEUE ]
 *     STATE: 0 -> OFFERED -> TAKEN -> BUILT, or FAILED
 */
import type { EngineExports } from "./exports.ts";
import { SharedBlock } from "./sharedBlock.ts";

const STATE = 0;
/** Whose load record says where the building is. */
const THREAD = 1;
const QUEUE = 2;

const OFFERED = 1;
const TAKEN = 2;
const BUILT = 3;
const FAILED = 4;

/** What its words take. */
export const LAST_INDEX_BYTES = 64;

export class LastIndex {
  readonly #exports: EngineExports;
  readonly #words: SharedBlock;

  /** @param at where its words lie, all zero before one of the two threads uses them */
  constructor(exports: EngineExports, buffer: SharedArrayBuffer, at: number) {
    this.#exports = exports;
    this.#words = new SharedBlock(buffer, at, LAST_INDEX_BYTES);
  }

  // --- Who loads -----------------------------------------------------------------------------------------

  /** From now on it is anybody's: `queue`'s shard is ready to be built by `thread`'s load record. */
  offer(thread: number, queue: number): void {
    this.#words.store(THREAD, thread);
    this.#words.store(QUEUE, queue);
    this.#words.store(STATE, OFFERED);
  }

  /** Returns when it is built, or there is none. Throws an Error where the other thread could not. */
  settle(): void {
    if (this.take()) while (this.step());
    for (;;) {
      const state = this.#words.load(STATE);
      if (state === FAILED) throw new Error("The thread that built a queue's index had an error.");
      if (state !== TAKEN) return;
      this.#words.sleep(STATE, TAKEN);
    }
  }

  // --- Who builds ----------------------------------------------------------------------------------------

  /** Whether the caller is to build it, from now on; once. */
  take(): boolean {
    return this.#words.replace(STATE, OFFERED, TAKEN);
  }

  /** Of who has taken it: builds a part. False: it is done. */
  step(): boolean {
    const count = this.#exports.loadBuild(this.#words.load(THREAD), this.#words.load(QUEUE));
    if (count < 0) throw new Error("A Standard queue's index found no room.");
    if (count === 0) this.#words.tell(STATE, BUILT);
    return count > 0;
  }

  /** Of who has taken it, and can't go on. */
  fail(): void {
    if (this.#words.load(STATE) === TAKEN) this.#words.tell(STATE, FAILED);
  }
}
