/**
 * What one queue holds, as its last operation left it: a word of the shared memory each, read without a
 * lock and without a call. Exact for the only thread that works on the queue, a hint for others.
 */
import {
  FIFO_DELAYED,
  HEADER_AGE_LINKS_BASE,
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  LIST_LINK_BYTES_LOG2,
  QUEUE_BYTES,
  QUEUE_SHARD_FIRST,
  SHARD_AGE,
  SHARD_BYTES,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_NEXT_DUE,
  SHARD_TOTAL_EXPIRED,
  SHARD_TOTAL_MOVED,
  SHARD_VISIBLE,
  SLOT_BYTES_LOG2,
  SLOT_MOVED_AFTER_MS,
  SLOT_SENT_AT,
} from "../assembly/layout.ts";
import type { Views } from "./views.ts";

/** No slot has this number. */
const NONE = 0;
// V8 knows a number of this file for what it is, and looks up one that was imported at each use.
const LINK_LOG2 = LIST_LINK_BYTES_LOG2;
const SLOT_LOG2 = SLOT_BYTES_LOG2;
const SENT_AT = SLOT_SENT_AT;
const MOVED_AFTER = SLOT_MOVED_AFTER_MS;

/** What `look` writes: visible, in flight, delayed; when the oldest message was sent; a lower bound of the next timer. */
export const LOOK_DELAYED = 2;
export const LOOK_OLDEST = 3;
export const LOOK_TIMER = 4;
export const LOOK_COUNT = 5;

export class Gauges {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #shard: number;
  readonly #ageEnd: number;
  readonly #ageWord: number;
  readonly #ageLinks: number;
  readonly #slots: number;
  // Where they stand in the memory's views.
  readonly #visibleWord: number;
  readonly #inFlightWord: number;
  readonly #delayedWord: number;
  readonly #dueDouble: number;
  readonly #delayedFifoWord: number;

  constructor(views: Views, queue: number) {
    const at = views.header(HEADER_QUEUES_BASE) + queue * QUEUE_BYTES + QUEUE_SHARD_FIRST;
    const shard = views.header(HEADER_SHARDS_BASE) + (views.u32[at >>> 2] as number) * SHARD_BYTES;
    this.#u32 = views.u32;
    this.#f64 = views.f64;
    this.#shard = shard;
    this.#ageEnd = shard + SHARD_AGE;
    this.#ageWord = this.#ageEnd >>> 2;
    this.#ageLinks = views.header(HEADER_AGE_LINKS_BASE);
    this.#slots = views.header(HEADER_SLOTS_BASE);
    this.#visibleWord = (shard + SHARD_VISIBLE) >>> 2;
    this.#inFlightWord = (shard + SHARD_IN_FLIGHT) >>> 2;
    this.#delayedWord = (shard + SHARD_DELAYED) >>> 2;
    this.#dueDouble = (shard + SHARD_NEXT_DUE) >>> 3;
    this.#delayedFifoWord = (shard + FIFO_DELAYED) >>> 2;
  }

  get visible(): number {
    return this.#u32[this.#visibleWord] as number;
  }

  get inFlight(): number {
    return this.#u32[this.#inFlightWord] as number;
  }

  get delayed(): number {
    return this.#u32[this.#delayedWord] as number;
  }

  /**
   * Writes what stands now into `seen`, five numbers (LOOK); moments that never
   * come are Infinity. All in one call, into one list: a number with a fraction that a call answers costs
   * an object where it is not inlined.
   */
  look(seen: Float64Array): void {
    const u32 = this.#u32;
    const f64 = this.#f64;
    seen[0] = u32[this.#visibleWord] as number;
    seen[1] = u32[this.#inFlightWord] as number;
    seen[2] = u32[this.#delayedWord] as number;
    const link = u32[this.#ageWord] as number;
    if (link === this.#ageEnd || link === 0) seen[3] = Number.POSITIVE_INFINITY;
    else {
      const slot = (link - this.#ageLinks) >> LINK_LOG2;
      seen[3] = f64[(this.#slots + (slot << SLOT_LOG2) + SENT_AT) >>> 3] as number;
    }
    seen[4] = f64[this.#dueDouble] as number;
  }

  /** When the first message was sent that a FIFO queue's delay holds; Infinity for none. */
  get firstDelayedAtMs(): number {
    const slot = this.#u32[this.#delayedFifoWord] as number;
    return slot === 0 ? Number.POSITIVE_INFINITY : this.#sentAtMs(slot);
  }

  /** When the oldest message was sent; Infinity where there is none. */
  get oldestSentAtMs(): number {
    const slot = this.#oldest();
    return slot === NONE ? Number.POSITIVE_INFINITY : this.#sentAtMs(slot);
  }

  /** When the oldest message came, which a dead letter did later than it was sent. */
  get oldestCameAtMs(): number {
    const slot = this.#oldest();
    if (slot === NONE) return Number.POSITIVE_INFINITY;
    const moved = this.#slots + (slot << SLOT_LOG2) + MOVED_AFTER;
    return this.#sentAtMs(slot) + (this.#u32[moved >>> 2] as number);
  }

  #oldest(): number {
    const link = this.#u32[this.#ageWord] as number;
    if (link === this.#ageEnd || link === 0) return NONE;
    return (link - this.#ageLinks) >> LINK_LOG2;
  }

  #sentAtMs(slot: number): number {
    const at = this.#slots + (slot << SLOT_LOG2) + SENT_AT;
    return this.#f64[at >>> 3] as number;
  }

  /** Messages that retention has ended, since the queue was made. */
  get expired(): number {
    return this.#total(SHARD_TOTAL_EXPIRED);
  }

  /** Messages that moved to another queue. */
  get moved(): number {
    return this.#total(SHARD_TOTAL_MOVED);
  }

  #total(field: number): number {
    const word = (this.#shard + field) >>> 2;
    return (this.#u32[word] as number) + (this.#u32[word + 1] as number) * 2 ** 32;
  }
}
