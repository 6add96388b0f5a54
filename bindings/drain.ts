/**
 * Draining, as the journal's thread sees it: what a queue's shard has to say to the log, in whole parts
 * (docs/JOURNAL.md). `take` a part, append its bytes, say so by `taken`; one part at a time. Its
 * own thread only; uses staging.
 */
import {
  DRAIN_LARGE_BYTES,
  EFFECT_HEAD,
  EFFECT_READ,
  EFFECT_REBUILT,
  HEADER_SHARDS_BASE,
  LOG_BYTES,
  LOG_EXTRA,
  LOG_PART_BYTES,
  PART_GOES_ON,
  PART_INCARNATION,
  PART_IS_SHORT,
  PART_OPERATION,
  PART_SEQUENCE,
  SHARD_BYTES,
  SHARD_DURABLE,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
  THREAD_DRAIN,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import type { Area, Views } from "./views.ts";

/** What a shard has to say, as a whole. */
export interface Part {
  readonly queue: number;
  readonly incarnation: number;
  /** When `bytes` are durable, so is all that the shard did up to this operation. */
  readonly operation: number;
  /** The greatest sequence that was given by then. */
  readonly sequence: number;
  /** Whole entries. Empty: what was done had no effect. Good until the next `take`. */
  readonly bytes: Uint8Array;
  /** The ring has more: this part is as long as one may get. */
  readonly isShort: boolean;
  /** The shard was rebuilt, so something may be missing until all of it was stated again. */
  readonly needsResync: boolean;
}

/** A part ends behind the section with which it has so many bytes. */
const PART_BYTES_MAX = 1_048_576;
const NOTHING = new Uint8Array(0);
const RECORD = THREAD_DRAIN >> 2;

export class Drain {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #views: Views;
  #bytes = NOTHING;
  #queue = 0;

  constructor(exports: EngineExports, thread: number, area: Area, views: Views) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#views = views;
  }

  /** Whether the queue's ring has records that were not taken; without the lock a hint. */
  isBehind(queue: number): boolean {
    const { u32 } = this.#views;
    const shard = this.#shard(queue);
    return u32[(shard + EFFECT_HEAD) >> 2] !== u32[(shard + EFFECT_READ) >> 2];
  }

  /**
   * What a queue did since the last part. Undefined: nothing that is not durable, or there never was such a
   * queue. `always`: its head at least, for a new life, and where an older one is to go.
   */
  take(queue: number, always = false): Part | undefined {
    const { u32 } = this.#area;
    const records = this.#exports.drainBegin(this.#thread, queue, PART_BYTES_MAX);
    const incarnation = u32[RECORD + (PART_INCARNATION >> 2)] as number;
    if (incarnation === 0) return undefined;
    const isAny = records > 0 || always;
    const length = isAny ? this.#collect() : 0;
    const operation = this.#number(PART_OPERATION);
    if (!isAny && operation === this.#durable(queue)) return undefined;
    this.#queue = queue;
    return {
      queue,
      incarnation,
      operation,
      sequence: this.#number(PART_SEQUENCE),
      bytes: this.#bytes.subarray(0, length),
      isShort: (u32[RECORD + (LOG_EXTRA >> 2)] as number) >>> 16 === PART_IS_SHORT,
      needsResync: this.#views.u32[(this.#shard(queue) + EFFECT_REBUILT) >> 2] !== 0,
    };
  }

  /** The bytes of the last part were appended. What the ring had of it may be written over. */
  taken(): void {
    this.#exports.drained(this.#thread);
    this.#exports.effectsTrim(this.#thread, this.#queue);
  }

  /**
   * The part in pieces of whole entries, `bytesMax` bytes at the most, for where it doesn't fit at once.
   * Each begins with a head, so that it can be read without those before. Each is good until the next;
   * the part is not, any more. Throws a RangeError for an entry that is longer.
   */
  *pieces({ bytes }: Part, bytesMax: number): Generator<Uint8Array> {
    const head = bytes.slice(0, LOG_PART_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let first = 0;
    for (let at = LOG_PART_BYTES; at < bytes.length; ) {
      const end = at + view.getUint32(at + LOG_BYTES, true);
      if (end - first > bytesMax && at > first + LOG_PART_BYTES) {
        yield bytes.subarray(first, at);
        // In place of what was just given out.
        first = at - LOG_PART_BYTES;
        bytes.set(head, first);
        view.setUint16(
          first + LOG_EXTRA,
          view.getUint16(first + LOG_EXTRA, true) | PART_GOES_ON,
          true,
        );
      }
      if (end - first > bytesMax) {
        throw new RangeError(`An entry of ${end - at} bytes is more than ${bytesMax} take.`);
      }
      at = end;
    }
    yield bytes.subarray(first);
  }

  /** All entries of the part that was begun, behind its head; how many bytes. */
  #collect(): number {
    const { u32, bytes } = this.#area;
    const large = RECORD + (DRAIN_LARGE_BYTES >> 2);
    let length = LOG_PART_BYTES;
    let whole = length;
    for (;;) {
      const isWhole = u32[large] === 0;
      if (isWhole) whole = length;
      const count = this.#exports.drain(this.#thread);
      if (count === 0) break;
      if (count < 0) {
        // Of a content larger than the buffer, which changed under the reading.
        length = whole;
        continue;
      }
      this.#grow(length + count);
      this.#bytes.set(bytes.subarray(THREAD_BUFFER, THREAD_BUFFER + count), length);
      length += count;
    }
    this.#grow(length);
    this.#bytes.set(bytes.subarray(THREAD_DRAIN, THREAD_DRAIN + LOG_PART_BYTES));
    return length;
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(length, this.#bytes.length * 2, THREAD_BUFFER_BYTES * 2));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  #number(field: number): number {
    const { u32 } = this.#area;
    const word = RECORD + (field >> 2);
    return (u32[word] as number) + (u32[word + 1] as number) * 2 ** 32;
  }

  #shard(queue: number): number {
    return this.#views.header(HEADER_SHARDS_BASE) + queue * SHARD_BYTES;
  }

  #durable(queue: number): number {
    const word = (this.#shard(queue) + SHARD_DURABLE) >> 2;
    const { u32 } = this.#views;
    return (u32[word] as number) + (u32[word + 1] as number) * 2 ** 32;
  }
}
