/**
 * When a queue has something new by itself: its first timer, or the end of a FIFO queue's delay.
 * Without the lock a hint, in the direction of too early.
 */

import { FIFO_DELAYED, SHARD_NEXT_DUE } from "../layout";
import { At } from "./memory";
import { QueueRecord } from "./records";

export class Due {
  /** When the oldest message that a FIFO queue's delay holds appears; infinity: there is none. */
  @inline static releaseMs(queue: QueueRecord, shard: usize): f64 {
    const slot = load<u32>(shard, FIFO_DELAYED);
    return slot === 0 ? Infinity : At.slot(slot).sentAt + queue.delayMs;
  }

  @inline static isReleaseDue(queue: QueueRecord, shard: usize, now: f64): bool {
    return load<u32>(shard, FIFO_DELAYED) !== 0 && Due.releaseMs(queue, shard) <= now;
  }

  /** Of any queue: a lower bound; infinity for never. */
  @inline static nextMs(queue: QueueRecord, shard: usize): f64 {
    const timerMs = load<f64>(shard, SHARD_NEXT_DUE);
    return load<u32>(shard, FIFO_DELAYED) === 0
      ? timerMs
      : min<f64>(timerMs, Due.releaseMs(queue, shard));
  }
}
