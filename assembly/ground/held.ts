/**
 * A held record: a message that a handler works on, as its thread publishes it, with what a heartbeat
 * made of its due time. Heartbeat reads records of other threads at any moment, so a record may be
 * half of one message and half of another. Nothing comes of that: whatever is done by a record is done
 * in a hide section, to a message whose slot, sequence, receive count and due time are the record's.
 * EXTENDED belongs to whoever holds the lock of the message's shard, and counts for the message that
 * it names alone.
 */
import {
  HELD_BYTES,
  HELD_COUNT,
  HELD_DUE,
  HELD_EXTENDED_COUNT,
  HELD_EXTENDED_DUE,
  HELD_EXTENDED_INCARNATION,
  HELD_EXTENDED_SEQUENCE,
  HELD_INCARNATION,
  HELD_SEQUENCE,
  THREAD_HELD,
} from "../layout";
import { At } from "./memory";

export class Held {
  @inline static record(thread: u32, index: u32): usize {
    return At.thread(thread) + THREAD_HELD + index * HELD_BYTES;
  }

  /** The due time that the message of that sequence, count and incarnation has while only heartbeats changed it. */
  @inline static dueOf(held: usize, sequence: u64, count: u32, incarnation: u32): f64 {
    const isExtended =
      load<u64>(held, HELD_EXTENDED_SEQUENCE) === sequence &&
      load<u32>(held, HELD_EXTENDED_COUNT) === count &&
      load<u32>(held, HELD_EXTENDED_INCARNATION) === incarnation;
    return load<f64>(held + (isExtended ? HELD_EXTENDED_DUE : HELD_DUE));
  }

  /** The same of the record's own message. */
  @inline static due(held: usize): f64 {
    const sequence = load<u64>(held, HELD_SEQUENCE);
    const count = load<u32>(held, HELD_COUNT);
    return Held.dueOf(held, sequence, count, load<u32>(held, HELD_INCARNATION));
  }

  /** Inside the section that gave the message another due time. Who dies in here leaves one that differs. */
  @inline static extend(held: usize, sequence: u64, count: u32, incarnation: u32, due: f64): void {
    store<f64>(held, due, HELD_EXTENDED_DUE);
    store<u64>(held, sequence, HELD_EXTENDED_SEQUENCE);
    store<u32>(held, count, HELD_EXTENDED_COUNT);
    store<u32>(held, incarnation, HELD_EXTENDED_INCARNATION);
  }
}
