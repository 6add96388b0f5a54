/**
 * The arrivals of a shard: messages that moved here from another queue (or from this one) and have no
 * place in it yet. A circle through the shard's end record by the messages' age links, which nobody
 * else uses meanwhile, so that hanging one needs no memory and a move can't fail for want of it.
 * Under the shard's lock; O(1). Whoever lets the queue's time pass empties it (Admit).
 */

import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import {
  HEADER,
  HEADER_SLOTS_MAX,
  LINK_NEXT,
  LINK_PREVIOUS,
  SECTION_STEPS,
  SHARD_ARRIVALS,
  SHARD_ARRIVED,
  SHARD_OPERATION,
} from "../layout";
import { Age } from "./age";

export class Arrivals {
  @inline static end(shard: usize): usize {
    return shard + SHARD_ARRIVALS;
  }

  @inline static clear(shard: usize): void {
    store<u32>(Arrivals.end(shard), Arrivals.end(shard) as u32, LINK_NEXT);
    store<u32>(Arrivals.end(shard), Arrivals.end(shard) as u32, LINK_PREVIOUS);
    store<u32>(shard, 0, SHARD_ARRIVED);
  }

  /** Without the lock a hint. */
  @inline static isEmpty(shard: usize): bool {
    return load<u32>(shard, SHARD_ARRIVED) === 0;
  }

  /** The slot that arrived first; under the lock, and only when not empty. */
  @inline static first(shard: usize): u32 {
    return At.slotOfAgeLink(load<u32>(Arrivals.end(shard), LINK_NEXT));
  }

  /** As `first`, without the lock: a hint, 0 where somebody emptied the arrivals meanwhile. */
  @inline static seen(shard: usize): u32 {
    const slotIndex = Arrivals.first(shard);
    return slotIndex <= load<u32>(HEADER, HEADER_SLOTS_MAX) ? slotIndex : 0;
  }

  /**
   * What the messages that arrive in this section are numbered from, so that a rebuild finds their
   * order again: its operation number in sixteenths. It begins again after 2^28 operations.
   */
  @inline static stamp(shard: usize): u32 {
    return (load<u64>(shard, SHARD_OPERATION) as u32) << 4;
  }

  /** When a message in the arrivals arrived, as a number that is greater the later it was. */
  @inline static arrival(shard: usize, slot: Slot): u64 {
    const age = Arrivals.stamp(shard) + (SECTION_STEPS as u32) - slot.arrival();
    return (0xffffffff - age) as u64;
  }

  @inline static put(shard: usize, slotIndex: u32): void {
    const end = Arrivals.end(shard);
    const link = Age.hang(load<u32>(end, LINK_PREVIOUS), At.ageLink(slotIndex));
    store<u32>(link, end as u32, LINK_NEXT);
    store<u32>(end, link as u32, LINK_PREVIOUS);
    store<u32>(shard, load<u32>(shard, SHARD_ARRIVED) + 1, SHARD_ARRIVED);
  }

  @inline static take(shard: usize, slotIndex: u32): void {
    Age.unlink(At.ageLink(slotIndex));
    store<u32>(shard, load<u32>(shard, SHARD_ARRIVED) - 1, SHARD_ARRIVED);
  }
}
