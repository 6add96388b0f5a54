/**
 * Reads queue descriptors and a queue's totals from the shared memory, and writes the image from
 * which the engine makes or changes one. Reading takes no lock: a number alone is always whole, and
 * who needs several that belong together compares the catalogue's version afterwards.
 */
import {
  BLOCK_BYTES_MAX,
  CATALOGUE_VERSION,
  ENTRY_VALUE,
  FIFO_DELAYED,
  FIFO_READY,
  HEADER,
  HEADER_CATALOGUE,
  HEADER_QUEUES_BASE,
  HEADER_QUEUES_BUMP,
  HEADER_QUEUES_MAX,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  QUEUE_BYTES,
  QUEUE_CALLS_MAX,
  QUEUE_DELAY_MS,
  QUEUE_DELETED,
  QUEUE_FLAG_CONTENT_DEDUPLICATION,
  QUEUE_FLAG_FIFO,
  QUEUE_FLAG_GROUP_SCOPE,
  QUEUE_FLAG_GROUP_THROUGHPUT,
  QUEUE_FLAGS,
  QUEUE_IN_FLIGHT_MAX,
  QUEUE_INCARNATION,
  QUEUE_LIVE,
  QUEUE_MAXIMUM_BYTES,
  QUEUE_RECEIVES_MAX,
  QUEUE_RETENTION_MS,
  QUEUE_SHARD_FIRST,
  QUEUE_STATE,
  QUEUE_TARGET,
  QUEUE_TARGET_INCARNATION,
  QUEUE_VERSION,
  QUEUE_VISIBILITY_MS,
  QUEUE_WAITERS,
  SHARD_ARRIVED,
  SHARD_BYTES,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_NEXT_DUE,
  SHARD_TOTAL_DEDUPLICATED,
  SHARD_TOTAL_DELETED,
  SHARD_TOTAL_EMPTY_RECEIVES,
  SHARD_TOTAL_RECEIVED,
  SHARD_TOTAL_SENT,
  SHARD_TOTAL_SENT_BYTES,
  SHARD_VISIBLE,
  SLOT_BYTES_LOG2,
  SLOT_SENT_AT,
  THREAD_STAGING,
  THREAD_STAGING_BYTES,
} from "../assembly/layout.ts";
import { Readings } from "./readings.ts";
import type { QueueHandle } from "./shapes.ts";
import type { Area, Views } from "./views.ts";

/** What the engine itself needs to know of a queue. Times in milliseconds. */
export interface QueueSettings {
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly maximumBytes: number;
  /** 0: no cap. */
  readonly inFlightMax: number;
  /** Of a FIFO queue. That it is one is settled when it is made; the rest may change. */
  readonly fifo?: FifoSettings | undefined;
  /** Where messages go that were received so often; undefined: they stay. */
  readonly deadLetters?: { readonly receivesMax: number; readonly to: QueueHandle } | undefined;
}

export interface FifoSettings {
  /** Calls a second, of sends, receives and deletes each; 0: no limit. */
  readonly callsMax: number;
  readonly contentBasedDeduplication: boolean;
  /** Deduplication ids count within their group, not in the whole queue. */
  readonly isGroupScope: boolean;
  /** The rate of calls is limited by group, not for the whole queue. */
  readonly isGroupThroughput: boolean;
}

/** Sums since the queue was made; exact below 2^53. */
export interface ShardTotals {
  messagesSent: number;
  sentBytes: number;
  messagesReceived: number;
  messagesDeleted: number;
  emptyReceives: number;
  deduplicatedSends: number;
}

/** The largest catalogue entry: it lies in one block, and before that in staging. */
export const ENTRY_BYTES_MAX = Math.min(
  BLOCK_BYTES_MAX - ENTRY_VALUE,
  THREAD_STAGING_BYTES - QUEUE_BYTES,
);
/** What a queue is set to, in its descriptor and in its image: from the flags to the calls a second. */
const IMAGE = THREAD_STAGING + QUEUE_FLAGS;
export const IMAGE_BYTES: number = QUEUE_CALLS_MAX + 4 - QUEUE_FLAGS;
const NO_DEAD_LETTERS = { receivesMax: 0, to: { number: 0, incarnation: 0 } };
/** Where an entry stands in the thread's area. */
const ENTRY = THREAD_STAGING + QUEUE_BYTES;

export class Descriptors {
  /** Queue numbers go from 0 to this, exclusive. */
  readonly count: number;
  readonly #views: Views;
  readonly #area: Area;
  readonly #queues: number;
  readonly #shards: number;

