/**
 * The end of a load, when the catalogue is there again: what a log said of a shard becomes the shard. In
 * this order, by the one thread that loads: messages in lent slots get a place (`settle`), each queue's
 * indexes are built from its list (`shard`, then `build` until it answers 0), FIFO windows get their nodes (`nodes`, `attempt`), what
 * departed and came in nowhere goes among the arrivals of its target, or back (`departed`), and the
 * stack of free slots is made (`finish`).
 *
 * Every load is a new life: sequences and births go on LIFE above what the log knows, so that what a life
 * that was not synced gave out is never given again. Costs a pass over the messages, and a merge sort
 * of a shard's list where some of it was stated again. STATUS_FULL where memory is too small for it.
 */
import { Restored } from "../arena/restored";
import { Circle } from "../ground/circle";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import { Groups } from "../indexes/groups";
import { Ring } from "../indexes/ring";
import { Window } from "../indexes/window";
import {
  ATTEMPT_COUNT,
  ATTEMPT_DUE,
  ATTEMPT_RECEIPTS,
  BLOCK_IS_GROUP_TABLE,
  DEDUPLICATION_BIRTH,
  HEADER,
  HEADER_BIRTHS,
  HEADER_QUEUES_BUMP,
  LINK_NEXT,
  LOAD_ANNEX,
  LOAD_BIRTHS,
  LOAD_DEPARTED,
  LOAD_LINK,
  LOAD_RECEIVED,
  LOAD_STEP,
  LOADED_COUNT,
  LOADED_IS_MIXED,
  LOADED_NEWEST,
  LOADED_NOW,
  LOADED_OPERATION,
  LOADED_PURGE_SEQUENCE,
  LOADED_RECEIVED,
  LOADED_SEQUENCE,
  LOADED_TOTALS,
  LOCK_PHASE,
  LOG_HEAD_BYTES,
  LOG_RECEIPT_BYTES,
  LOGGED_ATTEMPT_DUE,
  LOGGED_ATTEMPT_KEY,
  LOGGED_ATTEMPT_OPERATION,
  LOGGED_ATTEMPT_RECEIPTS,
  LOGGED_ATTEMPT_SINCE,
  PHASE_IDLE,
  QUEUE_LIVE,
  QUEUES_MAX,
  SHARD_DURABLE,
  SHARD_JOURNALED,
  SHARD_LISTED,
  SHARD_NOW,
  SHARD_OPERATION,
  SHARD_PURGE_SEQUENCE,
  SHARD_SEQUENCE,
  SHARD_VISIBLE,
  SLOT_DELAYED,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_MOVING,
  SLOT_READY,
  SLOT_TARGET_SHIFT,
  STATUS_FULL,
  THREAD_STAGING,
} from "../layout";
import { ChainSort } from "../recovery/chainSort";
import { Rebuild } from "../recovery/rebuild";
import { RebuildFifo } from "../recovery/rebuildFifo";
import { GroupsGrowth } from "../shard/groupsGrowth";
import { Segments } from "../shard/segments";
import { Shard } from "../shard/shard";
import { TableGrowth } from "../shard/tableGrowth";
import { WindowGrowth } from "../shard/windowGrowth";
import { Annex, IS_LENT } from "./annex";
import { Load } from "./load";
import { Loaded } from "./loaded";
import { IS_STATED } from "./loadMessage";
import { Totals } from "./totals";

/** How far numbers go on above what a log knows. */
const LIFE: u64 = 0x100000000;
/** V8 makes quick code of a function that was called often, and never while it runs. */
const STEP_MESSAGES: i32 = 16384;
/** Bytes of a node in staging: key, sequence, birth, when it was made. */
const STAGED_NODE_BYTES: u32 = 40;

export class LoadEnd {
  // --- Lent slots ----------------------------------------------------------------------------------------

