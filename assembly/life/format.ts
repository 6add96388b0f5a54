/**
 * Makes a fresh memory: the header's numbers and bases, the arena's class table. Runs once, in the
 * thread that made the memory, before any other sees it. Everything else starts as the zeros that
 * untouched memory is.
 */
import { BlockClass } from "../arena/classes";
import {
  HEADER,
  HEADER_AGE_LINKS_BASE,
  HEADER_ARENA,
  HEADER_ARENA_BASE,
  HEADER_CATALOGUE,
  HEADER_CHAIN_LINKS_BASE,
  HEADER_FREE_SLOTS_BASE,
  HEADER_HASH_VERSION,
  HEADER_MAGIC,
  HEADER_MEMORY_PAGES,
  HEADER_OWNER_STATE,
  HEADER_PAGES_BASE,
  HEADER_PAGES_MAX,
  HEADER_QUEUES_BASE,
  HEADER_QUEUES_MAX,
  HEADER_SHARDS_BASE,
  HEADER_SHARDS_PER_QUEUE,
  HEADER_SLOTS_BASE,
  HEADER_SLOTS_MAX,
  HEADER_THREADS_BASE,
  HEADER_THREADS_MAX,
  HEADER_VERSION,
  HEADER_WHEEL_LINKS_BASE,
  LAYOUT_MAGIC,
  LAYOUT_VERSION,
  LIST_LINK_BYTES,
  LOCK_PHASE,
  OWNER_OPEN,
  PAGE_BYTES,
  PAGE_RECORD_BYTES,
  PHASE_IDLE,
  QUEUE_BYTES,
  QUEUES_MAX,
  SHARD_BYTES,
  SLOT_BYTES,
  STATUS_LIMIT,
  THREAD_BYTES,
  THREADS_MAX,
  WHEEL_LINK_BYTES,
} from "../layout";

/** One mebibyte of arena is the least that is of any use. */
const ARENA_PAGES_MIN: u64 = 16;

export class Format {
  /** 0, or STATUS_LIMIT when these numbers do not fit into so many pages of 64 KiB. */
  static run(memoryPages: u32, threadsMax: u32, queuesMax: u32, slotsMax: u32): i32 {
    if (threadsMax < 1 || threadsMax > (THREADS_MAX as u32)) return STATUS_LIMIT;
    if (queuesMax < 1 || queuesMax > (QUEUES_MAX as u32) || slotsMax < 1) return STATUS_LIMIT;
    const end = (memoryPages as u64) * PAGE_BYTES;
    let at: u64 = HEADER + PAGE_BYTES;
    const threads = at;
    at += (threadsMax as u64) * THREAD_BYTES;
    const queues = at;
    at += (queuesMax as u64) * QUEUE_BYTES;
    const shards = (at + SHARD_BYTES - 1) & ~(SHARD_BYTES - 1);
    at = shards + (queuesMax as u64) * SHARD_BYTES;
    const pages = (at + PAGE_RECORD_BYTES - 1) & ~(PAGE_RECORD_BYTES - 1);
    at = pages + (memoryPages as u64) * PAGE_RECORD_BYTES + PAGE_RECORD_BYTES;
    const slots = (at + SLOT_BYTES - 1) & ~(SLOT_BYTES - 1);
    // Slots count from 1: each table has one record more than there are slots.
    const count = (slotsMax as u64) + 1;
    const wheelLinks = slots + count * SLOT_BYTES;
    const ageLinks = wheelLinks + count * WHEEL_LINK_BYTES;
    const chainLinks = ageLinks + count * LIST_LINK_BYTES;
    const freeSlots = chainLinks + count * LIST_LINK_BYTES;
    const arena = (freeSlots + count * 4 + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    if (arena + ARENA_PAGES_MIN * PAGE_BYTES > end) return STATUS_LIMIT;
    store<u32>(HEADER, LAYOUT_MAGIC, HEADER_MAGIC);
    store<u32>(HEADER, LAYOUT_VERSION, HEADER_VERSION);
    store<u32>(HEADER, memoryPages, HEADER_MEMORY_PAGES);
    store<u32>(HEADER, threadsMax, HEADER_THREADS_MAX);
    store<u32>(HEADER, queuesMax, HEADER_QUEUES_MAX);
    store<u32>(HEADER, slotsMax, HEADER_SLOTS_MAX);
    store<u32>(HEADER, ((end - arena) / PAGE_BYTES) as u32, HEADER_PAGES_MAX);
    store<u32>(HEADER, threads as u32, HEADER_THREADS_BASE);
    store<u32>(HEADER, queues as u32, HEADER_QUEUES_BASE);
    store<u32>(HEADER, shards as u32, HEADER_SHARDS_BASE);
    store<u32>(HEADER, pages as u32, HEADER_PAGES_BASE);
    store<u32>(HEADER, slots as u32, HEADER_SLOTS_BASE);
    store<u32>(HEADER, wheelLinks as u32, HEADER_WHEEL_LINKS_BASE);
    store<u32>(HEADER, ageLinks as u32, HEADER_AGE_LINKS_BASE);
    store<u32>(HEADER, chainLinks as u32, HEADER_CHAIN_LINKS_BASE);
    store<u32>(HEADER, freeSlots as u32, HEADER_FREE_SLOTS_BASE);
    store<u32>(HEADER, arena as u32, HEADER_ARENA_BASE);
    store<u32>(HEADER, 1, HEADER_HASH_VERSION);
    store<u32>(HEADER, 1, HEADER_SHARDS_PER_QUEUE);
    store<u32>(HEADER, OWNER_OPEN, HEADER_OWNER_STATE);
    store<u32>(HEADER + HEADER_ARENA, PHASE_IDLE, LOCK_PHASE);
    store<u32>(HEADER + HEADER_CATALOGUE, PHASE_IDLE, LOCK_PHASE);
    BlockClass.writeTable();
    return 0;
  }
}
