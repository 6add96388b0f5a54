/**
 * What is remembered for five minutes: deduplication nodes and receive attempts. A window is a circle
 * of segments; nodes are added at the tail and leave at the head, and since all stay equally long
 * they leave in the order they came, so no node needs a timer. Each node also hangs in a hash table.
 * Nodes are truths: they outlive the message they tell of. A node is there from the store of its
 * sequence on until that is zeroed. A full window refuses what is new and forgets nothing.
 *
 *      head --> [ . . a b c ] -> [ d e f g h ] -> [ i j . . . ] <-- tail
 *                  ^ leaves here       circle closes   ^ comes here
 *
 * Invariant: the tail never enters the head's segment, (segments - 1) * nodes >= count.
 * Under the shard's lock, O(1). Growth and leaving: windowGrowth.ts.
 */

import { Mark } from "../ground/mark";
import {
  ATTEMPT_BYTES,
  ATTEMPT_NODES,
  BLOCK_IS_ATTEMPT_TABLE,
  BLOCK_IS_ATTEMPTS,
  BLOCK_IS_WINDOW,
  BLOCK_IS_WINDOW_TABLE,
  DEDUPLICATION_BYTES,
  DEDUPLICATION_MS,
  DEDUPLICATION_NODES,
  FIFO_ATTEMPT_TABLE,
  FIFO_ATTEMPTS,
  FIFO_WINDOW,
  FIFO_WINDOW_TABLE,
  NODE_AT,
  NODE_KEY,
  NODE_SEQUENCE,
  SEGMENT_NEXT,
  SHARD_PURGE_SEQUENCE,
  WINDOW_COUNT,
  WINDOW_HEAD,
  WINDOW_HEAD_INDEX,
  WINDOW_SEGMENT_FIRST,
  WINDOW_SEGMENT_NODES,
  WINDOW_SEGMENTS,
  WINDOW_TAIL,
  WINDOW_TAIL_INDEX,
} from "../layout";
import { Table } from "./table";

/** `isIds`: the window of deduplication ids; else that of attempts. A constant wherever it is given. */
export class Window {
  @inline static of(shard: usize, isIds: bool): usize {
    return shard + (isIds ? FIFO_WINDOW : FIFO_ATTEMPTS);
  }

  @inline static table(shard: usize, isIds: bool): usize {
    return shard + (isIds ? FIFO_WINDOW_TABLE : FIFO_ATTEMPT_TABLE);
  }

  @inline static mark(shard: usize, isIds: bool): u32 {
    return Mark.of(shard, isIds ? BLOCK_IS_WINDOW : BLOCK_IS_ATTEMPTS);
  }

  @inline static tableMark(shard: usize, isIds: bool): u32 {
    return Mark.of(shard, isIds ? BLOCK_IS_WINDOW_TABLE : BLOCK_IS_ATTEMPT_TABLE);
  }

  @inline static nodeBytes(isIds: bool): u32 {
    return isIds ? DEDUPLICATION_BYTES : ATTEMPT_BYTES;
  }

  @inline static nodes(isIds: bool): u32 {
    return isIds ? DEDUPLICATION_NODES : ATTEMPT_NODES;
  }

  @inline static nodeAt(segment: usize, index: u32, isIds: bool): usize {
    return segment + WINDOW_SEGMENT_NODES + index * Window.nodeBytes(isIds);
  }

  @inline static hasRoom(window: usize, more: u32, isIds: bool): bool {
    const segments = load<u32>(window, WINDOW_SEGMENTS);
    return (
      segments > 1 && (segments - 1) * Window.nodes(isIds) >= load<u32>(window, WINDOW_COUNT) + more
    );
  }

  @inline static head(window: usize, isIds: bool): usize {
    return Window.nodeAt(
      load<u32>(window, WINDOW_HEAD),
      load<u32>(window, WINDOW_HEAD_INDEX),
      isIds,
    );
  }

  /** Where the next node comes; the caller fills it, then calls `added`. */
  @inline static next(window: usize, isIds: bool): usize {
    return Window.nodeAt(
      load<u32>(window, WINDOW_TAIL),
      load<u32>(window, WINDOW_TAIL_INDEX),
      isIds,
    );
  }

