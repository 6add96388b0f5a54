/**
 * The arena's free lists rebuilt from the truths: slot state words, page classes and maps. Runs under the arena lock, taken from a dead owner; may loop, may be cut
 * short and run again. What living threads hold (HELD, OUT, PREPARED) never changes to or from
 * FREE without this lock, so they may go on meanwhile.
 */

import { At } from "../ground/memory";
import {
  ARENA_PAGES_BUMP,
  ARENA_PAGES_FREE,
  ARENA_PAGES_FREE_COUNT,
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  CLASS_COUNT,
  CLASS_PAGES,
  CLASS_PER_PAGE,
  HEADER,
  HEADER_ARENA,
  PAGE_CLASSED,
  PAGE_LISTED,
  PAGE_NEXT,
  PAGE_PREVIOUS,
  PAGE_STATE,
  PAGE_STATE_MASK,
  PAGE_SUMMARY,
  PAGE_UNUSED,
  PAGE_USED,
  SLOT_FREE,
} from "../layout";
import { BlockClass } from "./classes";
import { PageMap } from "./pageMap";

export class ArenaRebuild {
  static run(): void {
    ArenaRebuild.slots();
    ArenaRebuild.pages();
  }

  static slots(): void {
    const arena: usize = HEADER + HEADER_ARENA;
    let count: u32 = 0;
    for (let slot = load<u32>(arena, ARENA_SLOTS_BUMP); slot > 0; slot--) {
      if (At.slot(slot).state() !== SLOT_FREE) continue;
      store<u32>(At.freeSlot(count), slot);
      count++;
    }
    store<u32>(arena, count, ARENA_SLOTS_FREE_COUNT);
  }

  static pages(): void {
    const arena: usize = HEADER + HEADER_ARENA;
    for (let index: u32 = 0; index < (CLASS_COUNT as u32); index++) {
      store<u32>(BlockClass.record(index), 0, CLASS_PAGES);
    }
    let head: u32 = 0;
    let count: u32 = 0;
    for (let page = load<u32>(arena, ARENA_PAGES_BUMP); page > 0; page--) {
      const record = At.pageRecord(page);
      if (ArenaRebuild.isEmpty(record)) store<u32>(record, PAGE_UNUSED, PAGE_STATE);
      const state = load<u32>(record, PAGE_STATE) & PAGE_STATE_MASK;
      store<u32>(record, 0, PAGE_PREVIOUS);
      store<u32>(record, 0, PAGE_LISTED);
      if (state >= (PAGE_CLASSED as u32)) {
        ArenaRebuild.blocks(page, state - PAGE_CLASSED);
      } else if (state === PAGE_UNUSED) {
        store<u32>(record, head, PAGE_NEXT);
        head = page;
        count++;
      }
    }
    store<u32>(arena, head, ARENA_PAGES_FREE);
    store<u32>(arena, count, ARENA_PAGES_FREE_COUNT);
  }

  /** A page of a class none of whose blocks is anybody's: it may be any class's. */
  @inline static isEmpty(record: usize): bool {
    const state = load<u32>(record, PAGE_STATE) & PAGE_STATE_MASK;
    if (state < (PAGE_CLASSED as u32)) return false;
    const classed = BlockClass.record(state - PAGE_CLASSED);
    return PageMap.count(record) === load<u32>(classed, CLASS_PER_PAGE);
  }

  static blocks(page: u32, classIndex: u32): void {
    const record = At.pageRecord(page);
    const classed = BlockClass.record(classIndex);
    const summary = PageMap.summarise(record);
    store<u32>(record, summary, PAGE_SUMMARY);
    store<u32>(record, load<u32>(classed, CLASS_PER_PAGE) - PageMap.count(record), PAGE_USED);
    if (summary === 0) return;
    const next = load<u32>(classed, CLASS_PAGES);
    store<u32>(record, next, PAGE_NEXT);
    if (next !== 0) store<u32>(At.pageRecord(next), page, PAGE_PREVIOUS);
    store<u32>(record, 1, PAGE_LISTED);
    store<u32>(classed, page, CLASS_PAGES);
  }
}
