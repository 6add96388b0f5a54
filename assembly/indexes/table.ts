/**
 * A hash table that grows by one bucket at a time and so never stops anybody: linear hashing
 * (Litwin 1980). Bucket b of N is the key's low bits, one bit fewer where that would be beyond N;
 * the table grows by splitting the bucket that has its turn. Three of them in a FIFO shard: of
 * groups, of deduplication nodes, of receive attempts.
 *
 *   root (in the shard) --> directory --> page --> bucket {first, version} --> node --> node --> 0
 *       32                    1,022        511                                <-- back
 *
 * A node is {128-bit key, next, back}: `back` is the address of the word that points to it, so that
 * taking one out needs no walk. Chains are walked outside the lock (`find`), and what was found is
 * checked inside: a node by its own key and mark, its absence by the bucket's version, which
 * everything that changes its chain raises. A walk may meet nodes that are being taken out and used for something else: it
 * follows no address out of the arena and ends after FIND_STEPS.
 * A bucket has one node on average, up to two before its split. A split moves at most twenty, and
 * waits while there are more: one bucket in 10^14 (with ten it were one in 10^5, and a table that
 * waits for long grows chains that no walk gets to the end of). Keys are hashes under this memory's
 * secret, so nobody can arrange it.
 */

import {
  BUCKET_FIRST,
  BUCKET_VERSION,
  DIRECTORY_PAGES,
  HEADER,
  HEADER_ARENA_BASE,
  HEADER_MEMORY_PAGES,
  NODE_BACK,
  NODE_KEY,
  NODE_NEXT,
  PAGE_BUCKETS,
  PAGE_BYTES,
  SEGMENT_BYTES,
  TABLE_BUCKETS,
  TABLE_COUNT,
  TABLE_ROOT,
} from "../layout";

const FIND_STEPS: u32 = 64;
/** No node ends closer to its block's end, and no walk reads more of what it takes for a node. */
const NODE_BYTES_MIN: u32 = 64;
/** Bytes of a block's state and flags, before the entries of a directory or page. */
export const ENTRIES: u32 = 8;

export class Table {
  @inline static isMade(table: usize): bool {
    return load<u32>(table, TABLE_BUCKETS) !== 0;
  }

  /** The word of the root that points to the directory of a page. */
  @inline static directoryAt(table: usize, page: u32): usize {
    return table + TABLE_ROOT + ((page / DIRECTORY_PAGES) << 2);
  }

  /** The word of a directory that points to a page. */
  @inline static pageAt(table: usize, page: u32): usize {
    const directory: usize = load<u32>(Table.directoryAt(table, page));
    return directory + ENTRIES + ((page % DIRECTORY_PAGES) << 2);
  }

  @inline static bucketAt(table: usize, bucket: u32): usize {
    const page = bucket / PAGE_BUCKETS;
    return load<u32>(Table.pageAt(table, page)) + ENTRIES + ((bucket % PAGE_BUCKETS) << 3);
  }

  /** The bucket a key belongs in now. Under the lock. */
  @inline static bucket(table: usize, low: u64): usize {
    const buckets = load<u32>(table, TABLE_BUCKETS);
    const level = (1 as u32) << (31 - clz<u32>(buckets));
    const wide = (low as u32) & (level + level - 1);
    return Table.bucketAt(table, wide < buckets ? wide : wide & (level - 1));
  }

  /**
   * As `bucket`, without the lock: a hint, and never a trap, though somebody may be taking the table
   * apart. Where it has no such bucket, an address at which none begins, so no proof can hold.
   */
  static seen(table: usize, low: u64): usize {
    const buckets = load<u32>(table, TABLE_BUCKETS);
    if (buckets === 0) return table;
    const level = (1 as u32) << (31 - clz<u32>(buckets));
    const wide = (low as u32) & (level + level - 1);
    const bucket = wide < buckets ? wide : wide & (level - 1);
    const page = bucket / PAGE_BUCKETS;
    if (!Table.isBlock(load<u32>(Table.directoryAt(table, page)))) return table;
    const first: usize = load<u32>(Table.pageAt(table, page));
    return Table.isBlock(first) ? first + ENTRIES + ((bucket % PAGE_BUCKETS) << 3) : table;
  }

  @inline static isBlock(address: usize): bool {
    return (
      address >= load<u32>(HEADER, HEADER_ARENA_BASE) &&
      address <= load<u32>(HEADER, HEADER_MEMORY_PAGES) * (PAGE_BYTES as u32) - SEGMENT_BYTES
    );
  }

  @inline static hasKey(node: usize, low: u64, high: u64): bool {
    return load<u64>(node, NODE_KEY) === low && load<u64>(node, NODE_KEY + 8) === high;
  }

  /** Whether a node could lie there: read without the lock, an address may be anything. */
  @inline static isAddress(node: usize): bool {
    return (
      node >= load<u32>(HEADER, HEADER_ARENA_BASE) &&
      node <= load<u32>(HEADER, HEADER_MEMORY_PAGES) * (PAGE_BYTES as u32) - NODE_BYTES_MIN
    );
  }

  /** Outside the lock: the next node with this key, from `first` on; 0: none was seen. */
  static find(first: usize, low: u64, high: u64): usize {
    let node = first;
    for (let step: u32 = 0; step < FIND_STEPS && Table.isAddress(node); step++) {
      if (Table.hasKey(node, low, high)) return node;
      node = load<u32>(node, NODE_NEXT);
    }
    return 0;
  }

  @inline static insert(table: usize, bucket: usize, node: usize): void {
    const first: usize = load<u32>(bucket, BUCKET_FIRST);
    store<u32>(node, first as u32, NODE_NEXT);
    store<u32>(node, (bucket + BUCKET_FIRST) as u32, NODE_BACK);
    if (first !== 0) store<u32>(first, (node + NODE_NEXT) as u32, NODE_BACK);
    store<u32>(bucket, node as u32, BUCKET_FIRST);
    store<u32>(bucket, load<u32>(bucket, BUCKET_VERSION) + 1, BUCKET_VERSION);
    store<u32>(table, load<u32>(table, TABLE_COUNT) + 1, TABLE_COUNT);
  }

  /**
   * Raises the version too: a walk that stands on the node may follow it into the chain that it is
   * hung into next, and takes what lies behind it here for missing.
   */
  @inline static unlink(table: usize, node: usize): void {
    const bucket = Table.bucket(table, load<u64>(node, NODE_KEY));
    store<u32>(bucket, load<u32>(bucket, BUCKET_VERSION) + 1, BUCKET_VERSION);
    const next: usize = load<u32>(node, NODE_NEXT);
    const back: usize = load<u32>(node, NODE_BACK);
    store<u32>(back, next as u32);
    if (next !== 0) store<u32>(next, back as u32, NODE_BACK);
    store<u32>(table, load<u32>(table, TABLE_COUNT) - 1, TABLE_COUNT);
  }

  @inline static after(node: usize): usize {
    return node === 0 ? 0 : (load<u32>(node, NODE_NEXT) as usize);
  }
}
