/**
 * What lies cold is read before the lock, all of it at once. In a deep backlog the slot, links, block
 * and group of a message are in no cache, and a section would meet them one through the other while
 * everybody waits for its lock; here, reads that need nothing of each other overlap. Before a claim
 * what it, the copying and a delete that soon follows will read of its messages; before a removal what
 * that reads, since most of it may have gone from the caches again. Before a send the ends of the hash
 * chains that its ids belong in: of all that was sent in the last five minutes, anywhere.
 * Any thread, outside of every lock: nothing read here decides anything. What is found may be anybody's
 * by now, and an address anything, so none is followed out of the memory. A shallow queue lies in the
 * caches as it is and pays one comparison.
 */

import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import { Groups } from "../indexes/groups";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  BLOCK_TAIL,
  BUCKET_FIRST,
  BUCKET_VERSION,
  FIFO_READY,
  GROUP_CHAIN,
  GROUP_NODE,
  GROUP_READY,
  HANDLE_BYTES,
  HANDLE_SLOT,
  HEADER,
  HEADER_MEMORY_PAGES,
  HEADER_SLOTS_MAX,
  LINE_BYTES,
  LINK_NEXT,
  LINK_PREVIOUS,
  NODE_BACK,
  NODE_KEY,
  NODE_NEXT,
  PAGE_BYTES,
  SEND_BYTES,
  SHARD_LISTED,
  TABLE_COUNT,
  THREAD_HANDLES,
  THREAD_SCOUTED,
} from "../layout";

/** As many messages with all that belongs to them fill a core's cache of a megabyte. */
const DEEP: u32 = 4096;

export class Prefetch {
  @inline static isDeep(shard: usize): bool {
    return load<u32>(shard, SHARD_LISTED) > DEEP;
  }

  /** Before a claim of a FIFO shard: as many messages as it may take. */
  @inline static claim(area: usize, shard: usize, most: u32): void {
    if (Prefetch.isDeep(shard)) Prefetch.ahead(area, shard, most);
  }

  /** Before the removal of handles whose slot numbers were checked. */
  @inline static remove(area: usize, shard: usize, from: u32, count: u32): void {
    if (Prefetch.isDeep(shard)) Prefetch.back(area, shard, from, count);
  }

  static ahead(area: usize, shard: usize, most: u32): void {
    const last = load<u32>(HEADER, HEADER_SLOTS_MAX);
    const end = shard + FIFO_READY;
    let sum: u32 = 0;
    let left = most;
    let ready: usize = load<u32>(end, LINK_NEXT);
    // A ready group has a message; where others change the list meanwhile, it may seem to go on forever.
    for (let turn = most; turn > 0 && ready !== end && Table.isAddress(ready); turn--) {
      const group = ready - GROUP_READY;
      ready = load<u32>(ready, LINK_NEXT);
      sum += Prefetch.node(shard, group);
      let link: usize = load<u32>(group + GROUP_CHAIN, LINK_NEXT);
      for (; left > 0; left--) {
        // The end of a chain is in a group's record, far above all links.
        const slotIndex = At.slotOfChainLink(link);
        if (slotIndex > last) break;
        sum += Prefetch.message(slotIndex);
        link = load<u32>(link, LINK_NEXT);
      }
      if (left === 0) break;
    }
    // Stored, so that no compiler finds the reading to be for nothing.
    store<u32>(area, sum, THREAD_SCOUTED);
  }

  static back(area: usize, shard: usize, from: u32, count: u32): void {
    const handles = area + THREAD_HANDLES + from * HANDLE_BYTES;
    let sum: u32 = 0;
    for (let index: u32 = 0; index < count; index++) {
      const slotIndex = load<u32>(handles + index * HANDLE_BYTES, HANDLE_SLOT);
      const group = At.slot(slotIndex).group;
      const isFirst =
        load<u32>(At.chainLink(slotIndex), LINK_PREVIOUS) === ((group + GROUP_CHAIN) as u32);
      if (isFirst && Table.isAddress(group)) sum += Prefetch.node(shard, group);
      sum += Prefetch.message(slotIndex);
    }
    store<u32>(area, sum, THREAD_SCOUTED);
  }

  /** Before a send looks for its groups and ids, whose buckets stand in its records. */
  @inline static send(area: usize, shard: usize, first: usize, end: usize): void {
    if (load<u32>(Window.table(shard, true), TABLE_COUNT) > DEEP) Prefetch.chains(area, first, end);
  }

  static chains(area: usize, first: usize, end: usize): void {
    let sum: u32 = 0;
    for (let at = first; at < end; at += SEND_BYTES) {
      const send = changetype<SendRecord>(at);
      sum += Prefetch.firstNode(send.groupBucket);
      const bucket = send.nodeBucket;
      if (bucket !== 0) sum += Prefetch.firstNode(bucket);
    }
    store<u32>(area, sum, THREAD_SCOUTED);
  }

  @inline static firstNode(bucket: usize): u32 {
    const node: usize = load<u32>(bucket, BUCKET_FIRST);
    return Table.isAddress(node) ? load<u32>(node, NODE_KEY) + load<u32>(node, NODE_NEXT) : 0;
  }

  /** A message's links, and its block's first two lines. */
  @inline static message(slotIndex: u32): u32 {
    const block = At.slot(slotIndex).block;
    const memoryBytes = load<u32>(HEADER, HEADER_MEMORY_PAGES) * (PAGE_BYTES as u32);
    const links =
      load<u32>(At.wheelLink(slotIndex), LINK_NEXT) + load<u32>(At.ageLink(slotIndex), LINK_NEXT);
    if (block > memoryBytes - LINE_BYTES * 2) return links;
    return links + load<u32>(block, BLOCK_TAIL) + load<u32>(block, LINE_BYTES);
  }

  /** What the last message of a group changes when it goes: the group's place in its table. */
  @inline static node(shard: usize, group: usize): u32 {
    const node = group + GROUP_NODE;
    const next: usize = load<u32>(node, NODE_NEXT);
    const back: usize = load<u32>(node, NODE_BACK);
    const bucket = Table.seen(Groups.table(shard), load<u64>(node, NODE_KEY));
    return (
      load<u32>(bucket, BUCKET_VERSION) +
      (Table.isAddress(next) ? load<u32>(next, NODE_BACK) : 0) +
      (Table.isAddress(back) ? load<u32>(back) : 0)
    );
  }
}
