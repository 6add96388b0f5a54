/**
 * A magazine of blocks filled while a log is loaded, when one after the other is taken and none comes back: as many
 * at once as it holds, from one word of a page's map, where a refill (blocks.ts) looks for each anew, and is so long
 * that V8 would be busy making quick code of it, were it called for each page. In the order of
 * their addresses. By the one thread that loads, while nobody else uses the memory: without a lock, and no section,
 * since a load whose thread dies is begun anew in another memory.
 */
import { At } from "../ground/memory";
import { BLOCK_STATE, CLASS_PAGES, PAGE_MAP, PAGE_SUMMARY, PAGE_USED } from "../layout";
import { Blocks } from "./blocks";
import { BlockClass } from "./classes";
import { PageMap } from "./pageMap";
import { Pages } from "./pages";

export class Restock {
  /** Where the magazine is empty. It stays so when there is no page. */
  @inline static whereEmpty(thread: u32, classIndex: u32): void {
    if (load<u32>(Blocks.countAt(At.thread(thread), classIndex)) === 0) {
      Restock.from(thread, classIndex);
    }
  }

  /** A page of the class that has room: one more, where there is none. 0: nor is there one more. */
  @inline static page(classIndex: u32): u32 {
    const roomy = load<u32>(BlockClass.record(classIndex), CLASS_PAGES);
    if (roomy !== 0) return roomy;
    const page = Pages.take();
    if (page !== 0) Pages.assign(page, classIndex);
    return page;
  }

  static from(thread: u32, classIndex: u32): void {
    const page = Restock.page(classIndex);
    if (page === 0) return;
    const area = At.thread(thread);
    const record = At.pageRecord(page);
    const word: u32 = ctz<u32>(load<u32>(record, PAGE_SUMMARY));
    let left = load<u64>(record + (word << 3), PAGE_MAP);
    const count = min<u32>(popcnt<u64>(left) as u32, Blocks.heldMax(classIndex));
    const bytes = BlockClass.bytes(classIndex);
    const first = At.page(page) + (word << 6) * bytes;
    for (let index = count; index > 0; index--) {
      const block = first + (ctz<u64>(left) as u32) * bytes;
      store<u32>(block, Blocks.held(thread), BLOCK_STATE);
      store<u32>(Blocks.entryAt(area, classIndex, index - 1), block as u32);
      left &= left - 1;
    }
    PageMap.leave(record, word, left);
    store<u32>(record, load<u32>(record, PAGE_USED) + count, PAGE_USED);
    if (PageMap.isFull(record)) Pages.unlist(page, classIndex);
    store<u32>(Blocks.countAt(area, classIndex), count);
  }
}
