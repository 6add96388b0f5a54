/**
 * A shard's indexes rebuilt from its slots: age list, ready ring, wheel, arrivals, gauges. Runs under
 * the shard's lock (which says RECOVERING), taken from a dead owner or after a trap. May loop; may be
 * cut short anywhere and run again. Cost: one pass over all slots ever used and a merge sort of
 * this shard's through their own links, n log n, no memory needed.
 */

import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  ARENA_PAGES_BUMP,
  ARENA_SLOTS_BUMP,
  BLOCK_FLAGS,
  BLOCK_IS_SEGMENT,
  BLOCK_OUT,
  BLOCK_STATE,
  CLASS_OF_SEGMENT,
  CLASS_PER_PAGE,
  HEADER,
  HEADER_ARENA,
  LINK_NEXT,
  PAGE_CLASSED,
  PAGE_STATE,
  QUEUE_FLAG_FIFO,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_KIND,
  SHARD_LISTED,
  SHARD_NEXT_DUE,
  SHARD_NOW,
  SHARD_PURGE_SEQUENCE,
  SHARD_RING_HEAD,
  SHARD_RING_HEAD_INDEX,
  SHARD_RING_RESERVED,
  SHARD_RING_SEGMENTS,
  SHARD_RING_TAIL,
  SHARD_RING_TAIL_INDEX,
  SHARD_SEQUENCE,
  SHARD_VISIBLE,
  SHARD_WHEEL_ARMED,
  SHARD_WHEEL_BITMAPS,
  SHARD_WHEEL_TICK,
  SLOT_DEAD,
  SLOT_DELAYED,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  SLOT_STATE,
  SLOT_STATE_MASK,
  WHEEL_LEVELS,
  WHEEL_LINK_SPOKE,
} from "../layout";
import { ChainSort } from "./chainSort";
import { RebuildEffects } from "./rebuildEffects";
import { RebuildFifo } from "./rebuildFifo";

export class Rebuild {
  static shard(shard: usize): void {
    Rebuild.clear(shard);
    const isFifo = (load<u32>(shard, SHARD_KIND) & QUEUE_FLAG_FIFO) !== 0;
    if (isFifo) RebuildFifo.prepare(shard);
    else Rebuild.segments(shard);
    const newest = RebuildFifo.newest(shard);
    let link = ChainSort.run(Rebuild.collect(shard), false);
    while (link !== 0) {
      const next: usize = load<u32>(link, LINK_NEXT);
      const slot = At.slotOfAgeLink(link);
      if (isFifo) RebuildFifo.enlist(shard, slot, newest);
      else Rebuild.enlist(shard, slot);
      link = next;
    }
    RebuildEffects.shard(shard);
  }

  static clear(shard: usize): void {
    Age.clear(shard);
    Arrivals.clear(shard);
    store<u32>(shard, 0, SHARD_LISTED);
    store<u32>(shard, 0, SHARD_VISIBLE);
    store<u32>(shard, 0, SHARD_IN_FLIGHT);
    store<u32>(shard, 0, SHARD_DELAYED);
    store<u32>(shard, 0, SHARD_RING_HEAD);
    store<u32>(shard, 0, SHARD_RING_TAIL);
    store<u32>(shard, 0, SHARD_RING_HEAD_INDEX);
    store<u32>(shard, 0, SHARD_RING_TAIL_INDEX);
    store<u32>(shard, 0, SHARD_RING_SEGMENTS);
    store<u32>(shard, 0, SHARD_RING_RESERVED);
    store<u32>(shard, 0, SHARD_WHEEL_ARMED);
    store<f64>(shard, Infinity, SHARD_NEXT_DUE);
    store<u64>(shard, load<f64>(shard, SHARD_NOW) as u64, SHARD_WHEEL_TICK);
    memory.fill(shard + SHARD_WHEEL_BITMAPS, 0, WHEEL_LEVELS << 3);
  }

  /** Finds this shard's segments by their mark and closes the circle again. */
  static segments(shard: usize): void {
    const bytes = BlockClass.bytes(CLASS_OF_SEGMENT);
    const mark = Mark.of(shard, BLOCK_IS_SEGMENT);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_PAGES_BUMP);
    for (let page: u32 = 1; page <= last; page++) {
      const record = At.pageRecord(page);
      if (load<u32>(record, PAGE_STATE) !== PAGE_CLASSED + CLASS_OF_SEGMENT) continue;
      const count = load<u32>(BlockClass.record(CLASS_OF_SEGMENT), CLASS_PER_PAGE);
      for (let index: u32 = 0; index < count; index++) {
        if (PageMap.isFree(record, index)) continue;
        const block = At.page(page) + index * bytes;
        const isOurs =
          load<u32>(block, BLOCK_STATE) === BLOCK_OUT && load<u32>(block, BLOCK_FLAGS) === mark;
        if (isOurs) Ring.insert(shard, block);
      }
    }
  }

  /** This shard's messages, linked by their age links in no order; the first, or 0. */
  static collect(shard: usize): usize {
    const self = At.shardIndex(shard);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_SLOTS_BUMP);
    let head: usize = 0;
    let arrived: usize = 0;
    let highest = load<u64>(shard, SHARD_SEQUENCE);
    for (let index: u32 = 1; index <= last; index++) {
      const slot = At.slot(index);
      const link = At.ageLink(index);
      const word = atomic.load<u32>(changetype<usize>(slot), SLOT_STATE);
      const state = word & SLOT_STATE_MASK;
      // The state before the shard: a message that arrives elsewhere meanwhile changes both.
      if (slot.shard !== self) continue;
      if (Slot.isArrived(word)) {
        slot.sequence = Arrivals.arrival(shard, slot);
        store<u32>(link, arrived as u32, LINK_NEXT);
        arrived = link;
      }
      if (!Slot.isListed(state) && state !== SLOT_DEAD) continue;
      store<u32>(link, head as u32, LINK_NEXT);
      store<u32>(At.wheelLink(index), 0, WHEEL_LINK_SPOKE);
      if (slot.sequence > highest) highest = slot.sequence;
      head = link;
    }
    store<u64>(shard, highest, SHARD_SEQUENCE);
    Rebuild.receive(shard, ChainSort.run(arrived, false));
    return head;
  }

  /** In the order they came: they have no place here yet, whatever a section that was cut had written. */
  static receive(shard: usize, first: usize): void {
    let link = first;
    while (link !== 0) {
      const next: usize = load<u32>(link, LINK_NEXT);
      const index = At.slotOfAgeLink(link);
      At.slot(index).sequence = 0;
      Arrivals.put(shard, index);
      link = next;
    }
  }

  /** Puts one message, in order of sequence, where its state says it belongs. */
  static enlist(shard: usize, index: u32): void {
    const slot = At.slot(index);
    const state = slot.state();
    const sequence = slot.sequence;
    Age.close(shard, Age.hang(Age.last(shard), At.ageLink(index)));
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + 1, SHARD_LISTED);
    Ring.reserve(shard, 1);
    if (state === SLOT_DEAD || sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE)) return;
    if (state === SLOT_READY) {
      Ring.push(shard, index, sequence as u32);
      slot.setState(SLOT_READY | SLOT_FLAG_RINGED);
      store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) + 1, SHARD_VISIBLE);
      return;
    }
    slot.setState(state);
    const gauge = shard + (state === SLOT_DELAYED ? SHARD_DELAYED : SHARD_IN_FLIGHT);
    store<u32>(gauge, load<u32>(gauge) + 1);
    Wheel.arm(shard, At.wheelLink(index), slot.due);
  }
}
