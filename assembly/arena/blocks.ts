/**
 * Blocks of the arena: a magazine a thread and class, refilled and emptied under the arena lock in
 * sections of at most ten. Only the owner touches a magazine. The truth is the page's map for what
 * is free, and for the rest each block's state word: HELD is in the magazine or the hands of the
 * thread it names, OUT hangs on a slot, a descriptor or a ring. A magazine is last in, first out,
 * so that a warm block is used again first.
 */

import { At } from "../ground/memory";
import { UNROLLED } from "../ground/unrolled";
import {
  BLOCK_HELD,
  BLOCK_STATE,
  BLOCK_THREAD_SHIFT,
  CLASS_BYTES,
  CLASS_COUNT,
  CLASS_HELD_MAX,
  CLASS_PAGES,
  PAGE_CLASSED,
  PAGE_LISTED,
  PAGE_NEXT,
  PAGE_PREVIOUS,
  PAGE_STATE,
  PAGE_USED,
  PHASE_BEGIN_BLOCKS_GIVE,
  PHASE_BEGIN_BLOCKS_TAKE,
  PHASE_BEGIN_PAGES_GIVE,
  SECTION_STEPS,
  THREAD_BLOCKS,
  THREAD_BLOCKS_COUNTS,
  THREAD_BLOCKS_MAX,
} from "../layout";
import { MUST } from "../must";
import { ArenaLock } from "./arenaLock";
import { BlockClass } from "./classes";
import { Magazine } from "./magazine";
import { PageMap } from "./pageMap";
import { Pages } from "./pages";

export class Blocks {
  @inline static held(thread: u32): u32 {
    return BLOCK_HELD | ((thread + 1) << BLOCK_THREAD_SHIFT);
  }

  @inline static countAt(area: usize, classIndex: u32): usize {
    return area + THREAD_BLOCKS_COUNTS + (classIndex << 2);
  }

  @inline static entryAt(area: usize, classIndex: u32, index: u32): usize {
    return area + THREAD_BLOCKS + (classIndex * THREAD_BLOCKS_MAX + index) * 4;
  }

  /** How many blocks of a class a magazine holds at most, and moves at a time. */
  @inline static heldMax(classIndex: u32): u32 {
    return load<u32>(BlockClass.record(classIndex), CLASS_HELD_MAX);
  }

  @inline static moved(classIndex: u32): u32 {
    const half: u32 = Blocks.heldMax(classIndex) >> 1;
    return half < (SECTION_STEPS as u32) ? half : SECTION_STEPS;
  }

  /**
   * The topmost block of the magazine, still in it: the caller hangs it up, marks it OUT and then
   * calls `drop`, so that a death between leaves no block without a name. 0: memory is full.
   */
  @inline static top(thread: u32, classIndex: u32): usize {
    const area = At.thread(thread);
    let count = load<u32>(Blocks.countAt(area, classIndex));
    if (count === 0) {
      Blocks.refill(thread, classIndex);
      count = load<u32>(Blocks.countAt(area, classIndex));
      if (count === 0) return 0;
    }
    return load<u32>(Blocks.entryAt(area, classIndex, count - 1));
  }

  @inline static drop(thread: u32, classIndex: u32): void {
    const at = Blocks.countAt(At.thread(thread), classIndex);
    if (MUST) assert(load<u32>(at) > 0, "a magazine has the block that is dropped");
    store<u32>(at, load<u32>(at) - 1);
  }

  @inline static classOf(block: usize): u32 {
    return (load<u32>(At.pageRecord(At.pageOf(block)), PAGE_STATE) - PAGE_CLASSED) as u32;
  }

  /** Whether a block of this class begins there, and is not free. */
  @inline static isTaken(block: usize, classIndex: u32): bool {
    const page = At.pageOf(block);
    const offset = block - At.page(page);
    const number = BlockClass.numberOf(classIndex, offset);
    return (
      number * BlockClass.bytes(classIndex) === (offset as u32) &&
      !PageMap.isFree(At.pageRecord(page), number)
    );
  }

  /** Takes a block back into the magazine. Nothing may point to it any more but this caller. */
  @inline static release(thread: u32, block: usize): void {
    const area = At.thread(thread);
    const classIndex = Blocks.classOf(block);
    if (MUST) assert(classIndex < (CLASS_COUNT as u32), "a block lies in a page of a class");
    if (MUST) assert(Blocks.isTaken(block, classIndex), "a block that is released was taken");
    store<u32>(block, Blocks.held(thread), BLOCK_STATE);
    let count = load<u32>(Blocks.countAt(area, classIndex));
    if (count >= Blocks.heldMax(classIndex)) {
      Blocks.giveBack(thread, classIndex, Blocks.moved(classIndex));
      count = load<u32>(Blocks.countAt(area, classIndex));
    }
    if (MUST)
      assert(count < Blocks.heldMax(classIndex), "a magazine has room for what it takes back");
    store<u32>(Blocks.entryAt(area, classIndex, count), block);
    store<u32>(Blocks.countAt(area, classIndex), count + 1);
  }

