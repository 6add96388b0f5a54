/**
 * The arrive section, the second half of a move: up to ten MOVING messages in a thread's hands go
 * into the arrivals of their target, by one store of the state word each. It needs no memory. A target
 * that was deleted meanwhile is told by its incarnation, and the messages go back the same way.
 */

import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Arrivals } from "../indexes/arrivals";
import {
  PHASE_BEGIN_ARRIVE,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_MOVING,
  SLOT_STATE_MASK,
  SLOT_TARGET_SHIFT,
  SLOT_THREAD_MASK,
  SLOT_THREAD_SHIFT,
  STATUS_GONE,
  THREAD_MOVE_SOURCE,
  THREAD_OUT_COUNT,
  THREAD_OUT_RETURNED,
  THREAD_OUT_SLOTS,
  WHEEL_LINK_SPOKE,
} from "../layout";
import { Shard } from "../shard/shard";

/** Of a state word: state, and the thread that holds it. */
export const STATE_AND_THREAD: u32 = SLOT_STATE_MASK | SLOT_THREAD_MASK;

export class Arrive {
  /**
   * Those of THREAD_OUT_SLOTS that `holder` (this thread, or a dead one) holds and that go to queue
   * `target` of that incarnation. They go into the arrivals of queue `to`: the same, or, `isBack`, the
   * one they came from. Whoever arrived becomes 0 in the list. Answers how many, or STATUS_GONE.
   */
  static section(
    thread: u32,
    holder: u32,
    target: u32,
    targetIncarnation: u32,
    to: u32,
    shard: usize,
    incarnation: u32,
    isBack: bool,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    const held: u32 = SLOT_MOVING | ((holder + 1) << SLOT_THREAD_SHIFT);
    const source = load<u32>(At.thread(holder), THREAD_MOVE_SOURCE);
    const keep: u32 = isBack ? 0 : SLOT_FLAG_FRESH | SLOT_FLAG_RETURN;
    const arrived: u32 = SLOT_MOVING | (isBack ? SLOT_FLAG_RETURN : 0) | (to << SLOT_TARGET_SHIFT);
    Shard.open(shard, thread, PHASE_BEGIN_ARRIVE, area, now);
    const origin = ((Arrivals.stamp(shard) as u64) << 32) | (source as u64);
    store<i32>(area, STATUS_GONE, THREAD_OUT_COUNT);
    if (Shard.isStill(shard, incarnation)) {
      store<i32>(area, 0, THREAD_OUT_COUNT);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Arrive.step(
          area,
          shard,
          self,
          held,
          target,
          targetIncarnation,
          origin,
          keep,
          arrived,
          step,
        );
      }
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  /** Whether this slot is in the hands of `holder`, on its way to that queue. */
  @inline static isHeld(slot: Slot, held: u32, target: u32, incarnation: u32): bool {
    const word = slot.lowWord();
    return (
      (word & STATE_AND_THREAD) === held &&
      word >> SLOT_TARGET_SHIFT === target &&
      slot.group === incarnation
    );
  }

  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    held: u32,
    target: u32,
    targetIncarnation: u32,
    origin: u64,
    keep: u32,
    arrived: u32,
    index: u32,
  ): void {
    const at = area + (index << 2);
    const slotIndex = load<u32>(at, THREAD_OUT_SLOTS);
    const slot = At.slot(slotIndex);
    if (slotIndex === 0 || !Arrive.isHeld(slot, held, target, targetIncarnation)) return;
    slot.setOriginAndArrival(origin + ((index as u64) << 32));
    slot.shard = self;
    // A departure that was cut short may have left it armed on the wheel of another shard.
    store<u32>(At.wheelLink(slotIndex), 0, WHEEL_LINK_SPOKE);
    Arrivals.put(shard, slotIndex);
    const word = arrived | (slot.lowWord() & keep);
    // From here on it is the shard's; a rebuild finds it by this word and the shard's number.
    slot.setState(word);
    const returned: u32 = (word & SLOT_FLAG_RETURN) !== 0 ? 1 : 0;
    store<u32>(area, load<u32>(area, THREAD_OUT_RETURNED) + returned, THREAD_OUT_RETURNED);
    store<u32>(at, 0, THREAD_OUT_SLOTS);
    store<i32>(area, load<i32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }
}
