/**
 * One shard's invariants, for Verify: what its slots say and what its lists, ring, wheel and
 * gauges say must be the same. The numbers of the checks are explained in verify.ts.
 */

import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import { Wheel } from "../indexes/wheel";
import {
  ARENA_SLOTS_BUMP,
  BLOCK_FLAGS,
  BODY_MOVED,
  ENTRY_BYTES,
  ENTRY_SEQUENCE,
  ENTRY_SLOT,
  HEADER,
  HEADER_ARENA,
  LINK_NEXT,
  LINK_PREVIOUS,
  LOCK_PHASE,
  LOCK_WORD,
  PHASE_IDLE,
  SEGMENT_ENTRIES,
  SEGMENT_ENTRIES_OFFSET,
  SEGMENT_NEXT,
  SHARD_ARRIVED,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_LISTED,
  SHARD_NEXT_DUE,
  SHARD_OPERATION,
  SHARD_PURGE_SEQUENCE,
  SHARD_RING_HEAD,
  SHARD_RING_HEAD_INDEX,
  SHARD_RING_RESERVED,
  SHARD_RING_SEGMENTS,
  SHARD_RING_TAIL,
  SHARD_RING_TAIL_INDEX,
  SHARD_VISIBLE,
  SHARD_WHEEL_ARMED,
  SHARD_WHEEL_BITMAPS,
  SLOT_DEAD,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  THREAD_OUT_ERROR,
  WHEEL_LEVELS,
  WHEEL_LINK_SPOKE,
  WHEEL_SPOKES,
} from "../layout";
import { Shard } from "../shard/shard";
import { VerifyEffects } from "./verifyEffects";
import { VerifyFifo } from "./verifyFifo";

export class VerifyShard {
  @inline static isInAgeList(state: u32): bool {
    return Slot.isListed(state) || state === SLOT_DEAD;
  }

  static of(queueIndex: u32): usize {
    return At.shard(At.queue(queueIndex).shardFirst);
  }

  static listed(queueIndex: u32): u32 {
    return load<u32>(VerifyShard.of(queueIndex), SHARD_LISTED);
  }

  static run(area: usize, queueIndex: u32): i32 {
    const shard = VerifyShard.of(queueIndex);
    store<u32>(area, queueIndex, THREAD_OUT_ERROR);
    if (load<u32>(shard, LOCK_WORD) !== 0) return 610;
    if (load<u64>(shard, SHARD_OPERATION) > 0 && load<u32>(shard, LOCK_PHASE) !== PHASE_IDLE) {
      return 611;
    }
    const age = VerifyShard.age(shard);
    if (age !== 0) return age;
    const ring = VerifyShard.ring(shard);
    if (ring !== 0) return ring;
    const wheel = VerifyShard.wheel(shard);
    const fifo = wheel !== 0 || !Shard.isFifo(shard) ? wheel : VerifyFifo.run(shard);
    return fifo !== 0 ? fifo : VerifyEffects.run(shard);
  }

  @inline static isLive(shard: usize, slot: Slot): bool {
    return slot.state() !== SLOT_DEAD && slot.sequence > load<u64>(shard, SHARD_PURGE_SEQUENCE);
  }

  /**
   * In order of arrival, linked both ways, counted. What came by a move was sent earlier than its
   * place says.
   */
  static age(shard: usize): i32 {
    const self = At.shardIndex(shard);
    const most = load<u32>(shard, SHARD_LISTED);
    let listed: u32 = 0;
    let previous: usize = Age.end(shard);
    let sequence: u64 = 0;
    let sentAt: f64 = -Infinity;
    let link: usize = load<u32>(previous, LINK_NEXT);
    while (link !== Age.end(shard)) {
      const slot = At.slot(At.slotOfAgeLink(link));
      if (++listed > most) return 100;
      if (load<u32>(link, LINK_PREVIOUS) !== (previous as u32)) return 101;
      const broken = VerifyShard.member(slot, self);
      if (broken !== 0) return broken;
      if (slot.sequence <= sequence) return 103;
      const isMoved = (load<u32>(slot.block, BLOCK_FLAGS) & BODY_MOVED) !== 0;
      const slotSentAt = isMoved ? sentAt : slot.sentAt;
      if (slotSentAt < sentAt) return 103;
      sequence = slot.sequence;
      sentAt = slotSentAt;
      previous = link;
      link = load<u32>(link, LINK_NEXT);
    }
    if (listed !== most) return 105;
    if (Age.last(shard) !== previous) return 106;
    return VerifyShard.gauges(shard);
  }

