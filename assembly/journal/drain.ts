/**
 * Draining: the records of a part (part.ts) become entries of the log in this thread's buffer, section
 * by section, in the order of the ring; what a message carries is copied as a receiver copies it. Run by
 * the journal's thread alone, outside every lock. A call ends when the buffer is full, and goes on with
 * the next one.
 *
 * A content that changed under the copying belongs to a message that is gone: it was taken out under the
 * shard's lock, so the ring says so further on, if not in this part then in the next. It is left out,
 * as what is gone within the part is: a removal that was under way. Nothing is tried twice.
 */
import { At } from "../ground/memory";
import {
  DRAIN_ENTRIES,
  DRAIN_FILLED,
  DRAIN_LARGE_BYTES,
  DRAIN_NEWEST,
  DRAIN_OPERATION,
  DRAIN_STEP,
  EFFECT_ADMITTED,
  EFFECT_ATTEMPT_DUE,
  EFFECT_ATTEMPT_SINCE,
  EFFECT_BIRTH_BEFORE,
  EFFECT_COUNT,
  EFFECT_CUT,
  EFFECT_DEPARTED,
  EFFECT_EXTRA,
  EFFECT_HIDDEN,
  EFFECT_KIND,
  EFFECT_NODE,
  EFFECT_NOW,
  EFFECT_OPERATION,
  EFFECT_RECEIVED,
  EFFECT_REMOVED,
  EFFECT_RESTATED,
  EFFECT_RESYNC,
  EFFECT_SENT,
  EFFECT_SEQUENCE,
  EFFECT_SLOT,
  EFFECT_VALUE,
  LOG_ARRIVED,
  LOG_ARRIVED_BYTES,
  LOG_ATTEMPT,
  LOG_BYTES,
  LOG_CUT,
  LOG_DEPARTED,
  LOG_DEPARTED_BYTES,
  LOG_HEAD_BYTES,
  LOG_HIDDEN,
  LOG_HIDDEN_BYTES,
  LOG_KIND,
  LOG_NODE_BYTES,
  LOG_NODES,
  LOG_NODES_FIRST,
  LOG_RECEIPT_BYTES,
  LOG_RECEIVED,
  LOG_RECEIVED_BYTES,
  LOG_REMOVED,
  LOG_REMOVED_BYTES,
  LOG_RESYNC,
  LOG_RESYNCED,
  LOG_VALUE,
  LOGGED_ATTEMPT_DUE,
  LOGGED_ATTEMPT_KEY,
  LOGGED_ATTEMPT_OPERATION,
  LOGGED_ATTEMPT_RECEIPTS,
  LOGGED_ATTEMPT_SINCE,
  STATUS_CHANGED,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
} from "../layout";
import { GONE, Logged, NO_ROOM } from "./logged";
import { Part } from "./part";

/** More than all entries of one section take but for its messages. */
const SECTION_BYTES: u32 = 1024;

export class Drain {
  /**
   * So many bytes of entries lie in the buffer now; 0: the part is done, and its head stands in the
   * drain record. An entry larger than the buffer comes in several calls; STATUS_CHANGED: what came of
   * it is to be thrown away.
   */
  static next(thread: u32): i32 {
    const area = At.thread(thread);
    const record = Part.record(thread);
    store<u32>(record, 0, DRAIN_FILLED);
    if (load<u32>(record, DRAIN_LARGE_BYTES) !== 0) {
      if (!Logged.goOn(area, record)) return STATUS_CHANGED;
    } else {
      while (Part.hasMore(record)) {
        const head = Part.next(record);
        const operation = load<u64>(head, EFFECT_OPERATION);
        if (load<u32>(record, DRAIN_STEP) === 0 && Part.isFull(record, operation)) break;
        if (!Drain.section(area, record, head)) break;
        store<u64>(record, operation, DRAIN_OPERATION);
        store<u32>(record, 0, DRAIN_STEP);
        Part.pass(record, head);
      }
    }
    const filled = load<u32>(record, DRAIN_FILLED);
    store<u32>(record, load<u32>(record, DRAIN_ENTRIES) + filled, DRAIN_ENTRIES);
    if (filled === 0 && Part.hasMore(record)) Part.shorten(record);
    return filled as i32;
  }

