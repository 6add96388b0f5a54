/**
 * Loading a log into a memory that was just made: `begin`, `apply` for all that the log has, in order;
 * then the catalogue is made again, then `end`. Here is what the engine asks for while it loads, and
 * what is kept in order until the end: where messages are whose own slot another one has, and what FIFO
 * queues remember for five minutes. Own thread only, nobody else may be active; uses staging and buffer.
 */
import {
  BLOCK_BIRTH,
  HEADER,
  HEADER_BIRTHS,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  LOAD_ANSWER,
  LOAD_AT,
  LOAD_BIRTH,
  LOAD_DROPPED,
  LOAD_MESSAGES,
  LOAD_PLACED,
  LOAD_SEQUENCE,
  LOAD_SHARD,
  LOAD_SHARDS,
  LOAD_SLOT,
  LOAD_STEP,
  LOAD_WANTS,
  LOAD_WANTS_BIRTH,
  LOAD_WANTS_NOTHING,
  LOAD_WANTS_PLACED,
  LOAD_WANTS_READER,
  LOAD_WANTS_ROOM,
  LOAD_WANTS_SLOT,
  LOADED_COUNT,
  LOADED_INCARNATION,
  LOG_BYTES,
  LOG_FOREIGN,
  LOG_KIND,
  LOG_SLOTS,
  SHARD_BYTES,
  SHARD_WHEEL_SPOKES,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOT_SEQUENCE,
  SLOT_SHARD,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
  THREAD_LOAD,
} from "../assembly/layout.ts";
import type { Descriptors } from "./descriptors.ts";
import type { EngineExports } from "./exports.ts";
import type { LastIndex } from "./lastIndex.ts";
import { Lent } from "./lent.ts";
import type { MovedSlot } from "./movedSlots.ts";
import { Remembered } from "./remembered.ts";
import { readSlots, writeSlots } from "./slotEntries.ts";
import type { Area, Views } from "./views.ts";

/** What came of a load. */
export interface Loaded {
  /** Messages that are in queues. */
  readonly messages: number;
  /** Messages that had left one queue and were in none: they wait among the arrivals of one. */
  readonly departed: number;
  /** Messages of queues that are no more. */
  readonly dropped: number;
  /** Messages that have another slot than their receipts say: for `Receipts.moved` of each thread. */
  readonly moved: readonly MovedSlot[];
  /** What says so in the log: to be appended before anything else of this life. May be empty. */
  readonly conclusions: readonly Uint8Array[];
  /** From which number on births are given. */
  readonly births: number;
}

/** Gets each entry that says nothing of messages, its head included; only good until it returns. */
export type Foreign = (entry: Uint8Array) => void;

const RECORD = THREAD_LOAD >> 2;

export class Load {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #views: Views;
  readonly #queues: Descriptors;
  #lent = new Lent();
  #remembered = new Remembered();
  /** What former lives said of slots, by queue and sequence. */
  #said = new Map<string, MovedSlot & { readonly queue: number }>();

