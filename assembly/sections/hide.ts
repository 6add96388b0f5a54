/**
 * The hide section of a Standard shard: up to ten receipts get a new visibility timeout, counted from
 * now. Zero makes a message in flight ready at once; a message whose timeout has run out is hidden
 * again (as on AWS). Nothing may be hidden beyond twelve hours after its last receive. A record with
 * a receive count applies while that receive is the message's last, one without a count always: who
 * asks for a user takes any receive (as on AWS), who gives a message back for one must hit his own.
 * A record that names a held record applies while the message is in flight until the time that this
 * knows: a heartbeat, and who settles behind one, do not overrule what anybody else said.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Held } from "../ground/held";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  HANDLE_BYTES,
  HANDLE_COUNT,
  HANDLE_COUNT_ANY,
  HANDLE_HELD,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HANDLE_VISIBILITY_MS,
  HIDDEN_MS_MAX,
  PHASE_BEGIN_HIDE,
  RESULT_APPLIED,
  RESULT_GONE,
  RESULT_STALE,
  RESULT_TOO_LONG,
  SHARD_IN_FLIGHT,
  SHARD_VISIBLE,
  SLOT_FLAG_RINGED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
} from "../layout";
import { Shard } from "../shard/shard";

export class Hide {
  /** As Remove.section. */
  static section(
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
    const at = Shard.open(shard, thread, PHASE_BEGIN_HIDE, area, now);
    const isStill = Shard.isStill(shard, incarnation);
    store<i32>(area, isStill ? STATUS_CHANGED : STATUS_GONE, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (isStill && Effects.hasRoom(shard)) {
      store<i32>(area, 0, THREAD_OUT_COUNT);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Hide.step(area, shard, self, incarnation, handles, step, count, at, retentionMs);
      }
      if (Effects.isOn(shard)) EffectsOf.hide(shard, handles, count, at);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(
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
    let result = Hide.judge(shard, self, incarnation, handle, held, slot, now, retentionMs);
    if (result === RESULT_APPLIED && due > receivedAt + (HIDDEN_MS_MAX as f64)) {
      result = RESULT_TOO_LONG;
    }
    store<u32>(handle, result, HANDLE_RESULT);
    if (result !== RESULT_APPLIED) return;
    Hide.apply(area, shard, slotIndex, slot, now, due);
    if (held !== 0 && due > now) {
      const receive = load<u32>(handle, HANDLE_COUNT);
      Held.extend(held, slot.sequence, receive, incarnation, due);
    }
    store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }

  /** What a receipt means now: RESULT_APPLIED while its receive is the last. */
  @inline static judge(
    shard: usize,
    self: u32,
    incarnation: u32,
    handle: usize,
    held: usize,
    slot: Slot,
    now: f64,
    retentionMs: f64,
  ): u32 {
    const state = slot.state();
    if (!Hide.isThere(shard, self, handle, slot, now, retentionMs)) return RESULT_GONE;
    const receive = load<u32>(handle, HANDLE_COUNT);
    if (receive !== HANDLE_COUNT_ANY && receive !== slot.count()) return RESULT_STALE;
    if (held === 0 || Hide.isLeft(held, slot, state, receive, incarnation)) return RESULT_APPLIED;
    return RESULT_STALE;
  }

  /** Whether the receipt's message is in this queue still. */
  @inline static isThere(
    shard: usize,
    self: u32,
    handle: usize,
    slot: Slot,
    now: f64,
    retentionMs: f64,
  ): bool {
    return (
      Slot.isListed(slot.state()) &&
      slot.isOf(self, load<u64>(handle, HANDLE_SEQUENCE)) &&
      !slot.isPast(shard, retentionMs, now)
    );
  }

  /** Still in flight, and hidden until when it was last known to be. */
  @inline static isLeft(held: usize, slot: Slot, state: u32, count: u32, incarnation: u32): bool {
    const due = Held.dueOf(held, slot.sequence, count, incarnation);
    return state === SLOT_IN_FLIGHT && slot.due === due;
  }

  /** READY or IN_FLIGHT (a delayed message has no receipt). */
  @inline static apply(
    area: usize,
    shard: usize,
    slotIndex: u32,
    slot: Slot,
    now: f64,
    due: f64,
  ): void {
    const word = slot.lowWord();
    const ringed = word & SLOT_FLAG_RINGED;
    const isInFlight = slot.state() === SLOT_IN_FLIGHT;
    if (isInFlight) Wheel.cancel(shard, At.wheelLink(slotIndex));
    if (due > now) {
      slot.due = due;
      slot.setState(SLOT_IN_FLIGHT | ringed);
      Wheel.arm(shard, At.wheelLink(slotIndex), due);
      if (!isInFlight) {
        Shard.countOut(shard + SHARD_VISIBLE);
        Shard.countIn(shard + SHARD_IN_FLIGHT);
      }
    } else if (isInFlight) {
      if (ringed === 0) Ring.push(shard, slotIndex, slot.sequence as u32);
      slot.setState(SLOT_READY | SLOT_FLAG_RINGED);
      Shard.countOut(shard + SHARD_IN_FLIGHT);
      Shard.countIn(shard + SHARD_VISIBLE);
      store<u32>(area, load<u32>(area, THREAD_OUT_READY) + 1, THREAD_OUT_READY);
    }
  }
}
