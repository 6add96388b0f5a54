/**
 * What FIFO queues remember for five minutes, gathered while a log is loaded: deduplication nodes and
 * receive attempts, each once however often the log states it. A window needs them in order, and nothing
 * of what is past; so what is past goes whenever there is no room, and a long log takes no more than five
 * minutes of it. Pure, but for the staging area that it fills.
 */
import {
  DEDUPLICATION_MS,
  LOG_COUNT,
  LOG_KIND,
  LOG_NODE_BYTES,
  LOG_NODES,
  LOG_NODES_FIRST,
  LOG_RECEIPT_BYTES,
  LOG_VALUE,
  LOGGED_ATTEMPT_KEY,
  LOGGED_ATTEMPT_OPERATION,
  LOGGED_ATTEMPT_RECEIPTS,
  LOGGED_ATTEMPT_SINCE,
  THREAD_STAGING,
  THREAD_STAGING_BYTES,
} from "../assembly/layout.ts";
import { type MovedSlot, MovedSlots } from "./movedSlots.ts";
import type { Area } from "./views.ts";

/** A node as it is staged: what the log has of it, then when it was made. */
const ROW_BYTES = LOG_NODE_BYTES + 8;
const ROW_SEQUENCE = 16;
const ROW_AT = LOG_NODE_BYTES;
const ROWS_STAGED = Math.floor(THREAD_STAGING_BYTES / ROW_BYTES);
const ROWS_FIRST = 1024;
const ATTEMPTS_FIRST = 1024;

/** Appends what lies in staging; a count or 0, below that: memory is full. */
export type Put = (count: number) => number;

interface Attempt {
  /** What made it, or repeated it last. */
  readonly operation: number;
  /** When it was made first. */
  readonly sinceMs: number;
  readonly entry: Uint8Array;
}

export class Remembered {
  readonly #queues = new Map<number, QueueMemory>();

  get queues(): Iterable<number> {
    return this.#queues.keys();
  }

  incarnation(queue: number): number {
    return this.#queues.get(queue)?.incarnation ?? 0;
  }

  /** An entry of nodes or an attempt, which is copied. */
  add(queue: number, incarnation: number, entry: Uint8Array): void {
    const known = this.#queues.get(queue);
    const memory = known?.incarnation === incarnation ? known : new QueueMemory(incarnation);
    this.#queues.set(queue, memory);
    if (entry[LOG_KIND] === LOG_NODES) memory.addNodes(entry);
    else memory.addAttempt(entry);
  }

  /** False: memory is full. */
  putNodes(queue: number, nowMs: number, area: Area, put: Put): boolean {
    return this.#queues.get(queue)?.putNodes(nowMs, area, put) ?? true;
  }

  putAttempts(
    queue: number,
    nowMs: number,
    moved: readonly MovedSlot[],
    area: Area,
    put: Put,
  ): boolean {
    return this.#queues.get(queue)?.putAttempts(nowMs, moved, area, put) ?? true;
  }
}

function isPast(atMs: number, nowMs: number): boolean {
  return atMs + DEDUPLICATION_MS <= nowMs;
}

