/**
 * Looks into the shared memory from beside: until when the messages in flight are hidden, what took a
 * lock and who was woken.
 */
import {
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  HEADER_SLOTS_MAX,
  HEADER_THREADS_BASE,
  HEADER_THREADS_MAX,
  QUEUE_BYTES,
  QUEUE_SHARD_FIRST,
  ROLE_STEWARD,
  SHARD_BYTES,
  SHARD_OPERATION,
  SLOT_BYTES,
  SLOT_DUE,
  SLOT_IN_FLIGHT,
  SLOT_STATE_MASK,
  THREAD_ALARM,
  THREAD_ALIVE,
  THREAD_BYTES,
  THREAD_DOORBELL,
  THREAD_HELD_USED,
  THREAD_ROLE,
  THREAD_STATE,
} from "../../assembly/layout.ts";
import { Views } from "../../bindings/views.ts";
import { BrokerQueue } from "../../engine/broker/queue.ts";
import type { Queue } from "../../engine/index.ts";

function viewsOf(queue: Queue): Views {
  const { engine } = BrokerQueue.internalsOf(queue).member;
  const share = engine.share();
  if (share === undefined) throw new Error("no thread number is left to look with");
  engine.release(share.thread);
  return new Views(share.memory.buffer);
}

/** How often the queue's lock was taken for a section since the queue was made. */
export function operationsOf(queue: Queue): number {
  const views = viewsOf(queue);
  const { number } = BrokerQueue.internalsOf(queue).queue;
  const descriptor = views.header(HEADER_QUEUES_BASE) + number * QUEUE_BYTES;
  const shard = views.u32[(descriptor + QUEUE_SHARD_FIRST) >> 2] as number;
  const address = views.header(HEADER_SHARDS_BASE) + shard * SHARD_BYTES;
  return views.u32[(address + SHARD_OPERATION) >> 2] as number;
}

/** The words of the records of all living threads. */
function threadsOf(views: Views): number[] {
  const base = views.header(HEADER_THREADS_BASE);
  const all = Array.from({ length: views.header(HEADER_THREADS_MAX) }, (_, thread) => {
    return (base + thread * THREAD_BYTES) >> 2;
  });
  return all.filter((area) => views.i32[area + (THREAD_STATE >> 2)] === THREAD_ALIVE);
}

/** How often each thread was rung, which is all that wakes one that waits; the steward by itself. */
export function ringsOf(queue: Queue): { steward: number; others: number[] } {
  const views = viewsOf(queue);
  const rings = { steward: 0, others: [] as number[] };
  for (const area of threadsOf(views)) {
    const count = views.i32[area + (THREAD_DOORBELL >> 2)] as number;
    if (views.i32[area + (THREAD_ROLE >> 2)] === ROLE_STEWARD) rings.steward = count;
    else rings.others.push(count);
  }
  return rings;
}

/**
 * Whether a heartbeat would extend anything: a living thread has held something. A thread that died
 * counts until the steward has heard of it, which may be after the consumer has.
 */
export function isAnyHeld(queue: Queue): boolean {
  const views = viewsOf(queue);
  return threadsOf(views).some((area) => views.u32[area + (THREAD_HELD_USED >> 2)] !== 0);
}

/** For which moments of virtual time threads are to be rung. */
export function alarmsOf(queue: Queue): number[] {
  const views = viewsOf(queue);
  return threadsOf(views).map((area) => views.f64[(area + (THREAD_ALARM >> 2)) >> 1] as number);
}

/** The moments at which the messages in flight become visible, in order; of all queues of the broker. */
export function duesOf(queue: Queue): number[] {
  const views = viewsOf(queue);
  const base = views.header(HEADER_SLOTS_BASE);
  const last = Math.min(views.header(HEADER_SLOTS_MAX), 1_000);
  const dues: number[] = [];
  for (let slot = 1; slot <= last; slot++) {
    const address = base + slot * SLOT_BYTES;
    const state = (views.u32[address >> 2] as number) & SLOT_STATE_MASK;
    if (state === SLOT_IN_FLIGHT) dues.push(views.f64[(address + SLOT_DUE) >> 3] as number);
  }
  return dues.sort((one, other) => one - other);
}
