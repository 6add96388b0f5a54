/**
 * The cut section: a purge or a queue's deletion. Everything sent up to now is dead from here on,
 * by one store; the ring and the gauges are empty. What it ended is taken out later, in bounded
 * steps (Sweep), by whoever passes. O(1) whatever the backlog.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import {
  FIFO_DELAYED,
  FIFO_READY,
  PHASE_BEGIN_CUT,
  SHARD_DELAYED,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_IN_FLIGHT,
  SHARD_INCARNATION,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_RING_HEAD,
  SHARD_RING_HEAD_INDEX,
  SHARD_RING_RESERVED,
  SHARD_RING_TAIL,
  SHARD_RING_TAIL_INDEX,
  SHARD_SEQUENCE,
  SHARD_VISIBLE,
  STATUS_CHANGED,
  STATUS_FULL,
  STATUS_GONE,
  THREAD_OUT_COUNT,
} from "../layout";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";

export class Cut {
  /** The section, as often as others take its room; STATUS_FULL: the journal has to read first. */
  static run(thread: u32, shard: usize, incarnation: u32, isLast: bool, now: f64): i32 {
    let status: i32 = STATUS_CHANGED;
    while (status === STATUS_CHANGED) {
      if (!EffectsGrowth.provide(thread, shard, false) && !isLast) return STATUS_FULL;
      status = Cut.section(thread, shard, incarnation, isLast, now);
    }
    return status;
  }

  /**
   * `isLast`: the queue is deleted, and no later operation finds its incarnation. STATUS_CHANGED where
   * there is no room for effects; a deletion goes without, since the catalogue says it too.
   */
  static section(thread: u32, shard: usize, incarnation: u32, isLast: bool, now: f64): i32 {
    const area = At.thread(thread);
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_CUT, area, now);
    const isStill = Shard.isStill(shard, incarnation);
    const hasRoom = Effects.hasRoom(shard);
    if (isStill && !hasRoom) status = STATUS_CHANGED;
    if (isStill && (hasRoom || isLast)) {
      store<u64>(shard, load<u64>(shard, SHARD_SEQUENCE), SHARD_PURGE_SEQUENCE);
      store<u32>(shard, load<u32>(shard, SHARD_RING_TAIL), SHARD_RING_HEAD);
      store<u32>(shard, load<u32>(shard, SHARD_RING_TAIL_INDEX), SHARD_RING_HEAD_INDEX);
      const owed = Shard.isFifo(shard) ? 0 : load<u32>(shard, SHARD_LISTED);
      store<u32>(shard, owed, SHARD_RING_RESERVED);
      // A FIFO shard's groups are dead as they are: what comes opens new ones.
      Circle.clear(shard + FIFO_READY);
      store<u32>(shard, 0, FIFO_DELAYED);
      store<u32>(shard, 0, SHARD_GROUPS_IN_FLIGHT);
      store<u32>(shard, 0, SHARD_VISIBLE);
      store<u32>(shard, 0, SHARD_IN_FLIGHT);
      store<u32>(shard, 0, SHARD_DELAYED);
      if (isLast) store<u32>(shard, 0, SHARD_INCARNATION);
      if (hasRoom && Effects.isOn(shard)) EffectsOf.cut(shard, isLast, at);
      status = 0;
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Shard.close(shard);
    return status;
  }
}
