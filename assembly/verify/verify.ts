/**
 * Every invariant of the memory, checked from end to end; for tests, and only while no other
 * thread is active. Answers 0, or the number of the first check that failed, with the index of
 * the shard, slot or page concerned in THREAD_OUT_ERROR. Linear in everything ever used.
 *
 *   1xx a shard's age list, gauges, arrivals   2xx its ring   3xx its wheel
 *   4xx slots and their contents        5xx the arena's pages and blocks   6xx locks
 *   70x a FIFO message's group  71x group records  72x a chain  73x the ready groups
 *   74x a hash table  75x the window of ids  76x and 77x the same of attempts
 *   78x its ring of effects
 */
import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import {
  ARENA_PAGES_BUMP,
  ARENA_PAGES_FREE,
  ARENA_PAGES_FREE_COUNT,
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  BLOCK_FLAGS,
  BLOCK_OUT,
  BLOCK_PAGE,
  BLOCK_STATE,
  BLOCK_TAIL,
  BODY_PLAIN,
  CLASS_COUNT,
  CLASS_PAGES,
  CLASS_PER_PAGE,
  HEADER,
  HEADER_ARENA,
  HEADER_CATALOGUE,
  HEADER_QUEUES_BUMP,
  HEADER_THREADS_MAX,
  LOCK_WORD,
  PAGE_CHAIN,
  PAGE_CLASSED,
  PAGE_LISTED,
  PAGE_MAP_WORDS,
  PAGE_NEXT,
  PAGE_PREVIOUS,
  PAGE_STATE,
  PAGE_SUMMARY,
  PAGE_UNUSED,
  PAGE_USED,
  PAGE_WHOLE,
  QUEUE_FREE,
  SLOT_FREE,
  SLOT_HELD,
  SLOT_MOVING,
  THREAD_OUT_ERROR,
  THREAD_SLOTS_COUNT,
} from "../layout";
import { VerifyShard } from "./verifyShard";

export class Verify {
  static run(thread: u32): i32 {
    const area = At.thread(thread);
    const locks = Verify.locks(area);
    if (locks !== 0) return locks;
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    let listed: u32 = 0;
    let moving: u32 = 0;
    for (let index: u32 = 0; index < last; index++) {
      if (At.queue(index).state === QUEUE_FREE) continue;
      const broken = VerifyShard.run(area, index);
      if (broken !== 0) return broken;
      listed += VerifyShard.listed(index);
      const arrived = VerifyShard.arrivals(area, index);
      if (arrived < 0) return -arrived;
      moving += arrived;
    }
    const slots = Verify.slots(area, listed, moving);
    return slots !== 0 ? slots : Verify.arena(area);
  }

  @inline static fail(area: usize, check: i32, index: u32): i32 {
    store<u32>(area, index, THREAD_OUT_ERROR);
    return check;
  }

  static locks(area: usize): i32 {
    if (load<u32>(HEADER + HEADER_ARENA, LOCK_WORD) !== 0) return Verify.fail(area, 600, 0);
    if (load<u32>(HEADER + HEADER_CATALOGUE, LOCK_WORD) !== 0) return Verify.fail(area, 601, 0);
    return 0;
  }

  /** Each slot is free, held, prepared, listed or in the arrivals; counts and lists agree, all are whole. */
  static slots(area: usize, listedInShards: u32, inArrivals: u32): i32 {
    const arena: usize = HEADER + HEADER_ARENA;
    const last = load<u32>(arena, ARENA_SLOTS_BUMP);
    let free: u32 = 0;
    let held: u32 = 0;
    let listed: u32 = 0;
    let moving: u32 = 0;
    for (let index: u32 = 1; index <= last; index++) {
      const slot = At.slot(index);
      const state = slot.state();
      if (state === SLOT_FREE) free++;
      else if (state === SLOT_HELD) held++;
      else if (state === SLOT_MOVING) moving++;
      else if (VerifyShard.isInAgeList(state)) listed++;
      else continue;
      if (!Verify.isFilled(slot, state)) return Verify.fail(area, 400, index);
    }
    if (listed !== listedInShards) return Verify.fail(area, 401, listed);
    if (moving !== inArrivals) return Verify.fail(area, 404, moving);
    if (free !== load<u32>(arena, ARENA_SLOTS_FREE_COUNT)) return Verify.fail(area, 402, free);
    return Verify.stock(area, free, held);
  }

