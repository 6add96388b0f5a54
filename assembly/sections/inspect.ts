/**
 * The inspect section: up to ten messages of the age list, or of one FIFO group's chain, are looked at,
 * oldest first, from where the thread's peek record says on. It changes nothing but the lock's own
 * words and what lies in the thread's record, so it takes no operation number and lets no time pass.
 * What it copies is a message's state as it is at `now`: timers that are due and have not fired count
 * as fired, and what retention or a purge has ended is not there. Contents are gathered outside.
 */

import { At } from "../ground/memory";
import { PeekRecord, QueueRecord, ReceiveRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Table } from "../indexes/table";
import {
  BUCKET_VERSION,
  LINK_NEXT,
  LIST_LINK_BYTES_LOG2,
  PEEK_ENDED,
  PEEK_GOES_ON,
  PEEK_LOST,
  PHASE_BEGIN_INSPECT,
  RECEIVE_BYTES,
  SHARD_NOW,
  SHARD_SEQUENCE,
  SLOT_DEAD,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_RECEIVES,
} from "../layout";
import { Shard } from "../shard/shard";

export class Inspect {
  /**
   * Fills slot, count, sequence, state and due time of receive records from `from` on, `most` at the
   * most; answers how many. STATUS_CHANGED: what was found of the group holds no more. STATUS_GONE.
   */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    peek: PeekRecord,
    from: u32,
    most: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const records = area + THREAD_RECEIVES + from * RECEIVE_BYTES;
    let found: i32 = STATUS_GONE;
    Shard.begin(shard, thread, PHASE_BEGIN_INSPECT);
    if (Shard.isStill(shard, incarnation)) {
      found = STATUS_CHANGED;
      if (Inspect.isProven(shard, peek)) {
        Inspect.walk(area, queue, shard, peek, records, most, now);
        found = load<i32>(area, THREAD_OUT_COUNT);
      }
    }
    Shard.close(shard);
    return found;
  }

  /** Whether the group's record, or that there is none, still holds. */
  @inline static isProven(shard: usize, peek: PeekRecord): bool {
    const group = peek.group;
    const table = Groups.table(shard);
    if (peek.groupBytes === 0) return true;
    if (group !== 0) return Groups.isOf(shard, group, peek.keyLow, peek.keyHigh);
    if (!Table.isMade(table)) return true;
    const bucket = Table.bucket(table, peek.keyLow);
    return peek.bucket === bucket && load<u32>(bucket, BUCKET_VERSION) === peek.version;
  }

  @inline static walk(
    area: usize,
    queue: QueueRecord,
    shard: usize,
    peek: PeekRecord,
    records: usize,
    most: u32,
    now: f64,
  ): void {
    const isGrouped = peek.groupBytes !== 0;
    const links = isGrouped ? At.chainLink(0) : At.ageLink(0);
    const end = isGrouped ? Groups.chain(peek.group) : Age.end(shard);
    const isFifo = Shard.isFifo(shard);
    const last = load<f64>(shard, SHARD_NOW);
    const at = now > last ? now : last;
    if (peek.until < 0) peek.until = load<u64>(shard, SHARD_SEQUENCE) as f64;
    store<u32>(area, 0, THREAD_OUT_COUNT);
    let link = Inspect.begin(shard, peek, isGrouped, links, end);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      link = Inspect.step(area, queue, shard, peek, records, links, end, link, most, isFifo, at);
    }
    peek.outcome = link === 0 ? PEEK_LOST : link === end ? PEEK_ENDED : PEEK_GOES_ON;
  }

  /** The link to begin with: `end` where there is nothing, 0 where the message looked at last is gone. */
  @inline static begin(
    shard: usize,
    peek: PeekRecord,
    isGrouped: bool,
    links: usize,
    end: usize,
  ): usize {
    const slotIndex = peek.slot;
    if (isGrouped && peek.group === 0) return end;
    if (slotIndex === 0) return load<u32>(end, LINK_NEXT);
    const slot = At.slot(slotIndex);
    // Who is taken out, or moves on, has no sequence any more; who left its chain alone, no group.
    const isThere =
      slot.isOf(At.shardIndex(shard), peek.sequence as u64) &&
      (!isGrouped || slot.group === peek.group);
    return isThere
      ? (load<u32>(links + (slotIndex << LIST_LINK_BYTES_LOG2), LINK_NEXT) as usize)
      : 0;
  }

  /** One message; answers the link of the next. */
  @inline static step(
    area: usize,
    queue: QueueRecord,
    shard: usize,
    peek: PeekRecord,
    records: usize,
    links: usize,
    end: usize,
    link: usize,
    most: u32,
    isFifo: bool,
    now: f64,
  ): usize {
    const found = load<u32>(area, THREAD_OUT_COUNT);
    if (link === 0 || link === end || found >= most) return link;
    const slotIndex = ((link - links) as u32) >> LIST_LINK_BYTES_LOG2;
    const slot = At.slot(slotIndex);
    const sequence = slot.sequence as f64;
    if (sequence > peek.until) return end;
    const state = Inspect.stateOf(queue, shard, slot, isFifo, now);
    peek.slot = slotIndex;
    peek.sequence = sequence;
    peek.looked += 1;
    if (sequence > peek.after && ((peek.states >> state) & 1) !== 0) {
      const record = ReceiveRecord.at(records, found);
      const isHeldBack = isFifo && state === SLOT_DELAYED;
      record.setReceipt(((slot.count() as u64) << 32) | (slotIndex as u64));
      record.sequence = slot.sequence;
      record.state = state;
      record.due = isHeldBack ? slot.sentAt + queue.delayMs : slot.due;
      store<u32>(area, found + 1, THREAD_OUT_COUNT);
    }
    return load<u32>(link, LINK_NEXT);
  }

  /** The state that the message has once everything due has happened; SLOT_DEAD: it is no more. */
  @inline static stateOf(
    queue: QueueRecord,
    shard: usize,
    slot: Slot,
    isFifo: bool,
    now: f64,
  ): u32 {
    const state = slot.state();
    const isHeldBack = isFifo && state === SLOT_DELAYED;
    const isTimed = state === SLOT_IN_FLIGHT || state === SLOT_DELAYED;
    // As the wheel has it, whose ticks are whole milliseconds.
    const isOver = isHeldBack
      ? slot.sentAt + queue.delayMs <= now
      : isTimed && ceil<f64>(slot.due) <= floor<f64>(now);
    if (slot.isPast(shard, queue.retentionMs, now)) return SLOT_DEAD;
    return isOver ? SLOT_READY : state;
  }
}
