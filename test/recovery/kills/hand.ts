/**
 * One thread's way to a queue for the tests that kill threads: the engine's whole operations, with
 * what they did written into a ledger outside its memory. A body is one byte value throughout; in a
 * FIFO queue that is the lower byte of its group's number, which its group's two bytes are, and each
 * delivery is written down (as in assembly/probe/drive.ts).
 */
import * as layout from "../../../assembly/layout.ts";
import type { QueueNumbers } from "../../model/history/sections.ts";
import { HeldRecords } from "../../support/heldRecords.ts";
import {
  FOREIGN,
  IN_NOTHING,
  IN_NOTING,
  IN_RECEIVE,
  IN_SEND,
  IN_SETTLE,
  type Ledger,
  MIXED,
  NOTE_CALL,
  NOTE_WRONG,
  SPAN,
} from "../witness/ledger.ts";

export interface HandExports {
  send(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  prepare(thread: number, index: number, now: number): number;
  write(thread: number, index: number, contentOffset: number, bytes: number): void;
  commit(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  receive(t: number, queue: number, inc: number, most: number, ms: number, now: number): number;
  receiveAttempt(
    thread: number,
    queue: number,
    incarnation: number,
    most: number,
    visibilityMs: number,
    attemptBytes: number,
    now: number,
  ): number;
  remove(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  hide(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  heartbeat(thread: number, now: number): number;
}

/** A queue as a victim sees it. */
export interface Aim {
  readonly numbers: QueueNumbers;
  /** How many groups are sent to; 0: a Standard queue. */
  readonly groups: number;
  /** It is the other one's dead-letter queue. */
  readonly isDead: boolean;
}

/** What is sent: bodies of this byte value, or as many groups from this one on, and ids. */
export interface Parcels {
  readonly count: number;
  readonly bodyBytes: number;
  readonly tag: number;
  /** The first of the deduplication ids; ids that are all 0 in their upper half are shared. */
  readonly id: number;
}

const BATCH = 10;
const GROUP_BYTES = 2;
const ID_BYTES = 8;
/** Every so-manieth message has an id that other threads use too. */
const SHARED_EVERY = 4;
/** What heartbeats extend to. */
const HELD_MS = 20;

export class Hand {
  readonly area: number;
  readonly #engine: HandExports;
  readonly #thread: number;
  readonly #aim: Aim;
  readonly #ledger: Ledger;
  /** The birth id that stands first in the ledger. */
  readonly #first: number;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #held: HeldRecords;

  constructor(
    engine: HandExports,
    memory: SharedArrayBuffer,
    thread: number,
    aim: Aim,
    ledger: Ledger,
    first: number,
  ) {
    this.#engine = engine;
    this.#thread = thread;
    this.#aim = aim;
    this.#ledger = ledger;
    this.#first = first;
    this.#u16 = new Uint16Array(memory);
    this.#u32 = new Uint32Array(memory);
    this.#f64 = new Float64Array(memory);
    this.#bytes = new Uint8Array(memory);
    const base = this.#u32[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] as number;
    this.area = base + thread * layout.THREAD_BYTES;
    this.#held = new HeldRecords(memory, this.area);
  }

  /** Where in the ledger a message stands; SPAN and a note when it is none of this round's. */
  #placeAt(address: number): number {
    const low = this.#u32[address >> 2] as number;
    const high = this.#u32[(address >> 2) + 1] as number;
    const place = low + high * 2 ** 32 - this.#first;
    if (place >= 0 && place < SPAN) return place;
    this.#ledger.setNote(this.#thread, NOTE_WRONG, FOREIGN);
    return SPAN;
  }

  #enter(call: number): void {
    if (call === IN_SEND) this.#u32[(this.area + layout.THREAD_SENDS + layout.SEND_SLOT) >> 2] = 0;
    else this.#f64[(this.area + layout.THREAD_OUT_OPERATION) >> 3] = 0;
    this.#ledger.setNote(this.#thread, NOTE_CALL, call);
  }

  #leave(): void {
    this.#ledger.setNote(this.#thread, NOTE_CALL, IN_NOTHING);
  }

  #group(tag: number, index: number): number {
    return 1 + ((tag + index) % this.#aim.groups);
  }

  /** Record and beginning of the content of one message, at `at`; where its body begins. */
  #stage(index: number, at: number, { bodyBytes, tag, id }: Parcels): number {
    const record = this.area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
    const isFifo = this.#aim.groups > 0;
    this.#u32[(record + layout.SEND_BODY_BYTES) >> 2] = bodyBytes;
    this.#f64[(record + layout.SEND_DELAY_MS) >> 3] = -1;
    this.#u16[(record + layout.SEND_GROUP_BYTES) >> 1] = isFifo ? GROUP_BYTES : 0;
    this.#u16[(record + layout.SEND_DEDUPLICATION_BYTES) >> 1] = isFifo ? ID_BYTES : 0;
    if (!isFifo) return at;
    const group = this.#group(tag, index);
    this.#bytes.set([group & 0xff, group >> 8], at);
    const text = new DataView(this.#bytes.buffer, at + GROUP_BYTES, ID_BYTES);
    text.setUint32(0, id + index, true);
    text.setUint32(4, (id + index) % SHARED_EVERY === 0 ? 0 : this.#thread + 1, true);
    return at + GROUP_BYTES + ID_BYTES;
  }

  #value(tag: number, index: number): number {
    return (this.#aim.groups > 0 ? this.#group(tag, index) : tag + index) & 0xff;
  }

  #noteSent(count: number): boolean {
    for (let index = 0; index < count; index++) {
      const record = this.area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
      const place = this.#placeAt(record + layout.SEND_BIRTH);
      if (place >= SPAN) return false;
      this.#ledger.sent(place);
    }
    return true;
  }

  /** False when the ledger is full. */
  send(parcels: Parcels, now: number): boolean {
    const { count, bodyBytes, tag } = parcels;
    let at = this.area + layout.THREAD_STAGING;
    for (let index = 0; index < count; index++) {
      at = this.#stage(index, at, parcels);
      this.#bytes.fill(this.#value(tag, index), at, at + bodyBytes);
      at += bodyBytes;
    }
    this.#enter(IN_SEND);
    const { queue, incarnation } = this.#aim.numbers;
    const sent = this.#engine.send(this.#thread, queue, incarnation, count, now);
    this.#leave();
    return this.#noteSent(sent);
  }

  /** As `send`, for one body larger than staging; `spot` is called between the engine's calls. */
  sendLarge(parcels: Parcels, now: number, spot: () => void): boolean {
    const { queue, incarnation } = this.#aim.numbers;
    const staging = this.area + layout.THREAD_STAGING;
    const body = this.#stage(0, staging, parcels);
    this.#enter(IN_SEND);
    if (this.#engine.prepare(this.#thread, 0, now) !== 0) {
      this.#leave();
      return true;
    }
    const value = this.#value(parcels.tag, 0);
    this.#bytes.fill(value, body, staging + layout.THREAD_STAGING_BYTES);
    const contentBytes = body - staging + parcels.bodyBytes;
    for (let offset = 0; offset < contentBytes; offset += layout.THREAD_STAGING_BYTES) {
      spot();
      const bytes = Math.min(layout.THREAD_STAGING_BYTES, contentBytes - offset);
      this.#engine.write(this.#thread, 0, offset, bytes);
      this.#bytes.fill(value, staging, body);
    }
    spot();
    const sent = this.#engine.commit(this.#thread, queue, incarnation, 1, now);
    this.#leave();
    return this.#noteSent(sent);
  }

  /** Receives up to ten, ready to be settled; how many. `attempt` 0: under no attempt's id. */
  receive(now: number, attempt = 0): number {
    const { queue, incarnation } = this.#aim.numbers;
    const thread = this.#thread;
    this.#u32[(this.area + layout.THREAD_OUT_EXHAUSTED) >> 2] = 0;
    this.#u32[(this.area + layout.THREAD_STAGING) >> 2] = attempt;
    this.#enter(IN_RECEIVE);
    const got =
      attempt === 0
        ? this.#engine.receive(thread, queue, incarnation, BATCH, -1, now)
        : this.#engine.receiveAttempt(thread, queue, incarnation, BATCH, -1, 4, now);
    this.#leave();
    for (let index = 0; index < got; index++) this.#take(index);
    if (this.#aim.groups > 0 && got > 0) this.#log(got);
    return Math.max(0, got);
  }

  #received(index: number): number {
    return this.area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
  }

  /** A received message's receipt becomes a handle, and the message is held. */
  #take(index: number): void {
    const record = this.#received(index);
    const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
    for (const [to, from] of [
      [layout.HANDLE_SLOT, layout.RECEIVE_SLOT],
      [layout.HANDLE_COUNT, layout.RECEIVE_COUNT],
      [layout.HANDLE_SEQUENCE, layout.RECEIVE_SEQUENCE],
      [layout.HANDLE_SEQUENCE + 4, layout.RECEIVE_SEQUENCE + 4],
    ] as const) {
      this.#u32[(handle + to) >> 2] = this.#u32[(record + from) >> 2] as number;
    }
    this.#u32[(handle + layout.HANDLE_HELD) >> 2] = 0;
    // A delete that finds no room says nothing here.
    this.#u32[(handle + layout.HANDLE_RESULT) >> 2] = 0;
    const word = (offset: number) => this.#u32[(record + offset) >> 2] as number;
    this.#held.publish(index, {
      slot: word(layout.RECEIVE_SLOT),
      count: word(layout.RECEIVE_COUNT),
      sequence: word(layout.RECEIVE_SEQUENCE) + word(layout.RECEIVE_SEQUENCE + 4) * 2 ** 32,
      incarnation: this.#aim.numbers.incarnation,
      dueMs: this.#f64[(record + layout.RECEIVE_DUE) >> 3] as number,
      visibilityMs: HELD_MS,
    });
    this.#checkBody(record);
  }

  /**
   * The operation is only known when all came with the last section, nothing was dropped since, and
   * the group stands among what was gathered.
   */
  #log(got: number): void {
    const out = (offset: number) => this.#u32[(this.area + offset) >> 2] as number;
    const groups = Array.from({ length: got }, (_, index) => this.#groupOf(index));
    const isWhole =
      out(layout.THREAD_OUT_COUNT) === got &&
      out(layout.THREAD_OUT_EXHAUSTED) === 0 &&
      groups.every((group) => group > 0);
    const operation = isWhole ? this.#operation() : 0;
    const { isDead } = this.#aim;
    groups.forEach((group, index) => {
      const sequence = out(this.#received(index) - this.area + layout.RECEIVE_SEQUENCE);
      const place = this.place(index);
      this.#ledger.log(this.#thread, { place, sequence, operation, group, isDead });
    });
  }

  /** 0: its content was too large to be gathered with the others. */
  #groupOf(index: number): number {
    const offset = this.#u32[(this.#received(index) + layout.RECEIVE_OFFSET) >> 2] as number;
    if (offset === layout.CONTENT_NOT_GATHERED >>> 0) return 0;
    const at = this.area + layout.THREAD_BUFFER + offset;
    return (this.#bytes[at] as number) + (this.#bytes[at + 1] as number) * 2 ** 8;
  }

  #operation(): number {
    return this.#f64[(this.area + layout.THREAD_OUT_OPERATION) >> 3] as number;
  }

  #checkBody(record: number): void {
    const bytes = this.#u32[(record + layout.RECEIVE_BODY_BYTES) >> 2] as number;
    const offset = this.#u32[(record + layout.RECEIVE_OFFSET) >> 2] as number;
    if (offset === layout.CONTENT_NOT_GATHERED >>> 0 || bytes === 0) return;
    const groupBytes = this.#u16[(record + layout.RECEIVE_GROUP_BYTES) >> 1] as number;
    const idBytes = this.#u16[(record + layout.RECEIVE_DEDUPLICATION_BYTES) >> 1] as number;
    const content = this.area + layout.THREAD_BUFFER + offset;
    const from = content + groupBytes + idBytes;
    const value = this.#bytes[from];
    const isMixed = this.#bytes.subarray(from, from + bytes).some((byte) => byte !== value);
    const isOther = groupBytes > 0 && this.#bytes[content] !== value;
    if (isMixed || isOther) this.#ledger.setNote(this.#thread, NOTE_WRONG, MIXED);
  }

  /** Where in the ledger the so-manieth received message stands. */
  place(index: number): number {
    return this.#placeAt(this.#received(index) + layout.RECEIVE_BIRTH);
  }

  remove(count: number, now: number): void {
    for (let index = 0; index < count; index++) this.#ledger.taken(this.place(index));
    const { queue, incarnation } = this.#aim.numbers;
    this.#enter(IN_SETTLE);
    this.#engine.remove(this.#thread, queue, incarnation, count, now);
    this.#ledger.setNote(this.#thread, NOTE_CALL, IN_NOTING);
    const operation = this.#operation();
    for (let index = 0; index < count; index++) {
      const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      const result = this.#u32[(handle + layout.HANDLE_RESULT) >> 2];
      if (result === layout.RESULT_APPLIED) this.#ledger.deleted(this.place(index), operation);
    }
    this.#leave();
  }

  /** Extends what any living thread holds. */
  heartbeat(now: number): void {
    this.#enter(IN_SETTLE);
    this.#engine.heartbeat(this.#thread, now);
    this.#leave();
  }

  /** Half of it only where nothing but a heartbeat has changed it. */
  hide(count: number, visibilityMs: number, now: number): void {
    for (let index = 0; index < count; index++) {
      const handle = this.area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      this.#f64[(handle + layout.HANDLE_VISIBILITY_MS) >> 3] = visibilityMs;
      const held = this.area + layout.THREAD_HELD + index * layout.HELD_BYTES;
      this.#u32[(handle + layout.HANDLE_HELD) >> 2] = index % 2 === 0 ? held : 0;
    }
    const { queue, incarnation } = this.#aim.numbers;
    this.#enter(IN_SETTLE);
    this.#engine.hide(this.#thread, queue, incarnation, count, now);
    this.#leave();
  }
}
