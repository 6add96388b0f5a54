/**
 * One thread's way to a queue for the tests that kill threads: the engine's whole operations, with
 * what they did written into a ledger outside its memory. A body is one byte value throughout.
 */
import * as layout from "../../assembly/layout.ts";
import type { QueueNumbers } from "../model/sections.ts";
import {
  IN_NOTHING,
  IN_NOTING,
  IN_RECEIVE,
  IN_SEND,
  IN_SETTLE,
  type Ledger,
  SPAN,
} from "./ledger.ts";

export interface HandExports {
  send(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  prepare(thread: number, index: number, now: number): number;
  write(thread: number, index: number, contentOffset: number, bytes: number): void;
  commit(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  receive(t: number, queue: number, inc: number, most: number, ms: number, now: number): number;
  remove(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  hide(thread: number, queue: number, incarnation: number, count: number, now: number): number;
}

const BATCH = 10;

export class Hand {
  readonly area: number;
  readonly #engine: HandExports;
  readonly #thread: number;
  readonly #queue: QueueNumbers;
  readonly #ledger: Ledger;
  /** The sequence that stands first in the ledger. */
  readonly #first: number;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #bytes: Uint8Array;

  constructor(
    engine: HandExports,
    memory: SharedArrayBuffer,
    thread: number,
    queue: QueueNumbers,
    ledger: Ledger,
    first: number,
  ) {
    this.#engine = engine;
    this.#thread = thread;
    this.#queue = queue;
    this.#ledger = ledger;
    this.#first = first;
    this.#u32 = new Uint32Array(memory);
    this.#f64 = new Float64Array(memory);
    this.#bytes = new Uint8Array(memory);
    const base = this.#u32[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] as number;
    this.area = base + thread * layout.THREAD_BYTES;
  }

  #placeAt(address: number): number {
    const low = this.#u32[address >> 2] as number;
    const high = this.#u32[(address >> 2) + 1] as number;
    return low + high * 2 ** 32 - this.#first;
  }

  #enter(call: number): void {
    if (call === IN_SEND) this.#u32[(this.area + layout.THREAD_SENDS + layout.SEND_SLOT) >> 2] = 0;
    else this.#f64[(this.area + layout.THREAD_OUT_OPERATION) >> 3] = 0;
    this.#ledger.setNote(this.#thread, 0, call);
  }

  #leave(): void {
    this.#ledger.setNote(this.#thread, 0, IN_NOTHING);
  }

  #stage(index: number, bodyBytes: number): void {
    const record = this.area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
    this.#u32[(record + layout.SEND_BODY_BYTES) >> 2] = bodyBytes;
    this.#f64[(record + layout.SEND_DELAY_MS) >> 3] = -1;
  }

  #noteSent(count: number): boolean {
    for (let index = 0; index < count; index++) {
      const record = this.area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
      const place = this.#placeAt(record + layout.SEND_SEQUENCE);
      if (place >= SPAN) return false;
      this.#ledger.sent(place);
    }
    return true;
  }

  /** False when the ledger is full. */
  send(count: number, bodyBytes: number, tag: number, now: number): boolean {
    const staging = this.area + layout.THREAD_STAGING;
    for (let index = 0; index < count; index++) {
      this.#stage(index, bodyBytes);
      const from = staging + index * bodyBytes;
      this.#bytes.fill((tag + index) & 0xff, from, from + bodyBytes);
    }
    this.#enter(IN_SEND);
    const { queue, incarnation } = this.#queue;
    const sent = this.#engine.send(this.#thread, queue, incarnation, count, now);
    this.#leave();
    return this.#noteSent(sent);
  }

  /** As `send`, for one body larger than staging; `spot` is called between the engine's calls. */
  sendLarge(bodyBytes: number, tag: number, now: number, spot: () => void): boolean {
    const { queue, incarnation } = this.#queue;
    this.#stage(0, bodyBytes);
    this.#enter(IN_SEND);
    if (this.#engine.prepare(this.#thread, 0, now) !== 0) {
      this.#leave();
      return true;
    }
    const staging = this.area + layout.THREAD_STAGING;
    this.#bytes.fill(tag & 0xff, staging, staging + layout.THREAD_STAGING_BYTES);
    for (let offset = 0; offset < bodyBytes; offset += layout.THREAD_STAGING_BYTES) {
      spot();
      const bytes = Math.min(layout.THREAD_STAGING_BYTES, bodyBytes - offset);
      this.#engine.write(this.#thread, 0, offset, bytes);
    }
    spot();
    const sent = this.#engine.commit(this.#thread, queue, incarnation, 1, now);
    this.#leave();
    return this.#noteSent(sent);
  }

  /** Receives up to ten, ready to be settled; how many. */
  receive(now: number): number {
    const { queue, incarnation } = this.#queue;
    this.#enter(IN_RECEIVE);
    const got = this.#engine.receive(this.#thread, queue, incarnation, BATCH, -1, now);
    this.#leave();
    for (let index = 0; index < got; index++) {
      const record = this.area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
      const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      for (const [to, from] of [
        [layout.HANDLE_SLOT, layout.RECEIVE_SLOT],
        [layout.HANDLE_COUNT, layout.RECEIVE_COUNT],
        [layout.HANDLE_SEQUENCE, layout.RECEIVE_SEQUENCE],
        [layout.HANDLE_SEQUENCE + 4, layout.RECEIVE_SEQUENCE + 4],
      ] as const) {
        this.#u32[(handle + to) >> 2] = this.#u32[(record + from) >> 2] as number;
      }
      this.#checkBody(record);
    }
    return got;
  }

  #checkBody(record: number): void {
    const bytes = this.#u32[(record + layout.RECEIVE_BODY_BYTES) >> 2] as number;
    const offset = this.#u32[(record + layout.RECEIVE_OFFSET) >> 2] as number;
    if (offset === layout.CONTENT_NOT_GATHERED >>> 0 || bytes === 0) return;
    const from = this.area + layout.THREAD_BUFFER + offset;
    const value = this.#bytes[from];
    const isMixed = this.#bytes.subarray(from, from + bytes).some((byte) => byte !== value);
    if (isMixed) this.#ledger.setNote(this.#thread, 1, 1);
  }

  /** Where in the ledger the so-manieth received message stands. */
  place(index: number): number {
    const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
    return this.#placeAt(handle + layout.HANDLE_SEQUENCE);
  }

  remove(count: number, now: number): void {
    for (let index = 0; index < count; index++) this.#ledger.taken(this.place(index));
    const { queue, incarnation } = this.#queue;
    this.#enter(IN_SETTLE);
    this.#engine.remove(this.#thread, queue, incarnation, count, now);
    this.#ledger.setNote(this.#thread, 0, IN_NOTING);
    for (let index = 0; index < count; index++) {
      const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      const result = this.#u32[(handle + layout.HANDLE_RESULT) >> 2];
      if (result === layout.RESULT_APPLIED) this.#ledger.deleted(this.place(index));
    }
    this.#leave();
  }

  hide(count: number, visibilityMs: number, now: number): void {
    for (let index = 0; index < count; index++) {
      const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      this.#f64[(handle + layout.HANDLE_VISIBILITY_MS) >> 3] = visibilityMs;
    }
    const { queue, incarnation } = this.#queue;
    this.#enter(IN_SETTLE);
    this.#engine.hide(this.#thread, queue, incarnation, count, now);
    this.#leave();
  }
}
