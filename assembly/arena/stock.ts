/**
 * Slots and blocks that threads keep in stock, when memory is short. Nobody may take from another
 * thread's magazine; so a thread that finds memory full asks, by a word of the header, and every
 * other gives back all it has in stock with its next call. One load and one comparison a call while
 * nobody asks. A thread that does not call is told to by the steward (stewardThread.ts).
 */

import { At } from "../ground/memory";
import { HEADER, HEADER_WANTED, THREAD_GIVEN } from "../layout";
import { Blocks } from "./blocks";
import { Slots } from "./slots";

export class Stock {
  /** Memory is full, and this thread has nothing more to give itself. */
  static ask(thread: u32): void {
    const wanted = atomic.add<u32>(HEADER, 1, HEADER_WANTED) + 1;
    store<u32>(At.thread(thread), wanted, THREAD_GIVEN);
  }

  /** Gives back what somebody asked for since the last time. Call outside any lock. */
  @inline static answer(thread: u32): void {
    const wanted = load<u32>(HEADER, HEADER_WANTED);
    if (load<u32>(At.thread(thread), THREAD_GIVEN) !== wanted) Stock.give(thread, wanted);
  }

  static give(thread: u32, wanted: u32): void {
    store<u32>(At.thread(thread), wanted, THREAD_GIVEN);
    Stock.giveAll(thread);
  }

  /** All that this thread has in stock, and the empty pages that classes keep. */
  static giveAll(thread: u32): void {
    Slots.giveAllBack(thread);
    Blocks.giveAllBack(thread);
    Blocks.giveEmptyPages(thread);
  }
}