  /** Where the message in a lent slot is from now on; 0: it is there no more. `own`: its own slot. */
  static settle(thread: u32, slotIndex: u32, shardIndex: u32, sequence: f64, own: u32): u32 {
    const slot = At.slot(slotIndex);
    if (!Annex.has(slot) || !slot.isOf(shardIndex, sequence as u64)) return 0;
    return LoadEnd.move(Load.record(thread), slotIndex, own);
  }

  /** To its own slot, or any that is free; where there is none it stays. Its place in its list stays. */
  static move(record: usize, from: u32, own: u32): u32 {
    const slot = At.slot(from);
    slot.setState(slot.lowWord() & ~IS_LENT);
    const to = Restored.isFree(own) ? own : LoadEnd.free(record);
    if (to === 0) return from;
    Loaded.relocate(from, to);
    return to;
  }

  /** A free slot below the annex; 0: none. */
  static free(record: usize): u32 {
    const bump = Restored.bump();
    if (bump + 1 < load<u32>(record, LOAD_ANNEX)) return bump + 1;
    let slotIndex = load<u32>(record, LOAD_STEP) + 1;
    while (slotIndex <= bump && !Restored.isFree(slotIndex)) slotIndex++;
    store<u32>(record, slotIndex, LOAD_STEP);
    return slotIndex <= bump ? slotIndex : 0;
  }

  // --- Shards ----------------------------------------------------------------------------------------------

  /** A queue that is there gets what was loaded for it; what was loaded for another is dropped. */
  static shard(thread: u32, queueIndex: u32): i32 {
    store<u32>(Load.record(thread), 0, LOAD_LINK);
    const queue = At.queue(queueIndex);
    const shard = At.shard(queueIndex);
    const loaded = Loaded.of(shard);
    const known = Loaded.incarnation(loaded);
    const isLive = queue.state === QUEUE_LIVE;
    const isItsOwn = isLive && known !== 0 && known === queue.incarnation;
    if (known !== 0 && !isItsOwn) Loaded.removeAll(thread, Load.record(thread), loaded);
    if (!isLive) return 0;
    const newest = max<u64>(load<u64>(loaded, LOADED_SEQUENCE), load<u64>(loaded, LOADED_NEWEST));
    const operation = load<u64>(loaded, LOADED_OPERATION);
    store<u64>(shard, newest + LIFE, SHARD_SEQUENCE);
    store<u64>(shard, newest + LIFE, SHARD_JOURNALED);
    store<u64>(shard, operation, SHARD_OPERATION);
    store<u64>(shard, operation, SHARD_DURABLE);
    store<f64>(shard, load<f64>(loaded, LOADED_NOW), SHARD_NOW);
    // It has operations now: as if a section had ended.
    store<u32>(shard, PHASE_IDLE, LOCK_PHASE);
    if (!isItsOwn) return 0;
    Totals.put(loaded + LOADED_TOTALS, shard);
    store<u64>(shard, load<u64>(loaded, LOADED_PURGE_SEQUENCE), SHARD_PURGE_SEQUENCE);
    return LoadEnd.begin(thread, shard, loaded);
  }

  static begin(thread: u32, shard: usize, loaded: usize): i32 {
    const record = Load.record(thread);
    const purged = load<u64>(loaded, LOADED_PURGE_SEQUENCE);
    Loaded.removeUpTo(thread, record, loaded, purged, 0);
    const count = load<u32>(loaded, LOADED_COUNT);
    store<u64>(record, load<u64>(loaded, LOADED_RECEIVED), LOAD_RECEIVED);
    store<u32>(record, LoadEnd.chain(loaded) as u32, LOAD_LINK);
    // From here on the wheel's spokes are the wheel's.
    Rebuild.clear(shard);
    if (Shard.isFifo(shard) || count === 0) return count as i32;
    return Segments.provide(thread, shard, count) ? (count as i32) : STATUS_FULL;
  }