  /** What one head and its records say; false: the buffer is full, or has a part of a large entry. */
  static section(area: usize, record: usize, head: usize): bool {
    const kind: u32 = load<u8>(head, EFFECT_KIND);
    if (kind === EFFECT_SENT || kind === EFFECT_ADMITTED || kind === EFFECT_RESTATED) {
      return Drain.messages(area, record, head, kind);
    }
    if (!Drain.hasRoom(record)) return false;
    if (kind === EFFECT_RECEIVED) {
      Drain.list(area, record, head, LOG_RECEIVED, LOG_RECEIVED_BYTES, true);
      if (load<u16>(head, EFFECT_EXTRA) !== 0) Drain.attempt(area, record, head);
    } else if (kind === EFFECT_REMOVED) {
      Drain.list(area, record, head, LOG_REMOVED, LOG_REMOVED_BYTES, true);
    } else if (kind === EFFECT_HIDDEN) {
      Drain.list(area, record, head, LOG_HIDDEN, LOG_HIDDEN_BYTES, true);
    } else if (kind === EFFECT_DEPARTED) {
      // Also of what a later cut ended in its queue: it lives on in another.
      Drain.list(area, record, head, LOG_DEPARTED, LOG_DEPARTED_BYTES, false);
    } else if (kind === EFFECT_NODE) {
      Drain.nodes(area, record, head, 0, load<u8>(head, EFFECT_COUNT));
    } else Drain.value(area, record, head, kind);
    return true;
  }

  @inline static hasRoom(record: usize): bool {
    return load<u32>(record, DRAIN_FILLED) + SECTION_BYTES <= (THREAD_BUFFER_BYTES as u32);
  }

  @inline static end(area: usize, record: usize): usize {
    return area + THREAD_BUFFER + load<u32>(record, DRAIN_FILLED);
  }

  /** The head of an entry whose bytes end at `end`; it is whole then. */
  @inline static put(
    record: usize,
    entry: usize,
    end: usize,
    kind: u32,
    count: u32,
    extra: u32,
  ): void {
    const bytes = (end - entry) as u32;
    store<u32>(entry, bytes, LOG_BYTES);
    store<u32>(entry, kind | (count << 8) | (extra << 16), LOG_KIND);
    store<u32>(record, load<u32>(record, DRAIN_FILLED) + bytes, DRAIN_FILLED);
  }

  // --- Messages ------------------------------------------------------------------------------------------

  static messages(area: usize, record: usize, head: usize, kind: u32): bool {
    const count: u32 = load<u8>(head, EFFECT_COUNT);
    for (let step = load<u32>(record, DRAIN_STEP); step < count; step++) {
      store<u32>(record, step, DRAIN_STEP);
      if (!Drain.hasRoom(record)) return false;
      const at = Part.stepOf(head, step);
      const sequence = load<u64>(at, EFFECT_SEQUENCE);
      const isThere = !Part.isGone(area, record, sequence);
      const done = isThere ? Logged.message(area, record, head, step, kind) : GONE;
      if (done === NO_ROOM) return false;
      if (done === GONE) {
        Part.markGone(area, record, sequence);
        if (kind === EFFECT_ADMITTED) Drain.arrived(area, record, at);
      }
    }
    store<u32>(record, count, DRAIN_STEP);
    if (!Drain.hasRoom(record)) return false;
    if (kind !== EFFECT_RESTATED) store<u64>(record, load<u64>(head, EFFECT_VALUE), DRAIN_NEWEST);
    if (kind === EFFECT_SENT) Drain.nodes(area, record, head, count, load<u16>(head, EFFECT_EXTRA));
    return true;
  }

