/**
 * Room in a hash table: directories and pages of buckets are taken from the arena before a shard's
 * lock and hung in under it, buckets are split one a section, and a table that has become empty gives
 * its pages back. By the thread that sends, or the one that tidies up. See table.ts.
 */
import { Blocks } from "../arena/blocks";
import { UNROLLED } from "../ground/unrolled";
import { ENTRIES, Table } from "../indexes/table";
import {
  BLOCK_FLAGS,
  BLOCK_OUT,
  BLOCK_STATE,
  BUCKET_FIRST,
  BUCKET_VERSION,
  CLASS_OF_SEGMENT,
  DIRECTORY_PAGES,
  NODE_BACK,
  NODE_KEY,
  NODE_NEXT,
  PAGE_BUCKETS,
  PHASE_BEGIN_TABLE_GROW,
  PHASE_BEGIN_TABLE_SHRINK,
  PHASE_BEGIN_TABLE_SPLIT,
  SEGMENT_BYTES,
  TABLE_BUCKETS,
  TABLE_COUNT,
  TABLE_DIRECTORIES_MAX,
  TABLE_PAGES,
  TABLE_ROOT,
} from "../layout";
import { Shard } from "./shard";

export class TableGrowth {
  /** As many buckets as nodes, and `more` nodes to come; false when memory is full. */
  @inline static provide(thread: u32, shard: usize, table: usize, mark: u32, more: u32): bool {
    return (
      load<u32>(table, TABLE_COUNT) + more <= load<u32>(table, TABLE_BUCKETS) ||
      TableGrowth.grow(thread, shard, table, mark, more)
    );
  }

  /** At most a section for each node to come and one more, so that a call's cost is bounded. */
  static grow(thread: u32, shard: usize, table: usize, mark: u32, more: u32): bool {
    for (let step: u32 = 0; step <= more; step++) {
      const buckets = load<u32>(table, TABLE_BUCKETS);
      if (load<u32>(table, TABLE_COUNT) + more <= buckets) break;
      if (buckets < load<u32>(table, TABLE_PAGES) * PAGE_BUCKETS)
        TableGrowth.split(thread, shard, table);
      else if (!TableGrowth.hang(thread, shard, table, mark)) break;
    }
    return Table.isMade(table);
  }

  /** One more page of buckets, or the directory it needs first. */
  static hang(thread: u32, shard: usize, table: usize, mark: u32): bool {
    const block = Blocks.top(thread, CLASS_OF_SEGMENT);
    if (block === 0) return false;
    memory.fill(block + ENTRIES, 0, SEGMENT_BYTES - ENTRIES);
    Shard.begin(shard, thread, PHASE_BEGIN_TABLE_GROW);
    const page = load<u32>(table, TABLE_PAGES);
    const buckets = load<u32>(table, TABLE_BUCKETS);
    const isNeeded =
      buckets === page * PAGE_BUCKETS && page < (TABLE_DIRECTORIES_MAX as u32) * DIRECTORY_PAGES;
    if (isNeeded) {
      store<u32>(block, mark, BLOCK_FLAGS);
      if (load<u32>(Table.directoryAt(table, page)) === 0) {
        store<u32>(Table.directoryAt(table, page), block as u32);
      } else {
        store<u32>(Table.pageAt(table, page), block as u32);
        store<u32>(table, page + 1, TABLE_PAGES);
        // The first page is ready as it is; of the others each bucket waits for its split.
        if (page === 0) store<u32>(table, PAGE_BUCKETS, TABLE_BUCKETS);
      }
      store<u32>(block, BLOCK_OUT, BLOCK_STATE);
      Blocks.drop(thread, CLASS_OF_SEGMENT);
    }
    Shard.close(shard);
    return true;
  }

  /**
   * Up to four buckets more. Their nodes lie anywhere; with four under one lock the processor waits
   * for them together.
   */
  static split(thread: u32, shard: usize, table: usize): void {
    Shard.begin(shard, thread, PHASE_BEGIN_TABLE_SPLIT);
    TableGrowth.splitOne(table);
    TableGrowth.splitOne(table);
    TableGrowth.splitOne(table);
    TableGrowth.splitOne(table);
    Shard.close(shard);
  }

