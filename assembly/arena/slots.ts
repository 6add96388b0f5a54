/**
 * Free slots: a magazine a thread, refilled from and emptied into one global stack under the arena
 * lock, ten a section. Only the thread that owns a magazine touches it (or the reaper, once that
 * thread is dead). The truth is each slot's state word: FREE is on the stack, HELD is in the
 * magazine of the thread it names; stack, counts and magazines can be rebuilt from it. The stack
 * lies beside the slots: taking a slot that another core freed reads no line of that core's.
 * A slot that was never used is taken from the end of the table, so untouched memory stays untouched.
 */

import { At } from "../ground/memory";
import { UNROLLED } from "../ground/unrolled";
import {
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  HEADER,
  HEADER_ARENA,
  HEADER_SLOTS_MAX,
  PHASE_BEGIN_SLOTS_GIVE,
  PHASE_BEGIN_SLOTS_TAKE,
  SLOT_FREE,
  SLOT_HELD,
  SLOT_PREPARED,
  SLOT_THREAD_SHIFT,
  THREAD_SLOTS,
  THREAD_SLOTS_COUNT,
  THREAD_SLOTS_MAX,
  WHEEL_LINK_SPOKE,
} from "../layout";
import { ArenaLock } from "./arenaLock";
import { Magazine } from "./magazine";

const REFILL: u32 = 10;

export class Slots {
  /** A slot in PREPARED, this thread's; 0 when there is none. Call outside any lock. */
  @inline static prepare(thread: u32): u32 {
    const area = At.thread(thread);
    let count = load<u32>(area, THREAD_SLOTS_COUNT);
    if (count === 0) {
      Slots.refill(thread);
      count = load<u32>(area, THREAD_SLOTS_COUNT);
      if (count === 0) return 0;
    }
    const slot = load<u32>(area + ((count - 1) << 2), THREAD_SLOTS);
    // The state first: a thread that dies between the two stores leaves a slot that says whose
    // it is, whatever its magazine says.
    At.slot(slot).word = SLOT_PREPARED | ((thread + 1) << SLOT_THREAD_SHIFT);
    store<u32>(area, count - 1, THREAD_SLOTS_COUNT);
    return slot;
  }

  /** Takes back a PREPARED slot of this thread whose block is gone. Call outside any lock. */
  @inline static release(thread: u32, slot: u32): void {
    const area = At.thread(thread);
    let count = load<u32>(area, THREAD_SLOTS_COUNT);
    if (count === THREAD_SLOTS_MAX) {
      Slots.giveBack(thread, REFILL);
      count = load<u32>(area, THREAD_SLOTS_COUNT);
    }
    At.slot(slot).word = SLOT_HELD | ((thread + 1) << SLOT_THREAD_SHIFT);
    store<u32>(area + (count << 2), slot, THREAD_SLOTS);
    store<u32>(area, count + 1, THREAD_SLOTS_COUNT);
  }

  static refill(thread: u32): void {
    const area = At.thread(thread);
    const arena: usize = HEADER + HEADER_ARENA;
    const used = load<u32>(arena, ARENA_SLOTS_BUMP);
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_SLOTS_TAKE);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Slots.takeStep(arena, area, thread);
    }
    ArenaLock.end();
    ArenaLock.give();
    Slots.touch(area, used);
    Magazine.turn(area + THREAD_SLOTS, load<u32>(area, THREAD_SLOTS_COUNT));
  }

  /**
   * Of slots that were never used, above `used`: the operating system gives memory a page at a time
   * when it is first written to, which takes microseconds. Here nobody's lock is held meanwhile;
   * otherwise it would be a claim's, at the links, or the arena's, at the stack of free slots.
   */
  @inline static touch(area: usize, used: u32): void {
    const count = load<u32>(area, THREAD_SLOTS_COUNT);
    for (let index: u32 = 0; index < count; index++) {
      const slot = load<u32>(area + (index << 2), THREAD_SLOTS);
      if (slot <= used) continue;
      store<u32>(At.wheelLink(slot), 0, WHEEL_LINK_SPOKE);
      store<u32>(At.ageLink(slot), 0);
      // Others may push meanwhile, so far up not yet and later for good: this must not undo it.
      atomic.or<u32>(At.freeSlot(slot - 1), 0);
    }
  }

  /** Gives the topmost `count` (at most ten) slots of the magazine to everybody. */
  static giveBack(thread: u32, count: u32): void {
    const area = At.thread(thread);
    const arena: usize = HEADER + HEADER_ARENA;
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_SLOTS_GIVE);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Slots.giveStep(arena, area, step, count);
    }
    ArenaLock.end();
    ArenaLock.give();
  }

  /** Empties the magazine, as a thread does that leaves or that found memory full. */
  static giveAllBack(thread: u32): void {
    const area = At.thread(thread);
    while (load<u32>(area, THREAD_SLOTS_COUNT) > 0) Slots.giveBack(thread, REFILL);
  }

  @inline static takeStep(arena: usize, area: usize, thread: u32): void {
    const free = load<u32>(arena, ARENA_SLOTS_FREE_COUNT);
    const bump = load<u32>(arena, ARENA_SLOTS_BUMP);
    if (free !== 0 || bump < load<u32>(HEADER, HEADER_SLOTS_MAX)) {
      const slot = free !== 0 ? load<u32>(At.freeSlot(free - 1)) : bump + 1;
      const at = At.slot(slot);
      at.block = 0;
      at.word = SLOT_HELD | ((thread + 1) << SLOT_THREAD_SHIFT);
      if (free !== 0) store<u32>(arena, free - 1, ARENA_SLOTS_FREE_COUNT);
      else store<u32>(arena, slot, ARENA_SLOTS_BUMP);
      const count = load<u32>(area, THREAD_SLOTS_COUNT);
      store<u32>(area + (count << 2), slot, THREAD_SLOTS);
      store<u32>(area, count + 1, THREAD_SLOTS_COUNT);
    }
  }

  @inline static giveStep(arena: usize, area: usize, step: u32, count: u32): void {
    const held = load<u32>(area, THREAD_SLOTS_COUNT);
    if (step < count && held > 0) {
      const slot = load<u32>(area + ((held - 1) << 2), THREAD_SLOTS);
      Slots.push(arena, slot);
      store<u32>(area, held - 1, THREAD_SLOTS_COUNT);
    }
  }

  /** A slot nobody holds any more goes straight to the list; for the reaper. One step. */
  static reclaimOne(thread: u32, slot: u32): void {
    // Cut before it had left the wheel, it would count as armed when it is used again.
    store<u32>(At.wheelLink(slot), 0, WHEEL_LINK_SPOKE);
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_SLOTS_GIVE);
    Slots.push(HEADER + HEADER_ARENA, slot);
    ArenaLock.end();
    ArenaLock.give();
  }

  /** Inside a section: the state first, then the stack. */
  @inline static push(arena: usize, slot: u32): void {
    const free = load<u32>(arena, ARENA_SLOTS_FREE_COUNT);
    At.slot(slot).word = SLOT_FREE;
    store<u32>(At.freeSlot(free), slot);
    store<u32>(arena, free + 1, ARENA_SLOTS_FREE_COUNT);
  }
}
