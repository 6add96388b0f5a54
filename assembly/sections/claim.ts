/**
 * The claim section: up to ten entries of the ready ring are taken; each that means a message that
 * is still there becomes this receiver's for a time. Entries that mean nothing any more cost a
 * step and are dropped. Body and attributes are not touched here: they are gathered outside.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord, ReceiveRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  BLOCK_BASE_SHIFT,
  BLOCK_FLAGS,
  EFFECT_MORE_LIMIT,
  ENTRY_SEQUENCE,
  ENTRY_SLOT,
  LINK_PREVIOUS,
  PHASE_BEGIN_CLAIM,
  RECEIVE_BYTES,
  SECTION_STEPS,
  SHARD_IN_FLIGHT,
  SHARD_TOTAL_RECEIVED,
  SHARD_VISIBLE,
  SLOT_DEAD,
  SLOT_FLAG_RINGED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  SLOT_STATE_MASK,
  STATUS_CHANGED,
  STATUS_GONE,
  STATUS_LIMIT,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_OUT_EXHAUSTED,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
  THREAD_RECEIVES,
  WHEEL_LINK_BYTES_LOG2,
} from "../layout";
import { Shard } from "../shard/shard";

export class Claim {
  /**
   * Fills slot, count, sequence and due time of receive records from `from` on, `most` (at most ten) at the
   * most. Answers how many. THREAD_OUT_DROPPED: how many entries were dropped. A message that was
   * received `receivesMax` times since it came here is taken without being received and stands in
   * THREAD_OUT_SLOTS (THREAD_OUT_EXHAUSTED of them): the caller moves it, or it comes back by its
   * timeout. When the three together are `most`, there may be more. STATUS_GONE when the queue is
   * no more, STATUS_LIMIT when something is visible but too many are in flight already, STATUS_CHANGED
   * when the room for effects went to somebody else.
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
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const records = area + THREAD_RECEIVES + from * RECEIVE_BYTES;
    const retentionMs = queue.retentionMs;
    const inFlightMax = queue.inFlightMax;
    const self = At.shardIndex(shard);
    const slots = changetype<usize>(At.slot(0));
    const links = At.wheelLink(0);
    let claimed: i32 = STATUS_GONE;
    let last: usize = 0;
    const at = Shard.open(shard, thread, PHASE_BEGIN_CLAIM, area, now);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    store<u32>(area, 0, THREAD_OUT_EXHAUSTED);
    const isOn = Effects.isOn(shard);
    if (Shard.isStill(shard, incarnation)) claimed = STATUS_CHANGED;
    if (claimed === STATUS_CHANGED && Effects.mayWrite(shard, isOn, EFFECT_MORE_LIMIT)) {
      const due = at + visibilityMs;
      const dueTick = ceil<f64>(due) as u64;
      // All that one section claims is due at the same time: one spoke, opened once.
      const spoke = Wheel.spokeOf(shard, dueTick);
      const end = Wheel.open(shard, spoke);
      const low = dueTick as u32;
      const past = at - retentionMs;
      const visible = load<u32>(shard, SHARD_VISIBLE);
      const room = Claim.room(load<u32>(shard, SHARD_IN_FLIGHT), inFlightMax, most);
      store<i32>(area, 0, THREAD_OUT_COUNT);
      last = load<u32>(end, LINK_PREVIOUS);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        last = Claim.step(
          area,
          shard,
          self,
          slots,
          links,
          records,
          step,
          room,
          at,
          past,
          due,
          receivesMax,
          spoke,
          low,
          visible,
          last,
        );
      }
      Wheel.close(end, last);
      const found = visible - load<u32>(shard, SHARD_VISIBLE);
      claimed = Claim.tally(area, shard, due);
      if (isOn) {
        EffectsOf.claim(area, shard, records, claimed, false, due, at);
        EffectsOf.found(area, shard, found, at);
      }
      if (room === 0 && visible !== 0) claimed = STATUS_LIMIT;
    }
    store<i32>(area, claimed, THREAD_OUT_COUNT);
    Shard.close(shard);
    return claimed;
  }

  /** How many may be taken: no more than may be in flight, where that is limited. */
  @inline static room(inFlight: u32, inFlightMax: u32, most: u32): u32 {
    const left = inFlight < inFlightMax ? inFlightMax - inFlight : 0;
    return inFlightMax === 0 || left > most ? most : left;
  }

  /** One entry; answers the last link of the spoke that the claimed hang on. */
  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    slots: usize,
    links: usize,
    records: usize,
    index: u32,
    most: u32,
    now: f64,
    past: f64,
    due: f64,
    receivesMax: u32,
    spoke: u32,
    dueLow: u32,
    visible: u32,
    last: usize,
  ): usize {
    if (index >= most || Ring.isEmpty(shard)) return last;
    const entry = Ring.head(shard);
    const slotIndex = load<u32>(entry, ENTRY_SLOT);
    const slot = Slot.at(slots, slotIndex);
    const word = slot.lowWord();
    const isItsOwn =
      load<u32>(entry, ENTRY_SEQUENCE) === slot.lowSequence() &&
      slot.shard === self &&
      Slot.isRinged(word);
    Ring.dropHead(shard);
    const isReady = (word & SLOT_STATE_MASK) === SLOT_READY;
    const isExpired = slot.sentAt <= past;
    if (!isItsOwn || !isReady || isExpired) {
      Claim.drop(area, shard, slotIndex, slot, word, isItsOwn, isReady, visible);
      return last;
    }
    const count = slot.count() + 1;
    slot.due = due;
    if (count > receivesMax && Claim.isExhausted(slot, count, receivesMax)) {
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
    return Wheel.hang(last, links + (slotIndex << WHEEL_LINK_BYTES_LOG2), spoke, dueLow);
  }

  /** What the section took, counted once for all of it; how many were received. */
  @inline static tally(area: usize, shard: usize, due: f64): i32 {
    const claimed = load<i32>(area, THREAD_OUT_COUNT);
    const taken = (claimed as u32) + load<u32>(area, THREAD_OUT_EXHAUSTED);
    if (taken > 0) Wheel.count(shard, taken, due);
    store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) - taken, SHARD_VISIBLE);
    store<u32>(shard, load<u32>(shard, SHARD_IN_FLIGHT) + taken, SHARD_IN_FLIGHT);
    Shard.add(shard, SHARD_TOTAL_RECEIVED, claimed as u64);
    return claimed;
  }

  /** Receives count from when the message came into this queue. */
  @inline static isExhausted(slot: Slot, count: u32, receivesMax: u32): bool {
    const block = slot.block;
    return count - (load<u32>(block, BLOCK_FLAGS) >> BLOCK_BASE_SHIFT) > receivesMax;
  }

  /** In flight, but not received: its count and receipts stay what they are. */
  @inline static setAside(area: usize, slot: Slot, slotIndex: u32): void {
    const index = load<u32>(area, THREAD_OUT_EXHAUSTED);
    slot.setState(SLOT_IN_FLIGHT);
    store<f64>(area + (index << 3), slot.sequence as f64, THREAD_OUT_SEQUENCES);
    store<u32>(area + (index << 2), slotIndex, THREAD_OUT_SLOTS);
    store<u32>(area, index + 1, THREAD_OUT_EXHAUSTED);
  }

  /** An entry that delivers nothing. Ready means here: past its retention. */
  @inline static drop(
    area: usize,
    shard: usize,
    slotIndex: u32,
    slot: Slot,
    word: u32,
    isItsOwn: bool,
    isReady: bool,
    visible: u32,
  ): void {
    store<u32>(area, load<u32>(area, THREAD_OUT_DROPPED) + 1, THREAD_OUT_DROPPED);
    if (!isItsOwn) {
      Ring.unreserve(shard);
    } else if (isReady) {
      // It has no entry any more and must not depend on what the retention becomes.
      slot.setState(SLOT_DEAD);
      Claim.noteDead(area, shard, slotIndex, visible);
      Shard.countOut(shard + SHARD_VISIBLE);
    } else {
      slot.setState(word & ~SLOT_FLAG_RINGED);
    }
  }

  /** From the end of the list on, whose begin is for what is set aside; `visible`: before the section. */
  @inline static noteDead(area: usize, shard: usize, slotIndex: u32, visible: u32): void {
    const found = visible - load<u32>(shard, SHARD_VISIBLE);
    store<u32>(area + ((SECTION_STEPS - 1 - found) << 2), slotIndex, THREAD_OUT_SLOTS);
  }
}
