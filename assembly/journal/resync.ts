/**
 * What the journal answers to a rebuild: the whole shard stated again, since a section that was cut may
 * have done what it did not write down. In steps, by the journal's thread, while everybody works: first
 * EFFECT_RESYNC with the last sequence there is; then all messages of the shard up to it, found in the
 * slots, and the deduplication nodes, found in the window; then EFFECT_RESYNCED. Whatever happens
 * meanwhile is written down by who does it. Nothing departs from the shard until the journal has read
 * all of that (Depart), since only then what a message carries is known to be there.
 */

import { Effects } from "../effects/effects";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Window } from "../indexes/window";
import {
  ARENA_SLOTS_BUMP,
  DEDUPLICATION_NODES,
  EFFECT_HEAD,
  EFFECT_READ,
  EFFECT_REBUILT,
  EFFECT_RESYNC,
  EFFECT_RESYNC_INDEX,
  EFFECT_RESYNC_SEGMENT,
  EFFECT_RESYNC_SEQUENCE,
  EFFECT_RESYNCED,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HEADER,
  HEADER_ARENA,
  HEADER_SLOTS_MAX,
  NODE_SEQUENCE,
  PHASE_BEGIN_RESYNC,
  PHASE_BEGIN_RESYNC_NODES,
  RESYNCING,
  SECTION_STEPS,
  SEGMENT_NEXT,
  SHARD_INCARNATION,
  SHARD_SEQUENCE,
  STATUS_CHANGED,
  STATUS_FULL,
  WINDOW_HEAD,
  WINDOW_HEAD_INDEX,
  WINDOW_TAIL,
} from "../layout";
import { Settle } from "../operations/settle";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";
import { Restate } from "./restate";

/** Slots that one step looks at, at most. */
const LOOK_SLOTS: u32 = 16384;

export class Resync {
  /**
   * One step: 0 begins it, then what was answered goes on, until it is 0 (also where there is nothing
   * to do). STATUS_FULL: the journal has to read first, then the same again.
   */
  static step(thread: u32, queueIndex: u32, from: u32): i32 {
    const shard = At.shard(At.queue(queueIndex).shardFirst);
    const nodes = load<u32>(HEADER, HEADER_SLOTS_MAX) + 1;
    if (from === 0) {
      if (load<u32>(shard, EFFECT_REBUILT) === 0) return 0;
      return Resync.mark(thread, shard, EFFECT_RESYNC) ? 1 : STATUS_FULL;
    }
    if (from < nodes) return Resync.messages(thread, queueIndex, shard, from, nodes);
    if (from === nodes) return Resync.nodes(thread, shard, nodes);
    return Resync.isRead(shard) ? 0 : STATUS_FULL;
  }

