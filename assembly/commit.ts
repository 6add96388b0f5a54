/**
 * The commit section: up to ten PREPARED messages of this thread join a shard, ready or delayed.
 * Outside the lock before it: slots and contents are filled, and the ring has room (Segments).
 */
import { Age } from "./age";
import { Content } from "./content";
import {
  PHASE_BEGIN_COMMIT,
  QUEUE_DELAY_MS,
  SEND_BYTES,
  SEND_DELAY_MS,
  SEND_SEQUENCE,
  SEND_SLOT,
  SHARD_DELAYED,
  SHARD_SENT_BYTES_MAX,
  SHARD_SENT_BYTES_MIN,
  SHARD_SEQUENCE,
  SHARD_TOTAL_SENT,
  SHARD_TOTAL_SENT_BYTES,
  SHARD_VISIBLE,
  SLOT_DELAYED,
  SLOT_DUE,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  SLOT_SENT_AT,
  SLOT_SEQUENCE,
  SLOT_SHARD,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_SENDS,
} from "./layout";
import { Lock } from "./lock";
import { At } from "./memory";
import { Ring } from "./ring";
import { Shard } from "./shard";
import { Slot } from "./slot";
import { Wheel } from "./wheel";

export class Commit {
  /**
   * Send records `from` to `from + count - 1`. Answers count, STATUS_GONE when the queue is no
   * more, STATUS_CHANGED when the ring's room went to somebody else (give it room, try again).
   */
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
    const sends = area + THREAD_SENDS + from * SEND_BYTES;
    const self = At.shardIndex(shard);
    const queueDelayMs = load<f64>(queue, QUEUE_DELAY_MS);
    let status: i32 = STATUS_GONE;
    Shard.lock(shard, thread);
    Lock.begin(shard, PHASE_BEGIN_COMMIT);
    const at = Shard.enter(shard, area, now);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (Ring.hasRoom(shard, count)) {
        Commit.step(area, shard, self, sends, 0, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 1, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 2, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 3, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 4, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 5, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 6, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 7, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 8, count, at, queueDelayMs);
        Commit.step(area, shard, self, sends, 9, count, at, queueDelayMs);
        Shard.add(shard, SHARD_TOTAL_SENT, count as u64);
        status = count as i32;
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Lock.end(shard);
    Shard.unlock(shard);
    return status;
  }

  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    sends: usize,
    index: u32,
    count: u32,
    now: f64,
    queueDelayMs: f64,
  ): void {
    if (index < count) {
      const send = sends + index * SEND_BYTES;
      const slotIndex = load<u32>(send, SEND_SLOT);
      const slot = At.slot(slotIndex);
      const sequence = load<u64>(shard, SHARD_SEQUENCE) + 1;
      const ownDelayMs = load<f64>(send, SEND_DELAY_MS);
      const delayMs = ownDelayMs < 0 ? queueDelayMs : ownDelayMs;
      store<u64>(shard, sequence, SHARD_SEQUENCE);
      store<u64>(send, sequence, SEND_SEQUENCE);
      store<u64>(slot, sequence, SLOT_SEQUENCE);
      store<u32>(slot, self, SLOT_SHARD);
      store<f64>(slot, now, SLOT_SENT_AT);
      Age.append(shard, slotIndex);
      Ring.owe(shard, 1);
      if (delayMs > 0) {
        store<f64>(slot, now + delayMs, SLOT_DUE);
        Wheel.arm(shard, slotIndex, now + delayMs);
        Slot.setWord(slot, SLOT_DELAYED, 0);
        Shard.countIn(shard + SHARD_DELAYED);
      } else {
        Ring.push(shard, slotIndex, sequence as u32);
        Slot.setWord(slot, SLOT_READY | SLOT_FLAG_RINGED, 0);
        Shard.countIn(shard + SHARD_VISIBLE);
        store<u32>(area, load<u32>(area, THREAD_OUT_READY) + 1, THREAD_OUT_READY);
      }
      Commit.measure(shard, Content.sendBytes(send));
    }
  }

  @inline static measure(shard: usize, bytes: u32): void {
    Shard.add(shard, SHARD_TOTAL_SENT_BYTES, bytes as u64);
    const least = load<u32>(shard, SHARD_SENT_BYTES_MIN);
    if (least === 0 || bytes < least) store<u32>(shard, bytes, SHARD_SENT_BYTES_MIN);
    if (bytes > load<u32>(shard, SHARD_SENT_BYTES_MAX)) {
      store<u32>(shard, bytes, SHARD_SENT_BYTES_MAX);
    }
  }
}
