/**
 * What time does to a FIFO shard, ten messages a section: a visibility timeout ends (`fire`), the
 * queue's delay ends (`release`), retention or a purge ends a message (`sweep`). A message that
 * becomes visible opens its group only where it is the first of its chain.
 * The delay is the queue's own and counts from each message's arrival, so those it holds are the
 * youngest ones, all behind FIFO_DELAYED in the age list: a changed delay acts on them at once.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Lock } from "../ground/lock";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Wheel } from "../indexes/wheel";
import {
  FIFO_DELAYED,
  LINK_NEXT,
  PHASE_BEGIN_EXPIRE_FIFO,
  PHASE_BEGIN_RELEASE,
  PHASE_BEGIN_SWEEP_FIFO,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_EXPIRED,
  SHARD_VISIBLE,
  SHARD_WHEEL_ARMED,
  SLOT_DEAD,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
} from "../layout";
import { Shard } from "../shard/shard";
import { Sweep } from "./sweep";

export class TimersFifo {
  /** Under the lock: up to ten timers of the spoke that is due first. */
  @inline static fire(area: usize, shard: usize, now: f64): void {
    Lock.begin(shard, PHASE_BEGIN_EXPIRE_FIFO);
    const at = Shard.enter(shard, area, now);
    const nowTick = at as u64;
    const begins = Wheel.beginsOn(shard, 0);
    if (begins <= nowTick) {
      const spoke = Wheel.spokeAt(0, begins);
      Wheel.reach(shard, begins);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        TimersFifo.fireStep(area, shard, spoke, at);
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
    slot.setState(SLOT_READY);
    Shard.countOut(shard + SHARD_IN_FLIGHT);
    TimersFifo.appeared(area, shard, slotIndex, slot, sequence);
    Groups.countOut(shard, slot.group);
  }

  /** A message that is READY from here on. */
  @inline static appeared(
    area: usize,
    shard: usize,
    slotIndex: u32,
    slot: Slot,
    sequence: u64,
  ): void {
    const count = load<i32>(area, THREAD_OUT_COUNT);
    Shard.countIn(shard + SHARD_VISIBLE);
    Groups.opened(area, shard, slot.group, At.chainLink(slotIndex));
    store<f64>(area + (count << 3), sequence as f64, THREAD_OUT_SEQUENCES);
    store<i32>(area, count + 1, THREAD_OUT_COUNT);
  }

  // --- The queue's delay -------------------------------------------------------------------------

  /** Up to ten messages whose delay is over appear; answers how many. */
  static release(thread: u32, queue: QueueRecord, shard: usize, now: f64): i32 {
    const area = At.thread(thread);
    const delayMs = queue.delayMs;
    const at = Shard.open(shard, thread, PHASE_BEGIN_RELEASE, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      TimersFifo.releaseStep(area, shard, at - delayMs);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static releaseStep(area: usize, shard: usize, sentBefore: f64): void {
    const slotIndex = load<u32>(shard, FIFO_DELAYED);
    if (slotIndex === 0) return;
    const slot = At.slot(slotIndex);
    if (slot.sentAt > sentBefore) return;
    slot.setState(SLOT_READY);
    store<u32>(shard, TimersFifo.behind(shard, slotIndex), FIFO_DELAYED);
    Shard.countOut(shard + SHARD_DELAYED);
    TimersFifo.appeared(area, shard, slotIndex, slot, slot.sequence);
  }

  /** The message that arrived next, or 0. */
  @inline static behind(shard: usize, slotIndex: u32): u32 {
    const link: usize = load<u32>(At.ageLink(slotIndex), LINK_NEXT);
    return link === Age.end(shard) ? 0 : At.slotOfAgeLink(link);
  }

  // --- Retention and purge -----------------------------------------------------------------------

  /** As Sweep.section. */
  static sweep(thread: u32, queue: QueueRecord, shard: usize, now: f64): i32 {
    const area = At.thread(thread);
    const at = Shard.open(shard, thread, PHASE_BEGIN_SWEEP_FIFO, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (Effects.hasRoom(shard)) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        TimersFifo.sweepStep(area, thread, queue, shard, at);
      }
      if (Effects.isOn(shard)) EffectsOf.sweep(area, shard, load<u32>(area, THREAD_OUT_COUNT), at);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static sweepStep(
    area: usize,
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    now: f64,
  ): void {
    const slotIndex = Age.first(shard);
    if (slotIndex === 0) return;
    const slot = At.slot(slotIndex);
    if (!Sweep.isPast(queue, shard, slot, now)) return;
    const count = load<i32>(area, THREAD_OUT_COUNT);
    const sequence = slot.sequence;
    const state = slot.state();
    const group = slot.group;
    const isCut = sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
    if (!isCut) {
      Shard.add(shard, SHARD_TOTAL_EXPIRED, 1);
      if (state !== SLOT_DEAD) Shard.countOut(Shard.gauge(shard, state));
      if (state === SLOT_IN_FLIGHT) Groups.countOut(shard, group);
      if (load<u32>(shard, FIFO_DELAYED) === slotIndex) {
        store<u32>(shard, TimersFifo.behind(shard, slotIndex), FIFO_DELAYED);
      }
    }
    slot.takeOut(thread);
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    Age.unlink(At.ageLink(slotIndex));
    Shard.countOut(shard + SHARD_LISTED);
    if (group !== 0) Groups.take(area, shard, slotIndex);
    store<f64>(area + (count << 3), sequence as f64, THREAD_OUT_SEQUENCES);
    store<u32>(area + (count << 2), slotIndex, THREAD_OUT_SLOTS);
    store<i32>(area, count + 1, THREAD_OUT_COUNT);
  }
}