  /** The next messages from slot `from` on; where to go on. */
  static messages(thread: u32, queueIndex: u32, shard: usize, from: u32, nodes: u32): i32 {
    const self = At.shardIndex(shard);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_SLOTS_BUMP);
    const behind = min<u32>(last + 1, from + LOOK_SLOTS);
    const until = load<u64>(shard, EFFECT_RESYNC_SEQUENCE);
    let at = from;
    let count: u32 = 0;
    for (; at < behind && count < (SECTION_STEPS as u32); at++) {
      const slot = At.slot(at);
      const sequence = slot.sequence;
      const isIts = slot.shard === self && sequence !== 0 && sequence <= until;
      if (!isIts || !Slot.isListed(slot.state())) continue;
      store<u32>(Settle.handle(thread, count), at, HANDLE_SLOT);
      store<u64>(Settle.handle(thread, count), sequence, HANDLE_SEQUENCE);
      count++;
    }
    const incarnation = load<u32>(shard, SHARD_INCARNATION);
    if (count > 0 && Restate.messages(thread, queueIndex, incarnation, count) === STATUS_FULL) {
      return STATUS_FULL;
    }
    return (at > last ? nodes : at) as i32;
  }

  /** The next nodes; behind the last one the end. */
  static nodes(thread: u32, shard: usize, nodes: u32): i32 {
    if (Shard.isFifo(shard)) {
      if (!EffectsGrowth.provide(thread, shard, false)) return STATUS_FULL;
      if (Resync.nodesSection(thread, shard) === STATUS_CHANGED) return nodes as i32;
    }
    return Resync.mark(thread, shard, EFFECT_RESYNCED) ? ((nodes + 1) as i32) : STATUS_FULL;
  }

  // --- Sections ------------------------------------------------------------------------------------

  /** EFFECT_RESYNC or EFFECT_RESYNCED; false: no room. */
  static mark(thread: u32, shard: usize, kind: u32): bool {
    let isDone: bool = false;
    while (!isDone) {
      if (!EffectsGrowth.provide(thread, shard, false)) return false;
      isDone = Resync.section(thread, shard, kind);
    }
    return true;
  }

  static section(thread: u32, shard: usize, kind: u32): bool {
    const area = At.thread(thread);
    const at = Shard.open(shard, thread, PHASE_BEGIN_RESYNC, area, 0);
    const hasRoom = Effects.hasRoom(shard);
    if (hasRoom) {
      const isBegin = kind === EFFECT_RESYNC;
      const until = load<u64>(shard + (isBegin ? SHARD_SEQUENCE : EFFECT_RESYNC_SEQUENCE));
      Effects.mark(shard, Effects.next(shard), 1, kind as u64, until, at);
      const window = Window.of(shard, true);
      store<u32>(shard, load<u32>(window, WINDOW_HEAD), EFFECT_RESYNC_SEGMENT);
      store<u32>(shard, load<u32>(window, WINDOW_HEAD_INDEX), EFFECT_RESYNC_INDEX);
      // At the end it says how far the journal has to read.
      store<u64>(shard, isBegin ? until : load<u64>(shard, EFFECT_HEAD), EFFECT_RESYNC_SEQUENCE);
      if (isBegin) store<u32>(shard, RESYNCING, EFFECT_REBUILT);
    }
    Shard.close(shard);
    return hasRoom;
  }

  /** Whether the journal has read the end; then it is over, unless there was another rebuild. */
  static isRead(shard: usize): bool {
    if (load<u64>(shard, EFFECT_READ) < load<u64>(shard, EFFECT_RESYNC_SEQUENCE)) return false;
    atomic.cmpxchg<u32>(shard, RESYNCING, 0, EFFECT_REBUILT);
    return true;
  }

  /** Up to ten nodes of one segment; STATUS_CHANGED: there may be more. */
  static nodesSection(thread: u32, shard: usize): i32 {
    const area = At.thread(thread);
    const window = Window.of(shard, true);
    let status: i32 = STATUS_CHANGED;
    Shard.open(shard, thread, PHASE_BEGIN_RESYNC_NODES, area, 0);
    if (Effects.hasRoom(shard) && Resync.someNodes(area, shard, window)) status = 0;
    Shard.close(shard);
    return status;
  }

  /** Whether they are the last. A segment that was given back had nothing left; what is told twice does no harm. */
  @inline static someNodes(area: usize, shard: usize, window: usize): bool {
    const seen: usize = load<u32>(shard, EFFECT_RESYNC_SEGMENT);
    const isThere = Mark.isOn(seen, Window.mark(shard, true));
    const segment: usize = isThere ? seen : (load<u32>(window, WINDOW_HEAD) as usize);
    const index: u32 = isThere ? load<u32>(shard, EFFECT_RESYNC_INDEX) : 0;
    const isWhole = index + SECTION_STEPS >= (DEDUPLICATION_NODES as u32);
    const isLast = Resync.isLast(shard, window, segment, index, isWhole);
    if (segment !== 0) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Resync.node(area, shard, segment, index + step);
      }
      const next = isWhole ? load<u32>(segment, SEGMENT_NEXT) : (segment as u32);
      store<u32>(shard, next, EFFECT_RESYNC_SEGMENT);
      store<u32>(shard, isWhole ? 0 : index + SECTION_STEPS, EFFECT_RESYNC_INDEX);
    }
    return isLast;
  }

  /** No more come behind it but those of younger messages, which were written down with these. */
  @inline static isLast(
    shard: usize,
    window: usize,
    segment: usize,
    index: u32,
    isWhole: bool,
  ): bool {
    const isYounger =
      segment !== 0 &&
      load<u64>(Window.nodeAt(segment, index, true), NODE_SEQUENCE) >
        load<u64>(shard, EFFECT_RESYNC_SEQUENCE);
    return isYounger || segment === 0 || (isWhole && segment === load<u32>(window, WINDOW_TAIL));
  }

  @inline static node(area: usize, shard: usize, segment: usize, index: u32): void {
    if (index >= (DEDUPLICATION_NODES as u32)) return;
    const node = Window.nodeAt(segment, index, true);
    if (load<u64>(node, NODE_SEQUENCE) !== 0) Restate.node(area, shard, node);
  }
}