  /** It came in and is gone: who reads the log must know that it is on its way no more. */
  static arrived(area: usize, record: usize, at: usize): void {
    const entry = Drain.end(area, record);
    const to = entry + LOG_HEAD_BYTES;
    store<u64>(to, load<u32>(at, EFFECT_SLOT) as u64);
    store<u64>(to, load<u64>(at, EFFECT_BIRTH_BEFORE), 8);
    Drain.put(record, entry, to + LOG_ARRIVED_BYTES, LOG_ARRIVED, 1, 0);
  }

  // --- Everything else -------------------------------------------------------------------------------------

  /** Each record's first `bytes` bytes; `isLeft`: of messages that this part has nothing of, nothing. */
  static list(area: usize, record: usize, head: usize, kind: u32, bytes: u32, isLeft: bool): void {
    const count: u32 = load<u8>(head, EFFECT_COUNT);
    const entry = Drain.end(area, record);
    let to = entry + LOG_HEAD_BYTES;
    let listed: u32 = 0;
    for (let step: u32 = 0; step < count; step++) {
      const at = Part.stepOf(head, step);
      if (isLeft && Part.isGone(area, record, load<u64>(at, EFFECT_SEQUENCE))) continue;
      memory.copy(to, at, bytes);
      to += bytes;
      listed++;
    }
    if (listed > 0) Drain.put(record, entry, to, kind, listed, 0);
  }

  /** So many nodes, behind the head's first `from` records. */
  static nodes(area: usize, record: usize, head: usize, from: u32, count: u32): void {
    if (count === 0) return;
    const entry = Drain.end(area, record);
    const bytes = count * LOG_NODE_BYTES;
    store<f64>(entry, load<f64>(head, EFFECT_NOW), LOG_VALUE);
    memory.copy(entry + LOG_NODES_FIRST, Part.stepOf(head, from), bytes);
    Drain.put(record, entry, entry + LOG_NODES_FIRST + bytes, LOG_NODES, count, 0);
  }

  /** A receive attempt: its own record behind those of its messages, which are its receipts. */
  static attempt(area: usize, record: usize, head: usize): void {
    const count: u32 = load<u8>(head, EFFECT_COUNT);
    const own = Part.stepOf(head, count);
    const entry = Drain.end(area, record);
    store<u64>(entry, load<u64>(head, EFFECT_OPERATION), LOGGED_ATTEMPT_OPERATION);
    store<u64>(entry, load<u64>(own, EFFECT_ATTEMPT_SINCE), LOGGED_ATTEMPT_SINCE);
    store<u64>(entry, load<u64>(own), LOGGED_ATTEMPT_KEY);
    store<u64>(entry, load<u64>(own, 8), LOGGED_ATTEMPT_KEY + 8);
    store<u64>(entry, load<u64>(own, EFFECT_ATTEMPT_DUE), LOGGED_ATTEMPT_DUE);
    let to = entry + LOGGED_ATTEMPT_RECEIPTS;
    for (let step: u32 = 0; step < count; step++) {
      memory.copy(to, Part.stepOf(head, step), LOG_RECEIPT_BYTES);
      to += LOG_RECEIPT_BYTES;
    }
    Drain.put(record, entry, to, LOG_ATTEMPT, count, 0);
  }

  /** A cut, or one end of a shard that is stated again. */
  static value(area: usize, record: usize, head: usize, kind: u32): void {
    const entry = Drain.end(area, record);
    const resync: u32 = kind === EFFECT_RESYNC ? LOG_RESYNC : LOG_RESYNCED;
    const isCut = kind === EFFECT_CUT;
    const extra: u32 = isCut ? load<u16>(head, EFFECT_EXTRA) : 0;
    store<u64>(entry, load<u64>(head, EFFECT_VALUE), LOG_VALUE);
    Drain.put(record, entry, entry + LOG_VALUE + 8, isCut ? LOG_CUT : resync, 0, extra);
  }
}