  static member(slot: Slot, self: u32): i32 {
    if (slot.shard !== self) return 102;
    return VerifyShard.isInAgeList(slot.state()) ? 0 : 104;
  }

  /** The gauges are what the states say. */
  static gauges(shard: usize): i32 {
    let visible: u32 = 0;
    let inFlight: u32 = 0;
    let delayed: u32 = 0;
    const end = Age.end(shard);
    for (let link = Circle.next(end); link !== end; link = Circle.next(link)) {
      const slot = At.slot(At.slotOfAgeLink(link));
      if (!VerifyShard.isLive(shard, slot)) continue;
      if (slot.state() === SLOT_READY) visible++;
      if (slot.state() === SLOT_IN_FLIGHT) inFlight++;
      if (slot.state() === SLOT_DELAYED) delayed++;
    }
    if (load<u32>(shard, SHARD_VISIBLE) !== visible) return 107;
    if (load<u32>(shard, SHARD_IN_FLIGHT) !== inFlight) return 108;
    return load<u32>(shard, SHARD_DELAYED) === delayed ? 0 : 109;
  }

  /** How many messages are in the arrivals; below 0: the number of a broken check. */
  static arrivals(area: usize, queueIndex: u32): i32 {
    const shard = VerifyShard.of(queueIndex);
    const end = Arrivals.end(shard);
    const most = load<u32>(HEADER + HEADER_ARENA, ARENA_SLOTS_BUMP);
    let count: u32 = 0;
    let previous = end;
    store<u32>(area, queueIndex, THREAD_OUT_ERROR);
    for (let link = VerifyShard.after(end); link !== end; link = VerifyShard.after(link)) {
      const slot = At.slot(At.slotOfAgeLink(link));
      if (++count > most) return -110;
      if (load<u32>(link, LINK_PREVIOUS) !== (previous as u32)) return -111;
      const isHere = slot.shard === At.shardIndex(shard);
      if (!isHere || !Slot.isArrived(slot.lowWord())) return -112;
      previous = link;
    }
    if (load<u32>(shard, SHARD_ARRIVED) !== count) return -114;
    return load<u32>(end, LINK_PREVIOUS) === (previous as u32) ? (count as i32) : -113;
  }

  /** Each ready message has one entry, and the circle has room for all that is owed. */
  static ring(shard: usize): i32 {
    const segments = load<u32>(shard, SHARD_RING_SEGMENTS);
    const owed = load<u32>(shard, SHARD_RING_RESERVED);
    const tail: usize = load<u32>(shard, SHARD_RING_TAIL);
    if (segments === 0) return owed === 0 ? 0 : 200;
    if ((segments - 1) * SEGMENT_ENTRIES < owed) return 201;
    let circle: u32 = 0;
    let segment = tail;
    do {
      segment = load<u32>(segment, SEGMENT_NEXT);
      if (++circle > segments) return 202;
    } while (segment !== tail);
    if (circle !== segments) return 203;
    let entries: u32 = 0;
    let own: u32 = 0;
    segment = load<u32>(shard, SHARD_RING_HEAD);
    let index = load<u32>(shard, SHARD_RING_HEAD_INDEX);
    const tailIndex = load<u32>(shard, SHARD_RING_TAIL_INDEX);
    while (segment !== tail || index !== tailIndex) {
      if (++entries > owed) return 204;
      own += VerifyShard.isOwnEntry(shard, segment + SEGMENT_ENTRIES_OFFSET + index * ENTRY_BYTES);
      if (++index === SEGMENT_ENTRIES) {
        index = 0;
        segment = load<u32>(segment, SEGMENT_NEXT);
      }
    }
    return VerifyShard.owed(shard, entries, own, owed);
  }

