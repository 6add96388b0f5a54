/**
 * How threads wake one another: a word a thread that is raised and notified when something this
 * thread waits for may be there. The thread reads it, looks whether there is anything, and sleeps
 * only while the word is still the same, so no ring is missed.
 * A wait that was begun can't be cancelled, and it does not keep the process alive; so a thread has
 * at most one (`rung` is called again only when its promise has been answered). Whoever rings notifies
 * all that wait on the word: to notify one would wake that wait, begun earlier, and leave the thread
 * asleep that blocks beside it. For the same reason a thread rings its own bell when it leaves.
 */
import {
  HEADER_THREADS_BASE,
  HEADER_THREADS_MAX,
  THREAD_ALARM,
  THREAD_ALIVE,
  THREAD_BYTES,
  THREAD_DOORBELL,
  THREAD_STATE,
} from "../assembly/layout.ts";
import { Views } from "./views.ts";
import type { WasmMemory } from "./webassembly.ts";

/** Where a thread's bell is, for a thread that has nothing else of the memory; may be posted. */
export interface BellPlace {
  readonly buffer: ArrayBufferLike;
  readonly index: number;
}

/** Of a thread that need not run here. */
export function bellOf({ memory, thread }: { memory: WasmMemory; thread: number }): BellPlace {
  const views = new Views(memory.buffer);
  return { buffer: memory.buffer, index: doorbellIndex(views, thread) };
}

/** Rings the thread whose bell is there, whether it sleeps or not. */
export function ringAt({ buffer, index }: BellPlace): void {
  const words = new Int32Array(buffer);
  Atomics.add(words, index, 1);
  Atomics.notify(words, index);
}

export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;
  readonly #views: Views;
  readonly #thread: number;

  constructor(views: Views, thread: number) {
    this.#words = views.i32;
    this.#views = views;
    this.#thread = thread;
    this.#index = doorbellIndex(views, thread);
  }

  /** The word as it is now; read it before looking for what to do. */
  read(): number {
    return Atomics.load(this.#words, this.#index);
  }

  /** What this thread wrote before is seen by others before it reads what it reads next. */
  fence(): void {
    Atomics.add(this.#words, this.#index, 0);
  }

  /** Answers when the word is no longer `seen`; undefined: it is not any more. */
  rung(seen: number): Promise<unknown> | undefined {
    const wait = Atomics.waitAsync(this.#words, this.#index, seen);
    return wait.async ? wait.value : undefined;
  }

  /** Blocks this thread while the word is `seen`; false: `timeoutMs` have passed. */
  sleep(seen: number, timeoutMs: number): boolean {
    return Atomics.wait(this.#words, this.#index, seen, timeoutMs) !== "timed-out";
  }

  /** Rings this thread's own bell, so that a wait that was begun ends. */
  ringSelf(): void {
    Atomics.add(this.#words, this.#index, 1);
    Atomics.notify(this.#words, this.#index);
  }

  /**
   * The virtual time from which on this thread is to be rung; 0: whenever it moves, infinity: never.
   * Look at the time after that: it may have come already.
   */
  set alarmMs(atMs: number) {
    this.#views.f64[alarmIndex(this.#index)] = atMs;
    this.fence();
  }

  /** Rings every living thread but this one: something changed that concerns them all. */
  ringOthers(): void {
    this.ringDue(Number.POSITIVE_INFINITY);
  }

  /** Rings the others whose alarm is due; `nowMs` stands in the memory already. */
  ringDue(nowMs: number): void {
    this.fence();
    const threads = this.#views.header(HEADER_THREADS_MAX);
    for (let thread = 0; thread < threads; thread++) {
      const index = doorbellIndex(this.#views, thread);
      const state = this.#words[index + ((THREAD_STATE - THREAD_DOORBELL) >> 2)];
      if (thread === this.#thread || state !== THREAD_ALIVE) continue;
      if ((this.#views.f64[alarmIndex(index)] as number) > nowMs) continue;
      Atomics.add(this.#words, index, 1);
      Atomics.notify(this.#words, index);
    }
  }
}

function doorbellIndex(views: Views, thread: number): number {
  return (views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES + THREAD_DOORBELL) >> 2;
}

/** Of the alarm of the thread whose doorbell is at `doorbell`. */
function alarmIndex(doorbell: number): number {
  return ((doorbell << 2) + THREAD_ALARM - THREAD_DOORBELL) >> 3;
}