  constructor(
    exports: EngineExports,
    thread: number,
    area: Area,
    views: Views,
    queues: Descriptors,
  ) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#views = views;
    this.#queues = queues;
  }

  /** How many messages were put back so far, whatever became of them since: for who shows progress. */
  get messages(): number {
    return this.#word(LOAD_MESSAGES);
  }

  begin(): void {
    this.#lent = new Lent();
    this.#remembered = new Remembered();
    this.#said = new Map();
    this.#exports.loadBegin(this.#thread);
  }

  /**
   * Whole entries, behind those of the call before: read where they lie, if that is in the engine's memory, else
   * through the thread's buffer. Throws an Error for what is no entry, a RangeError where memory is too small.
   */
  apply(entries: Uint8Array, foreign: Foreign): void {
    const isHere = entries.buffer === this.#views.bytes.buffer;
    const bytesMax = isHere ? entries.length : THREAD_BUFFER_BYTES;
    for (let at = 0; at < entries.length; ) {
      const part = entries.subarray(at, at + bytesMax);
      if (!isHere) this.#area.bytes.set(part, THREAD_BUFFER);
      const address = isHere ? part.byteOffset : this.#area.bytes.byteOffset + THREAD_BUFFER;
      this.#set(LOAD_AT, 0);
      at += this.#window(entries, at, part.length, address, foreign);
    }
  }

  /** What lies at an address, `bytes` bytes from `from` on; how many of them are done. */
  #window(
    entries: Uint8Array,
    from: number,
    bytes: number,
    address: number,
    foreign: Foreign,
  ): number {
    for (;;) {
      const done = this.#exports.loadEntries(this.#thread, address, bytes);
      const wants = this.#word(LOAD_WANTS);
      if (wants === LOAD_WANTS_NOTHING && done > 0) return done;
      if (wants === LOAD_WANTS_READER) {
        const next = done + this.#read(entries, from + done, foreign);
        if (next >= bytes) return next;
        this.#set(LOAD_AT, next);
        this.#set(LOAD_STEP, 0);
      } else this.#answer(wants, entries, from + done);
    }
  }

  /** An entry that the engine doesn't read; how many bytes it has. */
  #read(entries: Uint8Array, at: number, foreign: Foreign): number {
    const view = new DataView(entries.buffer, entries.byteOffset + at, entries.length - at);
    const bytes = view.getUint32(LOG_BYTES, true);
    if (bytes > entries.length - at) throw notAnEntry(at);
    const entry = entries.subarray(at, at + bytes);
    const kind = view.getUint8(LOG_KIND);
    const queue = this.#word(LOAD_SHARD);
    if (kind >= LOG_FOREIGN) foreign(entry);
    else if (kind === LOG_SLOTS) this.#move(queue, this.#incarnation(queue), entry);
    else this.#remembered.add(queue, this.#incarnation(queue), entry);
    return bytes;
  }

  /** Messages that a former life gave other slots. */
  #move(queue: number, incarnation: number, entry: Uint8Array): void {
    for (const { former, slot, sequence } of readSlots(entry)) {
      const key = `${queue} ${sequence}`;
      const first = this.#said.get(key)?.former ?? former;
      // Where an earlier row left it, before this one: each row names where it was at first.
      const known = this.#slotOf(queue, sequence);
      const at = this.#isAt(known, queue, sequence) ? known : former;
      this.#said.set(key, { queue, incarnation, sequence, former: first, slot });
      const now = this.#exports.loadMoved(this.#thread, queue, sequence, at, slot);
      if (now === slot) this.#lent.delete(queue, sequence);
      else if (now !== 0) {
        const birth = this.#birthAt(now);
        this.#lent.add({ queue, incarnation, sequence, birth, slot: now, own: slot });
      }
    }
  }

  /** Where a message may be that is not in the slot that an entry says; 0: nowhere. */
  #slotOf(queue: number, sequence: number): number {
    const lent = this.#lent.slotOf(queue, sequence);
    if (this.#isAt(lent, queue, sequence)) return lent;
    return this.#said.get(`${queue} ${sequence}`)?.slot ?? 0;
  }

  #birthAt(slot: number): number {
    const { u32 } = this.#views;
    const at = this.#views.header(HEADER_SLOTS_BASE) + slot * SLOT_BYTES;
    const birth = ((u32[(at + SLOT_BLOCK) >> 2] as number) + BLOCK_BIRTH) >> 2;
    return (u32[birth] as number) + (u32[birth + 1] as number) * 2 ** 32;
  }

  #isAt(slot: number, queue: number, sequence: number): boolean {
    const { u32 } = this.#views;
    const word = (this.#views.header(HEADER_SLOTS_BASE) + slot * SLOT_BYTES) >> 2;
    const low = u32[word + (SLOT_SEQUENCE >> 2)] as number;
    const high = u32[word + (SLOT_SEQUENCE >> 2) + 1] as number;
    return u32[word + (SLOT_SHARD >> 2)] === queue && low + high * 2 ** 32 === sequence;
  }

  #answer(wants: number, entries: Uint8Array, at: number): void {
    const queue = this.#word(LOAD_SHARD);
    if (wants === LOAD_WANTS_SLOT) {
      this.#set(LOAD_ANSWER, this.#slotOf(queue, this.#number(LOAD_SEQUENCE)));
    } else if (wants === LOAD_WANTS_BIRTH) {
      this.#set(LOAD_ANSWER, this.#lent.slotOfBirth(this.#number(LOAD_BIRTH)));
    } else if (wants === LOAD_WANTS_PLACED) {
      this.#lent.add({
        queue,
        incarnation: this.#incarnation(queue),
        sequence: this.#number(LOAD_SEQUENCE),
        birth: this.#number(LOAD_BIRTH),
        slot: this.#word(LOAD_PLACED),
        own: this.#word(LOAD_SLOT),
      });
    } else if (wants === LOAD_WANTS_ROOM) throw tooSmall();
    else throw notAnEntry(at, entries);
  }

  /**
   * The catalogue is there again. `nowMs`: what ended by then need not be remembered; `births`: a number
   * that no message's birth is above, where more is known than the entries say. `lastIndex`: the index of the Standard
   * queue that has most messages is not built yet when this returns, and who may build it is said there. Throws a
   * RangeError where memory is too small.
   */
  end(nowMs: number, births = 0, lastIndex?: LastIndex): Loaded {
    const thread = this.#thread;
    const moved = this.#moved();
    let messages = 0;
    // Above them memory is untouched: to look at it would have the system give it.
    const shards = Math.max(this.#queues.used, this.#word(LOAD_SHARDS));
    const last = lastIndex && this.#largest();
    for (let queue = 0; queue < shards; queue++) {
      if (queue >= this.#queues.used && this.#incarnation(queue) === 0) continue;
      if (queue !== last) messages += this.#build(queue);
    }
    // The last one, since the load record says of one queue how far its building is.
    if (last !== undefined) messages += this.#begin(last);
    for (const queue of this.#remembered.queues) this.#remember(queue, nowMs, moved);
    const departed = this.#exports.loadDeparted(thread);
    this.#exports.loadEnd(thread, births, messages + departed);
    const dropped = this.#word(LOAD_DROPPED);
    const conclusions = this.#conclusions(moved);
    if (last !== undefined) lastIndex?.offer(thread, last);
    return { messages, departed, dropped, moved, conclusions, births: this.#births() };
  }

  /** The Standard queue of whose number the log has most messages; undefined: it has none of any. */
  #largest(): number | undefined {
    let largest: number | undefined;
    let most = 0;
    for (let queue = 0; queue < this.#queues.used; queue++) {
      const count = this.#loadedWord(queue, LOADED_COUNT);
      if (count <= most || this.#queues.isFifo(queue)) continue;
      most = count;
      largest = queue;
    }
    return largest;
  }

  /** The queue's indexes; how many messages it has. */
  #build(queue: number): number {
    const count = this.#begin(queue);
    let built = this.#exports.loadBuild(this.#thread, queue);
    while (built > 0) built = this.#exports.loadBuild(this.#thread, queue);
    if (built < 0) throw tooSmall();
    return count;
  }

  /** The shard becomes the queue's, with room for the indexes of all its messages; how many they are. */
  #begin(queue: number): number {
    const count = this.#exports.loadShard(this.#thread, queue);
    if (count < 0) throw tooSmall();
    return count;
  }

  /** What has another slot by now, and what former lives said so of and is there still. */
  #moved(): (MovedSlot & { readonly queue: number })[] {
    const moved = this.#lent.settle((lent) =>
      this.#exports.loadSettle(this.#thread, lent.slot, lent.queue, lent.sequence, lent.own),
    );
    for (const row of moved) {
      const key = `${row.queue} ${row.sequence}`;
      const former = this.#said.get(key)?.former ?? row.former;
      this.#said.set(key, { ...row, former });
    }
    return [...this.#said.values()].filter(({ queue, sequence, slot }) =>
      this.#isAt(slot, queue, sequence),
    );
  }

  #conclusions(moved: readonly (MovedSlot & { readonly queue: number })[]): Uint8Array[] {
    const queues = new Set(moved.map(({ queue }) => queue));
    return [...queues].flatMap((queue) => {
      if (!this.#queues.isLive(queue)) return [];
      const incarnation = this.#queues.incarnation(queue);
      return [
        writeSlots(
          queue,
          incarnation,
          moved.filter((row) => row.queue === queue),
        ),
      ];
    });
  }

  #remember(queue: number, nowMs: number, moved: readonly MovedSlot[]): void {
    const incarnation = this.#remembered.incarnation(queue);
    if (!this.#queues.isLive(queue) || this.#queues.incarnation(queue) !== incarnation) return;
    const isDone =
      this.#remembered.putNodes(queue, nowMs, this.#area, (count) =>
        this.#exports.loadNodes(this.#thread, queue, count),
      ) &&
      this.#remembered.putAttempts(queue, nowMs, moved, this.#area, (count) =>
        this.#exports.loadAttempt(this.#thread, queue, count),
      );
    if (!isDone) throw tooSmall();
  }

  #births(): number {
    const word = (HEADER + HEADER_BIRTHS) >> 2;
    const { u32 } = this.#views;
    return (u32[word] as number) + (u32[word + 1] as number) * 2 ** 32;
  }

  /** Of the queue whose entries the log has there last. */
  #incarnation(queue: number): number {
    return this.#loadedWord(queue, LOADED_INCARNATION);
  }

  #loadedWord(queue: number, field: number): number {
    const shard = this.#views.header(HEADER_SHARDS_BASE) + queue * SHARD_BYTES;
    return this.#views.u32[(shard + SHARD_WHEEL_SPOKES + field) >> 2] as number;
  }

  #word(field: number): number {
    return this.#area.u32[RECORD + (field >> 2)] as number;
  }

  #set(field: number, value: number): void {
    this.#area.u32[RECORD + (field >> 2)] = value;
  }

  #number(field: number): number {
    return this.#word(field) + this.#word(field + 4) * 2 ** 32;
  }
}

function notAnEntry(at: number, entries?: Uint8Array): Error {
  const kind = entries === undefined ? "" : ` (its kind says ${entries[at + LOG_KIND]})`;
  return new Error(`The log has no whole entry at byte ${at} of a batch's records${kind}.`);
}

function tooSmall(): RangeError {
  return new RangeError(
    "The memory is too small for what the journal holds: give the broker at least the memoryBytes " +
      "and messagesMax that it had.",
  );
}