/** A number of 64 bits, exact below 2^53. */
function wide(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

class QueueMemory {
  readonly incarnation: number;
  #rows = new DataView(new ArrayBuffer(ROWS_FIRST * ROW_BYTES));
  #count = 0;
  #newestMs = 0;
  #attempts = new Map<string, Attempt>();
  #attemptsMost = ATTEMPTS_FIRST;

  constructor(incarnation: number) {
    this.incarnation = incarnation;
  }

  #bytes(rows: DataView): Uint8Array {
    return new Uint8Array(rows.buffer);
  }

  addNodes(entry: Uint8Array): void {
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    const atMs = view.getFloat64(LOG_VALUE, true);
    if (atMs > this.#newestMs) this.#newestMs = atMs;
    for (let index = 0; index < (entry[LOG_COUNT] as number); index++) {
      if ((this.#count + 1) * ROW_BYTES > this.#rows.byteLength) this.#makeRoom();
      const from = LOG_NODES_FIRST + index * LOG_NODE_BYTES;
      const to = this.#count * ROW_BYTES;
      this.#bytes(this.#rows).set(entry.subarray(from, from + LOG_NODE_BYTES), to);
      this.#rows.setFloat64(to + ROW_AT, atMs, true);
      this.#count++;
    }
  }

  /** Leaves out what is past; twice the room where that was less than half of it. */
  #makeRoom(): void {
    const kept = this.#living(this.#newestMs);
    const rows = Math.max(ROWS_FIRST, this.#rows.byteLength / ROW_BYTES);
    const room = kept.length * 2 > rows ? rows * 2 : rows;
    const next = new DataView(new ArrayBuffer(room * ROW_BYTES));
    kept.forEach((row, index) => {
      const from = row * ROW_BYTES;
      const bytes = this.#bytes(this.#rows).subarray(from, from + ROW_BYTES);
      this.#bytes(next).set(bytes, index * ROW_BYTES);
    });
    this.#rows = next;
    this.#count = kept.length;
  }

  #sequence(row: number): number {
    return wide(this.#rows, row * ROW_BYTES + ROW_SEQUENCE);
  }

  /** The rows that are not past, in order of sequence, each once. */
  #living(nowMs: number): number[] {
    const rows: number[] = [];
    let isInOrder = true;
    for (let row = 0; row < this.#count; row++) {
      if (isPast(this.#rows.getFloat64(row * ROW_BYTES + ROW_AT, true), nowMs)) continue;
      const last = rows.at(-1);
      isInOrder &&= last === undefined || this.#sequence(last) < this.#sequence(row);
      rows.push(row);
    }
    if (isInOrder) return rows;
    rows.sort((one, other) => this.#sequence(one) - this.#sequence(other));
    return rows.filter((row, index) => {
      const before = rows[index - 1];
      return before === undefined || this.#sequence(before) !== this.#sequence(row);
    });
  }

  putNodes(nowMs: number, area: Area, put: Put): boolean {
    const rows = this.#living(nowMs);
    for (let first = 0; first < rows.length; first += ROWS_STAGED) {
      const some = rows.slice(first, first + ROWS_STAGED);
      some.forEach((row, index) => {
        const from = row * ROW_BYTES;
        const bytes = this.#bytes(this.#rows).subarray(from, from + ROW_BYTES);
        area.bytes.set(bytes, THREAD_STAGING + index * ROW_BYTES);
      });
      if (put(some.length) < 0) return false;
    }
    return true;
  }

  addAttempt(entry: Uint8Array): void {
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    const key = String.fromCharCode(
      ...entry.subarray(LOGGED_ATTEMPT_KEY, LOGGED_ATTEMPT_KEY + LOG_RECEIPT_BYTES),
    );
    const operation = wide(view, LOGGED_ATTEMPT_OPERATION);
    const sinceMs = view.getFloat64(LOGGED_ATTEMPT_SINCE, true);
    if (sinceMs > this.#newestMs) this.#newestMs = sinceMs;
    if ((this.#attempts.get(key)?.operation ?? -1) > operation) return;
    this.#attempts.set(key, { operation, sinceMs, entry: entry.slice() });
    if (this.#attempts.size > this.#attemptsMost) this.#forgetAttempts();
  }

  #forgetAttempts(): void {
    for (const [key, { sinceMs }] of this.#attempts) {
      if (isPast(sinceMs, this.#newestMs)) this.#attempts.delete(key);
    }
    this.#attemptsMost = Math.max(ATTEMPTS_FIRST, this.#attempts.size * 2);
  }

  putAttempts(nowMs: number, moved: readonly MovedSlot[], area: Area, put: Put): boolean {
    const slots = new MovedSlots(moved);
    const living = [...this.#attempts.values()].filter(({ sinceMs }) => !isPast(sinceMs, nowMs));
    // A window is in the order of both, and a repeat has changed one: any number that grows will do.
    const operations = living.map(({ operation }) => operation).sort((one, other) => one - other);
    living.sort((one, other) => one.sinceMs - other.sinceMs);
    return living.every(({ entry }, place) => {
      const count = entry[LOG_COUNT] as number;
      const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
      const operation = BigInt(operations[place] as number);
      view.setBigUint64(LOGGED_ATTEMPT_OPERATION, operation, true);
      for (let index = 0; index < count; index++) {
        const at = LOGGED_ATTEMPT_RECEIPTS + index * LOG_RECEIPT_BYTES;
        const slot = view.getUint32(at, true);
        view.setUint32(at, slots.slotOf(this.incarnation, wide(view, at + 8), slot), true);
      }
      area.bytes.set(entry, THREAD_STAGING);
      return put(count) >= 0;
    });
  }
}
