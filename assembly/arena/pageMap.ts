/**
 * Which blocks of a page are free: a bit each in eight words, and a summary of which words have a
 * bit set. The map is the truth about free blocks; it changes under the arena lock alone.
 */
import { PAGE_MAP, PAGE_MAP_WORDS, PAGE_SUMMARY } from "../layout";

export class PageMap {
  /** Word `index` of a fresh page with `count` blocks: all free, none beyond. */
  @inline static fillWord(record: usize, index: u32, count: u32): void {
    const before = index << 6;
    const left: u32 = count > before ? count - before : 0;
    const bits = left >= 64 ? u64.MAX_VALUE : ((1 as u64) << (left as u64)) - 1;
    store<u64>(record + (index << 3), bits, PAGE_MAP);
  }

  @inline static isFull(record: usize): bool {
    return load<u32>(record, PAGE_SUMMARY) === 0;
  }

  /** The number of a free block; only when the page is not full. */
  @inline static first(record: usize): u32 {
    const word = ctz<u32>(load<u32>(record, PAGE_SUMMARY));
    return (word << 6) + (ctz<u64>(load<u64>(record + (word << 3), PAGE_MAP)) as u32);
  }

  @inline static take(record: usize, block: u32): void {
    const word = block >> 6;
    PageMap.leave(record, word, load<u64>(record + (word << 3), PAGE_MAP) & ~PageMap.bit(block));
  }

  /** Of one word these are free from now on: fewer than before. */
  @inline static leave(record: usize, word: u32, left: u64): void {
    store<u64>(record + (word << 3), left, PAGE_MAP);
    if (left === 0) {
      store<u32>(record, load<u32>(record, PAGE_SUMMARY) & ~((1 as u32) << word), PAGE_SUMMARY);
    }
  }

  @inline static give(record: usize, block: u32): void {
    const word = block >> 6;
    const bits = load<u64>(record + (word << 3), PAGE_MAP) | PageMap.bit(block);
    store<u64>(record + (word << 3), bits, PAGE_MAP);
    store<u32>(record, load<u32>(record, PAGE_SUMMARY) | ((1 as u32) << word), PAGE_SUMMARY);
  }

  @inline static bit(block: u32): u64 {
    return (1 as u64) << ((block & 63) as u64);
  }

  @inline static isFree(record: usize, block: u32): bool {
    return (load<u64>(record + ((block >> 6) << 3), PAGE_MAP) & PageMap.bit(block)) !== 0;
  }

  /** How many are free, by the map; for rebuild and verify. */
  static count(record: usize): u32 {
    let free: u64 = 0;
    for (let word: u32 = 0; word < (PAGE_MAP_WORDS as u32); word++) {
      free += popcnt<u64>(load<u64>(record + (word << 3), PAGE_MAP));
    }
    return free as u32;
  }

  /** The summary, by the map. */
  static summarise(record: usize): u32 {
    let summary: u32 = 0;
    for (let word: u32 = 0; word < (PAGE_MAP_WORDS as u32); word++) {
      if (load<u64>(record + (word << 3), PAGE_MAP) !== 0) summary |= (1 as u32) << word;
    }
    return summary;
  }
}