  /** Hangs the next node, filled but for what stands here, into window and table. */
  @inline static add(
    shard: usize,
    node: usize,
    low: u64,
    high: u64,
    sequence: u64,
    now: f64,
    isIds: bool,
  ): void {
    const window = Window.of(shard, isIds);
    const table = Window.table(shard, isIds);
    store<u64>(node, low, NODE_KEY);
    store<u64>(node, high, NODE_KEY + 8);
    store<f64>(node, now, NODE_AT);
    Table.insert(table, Table.bucket(table, low), node);
    store<u64>(node, sequence, NODE_SEQUENCE);
    const index = load<u32>(window, WINDOW_TAIL_INDEX) + 1;
    const isWhole = index === Window.nodes(isIds);
    const tail: usize = load<u32>(window, WINDOW_TAIL);
    store<u32>(window, isWhole ? load<u32>(tail, SEGMENT_NEXT) : (tail as u32), WINDOW_TAIL);
    store<u32>(window, isWhole ? 0 : index, WINDOW_TAIL_INDEX);
    store<u32>(window, load<u32>(window, WINDOW_COUNT) + 1, WINDOW_COUNT);
  }

  /** Whether five minutes or, for an id, a purge have ended the node. */
  @inline static isPast(shard: usize, node: usize, now: f64, isIds: bool): bool {
    return (
      load<f64>(node, NODE_AT) + (DEDUPLICATION_MS as f64) <= now ||
      (isIds && load<u64>(node, NODE_SEQUENCE) <= load<u64>(shard, SHARD_PURGE_SEQUENCE))
    );
  }

  /** Whether this is a node with that key that is not past; inside the lock exact. */
  @inline static isLive(
    shard: usize,
    node: usize,
    low: u64,
    high: u64,
    now: f64,
    isIds: bool,
  ): bool {
    return (
      Table.hasKey(node, low, high) &&
      load<u64>(node, NODE_SEQUENCE) !== 0 &&
      !Window.isPast(shard, node, now, isIds)
    );
  }

  /** Outside the lock: the living node with this key, as a hint; 0: none. */
  static find(shard: usize, first: usize, low: u64, high: u64, now: f64, isIds: bool): usize {
    let node = Table.find(first, low, high);
    while (node !== 0 && !Window.isLive(shard, node, low, high, now, isIds)) {
      node = Table.find(Table.after(node), low, high);
    }
    return node;
  }

  /** Whether the oldest node is past; without the lock a hint. */
  @inline static isDue(shard: usize, now: f64, isIds: bool): bool {
    const window = Window.of(shard, isIds);
    return (
      load<u32>(window, WINDOW_COUNT) !== 0 &&
      Window.isPast(shard, Window.head(window, isIds), now, isIds)
    );
  }

  /** Whether it remembers nothing; without the lock a hint. */
  @inline static isIdle(shard: usize): bool {
    return (
      load<u32>(shard, FIFO_WINDOW + WINDOW_COUNT) === 0 &&
      load<u32>(shard, FIFO_ATTEMPTS + WINDOW_COUNT) === 0
    );
  }

  /** Puts a fresh segment behind the tail's. */
  @inline static insert(window: usize, segment: usize): void {
    const segments = load<u32>(window, WINDOW_SEGMENTS);
    if (segments === 0) {
      store<u32>(segment, segment as u32, SEGMENT_NEXT);
      store<u32>(window, segment as u32, WINDOW_HEAD);
      store<u32>(window, segment as u32, WINDOW_TAIL);
      store<u32>(window, 0, WINDOW_HEAD_INDEX);
      store<u32>(window, 0, WINDOW_TAIL_INDEX);
    } else {
      const tail: usize = load<u32>(window, WINDOW_TAIL);
      store<u32>(segment, load<u32>(tail, SEGMENT_NEXT), SEGMENT_NEXT);
      store<u32>(tail, segment as u32, SEGMENT_NEXT);
    }
    store<u32>(window, segments + 1, WINDOW_SEGMENTS);
  }

  /** The first sequence in a segment, kept in it while a rebuild sorts; the greatest when empty. */
  static firstOf(segment: usize, isIds: bool): u64 {
    let first: u64 = u64.MAX_VALUE;
    for (let index: u32 = 0; index < Window.nodes(isIds); index++) {
      const sequence = load<u64>(Window.nodeAt(segment, index, isIds), NODE_SEQUENCE);
      if (sequence !== 0 && sequence < first) first = sequence;
    }
    store<u64>(segment, first, WINDOW_SEGMENT_FIRST);
    return first;
  }
}
