/**
 * The remove section: up to ten receipts are deleted. A receipt is slot, sequence and receive
 * count: the message it names may be this receiver's still (applied), somebody else's by now
 * (stale, nothing happens) or no more (gone). What was applied is in this thread's hands
 * afterwards, and the caller frees it outside the lock.
 */
import { Age } from "./age";
import {
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  PHASE_BEGIN_REMOVE,
  QUEUE_RETENTION_MS,
  RESULT_APPLIED,
  RESULT_GONE,
  RESULT_STALE,
  SHARD_TOTAL_DELETED,
  STATUS_GONE,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
} from "./layout";
import { Lock } from "./lock";
import { At } from "./memory";
import { Ring } from "./ring";
import { Shard } from "./shard";
import { Slot } from "./slot";
import { Wheel } from "./wheel";

export class Remove {
  /** Handle records `from` on; slot numbers were checked. Answers how many applied. */
  static section(
    thread: u32,
    queue: usize,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const handles = area + THREAD_HANDLES + from * HANDLE_BYTES;
    const retentionMs = load<f64>(queue, QUEUE_RETENTION_MS);
    const self = At.shardIndex(shard);
    Shard.lock(shard, thread);
    Lock.begin(shard, PHASE_BEGIN_REMOVE);
    const at = Shard.enter(shard, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    if (Shard.isStill(shard, incarnation)) {
      Remove.step(area, thread, shard, self, handles, 0, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 1, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 2, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 3, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 4, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 5, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 6, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 7, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 8, count, at, retentionMs);
      Remove.step(area, thread, shard, self, handles, 9, count, at, retentionMs);
      // CloudWatch counts every delete with a valid receipt, repeats too.
      Shard.add(shard, SHARD_TOTAL_DELETED, count as u64);
    } else {
      store<i32>(area, STATUS_GONE, THREAD_OUT_COUNT);
    }
    Lock.end(shard);
    Shard.unlock(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(
    area: usize,
    thread: u32,
    shard: usize,
    self: u32,
    handles: usize,
    index: u32,
    count: u32,
    now: f64,
    retentionMs: f64,
  ): void {
    if (index < count) {
      const handle = handles + index * HANDLE_BYTES;
      const slotIndex = load<u32>(handle, HANDLE_SLOT);
      const slot = At.slot(slotIndex);
      const state = Slot.state(slot);
      let result: u32 = RESULT_GONE;
      if (
        Slot.isListed(state) &&
        Slot.isOf(slot, self, load<u64>(handle, HANDLE_SEQUENCE)) &&
        !Slot.isPast(shard, slot, retentionMs, now)
      ) {
        result = RESULT_STALE;
        if (Slot.count(slot) === load<u32>(handle, HANDLE_COUNT)) {
          result = RESULT_APPLIED;
          if (!Slot.isRinged(Slot.word(slot))) Ring.settle(shard);
          Shard.countOut(Shard.gauge(shard, state));
          Slot.takeOut(slot, thread);
          Wheel.cancel(shard, slotIndex);
          Age.unlink(shard, slotIndex);
          store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
        }
      }
      store<u32>(handle, result, HANDLE_RESULT);
    }
  }
}