  /** What lies on the stack of free slots is free, and what is held lies in the threads' magazines. */
  static stock(area: usize, free: u32, held: u32): i32 {
    for (let index: u32 = 0; index < free; index++) {
      const slot = load<u32>(At.freeSlot(index));
      if (At.slot(slot).state() !== SLOT_FREE) return Verify.fail(area, 403, slot);
    }
    const most = load<u32>(HEADER, HEADER_THREADS_MAX);
    let inMagazines: u32 = 0;
    for (let thread: u32 = 0; thread < most; thread++) {
      inMagazines += load<u32>(At.thread(thread), THREAD_SLOTS_COUNT);
    }
    return inMagazines === held ? 0 : Verify.fail(area, 405, inMagazines);
  }

  /** A slot that has a message has all of its content. */
  @inline static isFilled(slot: Slot, state: u32): bool {
    if (state === SLOT_FREE || state === SLOT_HELD) return true;
    return Verify.isWhole(slot.block);
  }

  static isWhole(block: usize): bool {
    if (block === 0 || load<u32>(block, BLOCK_STATE) !== BLOCK_OUT) return false;
    if ((load<u32>(block, BLOCK_FLAGS) & BODY_PLAIN) !== 0) return true;
    const tail: usize = load<u32>(block, BLOCK_TAIL);
    if (tail !== 0 && load<u32>(tail, BLOCK_STATE) !== BLOCK_OUT) return false;
    let page: u32 = load<u16>(block, BLOCK_PAGE);
    while (page !== 0) {
      if (load<u32>(At.pageRecord(page), PAGE_STATE) !== PAGE_WHOLE) return false;
      page = load<u32>(At.pageRecord(page), PAGE_CHAIN);
    }
    return true;
  }

  static arena(area: usize): i32 {
    const arena: usize = HEADER + HEADER_ARENA;
    const last = load<u32>(arena, ARENA_PAGES_BUMP);
    let unused: u32 = 0;
    let withRoom: u32 = 0;
    for (let page: u32 = 1; page <= last; page++) {
      const record = At.pageRecord(page);
      const state = load<u32>(record, PAGE_STATE);
      if (state === PAGE_UNUSED) unused++;
      if (state < (PAGE_CLASSED as u32) || state >= ((PAGE_CLASSED + CLASS_COUNT) as u32)) continue;
      const broken = Verify.page(area, page, state - PAGE_CLASSED);
      if (broken !== 0) return broken;
      withRoom += load<u32>(record, PAGE_LISTED);
    }
    if (unused !== load<u32>(arena, ARENA_PAGES_FREE_COUNT)) return Verify.fail(area, 500, unused);
    let linked: u32 = 0;
    let page = load<u32>(arena, ARENA_PAGES_FREE);
    while (page !== 0 && linked <= unused) {
      linked++;
      if (load<u32>(At.pageRecord(page), PAGE_STATE) !== PAGE_UNUSED) {
        return Verify.fail(area, 501, page);
      }
      page = load<u32>(At.pageRecord(page), PAGE_NEXT);
    }
    if (linked !== unused) return Verify.fail(area, 502, linked);
    return Verify.classLists(area, withRoom);
  }

  static page(area: usize, page: u32, classIndex: u32): i32 {
    const record = At.pageRecord(page);
    const count = load<u32>(BlockClass.record(classIndex), CLASS_PER_PAGE);
    const free = PageMap.count(record);
    if (free > count) return Verify.fail(area, 510, page);
    if (load<u32>(record, PAGE_USED) !== count - free) return Verify.fail(area, 511, page);
    for (let index = count; index < ((PAGE_MAP_WORDS << 6) as u32); index++) {
      if (PageMap.isFree(record, index)) return Verify.fail(area, 512, page);
    }
    if (load<u32>(record, PAGE_SUMMARY) !== PageMap.summarise(record)) {
      return Verify.fail(area, 513, page);
    }
    if (load<u32>(record, PAGE_LISTED) !== (free > 0 ? 1 : 0)) return Verify.fail(area, 514, page);
    return 0;
  }

  static classLists(area: usize, withRoom: u32): i32 {
    let linked: u32 = 0;
    for (let index: u32 = 0; index < (CLASS_COUNT as u32); index++) {
      let page = load<u32>(BlockClass.record(index), CLASS_PAGES);
      let previous: u32 = 0;
      while (page !== 0 && linked <= withRoom) {
        linked++;
        const record = At.pageRecord(page);
        if (load<u32>(record, PAGE_STATE) !== PAGE_CLASSED + index) {
          return Verify.fail(area, 520, page);
        }
        if (load<u32>(record, PAGE_PREVIOUS) !== previous) return Verify.fail(area, 521, page);
        previous = page;
        page = load<u32>(record, PAGE_NEXT);
      }
    }
    return linked === withRoom ? 0 : Verify.fail(area, 522, linked);
  }
}
