/**
 * Where things are: the only code that turns a number (of a thread, queue, shard, slot, page) into
 * an address. Bases are read from the header, which never changes after the memory was made.
 * Any thread, at any time; a load and a shift each.
 */
import {
  HEADER,
  HEADER_AGE_LINKS_BASE,
  HEADER_ARENA_BASE,
  HEADER_CHAIN_LINKS_BASE,
  HEADER_FREE_SLOTS_BASE,
  HEADER_PAGES_BASE,
  HEADER_QUEUES_BASE,
  HEADER_QUEUES_MAX,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  HEADER_THREADS_BASE,
  HEADER_WHEEL_LINKS_BASE,
  LIST_LINK_BYTES_LOG2,
  PAGE_BYTES_LOG2,
  PAGE_RECORD_BYTES_LOG2,
  SHARD_BYTES,
  THREAD_BYTES,
  WHEEL_LINK_BYTES_LOG2,
} from "../layout";
import { QueueRecord } from "./records";
import { Slot } from "./slot";

export class At {
  @inline static thread(index: u32): usize {
    return load<u32>(HEADER, HEADER_THREADS_BASE) + index * THREAD_BYTES;
  }

  @inline static threadOf(area: usize): u32 {
    return ((area - load<u32>(HEADER, HEADER_THREADS_BASE)) as u32) / THREAD_BYTES;
  }

  @inline static queue(index: u32): QueueRecord {
    return QueueRecord.at(load<u32>(HEADER, HEADER_QUEUES_BASE), index);
  }

  @inline static shard(index: u32): usize {
    return load<u32>(HEADER, HEADER_SHARDS_BASE) + index * SHARD_BYTES;
  }

  /** Whether this memory has such a shard. */
  @inline static hasShard(index: u32): bool {
    return index < load<u32>(HEADER, HEADER_QUEUES_MAX);
  }

  @inline static shardIndex(shard: usize): u32 {
    return ((shard - load<u32>(HEADER, HEADER_SHARDS_BASE)) as u32) / SHARD_BYTES;
  }

  @inline static slot(index: u32): Slot {
    return Slot.at(load<u32>(HEADER, HEADER_SLOTS_BASE), index);
  }

  @inline static wheelLink(slotIndex: u32): usize {
    return load<u32>(HEADER, HEADER_WHEEL_LINKS_BASE) + (slotIndex << WHEEL_LINK_BYTES_LOG2);
  }

  @inline static slotOfWheelLink(link: usize): u32 {
    return ((link - load<u32>(HEADER, HEADER_WHEEL_LINKS_BASE)) as u32) >> WHEEL_LINK_BYTES_LOG2;
  }

  @inline static slotOfAgeLink(link: usize): u32 {
    return ((link - load<u32>(HEADER, HEADER_AGE_LINKS_BASE)) as u32) >> LIST_LINK_BYTES_LOG2;
  }

  @inline static ageLink(slotIndex: u32): usize {
    return load<u32>(HEADER, HEADER_AGE_LINKS_BASE) + (slotIndex << LIST_LINK_BYTES_LOG2);
  }

  /** A FIFO message's link in its group's chain. */
  @inline static chainLink(slotIndex: u32): usize {
    return load<u32>(HEADER, HEADER_CHAIN_LINKS_BASE) + (slotIndex << LIST_LINK_BYTES_LOG2);
  }

  @inline static slotOfChainLink(link: usize): u32 {
    return ((link - load<u32>(HEADER, HEADER_CHAIN_LINKS_BASE)) as u32) >> LIST_LINK_BYTES_LOG2;
  }

  /** An entry of the stack of free slots. */
  @inline static freeSlot(index: u32): usize {
    return load<u32>(HEADER, HEADER_FREE_SLOTS_BASE) + (index << 2);
  }

  /** The record of an arena page; pages count from 1. */
  @inline static pageRecord(index: u32): usize {
    return load<u32>(HEADER, HEADER_PAGES_BASE) + (index << PAGE_RECORD_BYTES_LOG2);
  }

  @inline static page(index: u32): usize {
    return load<u32>(HEADER, HEADER_ARENA_BASE) + ((index - 1) << PAGE_BYTES_LOG2);
  }

  /** The arena page that an address lies in. */
  @inline static pageOf(address: usize): u32 {
    return (((address - load<u32>(HEADER, HEADER_ARENA_BASE)) as u32) >> PAGE_BYTES_LOG2) + 1;
  }
}