  constructor(views: Views, area: Area) {
    this.#views = views;
    this.#area = area;
    this.count = views.header(HEADER_QUEUES_MAX);
    this.#queues = views.header(HEADER_QUEUES_BASE);
    this.#shards = views.header(HEADER_SHARDS_BASE);
  }

  /** No queue was ever made whose number is this or above. */
  get used(): number {
    return this.#views.header(HEADER_QUEUES_BUMP);
  }

  /** Raised by every change of the catalogue; read it before what it is to vouch for. */
  catalogueVersion(): number {
    return Atomics.load(this.#views.i32, (HEADER + HEADER_CATALOGUE + CATALOGUE_VERSION) >> 2);
  }

  #word(queue: number, field: number): number {
    return this.#views.u32[(this.#queues + queue * QUEUE_BYTES + field) >> 2] as number;
  }

  #shardWord(queue: number, field: number): number {
    const shard = this.#word(queue, QUEUE_SHARD_FIRST);
    return this.#views.u32[(this.#shards + shard * SHARD_BYTES + field) >> 2] as number;
  }

  isLive(queue: number): boolean {
    return this.#word(queue, QUEUE_STATE) === QUEUE_LIVE;
  }

  isDeleted(queue: number): boolean {
    return this.#word(queue, QUEUE_STATE) === QUEUE_DELETED;
  }

  incarnation(queue: number): number {
    return this.#word(queue, QUEUE_INCARNATION);
  }

  /** The queue that has this number now. */
  handle(number: number): QueueHandle {
    return { number, incarnation: this.incarnation(number) };
  }

  /** Raised by every change of this queue. */
  version(queue: number): number {
    return this.#word(queue, QUEUE_VERSION);
  }

  maximumBytes(queue: number): number {
    return this.#word(queue, QUEUE_MAXIMUM_BYTES);
  }

  /** How many of its messages may be in flight; 0: any number. */
  inFlightMax(queue: number): number {
    return this.#word(queue, QUEUE_IN_FLIGHT_MAX);
  }

  /** Calls a second that the queue takes of each action; 0: no limit. */
  callsMax(queue: number): number {
    return this.#word(queue, QUEUE_CALLS_MAX);
  }

  isFifo(queue: number): boolean {
    return (this.#word(queue, QUEUE_FLAGS) & QUEUE_FLAG_FIFO) !== 0;
  }

  /** True when a message without a deduplication id is deduplicated by its body. */
  isContentDeduplicated(queue: number): boolean {
    return (this.#word(queue, QUEUE_FLAGS) & QUEUE_FLAG_CONTENT_DEDUPLICATION) !== 0;
  }

  /** How many threads wait for this queue. */
  waiters(queue: number): number {
    return ones(this.#word(queue, QUEUE_WAITERS)) + ones(this.#word(queue, QUEUE_WAITERS + 4));
  }

  visible(queue: number): number {
    return this.#shardWord(queue, SHARD_VISIBLE);
  }

  /**
   * Whether a receive would bring anything; without the lock a hint. A FIFO queue's visible messages
   * may all stand behind others that are in flight.
   */
  hasReady(queue: number): boolean {
    if (!this.isFifo(queue)) return this.visible(queue) > 0;
    const end = this.#shards + this.#word(queue, QUEUE_SHARD_FIRST) * SHARD_BYTES + FIFO_READY;
    const first = this.#views.u32[end >> 2] as number;
    return first !== end && first !== 0;
  }

  /** Whether something moved to it and waits for room in memory; a hint. */
  hasArrived(queue: number): boolean {
    return this.#shardWord(queue, SHARD_ARRIVED) > 0;
  }

  /** How many messages it has, whatever their state. */
  held(queue: number): number {
    return this.visible(queue) + this.inFlight(queue) + this.#shardWord(queue, SHARD_DELAYED);
  }

  inFlight(queue: number): number {
    return this.#shardWord(queue, SHARD_IN_FLIGHT);
  }

  /** A lower bound of when the queue has something new by itself: a timer, or a FIFO delay's end. */
  nextDueMs(queue: number): number {
    const { f64 } = this.#views;
    const shard = this.#word(queue, QUEUE_SHARD_FIRST);
    const timerMs = f64[(this.#shards + shard * SHARD_BYTES + SHARD_NEXT_DUE) >> 3] as number;
    const slot = this.#shardWord(queue, FIFO_DELAYED);
    if (slot === 0) return timerMs;
    const slotAt = this.#views.header(HEADER_SLOTS_BASE) + (slot << SLOT_BYTES_LOG2);
    const sentAtMs = f64[(slotAt + SLOT_SENT_AT) >> 3] as number;
    const delayMs = f64[(this.#queues + queue * QUEUE_BYTES + QUEUE_DELAY_MS) >> 3] as number;
    return Math.min(timerMs, sentAtMs + delayMs);
  }

  /** All that is counted of queues, for the broker's one reader. */
  readings(): Readings {
    return new Readings(this.#views);
  }

  totals(queue: number): ShardTotals {
    const total = (field: number): number =>
      this.#shardWord(queue, field) + this.#shardWord(queue, field + 4) * 2 ** 32;
    return {
      messagesSent: total(SHARD_TOTAL_SENT),
      sentBytes: total(SHARD_TOTAL_SENT_BYTES),
      messagesReceived: total(SHARD_TOTAL_RECEIVED),
      messagesDeleted: total(SHARD_TOTAL_DELETED),
      emptyReceives: total(SHARD_TOTAL_EMPTY_RECEIVES),
      deduplicatedSends: total(SHARD_TOTAL_DEDUPLICATED),
    };
  }

  /** Writes the image of a queue and its entry into staging; how many bytes the entry has. */
  writeImage(settings: QueueSettings, entry: Uint8Array): number {
    const { u32, f64, bytes } = this.#area;
    bytes.fill(0, THREAD_STAGING, ENTRY);
    u32[(THREAD_STAGING + QUEUE_FLAGS) >> 2] = flagsOf(settings.fifo);
    f64[(THREAD_STAGING + QUEUE_VISIBILITY_MS) >> 3] = settings.visibilityMs;
    f64[(THREAD_STAGING + QUEUE_DELAY_MS) >> 3] = settings.delayMs;
    f64[(THREAD_STAGING + QUEUE_RETENTION_MS) >> 3] = settings.retentionMs;
    u32[(THREAD_STAGING + QUEUE_MAXIMUM_BYTES) >> 2] = settings.maximumBytes;
    const { receivesMax, to } = settings.deadLetters ?? NO_DEAD_LETTERS;
    u32[(THREAD_STAGING + QUEUE_RECEIVES_MAX) >> 2] = receivesMax;
    u32[(THREAD_STAGING + QUEUE_TARGET) >> 2] = to.number;
    u32[(THREAD_STAGING + QUEUE_TARGET_INCARNATION) >> 2] = to.incarnation;
    u32[(THREAD_STAGING + QUEUE_IN_FLIGHT_MAX) >> 2] = settings.inFlightMax;
    u32[(THREAD_STAGING + QUEUE_CALLS_MAX) >> 2] = settings.fifo?.callsMax ?? 0;
    bytes.set(entry, ENTRY);
    return entry.length;
  }

  /** The entry that entryRead has put into staging, as bytes of its own. */
  takeEntry(entryBytes: number): ReadEntry {
    const { u32, bytes } = this.#area;
    return {
      entry: Uint8Array.from(bytes.subarray(ENTRY, ENTRY + entryBytes)),
      isLive: u32[(THREAD_STAGING + QUEUE_STATE) >> 2] === QUEUE_LIVE,
      incarnation: u32[(THREAD_STAGING + QUEUE_INCARNATION) >> 2] as number,
      version: u32[(THREAD_STAGING + QUEUE_VERSION) >> 2] as number,
    };
  }

  /** What the queue of that entry is set to, as bytes that `putImage` takes again. */
  takeImage(): Uint8Array {
    return Uint8Array.from(this.#area.bytes.subarray(IMAGE, IMAGE + IMAGE_BYTES));
  }

  /** Writes an image and an entry that were taken into staging; how many bytes the entry has. */
  putImage(image: Uint8Array, entry: Uint8Array): number {
    const { bytes } = this.#area;
    bytes.fill(0, THREAD_STAGING, ENTRY);
    bytes.set(image.subarray(0, IMAGE_BYTES), IMAGE);
    bytes.set(entry, ENTRY);
    return entry.length;
  }
}

/** A queue's entry, and what it stood for when it was read. */
export interface ReadEntry {
  readonly entry: Uint8Array;
  /** False of a queue that is deleted. */
  readonly isLive: boolean;
  readonly incarnation: number;
  readonly version: number;
}

function flagsOf(fifo: FifoSettings | undefined): number {
  if (fifo === undefined) return 0;
  return (
    QUEUE_FLAG_FIFO |
    (fifo.contentBasedDeduplication ? QUEUE_FLAG_CONTENT_DEDUPLICATION : 0) |
    (fifo.isGroupScope ? QUEUE_FLAG_GROUP_SCOPE : 0) |
    (fifo.isGroupThroughput ? QUEUE_FLAG_GROUP_THROUGHPUT : 0)
  );
}

function ones(word: number): number {
  let left = word;
  let count = 0;
  for (; left !== 0; left &= left - 1) count++;
  return count;
}
