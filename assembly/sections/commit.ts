/**
 * The commit sections: up to ten PREPARED messages of this thread join a shard, all of them ready
 * or all delayed. Outside the lock before it: slots and contents are filled, sizes are summed, and
 * the ring has room (Segments), and so has that of effects (EffectsGrowth). What the ten share (list ends, gauges, totals) is touched once a
 * section, not once a message: the unrolled code must stay small enough for the processor's
 * instruction cache.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord, SendRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  EFFECT_MORE_LIMIT,
  PHASE_BEGIN_COMMIT,
  PHASE_BEGIN_COMMIT_DELAYED,
  SEND_BYTES,
  SHARD_DELAYED,
  SHARD_LISTED,
  SHARD_SEQUENCE,
  SHARD_TOTAL_SENT,
  SHARD_VISIBLE,
  SLOT_DELAYED,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_SENDS,
} from "../layout";
import { Shard } from "../shard/shard";
import { Sizes } from "../shard/sizes";

export class Commit {
  @inline static isDelayed(send: SendRecord, queueDelayMs: f64): bool {
    return Commit.delayMs(send, queueDelayMs) > 0;
  }

  @inline static delayMs(send: SendRecord, queueDelayMs: f64): f64 {
    const ownMs = send.delayMs;
    return ownMs < 0 ? queueDelayMs : (ownMs as f64);
  }

  /** Of the first `count` send records, how many lead that are all ready or all delayed. */
  static run(sends: usize, count: u32, queueDelayMs: f64): u32 {
    const first = Commit.isDelayed(SendRecord.at(sends, 0), queueDelayMs);
    let length: u32 = 1;
    while (length < count) {
      if (Commit.isDelayed(SendRecord.at(sends, length), queueDelayMs) !== first) break;
      length++;
    }
    return length;
  }

  /**
   * Send records `from` to `from + count - 1`, a run. Answers count, STATUS_GONE when the queue is
   * no more, STATUS_CHANGED when a ring's room went to somebody else (give it room, try again).
   */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    now: f64,
  ): i32 {
    const sends = At.thread(thread) + THREAD_SENDS + from * SEND_BYTES;
    const queueDelayMs = queue.delayMs;
    return Commit.isDelayed(SendRecord.at(sends, 0), queueDelayMs)
      ? Commit.delayed(thread, shard, incarnation, sends, count, now, queueDelayMs)
      : Commit.ready(thread, shard, incarnation, sends, count, now);
  }

  static ready(
    thread: u32,
    shard: usize,
    incarnation: u32,
    sends: usize,
    count: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    const slots = changetype<usize>(At.slot(0));
    const ages = At.ageLink(0);
    Sizes.measure(area, sends, count);
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_COMMIT, area, now);
    const isOn = Effects.isOn(shard);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (Ring.hasRoom(shard, count) && Effects.mayWrite(shard, isOn, EFFECT_MORE_LIMIT)) {
        const first = load<u64>(shard, SHARD_SEQUENCE) + 1;
        store<u64>(shard, first + count - 1, SHARD_SEQUENCE);
        Ring.reserve(shard, count);
        let last = Age.last(shard);
        for (let step: u32 = 0; step < UNROLLED; step++) {
          last = Commit.readyStep(shard, self, slots, ages, sends, step, count, at, first, last);
        }
        Age.close(shard, last);
        Commit.tally(shard, SHARD_VISIBLE, count);
        Sizes.add(shard, area);
        if (isOn) EffectsOf.commit(shard, sends, count, false, 0, at);
        status = count as i32;
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    store<u32>(area, status > 0 ? count : 0, THREAD_OUT_READY);
    Shard.close(shard);
    return status;
  }

  @inline static tally(shard: usize, gauge: usize, count: u32): void {
    store<u32>(shard + gauge, load<u32>(shard + gauge) + count);
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + count, SHARD_LISTED);
    Shard.add(shard, SHARD_TOTAL_SENT, count as u64);
  }

  @inline static readyStep(
    shard: usize,
    self: u32,
    slots: usize,
    ages: usize,
    sends: usize,
    index: u32,
    count: u32,
    now: f64,
    first: u64,
    last: usize,
  ): usize {
    if (index >= count) return last;
    const send = SendRecord.at(sends, index);
    const slotIndex = send.slot;
    const slot = Slot.at(slots, slotIndex);
    const sequence = first + index;
    Commit.write(send, slot, self, sequence, now);
    Ring.push(shard, slotIndex, sequence as u32);
    slot.setWord(SLOT_READY | SLOT_FLAG_RINGED, 0);
    return Age.hang(last, ages + (slotIndex << 3));
  }

  @inline static write(send: SendRecord, slot: Slot, self: u32, sequence: u64, now: f64): void {
    send.sequence = sequence;
    // The shard before the sequence: a late reader of the slot's former message compares both.
    slot.shard = self;
    slot.sequence = sequence;
    slot.sentAt = now;
  }

  static delayed(
    thread: u32,
    shard: usize,
    incarnation: u32,
    sends: usize,
    count: u32,
    now: f64,
    queueDelayMs: f64,
  ): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    Sizes.measure(area, sends, count);
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_COMMIT_DELAYED, area, now);
    const isOn = Effects.isOn(shard);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (Ring.hasRoom(shard, count) && Effects.mayWrite(shard, isOn, EFFECT_MORE_LIMIT)) {
        const first = load<u64>(shard, SHARD_SEQUENCE) + 1;
        store<u64>(shard, first + count - 1, SHARD_SEQUENCE);
        Ring.reserve(shard, count);
        let last = Age.last(shard);
        for (let step: u32 = 0; step < UNROLLED; step++) {
          last = Commit.delayedStep(shard, self, sends, step, count, at, queueDelayMs, first, last);
        }
        Age.close(shard, last);
        Commit.tally(shard, SHARD_DELAYED, count);
        Sizes.add(shard, area);
        if (isOn) EffectsOf.commit(shard, sends, count, true, queueDelayMs, at);
        status = count as i32;
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    Shard.close(shard);
    return status;
  }

  @inline static delayedStep(
    shard: usize,
    self: u32,
    sends: usize,
    index: u32,
    count: u32,
    now: f64,
    queueDelayMs: f64,
    first: u64,
    last: usize,
  ): usize {
    if (index >= count) return last;
    const send = SendRecord.at(sends, index);
    const slotIndex = send.slot;
    const slot = At.slot(slotIndex);
    const due = now + Commit.delayMs(send, queueDelayMs);
    Commit.write(send, slot, self, first + index, now);
    slot.due = due;
    Wheel.arm(shard, At.wheelLink(slotIndex), due);
    slot.setWord(SLOT_DELAYED, 0);
    return Age.hang(last, At.ageLink(slotIndex));
  }
}