  /** Some of the messages get their places in the indexes; how many, 0 when all have, or STATUS_FULL. */
  static build(thread: u32, queueIndex: u32): i32 {
    const record = Load.record(thread);
    const shard = At.shard(queueIndex);
    const isFifo = Shard.isFifo(shard);
    if (!isFifo) {
      const ready = LoadEnd.enlistReady(record, shard);
      if (ready !== 0) return ready;
    }
    const received = load<u64>(record, LOAD_RECEIVED);
    let link: usize = load<u32>(record, LOAD_LINK);
    let count = 0;
    for (; link !== 0 && count < STEP_MESSAGES; count++) {
      const next: usize = load<u32>(link, LINK_NEXT);
      const slotIndex = At.slotOfAgeLink(link);
      if (!isFifo) Rebuild.enlist(shard, slotIndex);
      else if (!LoadEnd.enlist(thread, shard, slotIndex, received)) return STATUS_FULL;
      link = next;
    }
    store<u32>(record, link as u32, LOAD_LINK);
    return count;
  }

  /**
   * As many as come next and are ready, in a Standard shard: what a backlog mostly is. As Rebuild.enlist, but with
   * the shard's numbers written once, and no slot: IS_STATED is the flag that says that they are in the ring.
   */
  static enlistReady(record: usize, shard: usize): i32 {
    let link: usize = load<u32>(record, LOAD_LINK);
    let last = Age.last(shard);
    let count = 0;
    for (; link !== 0 && count < STEP_MESSAGES; count++) {
      const next: usize = load<u32>(link, LINK_NEXT);
      const slotIndex = At.slotOfAgeLink(link);
      const slot = At.slot(slotIndex);
      if (slot.lowWord() !== (SLOT_READY | IS_STATED)) break;
      last = Age.hang(last, link);
      Ring.push(shard, slotIndex, slot.sequence as u32);
      link = next;
    }
    Age.close(shard, last);
    Ring.reserve(shard, count);
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + count, SHARD_LISTED);
    store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) + count, SHARD_VISIBLE);
    store<u32>(record, link as u32, LOAD_LINK);
    return count;
  }

  /** The messages in order of sequence, by the links to the next alone; the first, or 0. */
  static chain(loaded: usize): usize {
    const end = Loaded.list(loaded);
    if (Circle.isEmpty(end)) return 0;
    store<u32>(Circle.previous(end), 0, LINK_NEXT);
    const first = Circle.next(end);
    return load<u32>(loaded, LOADED_IS_MIXED) === 0 ? first : ChainSort.run(first, false);
  }

  /** What stands before a message that appeared has appeared too, though the log does not say so. */
  static enlist(thread: u32, shard: usize, slotIndex: u32, received: u64): bool {
    const slot = At.slot(slotIndex);
    if (slot.state() === SLOT_DELAYED && slot.sequence < received) slot.setState(SLOT_READY);
    const mark = Mark.of(shard, BLOCK_IS_GROUP_TABLE);
    if (
      !GroupsGrowth.provide(thread, shard, 1) ||
      !TableGrowth.provide(thread, shard, Groups.table(shard), mark, 1)
    ) {
      return false;
    }
    RebuildFifo.enlist(shard, slotIndex, u64.MAX_VALUE);
    return true;
  }

  // --- Windows -----------------------------------------------------------------------------------------------

  /** So many nodes in staging, in order of sequence, behind what the window has; 0, or STATUS_FULL. */
  static nodes(thread: u32, queueIndex: u32, count: u32): i32 {
    const shard = At.shard(queueIndex);
    for (let index: u32 = 0; index < count; index++) {
      if (!WindowGrowth.provide(thread, shard, 1, true)) return STATUS_FULL;
      const staged = At.thread(thread) + THREAD_STAGING + index * STAGED_NODE_BYTES;
      const node = Window.next(Window.of(shard, true), true);
      store<u64>(node, load<u64>(staged, 24), DEDUPLICATION_BIRTH);
      const sequence = load<u64>(staged, 16);
      const at = load<f64>(staged, 32);
      Window.add(shard, node, load<u64>(staged), load<u64>(staged, 8), sequence, at, true);
    }
    return 0;
  }

  /** A receive attempt, the entry of which lies in staging, behind what the window has. */
  static attempt(thread: u32, queueIndex: u32, count: u32): i32 {
    const shard = At.shard(queueIndex);
    if (!WindowGrowth.provide(thread, shard, 1, false)) return STATUS_FULL;
    const entry = At.thread(thread) + THREAD_STAGING;
    const node = Window.next(Window.of(shard, false), false);
    store<u32>(node, count, ATTEMPT_COUNT);
    store<f64>(node, load<f64>(entry, LOGGED_ATTEMPT_DUE), ATTEMPT_DUE);
    const receipts = count * LOG_RECEIPT_BYTES;
    memory.copy(node + ATTEMPT_RECEIPTS, entry + LOGGED_ATTEMPT_RECEIPTS, receipts);
    Window.add(
      shard,
      node,
      load<u64>(entry, LOGGED_ATTEMPT_KEY),
      load<u64>(entry, LOGGED_ATTEMPT_KEY + LOG_HEAD_BYTES),
      load<u64>(entry, LOGGED_ATTEMPT_OPERATION),
      load<f64>(entry, LOGGED_ATTEMPT_SINCE),
      false,
    );
    return 0;
  }

  // --- What departed -----------------------------------------------------------------------------------------

  /** All that came in nowhere: into the arrivals of its target, or of its queue; how many. */
  static departed(thread: u32): u32 {
    const record = Load.record(thread);
    const end = record + LOAD_DEPARTED;
    let arrived: u32 = 0;
    while (!Circle.isEmpty(end)) {
      const link = Circle.next(end);
      const lent = At.slotOfAgeLink(link);
      const slotIndex = Annex.has(At.slot(lent)) ? LoadEnd.move(record, lent, 0) : lent;
      Circle.unlink(At.ageLink(slotIndex));
      if (LoadEnd.arrive(slotIndex)) arrived++;
      else Restored.drop(thread, slotIndex);
    }
    return arrived;
  }

  /** False: neither queue is there, and with them went what was in them. */
  static arrive(slotIndex: u32): bool {
    const slot = At.slot(slotIndex);
    const source = slot.origin();
    const target = LoadEnd.find(slot.group as u32);
    const to = target !== (QUEUES_MAX as u32) ? target : LoadEnd.find(source);
    if (to === (QUEUES_MAX as u32)) return false;
    const shard = At.shard(to);
    const kept: u32 = slot.lowWord() & (SLOT_FLAG_FRESH | SLOT_FLAG_RETURN);
    const flags: u32 = to === target ? kept : SLOT_FLAG_RETURN;
    // Each is an operation of its own: arrivals are numbered by them.
    store<u64>(shard, load<u64>(shard, SHARD_OPERATION) + 1, SHARD_OPERATION);
    const stamp = (Arrivals.stamp(shard) as u64) << 32;
    slot.setOriginAndArrival(stamp | (source as u64));
    slot.shard = to;
    slot.setState(SLOT_MOVING | flags | (to << SLOT_TARGET_SHIFT));
    Arrivals.put(shard, slotIndex);
    return true;
  }

  /** The living queue of this incarnation, or QUEUES_MAX. */
  static find(incarnation: u32): u32 {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let index: u32 = 0; index < last && incarnation !== 0; index++) {
      const queue = At.queue(index);
      if (queue.incarnation === incarnation && queue.state === QUEUE_LIVE) return index;
    }
    return QUEUES_MAX;
  }

  // --- The end -----------------------------------------------------------------------------------------------

  /** `births`: what else is known to have been given; `messages`: how many have a slot. */
  static finish(thread: u32, births: f64, messages: u32): void {
    const record = Load.record(thread);
    Restored.finish(load<u32>(record, LOAD_ANNEX), messages);
    const given = max<u64>(load<u64>(record, LOAD_BIRTHS), births as u64);
    store<u64>(HEADER, given + LIFE, HEADER_BIRTHS);
  }
}
