/**
 * The thread table: who takes part, and what becomes of what a dead thread held. A record is taken
 * by compare-and-swap and belongs to one thread until that leaves (`detach`) or dies (`died`, run
 * by the steward or by any other living thread). Truth for the reaping are the state words: slots
 * and blocks name the thread that holds them, so magazines need not be trusted.
 */
import { ArenaLock } from "../arena/arenaLock";
import { ArenaRebuild } from "../arena/arenaRebuild";
import { Blocks } from "../arena/blocks";
import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { Pages } from "../arena/pages";
import { Slots } from "../arena/slots";
import { Lock } from "../ground/lock";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Wake } from "../ground/wake";
import {
  ARENA_PAGES_BUMP,
  ARENA_SLOTS_BUMP,
  BLOCK_FLAGS,
  BLOCK_OUT,
  BLOCK_PAGE,
  BLOCK_STATE,
  BLOCK_TAIL,
  BODY_PLAIN,
  CLASS_BYTES,
  CLASS_COUNT,
  CLASS_PER_PAGE,
  HEADER,
  HEADER_ARENA,
  HEADER_CATALOGUE,
  HEADER_QUEUES_BUMP,
  HEADER_STEWARD,
  HEADER_THREADS_MAX,
  LOCK_THREAD_MASK,
  LOCK_WORD,
  PAGE_CHAIN,
  PAGE_CLASSED,
  PAGE_STATE,
  PAGE_STATE_MASK,
  ROLE_STEWARD,
  SLOT_HELD,
  SLOT_PREPARED,
  SLOT_THREAD_SHIFT,
  STATUS_LIMIT,
  THREAD_ALIVE,
  THREAD_BLOCKS_COUNTS,
  THREAD_DEAD,
  THREAD_DOORBELL,
  THREAD_FREE,
  THREAD_HELD,
  THREAD_HELD_BYTES,
  THREAD_HELD_LOOK_MS,
  THREAD_HELD_USED,
  THREAD_ROLE,
  THREAD_SLOTS_COUNT,
  THREAD_STATE,
} from "../layout";
import { Catalogue } from "../operations/catalogue";
import { Move } from "../operations/move";
import { Rebuild } from "../recovery/rebuild";
import { Shard } from "../shard/shard";

export class Thread {
  /** A record for the calling thread: its number, or STATUS_LIMIT. */
  static attach(role: u32): i32 {
    const most = load<u32>(HEADER, HEADER_THREADS_MAX);
    for (let thread: u32 = 0; thread < most; thread++) {
      const area = At.thread(thread);
      if (atomic.cmpxchg<u32>(area, THREAD_FREE, THREAD_ALIVE, THREAD_STATE) !== THREAD_FREE) {
        continue;
      }
      Thread.clear(area);
      store<u32>(area, role, THREAD_ROLE);
      if (role === ROLE_STEWARD) store<u32>(HEADER, thread + 1, HEADER_STEWARD);
      return thread as i32;
    }
    return STATUS_LIMIT;
  }

  /** An orderly leave: nothing prepared, no lock held, magazines given back. */
  static detach(thread: u32): void {
    if (load<u32>(HEADER, HEADER_STEWARD) === thread + 1) store<u32>(HEADER, 0, HEADER_STEWARD);
    Thread.stopWaiting(thread);
    Slots.giveAllBack(thread);
    Blocks.giveAllBack(thread);
    Thread.letGo(At.thread(thread));
    atomic.store<u32>(At.thread(thread), THREAD_FREE, THREAD_STATE);
  }

  /** Thread `dead` is no more. Idempotent: who dies in here is followed by another who runs it. */
  static died(self: u32, dead: u32): void {
    const area = At.thread(dead);
    if (atomic.load<u32>(area, THREAD_STATE) === THREAD_FREE) return;
    atomic.store<u32>(area, THREAD_DEAD, THREAD_STATE);
    Thread.releaseLocks(self, dead);
    Thread.stopWaiting(dead);
    Move.finish(self, dead, 0);
    Thread.reapSlots(self, dead);
    Thread.reapPages(self, dead);
    Wake.everybody();
    Thread.clear(area);
    atomic.store<u32>(area, THREAD_FREE, THREAD_STATE);
  }

  /** The doorbell goes on from where it is: somebody may still be about to ring it. */
  static clear(area: usize): void {
    memory.fill(area + THREAD_DOORBELL + 4, 0, THREAD_HELD - THREAD_DOORBELL - 4);
    Thread.letGo(area);
  }

  /** What its handlers held is nobody's: no heartbeat extends it any more. */
  static letGo(area: usize): void {
    store<u32>(area, 0, THREAD_HELD_USED);
    store<u32>(area, 0, THREAD_HELD_LOOK_MS);
    memory.fill(area + THREAD_HELD, 0, THREAD_HELD_BYTES);
  }

