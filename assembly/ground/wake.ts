/**
 * Waiters: each queue has a mask of the threads that wait for it, each thread a doorbell and a bit
 * a queue that says what it was rung for. `one` is the only waker: it runs after a lock was given
 * back (that exchange is the publish), reads the mask, marks the queue for one thread that is not
 * marked yet, and rings. A waiter sets its bit first and looks again afterwards, so either the
 * waker sees the bit or the waiter sees the message. Whoever leaves passes the ring on. Who was rung
 * may be busy, or die: where others wait too, the waker leaves a note for the steward, which looks a
 * moment later whether the message was fetched. A note is the steward's own bit for that queue.
 */

import {
  HEADER,
  HEADER_JOURNAL_THREAD,
  HEADER_QUEUES_BUMP,
  HEADER_STEWARD,
  QUEUE_WAITERS,
  QUEUE_WATCHED_DUE,
  THREAD_DIRTY,
  THREAD_DOORBELL,
} from "../layout";
import { Due } from "./due";
import { At } from "./memory";
import { QueueRecord } from "./records";

export class Wake {
  /** Where a queue's waiters are: no field of its record, on a line of their own. */
  @inline static queue(queueIndex: u32): usize {
    return changetype<usize>(At.queue(queueIndex));
  }

  @inline static bit(thread: u32): u64 {
    return (1 as u64) << (thread as u64);
  }

  @inline static dirtyWord(thread: u32, queueIndex: u32): usize {
    return At.thread(thread) + THREAD_DIRTY + ((queueIndex >> 5) << 2);
  }

  @inline static dirtyBit(queueIndex: u32): u32 {
    return (1 as u32) << (queueIndex & 31);
  }

  /** Something in this queue may be received. */
  @inline static one(queueIndex: u32): void {
    const mask = atomic.load<u64>(Wake.queue(queueIndex), QUEUE_WAITERS);
    if (mask !== 0) Wake.ring(queueIndex, mask);
  }

  static ring(queueIndex: u32, mask: u64): void {
    let left = mask;
    while (left !== 0) {
      const thread = ctz<u64>(left) as u32;
      const bit = Wake.dirtyBit(queueIndex);
      const before = atomic.or<u32>(Wake.dirtyWord(thread, queueIndex), bit);
      if ((before & bit) === 0) {
        Wake.doorbell(thread);
        if ((mask & (mask - 1)) !== 0) Wake.note(queueIndex);
        return;
      }
      left &= left - 1;
    }
  }

  static note(queueIndex: u32): void {
    Wake.tell(load<u32>(HEADER, HEADER_STEWARD), queueIndex);
  }

  /** A queue's ring of effects fills up, and the journal is to read it. */
  static journal(queueIndex: u32): void {
    Wake.tell(load<u32>(HEADER, HEADER_JOURNAL_THREAD), queueIndex);
  }

  /**
   * Of thread `behind - 1`; 0: there is none. A note that still stands was not read yet, and the look it
   * asks for comes after this call.
   */
  static tell(behind: u32, queueIndex: u32): void {
    if (behind === 0) return;
    const bit = Wake.dirtyBit(queueIndex);
    const word = Wake.dirtyWord(behind - 1, queueIndex);
    if ((atomic.load<u32>(word) & bit) !== 0) return;
    atomic.or<u32>(word, bit);
    Wake.doorbell(behind - 1);
  }

  static doorbell(thread: u32): void {
    const area = At.thread(thread);
    atomic.add<i32>(area, 1, THREAD_DOORBELL);
    atomic.notify(area + THREAD_DOORBELL, -1);
  }

  static all(queueIndex: u32): void {
    let left = atomic.load<u64>(Wake.queue(queueIndex), QUEUE_WAITERS);
    while (left !== 0) {
      const thread = ctz<u64>(left) as u32;
      atomic.or<u32>(Wake.dirtyWord(thread, queueIndex), Wake.dirtyBit(queueIndex));
      Wake.doorbell(thread);
      left &= left - 1;
    }
  }

  /** Some thread may have died between a publish and its ring: everybody who waits looks again, and so does the steward. */
  static everybody(): void {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let queue: u32 = 0; queue < last; queue++) Wake.all(queue);
    const steward = load<u32>(HEADER, HEADER_STEWARD);
    if (steward !== 0) Wake.doorbell(steward - 1);
  }

  /** A timer was armed that is due before the time at which some waiter will look again. */
  @inline static ifEarlier(queueIndex: u32, queue: QueueRecord, shard: usize): void {
    if (
      load<u64>(changetype<usize>(queue), QUEUE_WAITERS) !== 0 &&
      Due.nextMs(queue, shard) < load<f64>(changetype<usize>(queue), QUEUE_WATCHED_DUE)
    ) {
      Wake.one(queueIndex);
    }
  }

  @inline static isWaiting(thread: u32, queueIndex: u32): bool {
    return (atomic.load<u64>(Wake.queue(queueIndex), QUEUE_WAITERS) & Wake.bit(thread)) !== 0;
  }

  static begin(thread: u32, queueIndex: u32): void {
    const queue = Wake.queue(queueIndex);
    const before = atomic.or<u64>(queue, Wake.bit(thread), QUEUE_WAITERS);
    // The first waiter watches for itself: nothing armed before it came is news.
    if (before === 0) store<f64>(queue, -Infinity, QUEUE_WATCHED_DUE);
  }

  static end(thread: u32, queueIndex: u32): void {
    const left = atomic.and<u64>(Wake.queue(queueIndex), ~Wake.bit(thread), QUEUE_WAITERS);
    Wake.takeDirty(thread, queueIndex);
    if ((left & ~Wake.bit(thread)) !== 0) Wake.one(queueIndex);
  }

  static takeDirty(thread: u32, queueIndex: u32): bool {
    const bit = Wake.dirtyBit(queueIndex);
    const word = Wake.dirtyWord(thread, queueIndex);
    if ((atomic.load<u32>(word) & bit) === 0) return false;
    return (atomic.and<u32>(word, ~bit) & bit) !== 0;
  }
}
