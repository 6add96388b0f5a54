/**
 * Moves between queues: dead letters (what a receive found to be received too often) and redrives.
 * A move is two sections, depart under the source's lock and arrive under the target's; no thread
 * holds both. In between the message is MOVING in this thread's hands, and should the thread die
 * there, whoever recovers it finishes the move (`finish`). A queue may be its own target.
 */

import { Messages } from "../arena/messages";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import { Arrivals } from "../indexes/arrivals";
import {
  ARENA_SLOTS_BUMP,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HEADER,
  HEADER_ARENA,
  HEADER_QUEUES_BUMP,
  QUEUE_LIVE,
  QUEUES_MAX,
  SECTION_STEPS,
  SHARD_INCARNATION,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_MOVING,
  SLOT_PREPARED,
  SLOT_TARGET_SHIFT,
  SLOT_THREAD_SHIFT,
  STATUS_CHANGED,
  STATUS_FULL,
  THREAD_MOVE_SOURCE,
  THREAD_OUT_DROPPED,
  THREAD_OUT_EXHAUSTED,
  THREAD_OUT_HELD_BACK,
  THREAD_OUT_INCARNATIONS,
  THREAD_OUT_READY,
  THREAD_OUT_RETURNED,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
  THREAD_OUT_TARGETS,
  THREAD_STAGING,
} from "../layout";
import { Admit } from "../sections/admit";
import { AdmitFifo } from "../sections/admitFifo";
import { Arrive, STATE_AND_THREAD } from "../sections/arrive";
import { Claim } from "../sections/claim";
import { ClaimFifo } from "../sections/claimFifo";
import { Depart } from "../sections/depart";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";
import { Settle } from "./settle";

/** No limit on receives. */
const RECEIVES_UNLIMITED: u32 = 0xffffffff;
/** Entries that mean nothing any more and that one call drops, ten a section. */
const CLAIM_SECTIONS: u32 = 1000;
/** A claim for a move hides what it takes so long: should its thread die, it comes back then. */
export const MOVE_HIDDEN_MS: f64 = 30000;

export class Move {
  @inline static shardOf(queueIndex: u32): usize {
    return At.shard(At.queue(queueIndex).shardFirst);
  }

  /** How often a message of this queue may be received, as long as there is a queue to move it to. */
  @inline static receivesMax(queue: QueueRecord): u32 {
    const most = queue.receivesMax;
    return most === 0 || !Move.isThere(queue) ? RECEIVES_UNLIMITED : most;
  }

  @inline static isThere(queue: QueueRecord): bool {
    const shard = Move.shardOf(queue.target);
    return load<u32>(shard, SHARD_INCARNATION) === queue.targetIncarnation;
  }

  /** The living queue of this incarnation, or QUEUES_MAX. */
  static find(incarnation: u32): u32 {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    for (let index: u32 = 0; index < last && incarnation !== 0; index++) {
      const queue = At.queue(index);
      if (queue.incarnation !== incarnation) continue;
      return queue.state === QUEUE_LIVE ? index : QUEUES_MAX;
    }
    return QUEUES_MAX;
  }

  @inline static aim(area: usize, index: u32, flags: u32, target: u32, incarnation: u32): void {
    const at = area + (index << 2);
    store<u32>(at, flags | (target << SLOT_TARGET_SHIFT), THREAD_OUT_TARGETS);
    store<u32>(at, incarnation, THREAD_OUT_INCARNATIONS);
  }

  /** What a claim found to be received too often goes to the queue's dead-letter queue; how many left. */
  static deadLetters(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const area = At.thread(thread);
    const queue = At.queue(queueIndex);
    const target = queue.target;
    const targetIncarnation = queue.targetIncarnation;
    for (let index: u32 = 0; index < count; index++) {
      Move.aim(area, index, 0, target, targetIncarnation);
    }
    return Move.run(thread, queueIndex, incarnation, count, now);
  }

  /**
   * What handle records 0 to count - 1 name, ten at most, goes to the dead-letter queue as if it had been
   * received too often, as far as it is in flight; how many left.
   */
  static exhaustHeld(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    if (!Move.isThere(At.queue(queueIndex))) return 0;
    const area = At.thread(thread);
    Settle.checkSlots(thread, count);
    for (let index: u32 = 0; index < count; index++) {
      const handle = Settle.handle(thread, index);
      store<u32>(area + (index << 2), load<u32>(handle, HANDLE_SLOT), THREAD_OUT_SLOTS);
      const sequence = load<u64>(handle, HANDLE_SEQUENCE) as f64;
      store<f64>(area + (index << 3), sequence, THREAD_OUT_SEQUENCES);
    }
    return Move.deadLetters(thread, queueIndex, incarnation, count, now);
  }