  /**
   * The calling thread trapped inside the engine and lives on. What it held locked is made again as
   * if it had died, and what it held in its hands and in stock goes back; it keeps its record, its
   * place among the waiters and its rings.
   */
  static trapped(self: u32): void {
    const area = At.thread(self);
    if (Thread.owns(HEADER + HEADER_ARENA, self)) {
      ArenaRebuild.run();
      Lock.recovered(HEADER + HEADER_ARENA);
      ArenaLock.give();
    }
    if (Thread.owns(HEADER + HEADER_CATALOGUE, self)) {
      Catalogue.recover();
      Lock.recovered(HEADER + HEADER_CATALOGUE);
      Lock.give(HEADER + HEADER_CATALOGUE);
    }
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let index: u32 = 0; index < last; index++) {
      const shard = At.shard(index);
      if (!Thread.owns(shard, self)) continue;
      Rebuild.shard(shard);
      Lock.recovered(shard);
      Shard.unlock(shard);
    }
    Move.finish(self, self, 0);
    // The magazines are not trusted: what the state words say is this thread's goes back.
    store<u32>(area, 0, THREAD_SLOTS_COUNT);
    memory.fill(area + THREAD_BLOCKS_COUNTS, 0, CLASS_COUNT << 2);
    Thread.reapSlots(self, self);
    Thread.reapPages(self, self);
    Wake.everybody();
  }

  static stopWaiting(thread: u32): void {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let queue: u32 = 0; queue < last; queue++) {
      if (Wake.isWaiting(thread, queue)) Wake.end(thread, queue);
    }
  }

  @inline static owns(lock: usize, thread: u32): bool {
    return (atomic.load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) === thread + 1;
  }

  /** Taking a lock from the dead rebuilds what it protects. */
  static releaseLocks(self: u32, dead: u32): void {
    if (Thread.owns(HEADER + HEADER_ARENA, dead)) {
      ArenaLock.take(self);
      ArenaLock.give();
    }
    if (Thread.owns(HEADER + HEADER_CATALOGUE, dead)) {
      Catalogue.lock(self);
      Lock.give(HEADER + HEADER_CATALOGUE);
    }
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let index: u32 = 0; index < last; index++) {
      const shard = At.shard(index);
      if (!Thread.owns(shard, dead)) continue;
      Shard.lock(shard, self);
      Shard.unlock(shard);
    }
  }

  static reapSlots(self: u32, dead: u32): void {
    const held = SLOT_HELD | ((dead + 1) << SLOT_THREAD_SHIFT);
    const prepared = SLOT_PREPARED | ((dead + 1) << SLOT_THREAD_SHIFT);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_SLOTS_BUMP);
    for (let index: u32 = 1; index <= last; index++) {
      const slot = At.slot(index);
      const word = slot.lowWord();
      if (word === prepared) Thread.abandon(dead, slot);
      if (word === prepared || word === held) Slots.reclaimOne(self, index);
    }
  }

  /** What hangs on the slot is marked as the dead thread's own; reapPages then frees it. */
  static abandon(dead: u32, slot: Slot): void {
    const block = slot.block;
    if (block === 0 || load<u32>(block, BLOCK_STATE) !== BLOCK_OUT) return;
    if ((load<u32>(block, BLOCK_FLAGS) & BODY_PLAIN) === 0) Thread.abandonMore(dead, block);
    store<u32>(block, Blocks.held(dead), BLOCK_STATE);
    slot.block = 0;
  }

  static abandonMore(dead: u32, block: usize): void {
    let page: u32 = load<u16>(block, BLOCK_PAGE);
    while (page !== 0) {
      store<u32>(At.pageRecord(page), Pages.held(dead), PAGE_STATE);
      page = load<u32>(At.pageRecord(page), PAGE_CHAIN);
    }
    const tail: usize = load<u32>(block, BLOCK_TAIL);
    if (tail !== 0) store<u32>(tail, Blocks.held(dead), BLOCK_STATE);
  }

  static reapPages(self: u32, dead: u32): void {
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_PAGES_BUMP);
    for (let page: u32 = 1; page <= last; page++) {
      const state = load<u32>(At.pageRecord(page), PAGE_STATE);
      if (state === Pages.held(dead)) Pages.giveWhole(self, page);
      else if ((state & PAGE_STATE_MASK) >= (PAGE_CLASSED as u32))
        Thread.reapBlocks(self, dead, page);
    }
  }

  static reapBlocks(self: u32, dead: u32, page: u32): void {
    const record = At.pageRecord(page);
    const classed = BlockClass.record(load<u32>(record, PAGE_STATE) - PAGE_CLASSED);
    const count = load<u32>(classed, CLASS_PER_PAGE);
    for (let index: u32 = 0; index < count; index++) {
      if (PageMap.isFree(record, index)) continue;
      const block = At.page(page) + index * load<u32>(classed, CLASS_BYTES);
      if (load<u32>(block, BLOCK_STATE) === Blocks.held(dead)) Blocks.reclaimOne(self, block);
    }
  }
}
