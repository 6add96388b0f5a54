/**
 * Arena pages: the free list, whole pages for large contents, and a class's list of pages that
 * have a free block. The inline parts run inside an arena section; `takeWhole` and `giveWhole`
 * are sections of their own, one page each (a page is 64 KiB of copying: the lock is noise).
 */

import { At } from "../ground/memory";
import {
  ARENA_PAGES_BUMP,
  ARENA_PAGES_FREE,
  ARENA_PAGES_FREE_COUNT,
  CLASS_PAGES,
  CLASS_PER_PAGE,
  HEADER,
  HEADER_ARENA,
  HEADER_PAGES_MAX,
  PAGE_CHAIN,
  PAGE_CLASSED,
  PAGE_LISTED,
  PAGE_NEXT,
  PAGE_PREVIOUS,
  PAGE_STATE,
  PAGE_SUMMARY,
  PAGE_THREAD_SHIFT,
  PAGE_UNUSED,
  PAGE_USED,
  PAGE_WHOLE,
  PHASE_BEGIN_PAGES_GIVE,
  PHASE_BEGIN_PAGES_TAKE,
} from "../layout";
import { ArenaLock } from "./arenaLock";
import { BlockClass } from "./classes";
import { PageMap } from "./pageMap";

export class Pages {
  /** Inside a section: an unused page, off the free list; 0 when there is none. */
  @inline static take(): u32 {
    const arena: usize = HEADER + HEADER_ARENA;
    const free = load<u32>(arena, ARENA_PAGES_FREE);
    const bump = load<u32>(arena, ARENA_PAGES_BUMP);
    const cut = free === 0 && bump < load<u32>(HEADER, HEADER_PAGES_MAX);
    if (cut) store<u32>(arena, bump + 1, ARENA_PAGES_BUMP);
    const page = cut ? bump + 1 : free;
    if (page !== 0 && !cut) {
      store<u32>(arena, load<u32>(At.pageRecord(page), PAGE_NEXT), ARENA_PAGES_FREE);
      store<u32>(arena, load<u32>(arena, ARENA_PAGES_FREE_COUNT) - 1, ARENA_PAGES_FREE_COUNT);
    }
    return page;
  }

  /** Inside a section: the page's state first, then the list. */
  @inline static give(page: u32): void {
    const arena: usize = HEADER + HEADER_ARENA;
    const record = At.pageRecord(page);
    store<u32>(record, PAGE_UNUSED, PAGE_STATE);
    store<u32>(record, load<u32>(arena, ARENA_PAGES_FREE), PAGE_NEXT);
    store<u32>(arena, page, ARENA_PAGES_FREE);
    store<u32>(arena, load<u32>(arena, ARENA_PAGES_FREE_COUNT) + 1, ARENA_PAGES_FREE_COUNT);
  }

  /** Inside a section: an unused page takes a class. Class last: before it the page is unused. */
  @inline static assign(page: u32, classIndex: u32): void {
    const record = At.pageRecord(page);
    const count = load<u32>(BlockClass.record(classIndex), CLASS_PER_PAGE);
    PageMap.fillWord(record, 0, count);
    PageMap.fillWord(record, 1, count);
    PageMap.fillWord(record, 2, count);
    PageMap.fillWord(record, 3, count);
    PageMap.fillWord(record, 4, count);
    PageMap.fillWord(record, 5, count);
    PageMap.fillWord(record, 6, count);
    PageMap.fillWord(record, 7, count);
    store<u32>(record, ((1 as u32) << ((count + 63) >> 6)) - 1, PAGE_SUMMARY);
    store<u32>(record, 0, PAGE_USED);
    store<u32>(record, 0, PAGE_LISTED);
    store<u32>(record, PAGE_CLASSED + classIndex, PAGE_STATE);
    Pages.list(page, classIndex);
  }

  @inline static list(page: u32, classIndex: u32): void {
    const classed = BlockClass.record(classIndex);
    const record = At.pageRecord(page);
    const next = load<u32>(classed, CLASS_PAGES);
    store<u32>(record, next, PAGE_NEXT);
    store<u32>(record, 0, PAGE_PREVIOUS);
    if (next !== 0) store<u32>(At.pageRecord(next), page, PAGE_PREVIOUS);
    store<u32>(classed, page, CLASS_PAGES);
    store<u32>(record, 1, PAGE_LISTED);
  }

  @inline static unlist(page: u32, classIndex: u32): void {
    const record = At.pageRecord(page);
    const next = load<u32>(record, PAGE_NEXT);
    const previous = load<u32>(record, PAGE_PREVIOUS);
    if (next !== 0) store<u32>(At.pageRecord(next), previous, PAGE_PREVIOUS);
    if (previous !== 0) store<u32>(At.pageRecord(previous), next, PAGE_NEXT);
    else store<u32>(BlockClass.record(classIndex), next, CLASS_PAGES);
    store<u32>(record, 0, PAGE_LISTED);
  }

  /** A whole page in this thread's hands, its holder in its state; 0 when there is none. */
  static takeWhole(thread: u32): u32 {
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_PAGES_TAKE);
    const page = Pages.take();
    if (page !== 0) {
      store<u32>(At.pageRecord(page), 0, PAGE_CHAIN);
      store<u32>(At.pageRecord(page), Pages.held(thread), PAGE_STATE);
    }
    ArenaLock.end();
    ArenaLock.give();
    return page;
  }

  static giveWhole(thread: u32, page: u32): void {
    ArenaLock.take(thread);
    ArenaLock.begin(PHASE_BEGIN_PAGES_GIVE);
    Pages.give(page);
    ArenaLock.end();
    ArenaLock.give();
  }

  /** WHOLE and in this thread's hands. */
  @inline static held(thread: u32): u32 {
    return PAGE_WHOLE | ((thread + 1) << PAGE_THREAD_SHIFT);
  }
}
