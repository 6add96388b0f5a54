/**
 * What a part of the log says that may still be true: the messages that are where it puts them, what is
 * remembered of sends and receives for five minutes, and entries that are not the engine's. Held against
 * the memory as it is now, without a lock: what is listed may be gone in a moment, what is not listed
 * was gone before. The journal's thread alone; a segment's batches in their order.
 */
import {
  DEDUPLICATION_MS,
  LOG_ATTEMPT,
  LOG_BYTES,
  LOG_FOREIGN,
  LOG_KIND,
  LOG_MESSAGE,
  LOG_NODES,
  LOG_PART,
  LOG_SLOTS,
  LOG_VALUE,
  LOGGED_ATTEMPT_SINCE,
  LOGGED_BIRTH,
  LOGGED_SEQUENCE,
  LOGGED_SLOT,
  PART_INCARNATION,
  PART_SHARD,
} from "../assembly/layout.ts";
import type { Effects } from "./effects.ts";
import type { MovedSlot } from "./movedSlots.ts";
import type { QueueHandle } from "./shapes.ts";

/** Words of a listed message: queue, incarnation, slot, sequence (2), birth (2). */
const FIELDS = 7;
const HIGH = 2 ** 32;

function keyOf(incarnation: number, sequence: number): string {
  return `${incarnation} ${sequence}`;
}

/** The queue that a part's entry names. */
function partAt(view: DataView, at: number): QueueHandle {
  return {
    number: view.getUint32(at + PART_SHARD, true),
    incarnation: view.getUint32(at + PART_INCARNATION, true),
  };
}

/**
 * Whether an entry has deduplication nodes, or a receive attempt, of the last five minutes; or where messages
 * are that receipt handles put elsewhere.
 */
function isRemembered(view: DataView, at: number, kind: number, nowMs: number): boolean {
  if (kind === LOG_SLOTS) return true;
  if (kind !== LOG_NODES && kind !== LOG_ATTEMPT) return false;
  const field = kind === LOG_NODES ? LOG_VALUE : LOGGED_ATTEMPT_SINCE;
  return nowMs - view.getFloat64(at + field, true) < DEDUPLICATION_MS;
}

export class Candidates {
  /** Entries that are not the engine's, copied, in their order. */
  readonly foreign: Uint8Array[] = [];
  /** What is no message's and may yet be asked for (isRemembered), by queue: whole entries. */
  readonly remembered = new Map<
    number,
    { readonly handle: QueueHandle; readonly entries: Uint8Array[] }
  >();
  readonly #effects: Effects;
  readonly #moved: ReadonlyMap<string, number>;
  #words = new Uint32Array(1_024 * FIELDS);
  #count = 0;
  #messages = 0;
  #bytes = 0;

  /** @param moved where messages are that a start put elsewhere than the log has them. */
  constructor(effects: Effects, moved: readonly MovedSlot[]) {
    this.#effects = effects;
    this.#moved = new Map(
      moved.map(({ incarnation, sequence, slot }) => [keyOf(incarnation, sequence), slot]),
    );
  }

  /** How many messages are listed. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of what is listed, entries that are not the engine's aside. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many there were, listed or not. */
  get messages(): number {
    return this.#messages;
  }

  /** Looks through the records of one batch. */
  look(records: Uint8Array, nowMs: number): void {
    const view = new DataView(records.buffer, records.byteOffset, records.length);
    let handle: QueueHandle = { number: 0, incarnation: 0 };
    for (let at = 0; at < records.length; ) {
      const bytes = view.getUint32(at + LOG_BYTES, true);
      const kind = view.getUint8(at + LOG_KIND);
      if (kind === LOG_PART) handle = partAt(view, at);
      else if (kind === LOG_MESSAGE) this.#lookAtMessage(view, at, bytes, handle);
      else if (kind >= LOG_FOREIGN) this.foreign.push(records.slice(at, at + bytes));
      else if (isRemembered(view, at, kind, nowMs)) {
        this.#remember(handle, records.slice(at, at + bytes));
      }
      at += bytes;
    }
  }

  /** Which queue the listed message of this number is in. */
  queueOf(index: number): QueueHandle {
    const word = index * FIELDS;
    return { number: this.#words[word] as number, incarnation: this.#words[word + 1] as number };
  }

  /** Whether the listed messages of these two numbers are of one queue. */
  areTogether(one: number, other: number): boolean {
    const [first, second] = [one * FIELDS, other * FIELDS];
    const words = this.#words;
    return words[first] === words[second] && words[first + 1] === words[second + 1];
  }

  /** Handle record `record` names the listed message of this number. */
  put(index: number, record: number): void {
    const word = index * FIELDS;
    const words = this.#words;
    this.#effects.put(
      record,
      words[word + 2] as number,
      words[word + 3] as number,
      words[word + 4] as number,
    );
  }

  /** Whether one of the listed messages is between two queues, so that what it carries stands nowhere else. */
  get isAnyMoving(): boolean {
    const words = this.#words;
    const end = this.#count * FIELDS;
    for (let word = 0; word < end; word += FIELDS) {
      const slot = words[word + 2] as number;
      const isMoving = this.#effects.isMoving(
        slot,
        words[word + 5] as number,
        words[word + 6] as number,
      );
      if (isMoving) return true;
    }
    return false;
  }

  #lookAtMessage(view: DataView, at: number, bytes: number, handle: QueueHandle): void {
    this.#messages += 1;
    const low = view.getUint32(at + LOGGED_SEQUENCE, true);
    const high = view.getUint32(at + LOGGED_SEQUENCE + 4, true);
    const birthLow = view.getUint32(at + LOGGED_BIRTH, true);
    const birthHigh = view.getUint32(at + LOGGED_BIRTH + 4, true);
    let slot = view.getUint32(at + LOGGED_SLOT, true);
    if (this.#moved.size > 0) {
      slot = this.#moved.get(keyOf(handle.incarnation, high * HIGH + low)) ?? slot;
    }
    const effects = this.#effects;
    if (!effects.isSlot(slot)) return;
    const isHere = effects.isIn(slot, low, high) || effects.isMoving(slot, birthLow, birthHigh);
    if (!isHere) return;
    const word = this.#count * FIELDS;
    if (word === this.#words.length) this.#grow();
    const { number, incarnation } = handle;
    this.#words.set([number, incarnation, slot, low, high, birthLow, birthHigh], word);
    this.#bytes += bytes;
    this.#count += 1;
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#words = words;
  }

  #remember(handle: QueueHandle, entry: Uint8Array): void {
    this.#bytes += entry.length;
    const known = this.remembered.get(handle.number);
    if (known?.handle.incarnation === handle.incarnation) known.entries.push(entry);
    else if (known === undefined || known.handle.incarnation < handle.incarnation) {
      this.remembered.set(handle.number, { handle, entries: [entry] });
    }
  }
}
