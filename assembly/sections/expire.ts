/**
 * Timers that are due: the fire section makes up to ten messages of one spoke ready again, behind
 * the others; the cascade section moves up to ten timers of a higher spoke down. Which of the two
 * is next is found under the same lock, so each is a turn of its own.
 */

import { Lock } from "../ground/lock";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  PHASE_BEGIN_CASCADE,
  PHASE_BEGIN_EXPIRE,
  SHARD_NEXT_DUE,
  SHARD_PURGE_SEQUENCE,
  SHARD_VISIBLE,
  SHARD_WHEEL_ARMED,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
} from "../layout";
import { Shard } from "../shard/shard";
import { TimersFifo } from "./timersFifo";

export class Expire {
  @inline static isDue(shard: usize, now: f64): bool {
    return load<f64>(shard, SHARD_NEXT_DUE) <= now;
  }

  /** Answers how many messages became ready; their sequences stand in THREAD_OUT_SEQUENCES. */
  static turn(thread: u32, shard: usize, now: f64): i32 {
    const area = At.thread(thread);
    const isFifo = Shard.isFifo(shard);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    Shard.lock(shard, thread);
    const level = Wheel.firstLevel(shard, Wheel.tick(shard));
    if (level !== 0) Expire.cascade(area, shard, level, now);
    else if (isFifo) TimersFifo.fire(area, shard, now);
    else Expire.fire(area, shard, now);
    Shard.unlock(shard);
    if (!isFifo) store<u32>(area, load<i32>(area, THREAD_OUT_COUNT), THREAD_OUT_READY);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  /** Under the lock, and part of `turn`: not even a call lies between the lock and its section. */
  @inline static fire(area: usize, shard: usize, now: f64): void {
    Lock.begin(shard, PHASE_BEGIN_EXPIRE);
    const at = Shard.enter(shard, area, now);
    const nowTick = at as u64;
    const begins = Wheel.beginsOn(shard, 0);
    if (begins <= nowTick) {
      const spoke = Wheel.spokeAt(0, begins);
      Wheel.reach(shard, begins);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Expire.fireStep(area, shard, spoke, at);
      }
    }
    Wheel.settle(shard, nowTick);
    Lock.end(shard);
  }

  @inline static fireStep(area: usize, shard: usize, spoke: u32, now: f64): void {
    const link = Wheel.firstOf(shard, spoke);
    if (link === 0) return;
    const slotIndex = At.slotOfWheelLink(link);
    const slot = At.slot(slotIndex);
    const due = slot.due;
    Wheel.unlink(link);
    if (due > now) {
      // It lay beyond the wheel's span.
      Wheel.place(shard, link, ceil<f64>(due) as u64);
      return;
    }
    store<u32>(shard, load<u32>(shard, SHARD_WHEEL_ARMED) - 1, SHARD_WHEEL_ARMED);
    const sequence = slot.sequence;
    if (sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE)) return;
    const count = load<i32>(area, THREAD_OUT_COUNT);
    const gauge = Shard.gauge(shard, slot.state());
    if (!Slot.isRinged(slot.lowWord())) Ring.push(shard, slotIndex, sequence as u32);
    slot.setState(SLOT_READY | SLOT_FLAG_RINGED);
    Shard.countOut(gauge);
    Shard.countIn(shard + SHARD_VISIBLE);
    store<f64>(area + (count << 3), sequence as f64, THREAD_OUT_SEQUENCES);
    store<i32>(area, count + 1, THREAD_OUT_COUNT);
  }

  /** As `fire`. */
  @inline static cascade(area: usize, shard: usize, level: u32, now: f64): void {
    Lock.begin(shard, PHASE_BEGIN_CASCADE);
    const at = Shard.enter(shard, area, now);
    const nowTick = at as u64;
    const begins = Wheel.beginsOn(shard, level);
    if (begins <= nowTick) {
      const spoke = Wheel.spokeAt(level, begins);
      Wheel.reach(shard, begins);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Expire.cascadeStep(shard, spoke);
      }
    }
    Wheel.settle(shard, nowTick);
    Lock.end(shard);
  }

  @inline static cascadeStep(shard: usize, spoke: u32): void {
    const link = Wheel.firstOf(shard, spoke);
    if (link === 0) return;
    const due = Wheel.dueOf(link, Wheel.tick(shard));
    Wheel.unlink(link);
    Wheel.place(shard, link, due);
  }
}
