/**
 * The claim section: up to ten entries of the ready ring are taken; each that means a message that
 * is still there becomes this receiver's for a time. Entries that mean nothing any more cost a
 * step and are dropped. Body and attributes are not touched here: they are gathered outside.
 */
import {
  ENTRY_SEQUENCE,
  ENTRY_SLOT,
  LINK_PREVIOUS,
  PHASE_BEGIN_CLAIM,
  QUEUE_RETENTION_MS,
  RECEIVE_BYTES,
  RECEIVE_SEQUENCE,
  RECEIVE_SLOT,
  SHARD_IN_FLIGHT,
  SHARD_TOTAL_RECEIVED,
  SHARD_VISIBLE,
  SLOT_BYTES_LOG2,
  SLOT_DEAD,
  SLOT_DUE,
  SLOT_FIRST_RECEIVE,
  SLOT_FLAG_RINGED,
  SLOT_IN_FLIGHT,
  SLOT_LAST_RECEIVE,
  SLOT_READY,
  SLOT_SENT_AT,
  SLOT_SEQUENCE,
  SLOT_SHARD,
  SLOT_STATE_MASK,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_RECEIVES,
  WHEEL_LINK_BYTES_LOG2,
} from "./layout";
import { Lock } from "./lock";
import { At } from "./memory";
import { Ring } from "./ring";
import { Shard } from "./shard";
import { Slot } from "./slot";
import { Wheel } from "./wheel";

export class Claim {
  /**
   * Fills slot, count and sequence of receive records from `from` on, `most` (at most ten) at the
   * most. Answers how many; THREAD_OUT_DROPPED how many entries were dropped: when both together
   * are `most`, there may be more. STATUS_GONE when the queue is no more.
   */
  static section(
    thread: u32,
    queue: usize,
    shard: usize,
    incarnation: u32,
    from: u32,
    most: u32,
    visibilityMs: f64,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const records = area + THREAD_RECEIVES + from * RECEIVE_BYTES;
    const retentionMs = load<f64>(queue, QUEUE_RETENTION_MS);
    const self = At.shardIndex(shard);
    const slots = At.slot(0);
    const links = At.wheelLink(0);
    let claimed: i32 = STATUS_GONE;
    let last: usize = 0;
    Shard.lock(shard, thread);
    Lock.begin(shard, PHASE_BEGIN_CLAIM);
    const at = Shard.enter(shard, area, now);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    if (Shard.isStill(shard, incarnation)) {
      const due = at + visibilityMs;
      const dueTick = ceil<f64>(due) as u64;
      // All that one section claims is due at the same time: one spoke, opened once.
      const spoke = Wheel.spokeOf(shard, dueTick);
      const end = Wheel.open(shard, spoke);
      const low = dueTick as u32;
      const past = at - retentionMs;
      store<i32>(area, 0, THREAD_OUT_COUNT);
      last = load<u32>(end, LINK_PREVIOUS);
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        0,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        1,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        2,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        3,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        4,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        5,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        6,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        7,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        8,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      last = Claim.step(
        area,
        shard,
        self,
        slots,
        links,
        records,
        9,
        most,
        at,
        past,
        due,
        spoke,
        low,
        last,
      );
      Wheel.close(end, last);
      claimed = load<i32>(area, THREAD_OUT_COUNT);
      if (claimed > 0) Wheel.count(shard, claimed, due);
      store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) - claimed, SHARD_VISIBLE);
      store<u32>(shard, load<u32>(shard, SHARD_IN_FLIGHT) + claimed, SHARD_IN_FLIGHT);
      Shard.add(shard, SHARD_TOTAL_RECEIVED, claimed as u64);
    }
    store<i32>(area, claimed, THREAD_OUT_COUNT);
    Lock.end(shard);
    Shard.unlock(shard);
    return claimed;
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
    spoke: u32,
    dueLow: u32,
    last: usize,
  ): usize {
    if (index >= most || Ring.isEmpty(shard)) return last;
    const entry = Ring.head(shard);
    const slotIndex = load<u32>(entry, ENTRY_SLOT);
    const slot = slots + (slotIndex << SLOT_BYTES_LOG2);
    const word = Slot.word(slot);
    const isItsOwn =
      load<u32>(entry, ENTRY_SEQUENCE) === load<u32>(slot, SLOT_SEQUENCE) &&
      load<u32>(slot, SLOT_SHARD) === self &&
      Slot.isRinged(word);
    Ring.dropHead(shard);
    const isReady = (word & SLOT_STATE_MASK) === SLOT_READY;
    const isExpired = load<f64>(slot, SLOT_SENT_AT) <= past;
    if (!isItsOwn || !isReady || isExpired) {
      Claim.drop(area, shard, slot, word, isItsOwn, isReady);
      return last;
    }
    const claimed = load<u32>(area, THREAD_OUT_COUNT);
    const record = records + claimed * RECEIVE_BYTES;
    const age = (now - load<f64>(slot, SLOT_SENT_AT)) as u32;
    const count = Slot.count(slot) + 1;
    if (count === 1) store<u32>(slot, age, SLOT_FIRST_RECEIVE);
    store<u32>(slot, age, SLOT_LAST_RECEIVE);
    store<f64>(slot, due, SLOT_DUE);
    Slot.setWord(slot, SLOT_IN_FLIGHT, count);
    store<u64>(record, ((count as u64) << 32) | (slotIndex as u64), RECEIVE_SLOT);
    store<u64>(record, Slot.sequence(slot), RECEIVE_SEQUENCE);
    store<u32>(area, claimed + 1, THREAD_OUT_COUNT);
    return Wheel.hang(last, links + (slotIndex << WHEEL_LINK_BYTES_LOG2), spoke, dueLow);
  }

  /** An entry that delivers nothing. Ready means here: past its retention. */
  @inline static drop(
    area: usize,
    shard: usize,
    slot: usize,
    word: u32,
    isItsOwn: bool,
    isReady: bool,
  ): void {
    store<u32>(area, load<u32>(area, THREAD_OUT_DROPPED) + 1, THREAD_OUT_DROPPED);
    if (!isItsOwn) {
      Ring.settle(shard);
    } else if (isReady) {
      // It has no entry any more and must not depend on what the retention becomes.
      Slot.setState(slot, SLOT_DEAD);
      Shard.countOut(shard + SHARD_VISIBLE);
    } else {
      Slot.setState(slot, word & ~SLOT_FLAG_RINGED);
    }
  }
}