  /** Likewise up to `most` (at most ten) visible messages. */
  static exhaust(thread: u32, queueIndex: u32, incarnation: u32, most: u32, now: f64): i32 {
    if (!Move.isThere(At.queue(queueIndex))) return 0;
    const count = Move.claim(thread, queueIndex, incarnation, most, now);
    if (count <= 0) return count;
    return Move.deadLetters(thread, queueIndex, incarnation, count, now);
  }

  /**
   * Takes up to `most` (at most ten) visible messages without receiving them; they stand in
   * THREAD_OUT_SLOTS. How many, or a status.
   */
  static claim(thread: u32, queueIndex: u32, incarnation: u32, most: u32, now: f64): i32 {
    const area = At.thread(thread);
    const queue = At.queue(queueIndex);
    const shard = Move.shardOf(queueIndex);
    const step = most < (SECTION_STEPS as u32) ? most : SECTION_STEPS;
    const hidden = MOVE_HIDDEN_MS;
    let count: u32 = 0;
    for (let turn: u32 = 0; turn < CLAIM_SECTIONS && count === 0; turn++) {
      if (!EffectsGrowth.provide(thread, shard, true)) return STATUS_FULL;
      const status = Shard.isFifo(shard)
        ? ClaimFifo.section(thread, queue, shard, incarnation, 0, step, hidden, 0, false, now)
        : Claim.section(thread, queue, shard, incarnation, 0, step, hidden, 0, now);
      if (status === STATUS_CHANGED) continue;
      if (status < 0) return status;
      count = load<u32>(area, THREAD_OUT_EXHAUSTED);
      if (load<u32>(area, THREAD_OUT_DROPPED) === 0) break;
    }
    return count;
  }

  /**
   * Takes up to `most` (at most ten) visible messages of a queue and moves them, as new ones, to
   * queue `to` of that incarnation, or, when that is 0, each to the queue it came from. Answers how
   * many left, or a status; THREAD_OUT_RETURNED: how many had nowhere to go and stay. STATUS_FULL: none
   * left, because the journal has to read first; THREAD_OUT_HELD_BACK: how many stay a moment longer for
   * that. `namesakes`: as of `namesakeOf`.
   */
  static redrive(
    thread: u32,
    queueIndex: u32,
    incarnation: u32,
    most: u32,
    to: u32,
    toIncarnation: u32,
    namesakes: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    store<u32>(area, 0, THREAD_OUT_RETURNED);
    const count = Move.claim(thread, queueIndex, incarnation, most, now);
    if (count <= 0) return count;
    for (let index: i32 = 0; index < count; index++) {
      if (toIncarnation !== 0) Move.aim(area, index, SLOT_FLAG_FRESH, to, toIncarnation);
      else Move.aimHome(area, index, queueIndex, incarnation, namesakes);
    }
    const left = Move.run(thread, queueIndex, incarnation, count, now);
    if (left === 0 && load<u32>(area, THREAD_OUT_HELD_BACK) !== 0) return STATUS_FULL;
    return left - load<i32>(area, THREAD_OUT_RETURNED);
  }

  /** To the queue it came from, or its namesake; when there is neither, it stays in its own. */
  static aimHome(area: usize, index: u32, queueIndex: u32, incarnation: u32, namesakes: u32): void {
    const slot = At.slot(load<u32>(area + (index << 2), THREAD_OUT_SLOTS));
    let source = slot.source;
    let target = Move.find(source);
    if (target === (QUEUES_MAX as u32)) {
      source = Move.namesakeOf(area, source, namesakes);
      target = Move.find(source);
    }
    if (target !== (QUEUES_MAX as u32)) Move.aim(area, index, SLOT_FLAG_FRESH, target, source);
    else Move.aim(area, index, SLOT_FLAG_RETURN, queueIndex, incarnation);
  }

  /**
   * The incarnation of the queue that stands in the place of a deleted one, or 0: of so many `namesakes`
   * in staging, each two words, the deleted queue's incarnation and its namesake's.
   */
  static namesakeOf(area: usize, incarnation: u32, namesakes: u32): u32 {
    for (let index: u32 = 0; index < namesakes; index++) {
      const namesake = area + (index << 3);
      if (load<u32>(namesake, THREAD_STAGING) === incarnation)
        return load<u32>(namesake, THREAD_STAGING + 4);
    }
    return 0;
  }

