/**
 * A part: what one shard has to say to the log since the last time, up to a moment. Begun here, by the
 * journal's thread: a section under the shard's lock copies what the part's head says and how far the
 * ring goes; then, outside of it, the records are gone through once, for a cut, and for what was received.
 * What of it was sent and is gone by now is seen when its content is read (drain.ts), and marked here, so
 * that nothing of it touches the disk. Costs a pass over the records, no content.
 */
import { At } from "../ground/memory";
import {
  DRAIN_BASE,
  DRAIN_BLOCK,
  DRAIN_BYTES,
  DRAIN_CUT,
  DRAIN_ENTRIES,
  DRAIN_ENTRIES_MAX,
  DRAIN_HEAD,
  DRAIN_INDEX,
  DRAIN_NEWEST,
  DRAIN_OPERATION,
  DRAIN_READ,
  EFFECT_BYTES,
  EFFECT_COUNT,
  EFFECT_CUT,
  EFFECT_END,
  EFFECT_EXTRA,
  EFFECT_HEAD,
  EFFECT_KIND,
  EFFECT_READ,
  EFFECT_READ_BLOCK,
  EFFECT_READ_INDEX,
  EFFECT_RECEIVED,
  EFFECT_RECORDS_OFFSET,
  EFFECT_SEQUENCE,
  EFFECT_VALUE,
  HEADER,
  HEADER_BIRTHS,
  LINE_BYTES,
  LOG_BYTES,
  LOG_EXTRA,
  LOG_KIND,
  LOG_PART,
  LOG_PART_BYTES,
  PART_BIRTHS,
  PART_INCARNATION,
  PART_IS_SHORT,
  PART_NOW,
  PART_OPERATION,
  PART_PURGE_SEQUENCE,
  PART_RECEIVED,
  PART_SEQUENCE,
  PART_SHARD,
  PART_TOTALS,
  PHASE_BEGIN_PART,
  SEGMENT_NEXT,
  SHARD_JOURNALED,
  SHARD_NOW,
  SHARD_OPERATION,
  SHARD_PURGE_SEQUENCE,
  SHARD_SEQUENCE,
  THREAD_DRAIN,
  THREAD_STAGING,
  THREAD_STAGING_BYTES,
} from "../layout";
import { Shard } from "../shard/shard";
import { Totals } from "./totals";

/** So many sequences can be told to be gone; a ring has room for fewer sends. */
const BITS: u64 = THREAD_STAGING_BYTES << 3;

export class Part {
  @inline static record(thread: u32): usize {
    return At.thread(thread) + THREAD_DRAIN;
  }

