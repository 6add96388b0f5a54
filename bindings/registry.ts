/**
 * The thread table, for who says that a thread has ended: the watch, which learns of deaths and never
 * takes a lock, so that no lock of a dead thread can keep it from saying who is dead; and a thread
 * that leaves. It calls nothing of the compiled engine; one compare-and-swap an end.
 */
import {
  HEADER,
  HEADER_OWNER_STATE,
  HEADER_THREADS_BASE,
  HEADER_THREADS_MAX,
  OWNER_GONE,
  OWNER_OPEN,
  THREAD_ALIVE,
  THREAD_BYTES,
  THREAD_DEAD,
  THREAD_HELD_LOOK_MS,
  THREAD_STATE,
} from "../assembly/layout.ts";
import { Doorbell } from "./doorbell.ts";
import { Durable } from "./durable.ts";
import { Views } from "./views.ts";
import type { WasmMemory } from "./webassembly.ts";

const OWNER_STATE = (HEADER + HEADER_OWNER_STATE) >> 2;

/** Why the broker has ended where the journal's thread could not say it. */
export const JOURNAL_GONE = "The journal's thread has ended, and the broker with it.";

export class Registry {
  readonly #views: Views;

  constructor(memory: WasmMemory) {
    this.#views = new Views(memory.buffer);
  }

  /**
   * This thread has ended. From now on whoever waits for a lock that it holds takes it over; its
   * number is free again when the steward has put right what it left. Throws for no such thread.
   */
  markDead(thread: number): void {
    const words = this.#views.i32;
    Atomics.compareExchange(words, stateIndex(this.#views, thread), THREAD_ALIVE, THREAD_DEAD);
  }

  /**
   * The journal's thread has ended. Unless it said before that all was done, that is the end of the broker: all
   * threads are told, those too that block, and whoever waits for a lock of its takes it over. Whoever
   * sees it may say so, at once with others. False: it had ended in order.
   */
  endJournal(thread: number): boolean {
    const durable = new Durable(this.#views, thread);
    if (durable.hasEnded && durable.failure === undefined) return false;
    durable.fail(JOURNAL_GONE);
    this.markDead(thread);
    Atomics.compareExchange(this.#views.i32, OWNER_STATE, OWNER_OPEN, OWNER_GONE);
    new Doorbell(this.#views, thread).ringOthers();
    return true;
  }

  /** True when some thread has ended and its number comes back in a moment. */
  get isAnyDead(): boolean {
    const threads = this.#views.header(HEADER_THREADS_MAX);
    for (let thread = 0; thread < threads; thread++) if (this.isDead(thread)) return true;
    return false;
  }

  /** How often the held messages of living threads are to be looked at; infinity: no thread says so. */
  get heldLookMs(): number {
    const { i32, u32 } = this.#views;
    let leastMs = Number.POSITIVE_INFINITY;
    const threads = this.#views.header(HEADER_THREADS_MAX);
    for (let thread = 0; thread < threads; thread++) {
      const state = stateIndex(this.#views, thread);
      if (Atomics.load(i32, state) !== THREAD_ALIVE) continue;
      const lookMs = u32[state + ((THREAD_HELD_LOOK_MS - THREAD_STATE) >> 2)] as number;
      if (lookMs > 0) leastMs = Math.min(leastMs, lookMs);
    }
    return leastMs;
  }

  /** True from `markDead` until what the thread left is put right. */
  isDead(thread: number): boolean {
    return Atomics.load(this.#views.i32, stateIndex(this.#views, thread)) === THREAD_DEAD;
  }
}

function stateIndex(views: Views, thread: number): number {
  if (thread >= views.header(HEADER_THREADS_MAX)) throw new RangeError(`no thread ${thread}`);
  return (views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES + THREAD_STATE) >> 2;
}