  /** One bucket more: what of the one that has its turn belongs there goes over. */
  @inline static splitOne(table: usize): void {
    const buckets = load<u32>(table, TABLE_BUCKETS);
    if (buckets === 0 || buckets >= load<u32>(table, TABLE_PAGES) * PAGE_BUCKETS) return;
    const level = (1 as u32) << (31 - clz<u32>(buckets));
    const from = Table.bucketAt(table, buckets - level);
    let node: usize = load<u32>(from, BUCKET_FIRST);
    if (!TableGrowth.isShort(node)) return;
    const to = Table.bucketAt(table, buckets);
    store<u32>(from, load<u32>(from, BUCKET_VERSION) + 1, BUCKET_VERSION);
    store<u32>(to, load<u32>(to, BUCKET_VERSION) + 1, BUCKET_VERSION);
    node = TableGrowth.splitStep(node, level, to);
    node = TableGrowth.splitStep(node, level, to);
    // Most chains end here, and what comes next then overlaps with the waiting for this one.
    if (node !== 0) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        node = TableGrowth.splitStep(node, level, to);
      }
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      node = TableGrowth.splitStep(node, level, to);
      TableGrowth.splitStep(node, level, to);
    }
    store<u32>(table, buckets + 1, TABLE_BUCKETS);
  }

  /** Whether a chain has at most twenty nodes. */
  @inline static isShort(first: usize): bool {
    if (Table.after(Table.after(first)) === 0) return true;
    const tenth = TableGrowth.tenFurther(first);
    return TableGrowth.tenFurther(tenth) === 0;
  }

  @inline static tenFurther(node: usize): usize {
    const second = Table.after(Table.after(node));
    const fourth = Table.after(Table.after(second));
    const sixth = Table.after(Table.after(fourth));
    const eighth = Table.after(Table.after(sixth));
    return Table.after(Table.after(eighth));
  }

  @inline static splitStep(node: usize, level: u32, to: usize): usize {
    if (node === 0) return 0;
    const next: usize = load<u32>(node, NODE_NEXT);
    if (((load<u64>(node, NODE_KEY) as u32) & level) !== 0) {
      const back: usize = load<u32>(node, NODE_BACK);
      const first: usize = load<u32>(to, BUCKET_FIRST);
      store<u32>(back, next as u32);
      if (next !== 0) store<u32>(next, back as u32, NODE_BACK);
      store<u32>(node, first as u32, NODE_NEXT);
      store<u32>(node, (to + BUCKET_FIRST) as u32, NODE_BACK);
      if (first !== 0) store<u32>(first, (node + NODE_NEXT) as u32, NODE_BACK);
      store<u32>(to, node as u32, BUCKET_FIRST);
    }
    return next;
  }

  /** A table without nodes falls back to its first page; its last with `isLast`, for good. */
  @inline static canShrink(table: usize, isLast: bool): bool {
    return (
      load<u32>(table, TABLE_COUNT) === 0 &&
      (isLast ? load<u32>(table, TABLE_ROOT) !== 0 : load<u32>(table, TABLE_PAGES) > 1)
    );
  }

  static shrink(thread: u32, shard: usize, table: usize, isLast: bool): void {
    while (TableGrowth.canShrink(table, isLast)) TableGrowth.drop(thread, shard, table, isLast);
  }

  /** One section: the last page, or the directory that has no page any more. */
  static drop(thread: u32, shard: usize, table: usize, isLast: bool): void {
    let block: usize = 0;
    Shard.begin(shard, thread, PHASE_BEGIN_TABLE_SHRINK);
    if (TableGrowth.canShrink(table, isLast)) {
      const pages = load<u32>(table, TABLE_PAGES);
      // A directory that was hung for a page that did not come stands behind the last page's.
      const spare = Table.directoryAt(table, pages);
      const isSpare = pages % DIRECTORY_PAGES === 0 && load<u32>(spare) !== 0;
      const at = isSpare ? spare : Table.pageAt(table, pages - 1);
      block = load<u32>(at);
      store<u32>(block, Blocks.held(thread), BLOCK_STATE);
      store<u32>(at, 0);
      if (!isSpare) {
        store<u32>(table, pages - 1, TABLE_PAGES);
        store<u32>(table, pages > 1 ? PAGE_BUCKETS : 0, TABLE_BUCKETS);
      }
    }
    Shard.close(shard);
    if (block !== 0) Blocks.release(thread, block);
  }
}
