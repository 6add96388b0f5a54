/**
 * The claim section: up to ten entries of the ready ring are taken; each that means a message that
 * is still there becomes this receiver's for a time. Entries that mean nothing any more cost a
 * step and are dropped. Body and attributes are not touched here: they are gathered outside.
 */
import {
  ENTRY_SEQUENCE,
  ENTRY_SLOT,
  PHASE_BEGIN_CLAIM,
  QUEUE_RETENTION_MS,
  RECEIVE_BLOCK,
  RECEIVE_BODY_BYTES,
  RECEIVE_BYTES,
  RECEIVE_COUNT,
  RECEIVE_FIRST_AT,
  RECEIVE_SENT_AT,
  RECEIVE_SEQUENCE,
  RECEIVE_SLOT,
  RECEIVE_SOURCE,
  SHARD_IN_FLIGHT,
  SHARD_TOTAL_RECEIVED,
  SHARD_VISIBLE,
  SLOT_BLOCK,
  SLOT_BODY_BYTES,
  SLOT_DEAD,
  SLOT_DUE,
  SLOT_FIRST_RECEIVE,
  SLOT_FLAG_RINGED,
  SLOT_IN_FLIGHT,
  SLOT_LAST_RECEIVE,
  SLOT_READY,
  SLOT_SENT_AT,
  SLOT_SEQUENCE,
  SLOT_SHARD,
  SLOT_SOURCE,
  SLOT_STATE_MASK,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_RECEIVES,
} from "./layout";
import { Lock } from "./lock";
import { At } from "./memory";
import { Ring } from "./ring";
import { Shard } from "./shard";
import { Slot } from "./slot";
import { Wheel } from "./wheel";

export class Claim {
  /**
   * Fills receive records from `from` on, `most` (at most ten) at the most. Answers how many;
   * THREAD_OUT_DROPPED how many entries were dropped: when both together are `most`, there may
   * be more. STATUS_GONE when the queue is no more.
   */
  static section(
    thread: u32,
    queue: usize,
    shard: usize,
    incarnation: u32,
    from: u32,
    most: u32,
    visibilityMs: f64,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const receives = area + THREAD_RECEIVES + from * RECEIVE_BYTES;
    const retentionMs = load<f64>(queue, QUEUE_RETENTION_MS);
    const self = At.shardIndex(shard);
    Shard.lock(shard, thread);
    Lock.begin(shard, PHASE_BEGIN_CLAIM);
    const at = Shard.enter(shard, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    if (Shard.isStill(shard, incarnation)) {
      const due = at + visibilityMs;
      Claim.step(area, shard, self, receives, 0, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 1, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 2, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 3, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 4, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 5, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 6, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 7, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 8, most, at, due, retentionMs);
      Claim.step(area, shard, self, receives, 9, most, at, due, retentionMs);
      Shard.add(shard, SHARD_TOTAL_RECEIVED, load<u32>(area, THREAD_OUT_COUNT) as u64);
    } else {
      store<i32>(area, STATUS_GONE, THREAD_OUT_COUNT);
    }
    Lock.end(shard);
    Shard.unlock(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    receives: usize,
    index: u32,
    most: u32,
    now: f64,
    due: f64,
    retentionMs: f64,
  ): void {
    if (index < most && !Ring.isEmpty(shard)) {
      const entry = Ring.head(shard);
      const slotIndex = load<u32>(entry, ENTRY_SLOT);
      const slot = At.slot(slotIndex);
      const word = Slot.word(slot);
      const isItsOwn =
        load<u32>(entry, ENTRY_SEQUENCE) === load<u32>(slot, SLOT_SEQUENCE) &&
        load<u32>(slot, SLOT_SHARD) === self &&
        Slot.isRinged(word);
      const isReady = (word & SLOT_STATE_MASK) === SLOT_READY;
      if (isItsOwn && isReady && !Slot.isPast(shard, slot, retentionMs, now)) {
        Claim.claim(area, shard, slotIndex, slot, receives, now, due);
      } else {
        store<u32>(area, load<u32>(area, THREAD_OUT_DROPPED) + 1, THREAD_OUT_DROPPED);
        if (!isItsOwn) {
          Ring.settle(shard);
        } else if (isReady && Slot.isExpired(slot, retentionMs, now)) {
          // Ready no more whatever the retention becomes: its entry is gone. The sweep takes it.
          Slot.setState(slot, SLOT_DEAD);
          Shard.countOut(shard + SHARD_VISIBLE);
        } else {
          Slot.setState(slot, word & ~SLOT_FLAG_RINGED);
        }
      }
      Ring.dropHead(shard);
    }
  }

  @inline static claim(
    area: usize,
    shard: usize,
    slotIndex: u32,
    slot: usize,
    receives: usize,
    now: f64,
    due: f64,
  ): void {
    const claimed = load<u32>(area, THREAD_OUT_COUNT);
    const record = receives + claimed * RECEIVE_BYTES;
    const sentAt = load<f64>(slot, SLOT_SENT_AT);
    const count = Slot.count(slot) + 1;
    const age = (now - sentAt) as u32;
    if (count === 1) store<u32>(slot, age, SLOT_FIRST_RECEIVE);
    store<u32>(slot, age, SLOT_LAST_RECEIVE);
    store<f64>(slot, due, SLOT_DUE);
    Slot.setWord(slot, SLOT_IN_FLIGHT, count);
    Wheel.arm(shard, slotIndex, due);
    Shard.countOut(shard + SHARD_VISIBLE);
    Shard.countIn(shard + SHARD_IN_FLIGHT);
    store<u32>(record, slotIndex, RECEIVE_SLOT);
    store<u32>(record, count, RECEIVE_COUNT);
    store<u64>(record, Slot.sequence(slot), RECEIVE_SEQUENCE);
    store<f64>(record, sentAt, RECEIVE_SENT_AT);
    store<f64>(record, sentAt + (load<u32>(slot, SLOT_FIRST_RECEIVE) as f64), RECEIVE_FIRST_AT);
    store<u32>(record, load<u32>(slot, SLOT_BLOCK), RECEIVE_BLOCK);
    store<u32>(record, load<u32>(slot, SLOT_BODY_BYTES), RECEIVE_BODY_BYTES);
    store<u32>(record, load<u32>(slot, SLOT_SOURCE), RECEIVE_SOURCE);
    store<u32>(area, claimed + 1, THREAD_OUT_COUNT);
  }
}
