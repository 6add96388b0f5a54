/**
 * All that is counted of a queue, for who looks at every queue once a second: words of the shared
 * memory, read without a lock, a call or an object, into one row of numbers. Exact for the only thread
 * that works on the queue; else each number is whole, but they may be a section apart. One of the
 * readings takes something away: the least and greatest size of what was sent, which the engine keeps
 * until they are taken. So a broker has one reader. Own thread only.
 */
import {
  HEADER_AGE_LINKS_BASE,
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  LINK_NEXT,
  LIST_LINK_BYTES_LOG2,
  QUEUE_BYTES,
  QUEUE_FLAG_FIFO,
  QUEUE_FLAGS,
  QUEUE_RETENTION_MS,
  QUEUE_SHARD_FIRST,
  SHARD_AGE,
  SHARD_BYTES,
  SHARD_DELAYED,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_IN_FLIGHT,
  SHARD_PURGE_SEQUENCE,
  SHARD_SENT_BYTES_MAX,
  SHARD_SENT_BYTES_MIN,
  SHARD_TOTAL_DEDUPLICATED,
  SHARD_TOTAL_DELETED,
  SHARD_TOTAL_EMPTY_RECEIVES,
  SHARD_TOTAL_EXPIRED,
  SHARD_TOTAL_MOVED,
  SHARD_TOTAL_RECEIVED,
  SHARD_TOTAL_SENT,
  SHARD_TOTAL_SENT_BYTES,
  SHARD_VISIBLE,
  SLOT_BYTES_LOG2,
  SLOT_COUNT,
  SLOT_MOVED_AFTER_MS,
  SLOT_SENT_AT,
  SLOT_SEQUENCE,
  SLOT_SHARD,
} from "../assembly/layout.ts";
import type { Views } from "./views.ts";

/** Where a number stands in a row. Moments are of the broker's time; Infinity where there is none. */
export const READING = {
  visible: 0,
  inFlight: 1,
  delayed: 2,
  groupsInFlight: 3,
  oldestCameAtMs: 4,
  sent: 5,
  sentBytes: 6,
  received: 7,
  deleted: 8,
  emptyReceives: 9,
  deduplicated: 10,
  expired: 11,
  moved: 12,
} as const;
export const READINGS = 13;

/** No slot has this number. */
const NONE = 0;
/** A message that was received so often stands at the back, where nobody waits for it. */
const RECEIVES_AT_BACK = 3;
/** How far behind the oldest message one is looked for that was not received so often. */
const STEPS_MAX = 32;
const HIGH = 2 ** 32;

export class Readings {
  readonly row: Float64Array = new Float64Array(READINGS);
  readonly #views: Views;
  readonly #queues: number;
  readonly #shards: number;
  readonly #slots: number;
  readonly #ageLinks: number;

  constructor(views: Views) {
    this.#views = views;
    this.#queues = views.header(HEADER_QUEUES_BASE);
    this.#shards = views.header(HEADER_SHARDS_BASE);
    this.#slots = views.header(HEADER_SLOTS_BASE);
    this.#ageLinks = views.header(HEADER_AGE_LINKS_BASE);
  }

  /** Fills `row`. */
  read(queue: number): void {
    const { row } = this;
    const shard = this.#shardOf(queue);
    row[READING.visible] = this.#word(shard + SHARD_VISIBLE);
    row[READING.inFlight] = this.#word(shard + SHARD_IN_FLIGHT);
    row[READING.delayed] = this.#word(shard + SHARD_DELAYED);
    row[READING.groupsInFlight] = this.#word(shard + SHARD_GROUPS_IN_FLIGHT);
    row[READING.sent] = this.#total(shard + SHARD_TOTAL_SENT);
    row[READING.sentBytes] = this.#total(shard + SHARD_TOTAL_SENT_BYTES);
    row[READING.received] = this.#total(shard + SHARD_TOTAL_RECEIVED);
    row[READING.deleted] = this.#total(shard + SHARD_TOTAL_DELETED);
    row[READING.emptyReceives] = this.#total(shard + SHARD_TOTAL_EMPTY_RECEIVES);
    row[READING.deduplicated] = this.#total(shard + SHARD_TOTAL_DEDUPLICATED);
    row[READING.expired] = this.#total(shard + SHARD_TOTAL_EXPIRED);
    row[READING.moved] = this.#total(shard + SHARD_TOTAL_MOVED);
    const slot = this.#oldest(shard, this.#isFifo(queue));
    row[READING.oldestCameAtMs] = slot === NONE ? Number.POSITIVE_INFINITY : this.#cameAtMs(slot);
  }