  /** Answers how many records the ring has; the part ends at about `entriesMax` bytes of entries. */
  static begin(thread: u32, queueIndex: u32, entriesMax: u32): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const record = Part.record(thread);
    memory.fill(record, 0, DRAIN_BYTES);
    store<u32>(record, LOG_PART_BYTES, LOG_BYTES);
    store<u32>(record, LOG_PART, LOG_KIND);
    store<u32>(record, At.shardIndex(shard), PART_SHARD);
    // Of the descriptor: a deletion's cut leaves the shard without one.
    store<u32>(record, queue.incarnation, PART_INCARNATION);
    store<u32>(record, entriesMax, DRAIN_ENTRIES_MAX);
    Part.section(thread, record, shard);
    store<u64>(record, atomic.load<u64>(HEADER, HEADER_BIRTHS), PART_BIRTHS);
    store<u64>(record, load<u64>(shard, SHARD_JOURNALED), DRAIN_BASE);
    store<u64>(record, load<u64>(shard, SHARD_JOURNALED), DRAIN_NEWEST);
    const records = load<u64>(record, DRAIN_HEAD) - load<u64>(shard, EFFECT_READ);
    Part.plan(At.thread(thread), record, shard);
    return records as i32;
  }

  static section(thread: u32, record: usize, shard: usize): void {
    Shard.begin(shard, thread, PHASE_BEGIN_PART);
    store<u64>(record, load<u64>(shard, SHARD_OPERATION), PART_OPERATION);
    store<f64>(record, load<f64>(shard, SHARD_NOW), PART_NOW);
    store<u64>(record, load<u64>(shard, SHARD_SEQUENCE), PART_SEQUENCE);
    store<u64>(record, load<u64>(shard, SHARD_PURGE_SEQUENCE), PART_PURGE_SEQUENCE);
    store<u64>(record, load<u64>(shard, EFFECT_HEAD), DRAIN_HEAD);
    Totals.take(shard, record + PART_TOTALS);
    Shard.close(shard);
  }

  // --- The ring, as the journal reads it ---------------------------------------------------------------

  @inline static rewind(record: usize, shard: usize): void {
    store<u64>(record, load<u64>(shard, EFFECT_READ), DRAIN_READ);
    store<u32>(record, load<u32>(shard, EFFECT_READ_BLOCK), DRAIN_BLOCK);
    store<u32>(record, load<u32>(shard, EFFECT_READ_INDEX), DRAIN_INDEX);
  }

  @inline static hasMore(record: usize): bool {
    return load<u64>(record, DRAIN_READ) < load<u64>(record, DRAIN_HEAD);
  }

  /** The next section's head record; there is one. */
  @inline static next(record: usize): usize {
    let block: usize = load<u32>(record, DRAIN_BLOCK);
    let index = load<u32>(record, DRAIN_INDEX);
    if (index === load<u32>(block, EFFECT_END)) {
      block = load<u32>(block, SEGMENT_NEXT);
      index = 0;
      store<u32>(record, block as u32, DRAIN_BLOCK);
      store<u32>(record, 0, DRAIN_INDEX);
    }
    return block + EFFECT_RECORDS_OFFSET + index * EFFECT_BYTES;
  }

  /** A cut's other word counts no record. */
  @inline static pass(record: usize, head: usize): void {
    const isCut = load<u8>(head, EFFECT_KIND) === EFFECT_CUT;
    const others: u32 = isCut ? 0 : load<u16>(head, EFFECT_EXTRA);
    const records: u32 = 1 + (load<u8>(head, EFFECT_COUNT) as u32) + others;
    store<u64>(record, load<u64>(record, DRAIN_READ) + records, DRAIN_READ);
    store<u32>(record, load<u32>(record, DRAIN_INDEX) + records, DRAIN_INDEX);
  }

  @inline static stepOf(head: usize, index: u32): usize {
    return head + EFFECT_BYTES + index * EFFECT_BYTES;
  }

  // --- What is gone ----------------------------------------------------------------------------------------

  /** Goes through all records, and stands before the first of them. */
  static plan(area: usize, record: usize, shard: usize): void {
    const sent = load<u64>(record, PART_SEQUENCE) - load<u64>(record, DRAIN_BASE);
    const bits = sent < BITS ? sent : BITS;
    memory.fill(area + THREAD_STAGING, 0, (((bits + 63) >> 6) << 3) as usize);
    Part.rewind(record, shard);
    while (Part.hasMore(record)) {
      const head = Part.next(record);
      const kind: u32 = load<u8>(head, EFFECT_KIND);
      if (kind === EFFECT_CUT) store<u64>(record, load<u64>(head, EFFECT_VALUE), DRAIN_CUT);
      else if (kind === EFFECT_RECEIVED) Part.receive(record, head);
      Part.pass(record, head);
    }
    Part.rewind(record, shard);
  }

  static receive(record: usize, head: usize): void {
    const count: u32 = load<u8>(head, EFFECT_COUNT);
    for (let index: u32 = 0; index < count; index++) {
      const sequence = load<u64>(Part.stepOf(head, index), EFFECT_SEQUENCE);
      if (sequence > load<u64>(record, PART_RECEIVED)) store<u64>(record, sequence, PART_RECEIVED);
    }
  }

  /** Sent in this part, and gone: its content can't be had, or need not be. */
  @inline static markGone(area: usize, record: usize, sequence: u64): void {
    const bit = sequence - load<u64>(record, DRAIN_BASE) - 1;
    if (bit >= BITS) return;
    const byte = area + ((bit >> 3) as usize);
    const known: u32 = load<u8>(byte, THREAD_STAGING);
    store<u8>(byte, (known | ((1 as u32) << ((bit & 7) as u32))) as u8, THREAD_STAGING);
  }

  @inline static isGone(area: usize, record: usize, sequence: u64): bool {
    if (sequence <= load<u64>(record, DRAIN_CUT)) return true;
    const bit = sequence - load<u64>(record, DRAIN_BASE) - 1;
    if (bit >= BITS) return false;
    const byte: u32 = load<u8>(area + ((bit >> 3) as usize), THREAD_STAGING);
    return ((byte >> ((bit & 7) as u32)) & 1) !== 0;
  }

  // --- Its end ---------------------------------------------------------------------------------------------

  /** Whether it ends before this section; one that goes on in a second head is not torn apart. */
  @inline static isFull(record: usize, operation: u64): bool {
    return (
      load<u32>(record, DRAIN_ENTRIES) >= load<u32>(record, DRAIN_ENTRIES_MAX) &&
      operation !== load<u64>(record, DRAIN_OPERATION)
    );
  }

  /** Behind its last entry, when the ring has more: what its head says of a later moment goes. */
  static shorten(record: usize): void {
    store<u16>(record, PART_IS_SHORT, LOG_EXTRA);
    store<u64>(record, load<u64>(record, DRAIN_OPERATION), PART_OPERATION);
    store<u64>(record, load<u64>(record, DRAIN_NEWEST), PART_SEQUENCE);
    store<u64>(record, 0, PART_PURGE_SEQUENCE);
    memory.fill(record + PART_TOTALS, 0, LINE_BYTES);
  }

  /**
   * The part's entries were appended to the log: the ring's records are read, and what was sent in
   * them may move on. The caller then gives back what blocks are free.
   */
  static end(thread: u32): usize {
    const record = Part.record(thread);
    const shard = At.shard(load<u32>(record, PART_SHARD));
    store<u64>(shard, load<u64>(record, PART_SEQUENCE), SHARD_JOURNALED);
    // Where nothing was read, a first block may be joining the ring at this moment.
    if (load<u64>(record, DRAIN_READ) === load<u64>(shard, EFFECT_READ)) return shard;
    store<u32>(shard, load<u32>(record, DRAIN_BLOCK), EFFECT_READ_BLOCK);
    store<u32>(shard, load<u32>(record, DRAIN_INDEX), EFFECT_READ_INDEX);
    // Behind the place: who sees that all was read may take the blocks away.
    atomic.store<u64>(shard, load<u64>(record, DRAIN_READ), EFFECT_READ);
    return shard;
  }
}
