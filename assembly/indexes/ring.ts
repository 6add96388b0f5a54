/**
 * The ready ring of a Standard shard: which messages may be received, in the order they became so.
 * A circle of segments; an entry is (slot, low half of the sequence). An entry means its message
 * only while the slot belongs to this shard, has that sequence and carries the RINGED flag; what
 * is taken out, hidden or expired leaves its entry behind, and the pop drops it.
 *
 *      head --> [ . . a b c ] -> [ d e f g h ] -> [ i j . . . ] <-- tail
 *                  ^ taken from here     circle closes    ^ put here
 *
 * Invariant: owed = entries in the circle + listed messages without an entry, and the circle has
 * room for all owed: (segments - 1) * SEGMENT_ENTRIES >= owed. So whoever makes a message ready
 * never has to allocate, and a full memory can't keep a message from coming back.
 * Under the shard's lock; O(1). A ring and not a list through the slots, whose lines a large backlog
 * would have to fetch; `sluice bench backlog` says what a backlog costs.
 */
import {
  ENTRY_BYTES,
  ENTRY_SEQUENCE,
  ENTRY_SLOT,
  SEGMENT_ENTRIES,
  SEGMENT_ENTRIES_OFFSET,
  SEGMENT_NEXT,
  SHARD_RING_HEAD,
  SHARD_RING_HEAD_INDEX,
  SHARD_RING_RESERVED,
  SHARD_RING_SEGMENTS,
  SHARD_RING_TAIL,
  SHARD_RING_TAIL_INDEX,
} from "../layout";
import { MUST } from "../must";

/** Segments kept beyond need, so that a queue that swings does not allocate on every swing. */
const SPARE_SEGMENTS: u32 = 3;

export class Ring {
  @inline static isEmpty(shard: usize): bool {
    return (
      load<u32>(shard, SHARD_RING_HEAD) === load<u32>(shard, SHARD_RING_TAIL) &&
      load<u32>(shard, SHARD_RING_HEAD_INDEX) === load<u32>(shard, SHARD_RING_TAIL_INDEX)
    );
  }

  /** Where the oldest entry lies; only when not empty. */
  @inline static head(shard: usize): usize {
    if (MUST) assert(!Ring.isEmpty(shard), "the ring has an oldest entry");
    return (
      (load<u32>(shard, SHARD_RING_HEAD) as usize) +
      SEGMENT_ENTRIES_OFFSET +
      load<u32>(shard, SHARD_RING_HEAD_INDEX) * ENTRY_BYTES
    );
  }

  @inline static dropHead(shard: usize): void {
    if (MUST) assert(!Ring.isEmpty(shard), "the ring has an entry to drop");
    if (MUST)
      assert(
        load<u32>(shard, SHARD_RING_HEAD_INDEX) < (SEGMENT_ENTRIES as u32),
        "the head is inside its segment",
      );
    const index = load<u32>(shard, SHARD_RING_HEAD_INDEX) + 1;
    const whole = index === SEGMENT_ENTRIES;
    if (whole) {
      const head: usize = load<u32>(shard, SHARD_RING_HEAD);
      store<u32>(shard, load<u32>(head, SEGMENT_NEXT), SHARD_RING_HEAD);
    }
    store<u32>(shard, whole ? 0 : index, SHARD_RING_HEAD_INDEX);
  }

  @inline static push(shard: usize, slot: u32, sequence: u32): void {
    const tail: usize = load<u32>(shard, SHARD_RING_TAIL);
    const index = load<u32>(shard, SHARD_RING_TAIL_INDEX);
    if (MUST)
      assert(load<u32>(shard, SHARD_RING_SEGMENTS) > 1, "the ring has segments to push into");
    if (MUST) assert(index < (SEGMENT_ENTRIES as u32), "the tail is inside its segment");
    if (MUST) assert(slot !== 0, "an entry names a slot");
    const entry = tail + SEGMENT_ENTRIES_OFFSET + index * ENTRY_BYTES;
    store<u32>(entry, slot, ENTRY_SLOT);
    store<u32>(entry, sequence, ENTRY_SEQUENCE);
    const whole = index + 1 === SEGMENT_ENTRIES;
    if (whole) store<u32>(shard, load<u32>(tail, SEGMENT_NEXT), SHARD_RING_TAIL);
    store<u32>(shard, whole ? 0 : index + 1, SHARD_RING_TAIL_INDEX);
    if (MUST) assert(!Ring.isEmpty(shard), "the tail did not come round to the head");
  }

