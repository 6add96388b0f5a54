/**
 * Which thread runs what is more than one call (message move tasks), and whether it still lives. A
 * thread that begins such work gives itself a random word, once; its record loses that word when the
 * thread leaves or dies, before the record is another thread's. Reading is anybody's.
 */
import { THREAD_ALIVE, THREAD_RUNNER, THREAD_STATE } from "../assembly/layout.ts";
import { threadArea, type Views } from "./views.ts";

export class Runners {
  readonly #views: Views;
  readonly #thread: number;

  constructor(views: Views, thread: number) {
    this.#views = views;
    this.#thread = thread;
  }

  /** This thread's word: `fresh`, which is not 0, when it has none yet. */
  word(fresh: number): number {
    const { u32 } = threadArea(this.#views, this.#thread);
    const at = THREAD_RUNNER >> 2;
    if (u32[at] === 0) u32[at] = fresh;
    return u32[at] as number;
  }

  /** Whether that thread still is the one that has this word. */
  isAlive(thread: number, word: number): boolean {
    const { u32 } = threadArea(this.#views, thread);
    return u32[THREAD_STATE >> 2] === THREAD_ALIVE && u32[THREAD_RUNNER >> 2] === word;
  }
}
