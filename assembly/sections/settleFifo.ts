/**
 * The remove and hide sections of a FIFO shard: as Remove and Hide, but a receipt counts only while
 * its message is in flight (as on AWS, a receipt whose timeout has run out is refused), and what the
 * message's group lets through next may change with it.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Held } from "../ground/held";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Wheel } from "../indexes/wheel";
import {
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_HELD,
  HANDLE_RESULT,
  HANDLE_SLOT,
  HANDLE_VISIBILITY_MS,
  HIDDEN_MS_MAX,
  PHASE_BEGIN_HIDE_FIFO,
  PHASE_BEGIN_REMOVE_FIFO,
  RESULT_APPLIED,
  RESULT_EXPIRED,
  RESULT_GONE,
  RESULT_STALE,
  RESULT_TOO_LONG,
  SHARD_IN_FLIGHT,
  SHARD_LISTED,
  SHARD_TOTAL_DELETED,
  SHARD_VISIBLE,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
} from "../layout";
import { Shard } from "../shard/shard";
import { Hide } from "./hide";

export class SettleFifo {
  /** As Remove.section. */
  static remove(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const handles = area + THREAD_HANDLES + from * HANDLE_BYTES;
    const retentionMs = queue.retentionMs;
    const self = At.shardIndex(shard);
    const at = Shard.open(shard, thread, PHASE_BEGIN_REMOVE_FIFO, area, now);
    const isStill = Shard.isStill(shard, incarnation);
    store<i32>(area, isStill ? STATUS_CHANGED : STATUS_GONE, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (isStill && Effects.hasRoom(shard)) {
      store<i32>(area, 0, THREAD_OUT_COUNT);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        SettleFifo.removeStep(area, thread, shard, self, handles, step, count, at, retentionMs);
      }
      // CloudWatch counts every delete with a valid receipt, repeats too.
      Shard.add(shard, SHARD_TOTAL_DELETED, count as u64);
      if (Effects.isOn(shard)) EffectsOf.remove(shard, handles, count, at);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  /** What a receipt means now: RESULT_APPLIED while its message is this receiver's. */
  @inline static judge(
    shard: usize,
    self: u32,
    handle: usize,
    slot: Slot,
    now: f64,
    retentionMs: f64,
  ): u32 {
    const state = slot.state();
    if (!Hide.isThere(shard, self, handle, slot, now, retentionMs)) return RESULT_GONE;
    if (slot.count() !== load<u32>(handle, HANDLE_COUNT)) return RESULT_STALE;
    // Its time is over from the due time on, whether or not its timer has fired yet.
    const isHidden = state === SLOT_IN_FLIGHT && slot.due > now;
    return isHidden ? RESULT_APPLIED : RESULT_EXPIRED;
  }

  @inline static removeStep(
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
    if (index >= count) return;
    const handle = handles + index * HANDLE_BYTES;
    const slotIndex = load<u32>(handle, HANDLE_SLOT);
    const slot = At.slot(slotIndex);
    const result = SettleFifo.judge(shard, self, handle, slot, now, retentionMs);
    store<u32>(handle, result, HANDLE_RESULT);
    if (result !== RESULT_APPLIED) return;
    Shard.countOut(shard + SHARD_IN_FLIGHT);
    slot.takeOut(thread);
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    Age.unlink(At.ageLink(slotIndex));
    Shard.countOut(shard + SHARD_LISTED);
    Groups.countOut(shard, slot.group);
    Groups.take(area, shard, slotIndex);
    store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }

  /** As Hide.section. */
  static hide(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const handles = area + THREAD_HANDLES + from * HANDLE_BYTES;
    const retentionMs = queue.retentionMs;
    const self = At.shardIndex(shard);
    const at = Shard.open(shard, thread, PHASE_BEGIN_HIDE_FIFO, area, now);
    const isStill = Shard.isStill(shard, incarnation);
    store<i32>(area, isStill ? STATUS_CHANGED : STATUS_GONE, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (isStill && Effects.hasRoom(shard)) {
      store<i32>(area, 0, THREAD_OUT_COUNT);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        SettleFifo.hideStep(area, shard, self, incarnation, handles, step, count, at, retentionMs);
      }
      if (Effects.isOn(shard)) EffectsOf.hide(shard, handles, count, at);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static hideStep(
    area: usize,
    shard: usize,
    self: u32,
    incarnation: u32,
    handles: usize,
    index: u32,
    count: u32,
    now: f64,
    retentionMs: f64,
  ): void {
    if (index >= count) return;
    const handle = handles + index * HANDLE_BYTES;
    const slotIndex = load<u32>(handle, HANDLE_SLOT);
    const slot = At.slot(slotIndex);
    const due = now + load<f64>(handle, HANDLE_VISIBILITY_MS);
    const receivedAt = slot.sentAt + (slot.lastReceive as f64);
    const held: usize = load<u32>(handle, HANDLE_HELD);
    const receive = load<u32>(handle, HANDLE_COUNT);
    let result = SettleFifo.judge(shard, self, handle, slot, now, retentionMs);
    if (
      result === RESULT_APPLIED &&
      held !== 0 &&
      !Hide.isLeft(held, slot, SLOT_IN_FLIGHT, receive, incarnation)
    ) {
      result = RESULT_STALE;
    }
    if (result === RESULT_APPLIED && due > receivedAt + (HIDDEN_MS_MAX as f64)) {
      result = RESULT_TOO_LONG;
    }
    store<u32>(handle, result, HANDLE_RESULT);
    if (result !== RESULT_APPLIED) return;
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    if (due > now) {
      slot.due = due;
      Wheel.arm(shard, At.wheelLink(slotIndex), due);
      if (held !== 0) Held.extend(held, slot.sequence, receive, incarnation, due);
    } else {
      slot.setState(SLOT_READY);
      // A receive attempt knows by it that somebody changed the visibility.
      slot.due = due;
      Shard.countOut(shard + SHARD_IN_FLIGHT);
      Shard.countIn(shard + SHARD_VISIBLE);
      const group = slot.group;
      Groups.countOut(shard, group);
      Groups.opened(area, shard, group, At.chainLink(slotIndex));
    }
    store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }
}
