/**
 * The remove section of a Standard shard: up to ten receipts are deleted. A receipt's slot and
 * sequence name a message, which is there (applied) or no more (gone). Which receive gave the receipt
 * does not matter: an older one deletes what somebody else has received since (as on AWS). What was
 * applied is in this thread's hands afterwards, and the caller frees it outside the lock.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  EFFECT_LIMIT,
  HANDLE_BYTES,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  LIST_LINK_BYTES_LOG2,
  PHASE_BEGIN_REMOVE,
  RESULT_APPLIED,
  RESULT_GONE,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_DELETED,
  SLOT_PREPARED,
  SLOT_STATE_MASK,
  SLOT_THREAD_SHIFT,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
  WHEEL_LINK_BYTES_LOG2,
} from "../layout";
import { Shard } from "../shard/shard";

export class Remove {
  /**
   * Handle records `from` on; slot numbers were checked. Answers how many applied; STATUS_GONE;
   * STATUS_CHANGED when the room for effects went to somebody else.
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
    const area = At.thread(thread);
    const handles = area + THREAD_HANDLES + from * HANDLE_BYTES;
    const retentionMs = queue.retentionMs;
    const self = At.shardIndex(shard);
    const slots = changetype<usize>(At.slot(0));
    const ages = At.ageLink(0);
    const links = At.wheelLink(0);
    const word: u32 = SLOT_PREPARED | ((thread + 1) << SLOT_THREAD_SHIFT);
    const at = Shard.open(shard, thread, PHASE_BEGIN_REMOVE, area, now);
    const isOn = Effects.isOn(shard);
    const past = at - retentionMs;
    let status: i32 = STATUS_GONE;
    if (Shard.isStill(shard, incarnation)) status = STATUS_CHANGED;
    if (status === STATUS_CHANGED && Effects.mayWrite(shard, isOn, EFFECT_LIMIT)) {
      const purged = load<u64>(shard, SHARD_PURGE_SEQUENCE);
      status = 0;
      for (let step: u32 = 0; step < UNROLLED; step++) {
        status = Remove.step(
          shard,
          self,
          slots,
          ages,
          links,
          word,
          handles,
          step,
          count,
          past,
          purged,
          status,
        );
      }
      // CloudWatch counts every delete with a valid receipt, repeats too.
      Shard.add(shard, SHARD_TOTAL_DELETED, count as u64);
      if (isOn) EffectsOf.remove(shard, handles, count, at);
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Shard.close(shard);
    return status;
  }

  /** How many applied, this one among them. */
  @inline static step(
    shard: usize,
    self: u32,
    slots: usize,
    ages: usize,
    links: usize,
    takenOut: u32,
    handles: usize,
    index: u32,
    count: u32,
    past: f64,
    purged: u64,
    applied: i32,
  ): i32 {
    if (index >= count) return applied;
    const handle = handles + index * HANDLE_BYTES;
    const slotIndex = load<u32>(handle, HANDLE_SLOT);
    const slot = Slot.at(slots, slotIndex);
    const word = slot.lowWord();
    const state = word & SLOT_STATE_MASK;
    const sequence = load<u64>(handle, HANDLE_SEQUENCE);
    if (
      !Slot.isListed(state) ||
      slot.sequence !== sequence ||
      slot.shard !== self ||
      sequence <= purged ||
      slot.sentAt <= past
    ) {
      store<u32>(handle, RESULT_GONE, HANDLE_RESULT);
      return applied;
    }
    if (!Slot.isRinged(word)) Ring.unreserve(shard);
    Shard.countOut(Shard.gauge(shard, state));
    slot.setState(takenOut);
    slot.sequence = 0;
    Wheel.cancel(shard, links + (slotIndex << WHEEL_LINK_BYTES_LOG2));
    Age.unlink(ages + (slotIndex << LIST_LINK_BYTES_LOG2));
    Shard.countOut(shard + SHARD_LISTED);
    store<u32>(handle, RESULT_APPLIED, HANDLE_RESULT);
    return applied + 1;
  }
}
