/**
 * Heartbeats: what a handler still works on stays hidden, whatever its thread is busy with. A thread
 * publishes each message that it holds (ground/held); the steward, or any thread, calls `run` now and
 * then, which extends each one a third of whose time has passed to the whole of it again. No lock is
 * taken while nothing is due. It applies only while nobody but a heartbeat changed the message's due
 * time (sections/hide), so it never overrules its handler, never shortens, and a record that is torn,
 * out of date or a dead thread's comes to nothing. What the section refuses (twelve hours after the
 * receive; somebody was faster) is marked in the record and not tried again.
 */
import { Held } from "../ground/held";
import { At } from "../ground/memory";
import {
  BATCH_MAX,
  HANDLE_COUNT,
  HANDLE_HELD,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HANDLE_VISIBILITY_MS,
  HEADER,
  HEADER_SLOTS_MAX,
  HEADER_THREADS_MAX,
  HELD_COUNT,
  HELD_INCARNATION,
  HELD_REFUSED,
  HELD_SEQUENCE,
  HELD_SLOT,
  HELD_VISIBILITY_MS,
  RESULT_APPLIED,
  SECTION_STEPS,
  SHARD_QUEUE,
  SLOT_IN_FLIGHT,
  STATUS_FULL,
  THREAD_ALIVE,
  THREAD_HELD_USED,
  THREAD_STATE,
} from "../layout";
import { Shard } from "../shard/shard";
import { Settle } from "./settle";

/** So long the journal is given to make room. */
const AGAIN_MS: f64 = 10;

export class Heartbeat {
  /** By thread `self`, whose handle records it uses. Answers when it will have to do something next. */
  static run(self: u32, now: f64): f64 {
    let next: f64 = Infinity;
    const threads = load<u32>(HEADER, HEADER_THREADS_MAX);
    for (let thread: u32 = 0; thread < threads; thread++) {
      const area = At.thread(thread);
      if (atomic.load<u32>(area, THREAD_STATE) !== THREAD_ALIVE) continue;
      const used = min<u32>(load<u32>(area, THREAD_HELD_USED), BATCH_MAX);
      if (used > 0) next = min(next, Heartbeat.extend(self, thread, used, now));
    }
    return next;
  }

  /** What one thread holds, ten messages of a queue at a time. */
  static extend(self: u32, thread: u32, used: u32, now: f64): f64 {
    let next: f64 = Infinity;
    let count: u32 = 0;
    let shard: usize = 0;
    let incarnation: u32 = 0;
    for (let index: u32 = 0; index < used; index++) {
      const held = Held.record(thread, index);
      const at = Heartbeat.atOf(held);
      if (at > now) {
        next = min(next, at);
        continue;
      }
      if (!Heartbeat.isLeft(held)) continue;
      const its = At.shard(At.slot(load<u32>(held, HELD_SLOT)).shard);
      const born = load<u32>(held, HELD_INCARNATION);
      if (count === SECTION_STEPS || (count > 0 && (its !== shard || born !== incarnation))) {
        next = min(next, Heartbeat.beat(self, shard, incarnation, count, now));
        count = 0;
      }
      shard = its;
      incarnation = born;
      next = min(next, now + Heartbeat.put(self, count, held) / 3);
      count++;
    }
    if (count > 0) next = min(next, Heartbeat.beat(self, shard, incarnation, count, now));
    return next;
  }

  /** When a third of its time has passed; infinity: it is never extended. */
  static atOf(held: usize): f64 {
    const visibilityMs: f64 = load<u32>(held, HELD_VISIBILITY_MS);
    if (load<u32>(held, HELD_SLOT) === 0 || visibilityMs === 0) return Infinity;
    const name = Heartbeat.nameOf(held, HELD_SEQUENCE, HELD_COUNT);
    if (load<u64>(held, HELD_REFUSED) === name) return Infinity;
    return Held.due(held) - (visibilityMs * 2) / 3;
  }

  /** Before the lock: whether the section may find the message as the record has it. */
  static isLeft(held: usize): bool {
    const index = load<u32>(held, HELD_SLOT);
    if (index > load<u32>(HEADER, HEADER_SLOTS_MAX)) return false;
    const slot = At.slot(index);
    return (
      slot.state() === SLOT_IN_FLIGHT &&
      slot.sequence === load<u64>(held, HELD_SEQUENCE) &&
      slot.count() === load<u32>(held, HELD_COUNT) &&
      slot.due === Held.due(held) &&
      Shard.isStill(At.shard(slot.shard), load<u32>(held, HELD_INCARNATION))
    );
  }

  /** Into a handle record; for how long it is to be hidden. */
  static put(self: u32, index: u32, held: usize): f64 {
    const handle = Settle.handle(self, index);
    const visibilityMs: f64 = load<u32>(held, HELD_VISIBILITY_MS);
    store<u32>(handle, load<u32>(held, HELD_SLOT), HANDLE_SLOT);
    store<u32>(handle, load<u32>(held, HELD_COUNT), HANDLE_COUNT);
    store<u64>(handle, load<u64>(held, HELD_SEQUENCE), HANDLE_SEQUENCE);
    store<f64>(handle, visibilityMs, HANDLE_VISIBILITY_MS);
    store<u32>(handle, held as u32, HANDLE_HELD);
    return visibilityMs;
  }

  /**
   * One section. What it refuses is marked by the message's name: the record may be another's by now.
   * Answers when to try again what the journal has no room for; infinity: nothing.
   */
  static beat(self: u32, shard: usize, incarnation: u32, count: u32, now: f64): f64 {
    const applied = Settle.hide(self, load<u32>(shard, SHARD_QUEUE), incarnation, count, now);
    if (applied === STATUS_FULL) return now + AGAIN_MS;
    for (let index: u32 = 0; index < count; index++) {
      const handle = Settle.handle(self, index);
      if (applied >= 0 && load<u32>(handle, HANDLE_RESULT) === RESULT_APPLIED) continue;
      const name = Heartbeat.nameOf(handle, HANDLE_SEQUENCE, HANDLE_COUNT);
      store<u64>(load<u32>(handle, HANDLE_HELD), name, HELD_REFUSED);
    }
    return Infinity;
  }

  /** Lower half of the sequence, and the receive count above it; 0 is no message's. */
  @inline static nameOf(record: usize, sequence: usize, count: usize): u64 {
    const low: u64 = load<u32>(record + sequence);
    return low | ((load<u32>(record + count) as u64) << 32);
  }
}
