/**
 * The claim section of a FIFO shard: up to ten messages become this receiver's for a time. The first
 * ready group gives as many as it can, from the first of its chain on up to one that is not visible,
 * then the next group does; a group of which anything was taken is no longer ready. A receive of more
 * than ten goes on where its last section stopped in the middle of a group. A message past
 * its retention that stands in the way leaves its chain here and is freed by the sweep.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import { QueueRecord, ReceiveRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Groups } from "../indexes/groups";
import { Wheel } from "../indexes/wheel";
import {
  FIFO_READY,
  GROUP_CHAIN,
  GROUP_READY,
  LINK_PREVIOUS,
  PHASE_BEGIN_CLAIM_FIFO,
  RECEIVE_BYTES,
  SHARD_IN_FLIGHT,
  SHARD_VISIBLE,
  SLOT_DEAD,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_OUT_EXHAUSTED,
  THREAD_RECEIVES,
} from "../layout";
import { Shard } from "../shard/shard";
import { Attempts } from "./attempts";
import { Claim } from "./claim";

export class ClaimFifo {
  /**
   * As Claim.section, set aside what is exhausted included, but a queue that is full of messages in
   * flight answers 0 and not STATUS_LIMIT: slot, count, sequence and due time of receive records from `from` on;
   * those before are what this receive has taken so far. `hasAttempt`: what it takes is remembered
   * under THREAD_ATTEMPT (Attempts); STATUS_CHANGED also when that is stale.
   */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    most: u32,
    visibilityMs: f64,
    receivesMax: u32,
    hasAttempt: bool,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const records = area + THREAD_RECEIVES + from * RECEIVE_BYTES;
    const retentionMs = queue.retentionMs;
    const inFlightMax = queue.inFlightMax;
    let claimed: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_CLAIM_FIFO, area, now);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    store<u32>(area, 0, THREAD_OUT_EXHAUSTED);
    if (Shard.isStill(shard, incarnation)) claimed = STATUS_CHANGED;
    if (
      claimed === STATUS_CHANGED &&
      Effects.hasRoomForMore(shard) &&
      (!hasAttempt || Attempts.isProven(area, shard, at))
    ) {
      const due = at + visibilityMs;
      const tick = ceil<f64>(due) as u64;
      const spoke = Wheel.spokeOf(shard, tick);
      const end = Wheel.open(shard, spoke);
      const past = at - retentionMs;
      const visible = load<u32>(shard, SHARD_VISIBLE);
      const room = Claim.room(load<u32>(shard, SHARD_IN_FLIGHT), inFlightMax, most);
      store<i32>(area, 0, THREAD_OUT_COUNT);
      let cursor =
        from > 0 ? ClaimFifo.rest(shard, changetype<ReceiveRecord>(records - RECEIVE_BYTES)) : 0;
      for (let step: u32 = 0; step < UNROLLED; step++) {
        cursor = ClaimFifo.step(
          area,
          shard,
          records,
          step,
          room,
          at,
          past,
          due,
          receivesMax,
          spoke,
          end,
          visible,
          cursor,
        );
      }
      ClaimFifo.close(cursor);
      const found = visible - load<u32>(shard, SHARD_VISIBLE);
      claimed = Claim.tally(area, shard, due);
      if (hasAttempt && claimed > 0) Attempts.note(area, shard, records, claimed, due, at);
      if (Effects.isOn(shard)) {
        EffectsOf.claim(area, shard, records, claimed, hasAttempt, due, at);
        EffectsOf.found(area, shard, found, at);
      }
    }
    store<i32>(area, claimed, THREAD_OUT_COUNT);
    Shard.close(shard);
    return claimed;
  }

  /** One message; answers the link of the one to take next from the same group, or 0. */
  @inline static step(
    area: usize,
    shard: usize,
    records: usize,
    index: u32,
    most: u32,
    now: f64,
    past: f64,
    due: f64,
    receivesMax: u32,
    spoke: u32,
    end: usize,
    visible: u32,
    cursor: usize,
  ): usize {
    const ready = shard + FIFO_READY;
    if (index >= most || (cursor === 0 && Circle.isEmpty(ready))) return cursor;
    const link =
      cursor !== 0 ? cursor : Circle.next(Circle.next(ready) - GROUP_READY + GROUP_CHAIN);
    const slotIndex = At.slotOfChainLink(link);
    const slot = At.slot(slotIndex);
    const group = slot.group;
    const chain = Groups.chain(group);
    const next = Circle.next(link);
    const isLast = next === chain;
    if (slot.sentAt <= past) {
      slot.setState(SLOT_DEAD);
      slot.group = 0;
      Circle.unlink(link);
      Claim.noteDead(area, shard, slotIndex, visible);
      Shard.countOut(shard + SHARD_VISIBLE);
      store<u32>(area, load<u32>(area, THREAD_OUT_DROPPED) + 1, THREAD_OUT_DROPPED);
    } else {
      ClaimFifo.take(
        area,
        shard,
        slotIndex,
        slot,
        group,
        records,
        now,
        due,
        receivesMax,
        spoke,
        end,
      );
    }
    const follower = At.slot(At.slotOfChainLink(isLast ? link : next));
    if (!isLast && follower.state() === SLOT_READY) return next;
    if (Groups.isReady(group)) Groups.leave(group);
    if (Circle.isEmpty(chain)) Groups.retire(shard, group);
    return 0;
  }

  /**
   * The link behind this receive's last message, where that message still locks its group and the
   * next one is visible; else 0. A group that is ready has an older message to give, and comes in its
   * turn; a dead one was purged.
   */
  @inline static rest(shard: usize, record: ReceiveRecord): usize {
    const slotIndex = record.slot;
    const slot = At.slot(slotIndex);
    const isHeld =
      slot.state() === SLOT_IN_FLIGHT &&
      slot.isOf(At.shardIndex(shard), record.sequence) &&
      slot.count() === record.count;
    if (!isHeld) return 0;
    const group = slot.group;
    const next = Circle.next(At.chainLink(slotIndex));
    if (Groups.isReady(group) || Groups.isDead(shard, group)) return 0;
    if (next === Groups.chain(group)) return 0;
    return At.slot(At.slotOfChainLink(next)).state() === SLOT_READY ? next : 0;
  }

  @inline static take(
    area: usize,
    shard: usize,
    slotIndex: u32,
    slot: Slot,
    group: usize,
    records: usize,
    now: f64,
    due: f64,
    receivesMax: u32,
    spoke: u32,
    end: usize,
  ): void {
    const count = slot.count() + 1;
    slot.due = due;
    if (count > receivesMax && Claim.isExhausted(slot, count, receivesMax)) {
      // Its group goes on with the next: it departs before anybody else sees the group.
      Claim.setAside(area, slot, slotIndex);
    } else {
      const claimed = load<u32>(area, THREAD_OUT_COUNT);
      const record = ReceiveRecord.at(records, claimed);
      const age = (now - slot.sentAt) as u32;
      if (count === 1) slot.firstReceive = age;
      slot.lastReceive = age;
      slot.setWord(SLOT_IN_FLIGHT, count);
      record.setReceipt(((count as u64) << 32) | (slotIndex as u64));
      record.sequence = slot.sequence;
      record.due = due;
      store<u32>(area, claimed + 1, THREAD_OUT_COUNT);
    }
    Groups.countIn(shard, group);
    const last: usize = load<u32>(end, LINK_PREVIOUS);
    const low = ceil<f64>(due) as u64 as u32;
    Wheel.close(end, Wheel.hang(last, At.wheelLink(slotIndex), spoke, low));
  }

  /** A group whose first was taken is ready no more, wherever the section ended in it. */
  @inline static close(cursor: usize): void {
    if (cursor === 0) return;
    const group = At.slot(At.slotOfChainLink(cursor)).group;
    if (Circle.next(Groups.chain(group)) !== cursor && Groups.isReady(group)) Groups.leave(group);
  }
}