  @inline static reserve(shard: usize, more: u32): void {
    store<u32>(shard, load<u32>(shard, SHARD_RING_RESERVED) + more, SHARD_RING_RESERVED);
  }

  @inline static unreserve(shard: usize): void {
    if (MUST) assert(load<u32>(shard, SHARD_RING_RESERVED) > 0, "an entry is owed");
    store<u32>(shard, load<u32>(shard, SHARD_RING_RESERVED) - 1, SHARD_RING_RESERVED);
  }

  /** Whether `more` messages may be added; may be asked without the lock as a hint. */
  @inline static hasRoom(shard: usize, more: u32): bool {
    const segments = load<u32>(shard, SHARD_RING_SEGMENTS);
    return (
      segments > 1 &&
      (segments - 1) * SEGMENT_ENTRIES >= load<u32>(shard, SHARD_RING_RESERVED) + more
    );
  }

  @inline static hasSpare(shard: usize): bool {
    const segments = load<u32>(shard, SHARD_RING_SEGMENTS);
    return (
      segments > SPARE_SEGMENTS &&
      (segments - SPARE_SEGMENTS) * SEGMENT_ENTRIES > load<u32>(shard, SHARD_RING_RESERVED) &&
      Ring.behindTail(shard) !== load<u32>(shard, SHARD_RING_HEAD)
    );
  }

  @inline static behindTail(shard: usize): u32 {
    return load<u32>(load<u32>(shard, SHARD_RING_TAIL), SEGMENT_NEXT);
  }

  /** Puts a fresh segment behind the tail's. */
  @inline static insert(shard: usize, segment: usize): void {
    const segments = load<u32>(shard, SHARD_RING_SEGMENTS);
    if (MUST) assert(segment !== 0, "there is a segment to put in");
    if (segments === 0) {
      store<u32>(segment, segment, SEGMENT_NEXT);
      store<u32>(shard, segment, SHARD_RING_HEAD);
      store<u32>(shard, segment, SHARD_RING_TAIL);
      store<u32>(shard, 0, SHARD_RING_HEAD_INDEX);
      store<u32>(shard, 0, SHARD_RING_TAIL_INDEX);
    } else {
      const tail: usize = load<u32>(shard, SHARD_RING_TAIL);
      store<u32>(segment, load<u32>(tail, SEGMENT_NEXT), SEGMENT_NEXT);
      store<u32>(tail, segment, SEGMENT_NEXT);
    }
    store<u32>(shard, segments + 1, SHARD_RING_SEGMENTS);
  }

  /** Takes the segment behind the tail's out; it must hold no entry (see hasSpare). */
  @inline static removeBehindTail(shard: usize): usize {
    const tail: usize = load<u32>(shard, SHARD_RING_TAIL);
    const segment: usize = load<u32>(tail, SEGMENT_NEXT);
    if (MUST) assert(load<u32>(shard, SHARD_RING_SEGMENTS) > 0, "the ring has a segment to give");
    if (MUST)
      assert(
        segment !== load<u32>(shard, SHARD_RING_HEAD) || Ring.isEmpty(shard),
        "the segment that goes holds no entry",
      );
    store<u32>(tail, load<u32>(segment, SEGMENT_NEXT), SEGMENT_NEXT);
    store<u32>(shard, load<u32>(shard, SHARD_RING_SEGMENTS) - 1, SHARD_RING_SEGMENTS);
    return segment;
  }
}