  static refill(thread: u32, classIndex: u32): void {
    const area = At.thread(thread);
    const most = Blocks.moved(classIndex);
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_BLOCKS_TAKE);
    if (load<u32>(BlockClass.record(classIndex), CLASS_PAGES) === 0) {
      const page = Pages.take();
      if (page !== 0) Pages.assign(page, classIndex);
    }
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Blocks.takeStep(area, thread, classIndex, step, most);
    }
    ArenaLock.end();
    ArenaLock.give();
    const count = load<u32>(Blocks.countAt(area, classIndex));
    Magazine.turn(Blocks.entryAt(area, classIndex, 0), count);
  }

  static giveBack(thread: u32, classIndex: u32, count: u32): void {
    const area = At.thread(thread);
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_BLOCKS_GIVE);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Blocks.giveStep(area, classIndex, step, count);
    }
    ArenaLock.end();
    ArenaLock.give();
  }

  static giveAllBack(thread: u32): void {
    const area = At.thread(thread);
    for (let index: u32 = 0; index < (CLASS_COUNT as u32); index++) {
      while (load<u32>(Blocks.countAt(area, index)) > 0) {
        Blocks.giveBack(thread, index, SECTION_STEPS);
      }
    }
  }

  /** An empty page that a class keeps when it is its only one with room comes to all. */
  static giveEmptyPages(thread: u32): void {
    for (let index: u32 = 0; index < (CLASS_COUNT as u32); index++) {
      if (Blocks.keepsEmpty(index)) Blocks.giveEmptyPage(thread, index);
    }
  }

  @inline static keepsEmpty(classIndex: u32): bool {
    const page = load<u32>(BlockClass.record(classIndex), CLASS_PAGES);
    return page !== 0 && load<u32>(At.pageRecord(page), PAGE_USED) === 0;
  }

  static giveEmptyPage(thread: u32, classIndex: u32): void {
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_PAGES_GIVE);
    if (Blocks.keepsEmpty(classIndex)) {
      const page = load<u32>(BlockClass.record(classIndex), CLASS_PAGES);
      Pages.unlist(page, classIndex);
      Pages.give(page);
    }
    ArenaLock.end();
    ArenaLock.give();
  }

  /** A block nobody holds any more goes straight to its page; for the reaper. */
  static reclaimOne(thread: u32, block: usize): void {
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_BLOCKS_GIVE);
    Blocks.giveOne(block, Blocks.classOf(block));
    ArenaLock.end();
    ArenaLock.give();
  }

  @inline static takeStep(area: usize, thread: u32, classIndex: u32, step: u32, most: u32): void {
    const classed = BlockClass.record(classIndex);
    const page = load<u32>(classed, CLASS_PAGES);
    if ((step < most || step === 0) && page !== 0) {
      const record = At.pageRecord(page);
      const number = PageMap.first(record);
      const block = At.page(page) + number * load<u32>(classed, CLASS_BYTES);
      if (MUST) assert(PageMap.isFree(record, number), "a block that is taken is free");
      // The holder first, then the map: a block that is not free has a state that means something.
      store<u32>(block, Blocks.held(thread), BLOCK_STATE);
      PageMap.take(record, number);
      store<u32>(record, load<u32>(record, PAGE_USED) + 1, PAGE_USED);
      if (PageMap.isFull(record)) Pages.unlist(page, classIndex);
      const count = load<u32>(Blocks.countAt(area, classIndex));
      store<u32>(Blocks.entryAt(area, classIndex, count), block as u32);
      store<u32>(Blocks.countAt(area, classIndex), count + 1);
    }
  }

  @inline static giveStep(area: usize, classIndex: u32, step: u32, most: u32): void {
    const count = load<u32>(Blocks.countAt(area, classIndex));
    if (step < most && count > 0) {
      Blocks.giveOne(load<u32>(Blocks.entryAt(area, classIndex, count - 1)), classIndex);
      store<u32>(Blocks.countAt(area, classIndex), count - 1);
    }
  }

  /**
   * Inside a section. An empty page leaves its class, unless it is the only one with room; so the
   * list of a class has an empty page in it only while it has no other.
   */
  @inline static giveOne(block: usize, classIndex: u32): void {
    const page = At.pageOf(block);
    const record = At.pageRecord(page);
    if (MUST) assert(Blocks.isTaken(block, classIndex), "a block that is given back was taken");
    if (MUST) assert(load<u32>(record, PAGE_USED) > 0, "a page counts the block that it gets back");
    PageMap.give(record, BlockClass.numberOf(classIndex, block - At.page(page)));
    const used = load<u32>(record, PAGE_USED) - 1;
    store<u32>(record, used, PAGE_USED);
    if (load<u32>(record, PAGE_LISTED) === 0) {
      Pages.list(page, classIndex);
      const kept = load<u32>(record, PAGE_NEXT);
      if (kept !== 0 && load<u32>(At.pageRecord(kept), PAGE_USED) === 0) {
        Pages.unlist(kept, classIndex);
        Pages.give(kept);
      }
    }
    if (used === 0) {
      if (load<u32>(record, PAGE_NEXT) !== 0 || load<u32>(record, PAGE_PREVIOUS) !== 0) {
        Pages.unlist(page, classIndex);
        Pages.give(page);
      }
    }
  }
}