  /** Departs and delivers the list; answers how many left. */
  static run(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const area = At.thread(thread);
    store<u32>(area, incarnation, THREAD_MOVE_SOURCE);
    store<u32>(area, 0, THREAD_OUT_RETURNED);
    Move.shorten(area, count);
    // Where there is no room all are held back, as is what the journal does not hold yet.
    EffectsGrowth.provide(thread, Move.shardOf(queueIndex), false);
    const left = Depart.section(thread, Move.shardOf(queueIndex), incarnation, count, now);
    // What a FIFO queue's dead letters held back in their groups.
    const opened = load<u32>(area, THREAD_OUT_READY);
    for (let index: u32 = 0; index < count; index++) {
      const slotIndex = load<u32>(area + (index << 2), THREAD_OUT_SLOTS);
      if (slotIndex === 0) continue;
      const to = Move.deliver(thread, thread, slotIndex, queueIndex, incarnation, now);
      if (to === (QUEUES_MAX as u32)) {
        // Neither queue is there any more, and with them went what was in them.
        Move.discard(slotIndex, thread);
        Messages.free(thread, slotIndex);
      } else if (Move.admit(thread, to, now) > 0) Wake.one(to);
    }
    if (opened > 0) Wake.one(queueIndex);
    return left;
  }

  /** Nothing behind the first `count` of the list. */
  @inline static shorten(area: usize, count: u32): void {
    for (let index = count; index < (SECTION_STEPS as u32); index++) {
      store<u32>(area + (index << 2), 0, THREAD_OUT_SLOTS);
    }
  }

  /**
   * All of the list that go where this slot goes arrive there, or else in the queue they came from.
   * Answers which, or QUEUES_MAX when neither is there.
   */
  static deliver(
    thread: u32,
    holder: u32,
    slotIndex: u32,
    source: u32,
    sourceIncarnation: u32,
    now: f64,
  ): u32 {
    const slot = At.slot(slotIndex);
    const to = slot.lowWord() >> SLOT_TARGET_SHIFT;
    const incarnation = slot.group as u32;
    const shard = Move.shardOf(to);
    const status = Arrive.section(
      thread,
      holder,
      to,
      incarnation,
      to,
      shard,
      incarnation,
      false,
      now,
    );
    if (status >= 0) return to;
    if (source === (QUEUES_MAX as u32)) return QUEUES_MAX;
    const back = Arrive.section(
      thread,
      holder,
      to,
      incarnation,
      source,
      Move.shardOf(source),
      sourceIncarnation,
      true,
      now,
    );
    return back >= 0 ? source : QUEUES_MAX;
  }

  /** In no queue any more: in the hands of `holder`, to be freed. */
  @inline static discard(slotIndex: u32, holder: u32): void {
    At.slot(slotIndex).setState(SLOT_PREPARED | ((holder + 1) << SLOT_THREAD_SHIFT));
  }

  /** Empties a queue's arrivals as far as there is memory; how many became ready. */
  static admit(thread: u32, queueIndex: u32, now: f64): u32 {
    const shard = Move.shardOf(queueIndex);
    let ready: u32 = 0;
    while (!Arrivals.isEmpty(shard)) {
      const some = Shard.isFifo(shard)
        ? AdmitFifo.turn(thread, shard, now)
        : Admit.turn(thread, shard, now);
      if (some === 0) break;
      ready += some;
    }
    return ready;
  }

  /**
   * What a dead thread, or this one before it trapped, had between two queues: it arrives, or goes
   * back, or is in the dead thread's hands to be freed. First, in its order, what stands in the
   * holder's list, or a FIFO group would come out of order. Idempotent: only state words decide.
   */
  static finish(self: u32, holder: u32, now: f64): void {
    const area = At.thread(self);
    const held: u32 = SLOT_MOVING | ((holder + 1) << SLOT_THREAD_SHIFT);
    const incarnation = load<u32>(At.thread(holder), THREAD_MOVE_SOURCE);
    const source = Move.find(incarnation);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_SLOTS_BUMP);
    const list = At.thread(holder);
    for (let index: u32 = 0; index < (SECTION_STEPS as u32); index++) {
      const slotIndex = load<u32>(list + (index << 2), THREAD_OUT_SLOTS);
      const isHeld = slotIndex !== 0 && slotIndex <= last && Move.isHeld(slotIndex, held);
      store<u32>(area + (index << 2), isHeld ? slotIndex : 0, THREAD_OUT_SLOTS);
    }
    for (let index: u32 = 0; index < (SECTION_STEPS as u32); index++) {
      const slotIndex = load<u32>(area + (index << 2), THREAD_OUT_SLOTS);
      if (slotIndex === 0) continue;
      const to = Move.deliver(self, holder, slotIndex, source, incarnation, now);
      if (to === (QUEUES_MAX as u32)) Move.discard(slotIndex, holder);
    }
    for (let index: u32 = 1; index <= last; index++) {
      if (!Move.isHeld(index, held)) continue;
      store<u32>(area, index, THREAD_OUT_SLOTS);
      Move.shorten(area, 1);
      const to = Move.deliver(self, holder, index, source, incarnation, now);
      if (to === (QUEUES_MAX as u32)) Move.discard(index, holder);
    }
  }

  @inline static isHeld(slotIndex: u32, held: u32): bool {
    return (At.slot(slotIndex).lowWord() & STATE_AND_THREAD) === held;
  }
}
