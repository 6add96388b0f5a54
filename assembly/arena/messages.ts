/**
 * A slot and its content, taken and given back together: nobody outside the arena does it in parts
 * (`test/support/rules.ts`). The slot is PREPARED and the calling thread's, before `prepare` shows it
 * and until `free` has ended; no lock is held, since either half may need the arena's.
 */

import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import { THREAD_OUT_SLOTS } from "../layout";
import { Content } from "./content";
import { Slots } from "./slots";

export class Messages {
  /** A slot with room for the content of `send`; 0, and nothing held, when memory is full. */
  @inline static prepare(thread: u32, send: SendRecord): u32 {
    const slot = Slots.prepare(thread);
    if (slot === 0 || Content.open(thread, slot, send)) return slot;
    Slots.release(thread, slot);
    return 0;
  }

  /** The content first: a slot that is nobody's must not name a block. */
  @inline static free(thread: u32, slot: u32): void {
    Content.free(thread, slot);
    Slots.release(thread, slot);
  }

  /** Frees the first `count` slots of the thread's list, as a section has left it. */
  @inline static freeListed(thread: u32, count: u32): void {
    const list = At.thread(thread) + THREAD_OUT_SLOTS;
    for (let index: u32 = 0; index < count; index++) {
      Messages.free(thread, load<u32>(list + (index << 2)));
    }
  }
}