  @inline static isOwnEntry(shard: usize, entry: usize): u32 {
    const slot = At.slot(load<u32>(entry, ENTRY_SLOT));
    const isOwn =
      load<u32>(entry, ENTRY_SEQUENCE) === slot.lowSequence() &&
      slot.shard === At.shardIndex(shard) &&
      Slot.isRinged(slot.lowWord()) &&
      VerifyShard.isInAgeList(slot.state());
    return isOwn ? 1 : 0;
  }

  static owed(shard: usize, entries: u32, own: u32, owed: u32): i32 {
    let ringed: u32 = 0;
    let unringed: u32 = 0;
    for (let link = VerifyShard.after(Age.end(shard)); link !== Age.end(shard); ) {
      const slot = At.slot(At.slotOfAgeLink(link));
      const isCut = slot.sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
      const isRinged = !isCut && Slot.isRinged(slot.lowWord());
      if (isRinged) ringed++;
      else unringed++;
      if (!isRinged && !isCut && slot.state() === SLOT_READY) return 205;
      link = VerifyShard.after(link);
    }
    if (own !== ringed) return 206;
    return entries + unringed === owed ? 0 : 207;
  }

  @inline static after(link: usize): usize {
    return load<u32>(link, LINK_NEXT);
  }

  /** Whoever is in flight, or delayed in a Standard queue, is armed, on a spoke whose bit is set; nobody else is. */
  static wheel(shard: usize): i32 {
    let armed: u32 = 0;
    const most = load<u32>(shard, SHARD_WHEEL_ARMED);
    for (let spoke: u32 = 0; spoke < (WHEEL_LEVELS as u32) * WHEEL_SPOKES; spoke++) {
      const bitmap = load<u64>(shard + ((spoke >> 6) << 3), SHARD_WHEEL_BITMAPS);
      if (((bitmap >> ((spoke & 63) as u64)) & 1) === 0) continue;
      const found = VerifyShard.spoke(shard, spoke, most - armed);
      if (found < 0) return -found;
      armed += found;
    }
    return armed === most ? VerifyShard.timers(shard) : 305;
  }

  /** How many timers lie on a spoke; below 0: the number of a broken check. */
  static spoke(shard: usize, spoke: u32, most: u32): i32 {
    const end = Wheel.end(shard, spoke);
    let count: u32 = 0;
    let previous = end;
    for (let link = VerifyShard.after(end); link !== end; link = VerifyShard.after(link)) {
      if (++count > most) return -301;
      if (load<u32>(link, WHEEL_LINK_SPOKE) !== spoke + 1) return -302;
      if (load<u32>(link, LINK_PREVIOUS) !== (previous as u32)) return -303;
      const due = At.slot(At.slotOfWheelLink(link)).due;
      // Timers fire with whole milliseconds.
      if (load<f64>(shard, SHARD_NEXT_DUE) > ceil<f64>(due)) return -304;
      previous = link;
    }
    return load<u32>(end, LINK_PREVIOUS) === (previous as u32) ? (count as i32) : -300;
  }

  static timers(shard: usize): i32 {
    const end = Age.end(shard);
    for (let link = VerifyShard.after(end); link !== end; link = VerifyShard.after(link)) {
      const index = At.slotOfAgeLink(link);
      const slot = At.slot(index);
      const state = slot.state();
      const wants = state === SLOT_IN_FLIGHT || (state === SLOT_DELAYED && !Shard.isFifo(shard));
      const isArmed = Wheel.isArmed(At.wheelLink(index));
      if (VerifyShard.isLive(shard, slot) && wants !== isArmed) return 306;
    }
    return 0;
  }
}
