/**
 * The FIFO half of a rebuild: groups, chains, ready groups and hash tables rebuilt from the slots,
 * the keys in their blocks and the nodes in the windows' segments. As Rebuild: under the shard's
 * lock, may loop, may be cut short anywhere and run again. A message whose deduplication node had
 * not come before the death gets it here. Cost: as Rebuild, and a hash walk a message and node.
 */

import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { Circle } from "../ground/circle";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Age } from "../indexes/age";
import { CLASS_OF_GROUP, Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { ENTRIES, Table } from "../indexes/table";
import { Wheel } from "../indexes/wheel";
import { Window } from "../indexes/window";
import {
  ARENA_PAGES_BUMP,
  BLOCK_BIRTH,
  BLOCK_IS_ATTEMPT_TABLE,
  BLOCK_IS_ATTEMPTS,
  BLOCK_IS_GROUP,
  BLOCK_IS_GROUP_TABLE,
  BLOCK_IS_WINDOW,
  BLOCK_IS_WINDOW_TABLE,
  BUCKET_FIRST,
  CLASS_OF_SEGMENT,
  CLASS_PER_PAGE,
  DEDUPLICATION_BIRTH,
  DEDUPLICATION_MS,
  DIRECTORY_PAGES,
  FIFO_ATTEMPT_TABLE,
  FIFO_DELAYED,
  FIFO_FREE,
  FIFO_FREE_COUNT,
  FIFO_READY,
  FIFO_WINDOW_TABLE,
  GROUP_NEXT,
  GROUP_READY,
  HEADER,
  HEADER_ARENA,
  NODE_KEY,
  NODE_SEQUENCE,
  PAGE_BUCKETS,
  PAGE_CLASSED,
  PAGE_STATE,
  SEGMENT_BYTES,
  SEGMENT_NEXT,
  SHARD_DELAYED,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_IN_FLIGHT,
  SHARD_LISTED,
  SHARD_NOW,
  SHARD_PURGE_SEQUENCE,
  SHARD_QUEUE,
  SHARD_VISIBLE,
  SLOT_DEAD,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  TABLE_BUCKETS,
  TABLE_BYTES,
  TABLE_PAGES,
  WINDOW_BYTES,
  WINDOW_COUNT,
  WINDOW_HEAD,
  WINDOW_HEAD_INDEX,
  WINDOW_SEGMENTS,
  WINDOW_TAIL,
  WINDOW_TAIL_INDEX,
} from "../layout";
import { ChainSort } from "./chainSort";

export class RebuildFifo {
  /** Everything but the messages: free records, empty tables, windows as their segments tell. */
  static prepare(shard: usize): void {
    Circle.clear(shard + FIFO_READY);
    store<u32>(shard, 0, FIFO_FREE);
    store<u32>(shard, 0, FIFO_FREE_COUNT);
    store<u32>(shard, 0, FIFO_DELAYED);
    store<u32>(shard, 0, SHARD_GROUPS_IN_FLIGHT);
    memory.fill(Groups.table(shard), 0, TABLE_BYTES);
    RebuildFifo.clearWindow(shard, true);
    RebuildFifo.clearWindow(shard, false);
    RebuildFifo.find(shard, CLASS_OF_GROUP);
    RebuildFifo.find(shard, CLASS_OF_SEGMENT);
    RebuildFifo.window(shard, true);
    RebuildFifo.window(shard, false);
  }

  static clearWindow(shard: usize, isIds: bool): void {
    memory.fill(Window.of(shard, isIds), 0, WINDOW_BYTES);
    memory.fill(Window.table(shard, isIds), 0, TABLE_BYTES);
  }

  /** Puts every block of a class that bears this shard's mark where it belongs. */
  static find(shard: usize, classIndex: u32): void {
    const bytes = BlockClass.bytes(classIndex);
    const count = load<u32>(BlockClass.record(classIndex), CLASS_PER_PAGE);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_PAGES_BUMP);
    for (let page: u32 = 1; page <= last; page++) {
      const record = At.pageRecord(page);
      if (load<u32>(record, PAGE_STATE) !== PAGE_CLASSED + classIndex) continue;
      for (let index: u32 = 0; index < count; index++) {
        if (!PageMap.isFree(record, index)) RebuildFifo.place(shard, At.page(page) + index * bytes);
      }
    }
  }

  static place(shard: usize, block: usize): void {
    if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_GROUP))) RebuildFifo.free(shard, block);
    else if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_GROUP_TABLE))) {
      RebuildFifo.hang(Groups.table(shard), block);
    } else if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_WINDOW_TABLE))) {
      RebuildFifo.hang(shard + FIFO_WINDOW_TABLE, block);
    } else if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_ATTEMPT_TABLE))) {
      RebuildFifo.hang(shard + FIFO_ATTEMPT_TABLE, block);
    } else if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_WINDOW))) {
      RebuildFifo.collect(shard, block, true);
    } else if (Mark.isOn(block, Mark.of(shard, BLOCK_IS_ATTEMPTS))) {
      RebuildFifo.collect(shard, block, false);
    }
  }

  static free(shard: usize, group: usize): void {
    store<u32>(group, 0, GROUP_READY);
    store<u32>(group, load<u32>(shard, FIFO_FREE), GROUP_NEXT);
    store<u32>(shard, group as u32, FIFO_FREE);
    store<u32>(shard, load<u32>(shard, FIFO_FREE_COUNT) + 1, FIFO_FREE_COUNT);
  }

  /** An empty page of buckets, or the directory that the next page needs. */
  static hang(table: usize, block: usize): void {
    memory.fill(block + ENTRIES, 0, SEGMENT_BYTES - ENTRIES);
    const page = load<u32>(table, TABLE_PAGES);
    if (page % DIRECTORY_PAGES === 0 && load<u32>(Table.directoryAt(table, page)) === 0) {
      store<u32>(Table.directoryAt(table, page), block as u32);
      return;
    }
    store<u32>(Table.pageAt(table, page), block as u32);
    store<u32>(table, page + 1, TABLE_PAGES);
    store<u32>(table, (page + 1) * PAGE_BUCKETS, TABLE_BUCKETS);
  }

  // --- Windows -----------------------------------------------------------------------------------

  /** A segment into the unsorted list that hangs on WINDOW_HEAD. */
  static collect(shard: usize, segment: usize, isIds: bool): void {
    const window = Window.of(shard, isIds);
    Window.firstOf(segment, isIds);
    store<u32>(segment, load<u32>(window, WINDOW_HEAD), SEGMENT_NEXT);
    store<u32>(window, segment as u32, WINDOW_HEAD);
    store<u32>(window, load<u32>(window, WINDOW_SEGMENTS) + 1, WINDOW_SEGMENTS);
  }

  static window(shard: usize, isIds: bool): void {
    const window = Window.of(shard, isIds);
    const first = ChainSort.run(load<u32>(window, WINDOW_HEAD), true);
    store<u32>(window, first as u32, WINDOW_HEAD);
    store<u32>(window, first as u32, WINDOW_TAIL);
    let last = first;
    for (let segment = first; segment !== 0; segment = load<u32>(segment, SEGMENT_NEXT)) {
      RebuildFifo.nodes(shard, window, segment, isIds);
      last = segment;
    }
    if (last === 0) return;
    store<u32>(last, first as u32, SEGMENT_NEXT);
    if (load<u32>(window, WINDOW_TAIL_INDEX) === Window.nodes(isIds)) {
      const tail: usize = load<u32>(window, WINDOW_TAIL);
      store<u32>(window, load<u32>(tail, SEGMENT_NEXT), WINDOW_TAIL);
      store<u32>(window, 0, WINDOW_TAIL_INDEX);
    }
  }

  /** The nodes of one segment into the table; head and tail follow them. */
  static nodes(shard: usize, window: usize, segment: usize, isIds: bool): void {
    const table = Window.table(shard, isIds);
    for (let index: u32 = 0; index < Window.nodes(isIds); index++) {
      const node = Window.nodeAt(segment, index, isIds);
      if (load<u64>(node, NODE_SEQUENCE) === 0) continue;
      const count = load<u32>(window, WINDOW_COUNT);
      if (count === 0) {
        store<u32>(window, segment as u32, WINDOW_HEAD);
        store<u32>(window, index, WINDOW_HEAD_INDEX);
      }
      Table.insert(table, Table.bucket(table, load<u64>(node, NODE_KEY)), node);
      store<u32>(window, segment as u32, WINDOW_TAIL);
      store<u32>(window, index + 1, WINDOW_TAIL_INDEX);
      store<u32>(window, count + 1, WINDOW_COUNT);
    }
  }

  /** The sequence of the last deduplication node; a younger message may be without its own. */
  static newest(shard: usize): u64 {
    const window = Window.of(shard, true);
    if (load<u32>(window, WINDOW_COUNT) === 0) return 0;
    let newest: u64 = 0;
    let segment: usize = load<u32>(window, WINDOW_TAIL);
    // The tail may stand at the begin of an empty segment; the node before it is the circle's last.
    const start = segment;
    do {
      for (let index: u32 = 0; index < Window.nodes(true); index++) {
        const sequence = load<u64>(Window.nodeAt(segment, index, true), NODE_SEQUENCE);
        if (sequence > newest) newest = sequence;
      }
      segment = load<u32>(segment, SEGMENT_NEXT);
    } while (segment !== start);
    return newest;
  }

  // --- Messages ----------------------------------------------------------------------------------

  /** Puts one message, in order of sequence, where its state says it belongs. */
  static enlist(shard: usize, index: u32, newest: u64): void {
    const slot = At.slot(index);
    const state = slot.state();
    const sequence = slot.sequence;
    Age.close(shard, Age.hang(Age.last(shard), At.ageLink(index)));
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + 1, SHARD_LISTED);
    slot.group = 0;
    if (state === SLOT_DEAD || sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE)) return;
    slot.setState(state);
    const block = slot.block;
    const group = RebuildFifo.groupOf(shard, block);
    Groups.append(shard, group, index, sequence, state === SLOT_READY);
    if (state === SLOT_READY) {
      store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) + 1, SHARD_VISIBLE);
    } else if (state === SLOT_DELAYED) {
      if (load<u32>(shard, FIFO_DELAYED) === 0) store<u32>(shard, index, FIFO_DELAYED);
      store<u32>(shard, load<u32>(shard, SHARD_DELAYED) + 1, SHARD_DELAYED);
    } else if (state === SLOT_IN_FLIGHT) {
      Groups.countIn(shard, group);
      store<u32>(shard, load<u32>(shard, SHARD_IN_FLIGHT) + 1, SHARD_IN_FLIGHT);
      Wheel.arm(shard, At.wheelLink(index), slot.due);
    }
    if (sequence > newest) RebuildFifo.remember(shard, slot, block, sequence);
  }

  /** There is a record for each group: the section that was cut had made sure of it. */
  static groupOf(shard: usize, block: usize): usize {
    const low = Keys.groupLow(block);
    const high = Keys.groupHigh(block);
    const bucket = Table.bucket(Groups.table(shard), low);
    const found = Groups.find(shard, load<u32>(bucket, BUCKET_FIRST), low, high);
    return found !== 0 ? found : Groups.create(shard, low, high);
  }

  /** The deduplication node that the commit did not come to. */
  static remember(shard: usize, slot: Slot, block: usize, sequence: u64): void {
    const sentAt = slot.sentAt;
    if (!Keys.hasId(block) || sentAt + (DEDUPLICATION_MS as f64) <= load<f64>(shard, SHARD_NOW))
      return;
    const kind = At.queue(load<u32>(shard, SHARD_QUEUE)).flags;
    const node = Window.next(Window.of(shard, true), true);
    store<u64>(node, load<u64>(block, BLOCK_BIRTH), DEDUPLICATION_BIRTH);
    const low = Keys.idLow(block, kind);
    Window.add(shard, node, low, Keys.idHigh(block, kind), sequence, sentAt, true);
  }
}
