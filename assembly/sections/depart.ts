/**
 * The depart section, the first half of a move: up to ten messages that this thread has claimed
 * leave their queue. They are MOVING afterwards, in this thread's hands, and their state words say
 * where to. The word is one store and the truth: a death before it leaves the message in flight
 * (its timeout brings it back), a death behind it leaves a message that the reaper delivers.
 */

import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  PHASE_BEGIN_DEPART,
  SHARD_IN_FLIGHT,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_MOVED,
  SLOT_IN_FLIGHT,
  SLOT_MOVING,
  SLOT_STATE_MASK,
  SLOT_THREAD_SHIFT,
  THREAD_OUT_COUNT,
  THREAD_OUT_INCARNATIONS,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
  THREAD_OUT_TARGETS,
} from "../layout";
import { Shard } from "../shard/shard";

export class Depart {
  /**
   * The first `count` of THREAD_OUT_SLOTS, each to its THREAD_OUT_TARGETS; THREAD_MOVE_SOURCE says
   * whence. A slot whose claim is no longer this thread's becomes 0 there. Answers how many left.
   */
  static section(thread: u32, shard: usize, incarnation: u32, count: u32, now: f64): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    const moving: u32 = SLOT_MOVING | ((thread + 1) << SLOT_THREAD_SHIFT);
    Shard.open(shard, thread, PHASE_BEGIN_DEPART, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    const most = Shard.isStill(shard, incarnation) ? count : 0;
    const isFifo = Shard.isFifo(shard);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Depart.step(area, shard, self, moving, step, count, most, isFifo);
    }
    Shard.add(shard, SHARD_TOTAL_MOVED, load<i32>(area, THREAD_OUT_COUNT) as u64);
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    moving: u32,
    index: u32,
    count: u32,
    most: u32,
    isFifo: bool,
  ): void {
    if (index >= count) return;
    const at = area + (index << 2);
    const slotIndex = load<u32>(at, THREAD_OUT_SLOTS);
    const slot = At.slot(slotIndex);
    const word = slot.lowWord();
    const sequence = slot.sequence;
    if (
      index >= most ||
      (word & SLOT_STATE_MASK) !== SLOT_IN_FLIGHT ||
      (sequence as f64) !== load<f64>(area + (index << 3), THREAD_OUT_SEQUENCES) ||
      slot.shard !== self ||
      sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE)
    ) {
      store<u32>(at, 0, THREAD_OUT_SLOTS);
      return;
    }
    if (isFifo) {
      Groups.countOut(shard, slot.group);
      Groups.take(area, shard, slotIndex);
    } else if (!Slot.isRinged(word)) Ring.unreserve(shard);
    slot.group = load<u32>(at, THREAD_OUT_INCARNATIONS);
    slot.setState(moving | load<u32>(at, THREAD_OUT_TARGETS));
    slot.sequence = 0;
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    Age.unlink(At.ageLink(slotIndex));
    Shard.countOut(shard + SHARD_LISTED);
    Shard.countOut(shard + SHARD_IN_FLIGHT);
    store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }
}