  /** When the first of its messages is past the retention of the queue; Infinity for never. */
  expiresAtMs(queue: number): number {
    const slot = this.#first(this.#shardOf(queue));
    if (slot === NONE) return Number.POSITIVE_INFINITY;
    return this.#double(this.#slotAt(slot) + SLOT_SENT_AT) + this.#retentionMs(queue);
  }

  /** Takes the size in bytes of the smallest message that was sent since it was last taken; 0: none. */
  takeLeastBytes(queue: number): number {
    return this.#take(this.#shardOf(queue) + SHARD_SENT_BYTES_MIN);
  }

  /** Likewise of the largest one. */
  takeGreatestBytes(queue: number): number {
    return this.#take(this.#shardOf(queue) + SHARD_SENT_BYTES_MAX);
  }

  /**
   * The engine compares and stores without this thread's knowledge. At worst a size that was not
   * extreme then is missed in the next minute, or one is found there that belongs to this one.
   */
  #take(at: number): number {
    if (this.#word(at) === 0) return 0;
    return Atomics.exchange(this.#views.u32, at >>> 2, 0);
  }

  /**
   * The slot of the oldest message that waits. On a Standard queue one that was received three times
   * is passed over, as far as some way behind it others are found; each step is a hint, since the list
   * changes meanwhile, and what leads out of the list ends the search.
   */
  #oldest(shard: number, isFifo: boolean): number {
    const first = this.#first(shard);
    if (isFifo || first === NONE) return first;
    const index = (shard - this.#shards) / SHARD_BYTES;
    let slot = first;
    for (let step = 0; step < STEPS_MAX; step++) {
      const at = this.#slotAt(slot);
      if (this.#word(at + SLOT_SHARD) !== index) break;
      if (this.#word(at + SLOT_COUNT) < RECEIVES_AT_BACK) return slot;
      const next = this.#word(this.#ageLinks + (slot << LIST_LINK_BYTES_LOG2) + LINK_NEXT);
      if (next === shard + SHARD_AGE || next <= this.#ageLinks) break;
      slot = (next - this.#ageLinks) >>> LIST_LINK_BYTES_LOG2;
    }
    return first;
  }

  /** The head of the age list; none while that is what a purge ended and nobody has freed yet. */
  #first(shard: number): number {
    const link = this.#word(shard + SHARD_AGE + LINK_NEXT);
    if (link === shard + SHARD_AGE || link === 0) return NONE;
    const slot = (link - this.#ageLinks) >>> LIST_LINK_BYTES_LOG2;
    const sequence = this.#total(this.#slotAt(slot) + SLOT_SEQUENCE);
    return sequence > this.#total(shard + SHARD_PURGE_SEQUENCE) ? slot : NONE;
  }

  /** A dead letter came later than it was sent. */
  #cameAtMs(slot: number): number {
    const at = this.#slotAt(slot);
    return this.#double(at + SLOT_SENT_AT) + this.#word(at + SLOT_MOVED_AFTER_MS);
  }

  #isFifo(queue: number): boolean {
    return (this.#word(this.#queues + queue * QUEUE_BYTES + QUEUE_FLAGS) & QUEUE_FLAG_FIFO) !== 0;
  }

  #retentionMs(queue: number): number {
    return this.#double(this.#queues + queue * QUEUE_BYTES + QUEUE_RETENTION_MS);
  }

  #shardOf(queue: number): number {
    const first = this.#word(this.#queues + queue * QUEUE_BYTES + QUEUE_SHARD_FIRST);
    return this.#shards + first * SHARD_BYTES;
  }

  #slotAt(slot: number): number {
    return this.#slots + slot * (1 << SLOT_BYTES_LOG2);
  }

  #word(at: number): number {
    return this.#views.u32[at >>> 2] as number;
  }

  #double(at: number): number {
    return this.#views.f64[at >>> 3] as number;
  }

  /** 64 bits, read as two halves that belong together; exact below 2^53. */
  #total(at: number): number {
    const { u32 } = this.#views;
    const word = at >>> 2;
    for (;;) {
      const high = Atomics.load(u32, word + 1);
      const low = Atomics.load(u32, word);
      if (Atomics.load(u32, word + 1) === high) return low + high * HIGH;
    }
  }
}
