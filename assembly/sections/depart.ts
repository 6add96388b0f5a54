/**
 * The depart section, the first half of a move: up to ten messages that this thread has claimed
 * leave their queue. They are MOVING afterwards, in this thread's hands, and their state words say
 * where to. The word is one store and the truth: a death before it leaves the message in flight
 * (its timeout brings it back), a death behind it leaves a message that the reaper delivers.
 * Where there is a journal, only a message whose content it holds departs: it lies in what it says of
 * the source, and a move names it alone. Others, and all while there is no room for effects, are held
 * back: they stay in flight a moment longer.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  EFFECT_REBUILT,
  PHASE_BEGIN_DEPART,
  SHARD_IN_FLIGHT,
  SHARD_JOURNALED,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_MOVED,
  SLOT_IN_FLIGHT,
  SLOT_MOVING,
  SLOT_STATE_MASK,
  SLOT_THREAD_SHIFT,
  THREAD_OUT_COUNT,
  THREAD_OUT_HELD_BACK,
  THREAD_OUT_INCARNATIONS,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
  THREAD_OUT_TARGETS,
} from "../layout";
import { Shard } from "../shard/shard";

/** For so long a message that is held back stays hidden. */
const HELD_BACK_MS: f64 = 10;

export class Depart {
  /**
   * The first `count` of THREAD_OUT_SLOTS, each to its THREAD_OUT_TARGETS; THREAD_MOVE_SOURCE says
   * whence. A slot whose claim is no longer this thread's, or that is held back, becomes 0 there.
   * Answers how many left; THREAD_OUT_HELD_BACK: how many are held back.
   */
  static section(thread: u32, shard: usize, incarnation: u32, count: u32, now: f64): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    const moving: u32 = SLOT_MOVING | ((thread + 1) << SLOT_THREAD_SHIFT);
    const at = Shard.open(shard, thread, PHASE_BEGIN_DEPART, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_HELD_BACK);
    store<u32>(area, 0, THREAD_OUT_READY);
    const most = Shard.isStill(shard, incarnation) ? count : 0;
    const isFifo = Shard.isFifo(shard);
    const held = Depart.journaled(shard);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Depart.step(area, shard, self, moving, step, count, most, isFifo, held, at);
    }
    if (Effects.isOn(shard) && held !== 0) EffectsOf.depart(area, shard, count, at);
    Shard.add(shard, SHARD_TOTAL_MOVED, load<i32>(area, THREAD_OUT_COUNT) as u64);
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  /** The greatest sequence that may depart. While a rebuilt shard is being stated again nothing may. */
  @inline static journaled(shard: usize): u64 {
    if (!Effects.isOn(shard)) return u64.MAX_VALUE;
    const mayDepart = Effects.hasRoom(shard) && load<u32>(shard, EFFECT_REBUILT) === 0;
    return mayDepart ? load<u64>(shard, SHARD_JOURNALED) : 0;
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
    journaled: u64,
    now: f64,
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
    if (sequence > journaled) {
      store<u32>(at, 0, THREAD_OUT_SLOTS);
      Depart.holdBack(area, shard, slotIndex, slot, now + HELD_BACK_MS);
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

  /** In flight it stays: not received, but hidden until then. */
  @inline static holdBack(area: usize, shard: usize, slotIndex: u32, slot: Slot, due: f64): void {
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    slot.due = due;
    Wheel.arm(shard, At.wheelLink(slotIndex), due);
    store<u32>(area, load<u32>(area, THREAD_OUT_HELD_BACK) + 1, THREAD_OUT_HELD_BACK);
  }
}
