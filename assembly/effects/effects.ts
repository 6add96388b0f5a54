/**
 * The writer's end of a shard's ring of effects: what a section did, for the journal to read. A ring is
 * a circle of blocks of records; a section writes a head record and one a message (docs/LAYOUT.md),
 * all in one block, behind its steps and before it closes. Inside sections alone, under the shard's
 * lock, straight-line; whether there is room is asked inside, and who finds none provides it outside
 * (EffectsGrowth).
 * Invariant: EFFECT_HEAD is stored last and counts records, and where a record lies follows from it and
 * from the word that names the block; so what lies behind it was never written, wherever a section is
 * cut. Without a journal a section pays two branches, by a word of the line that has its lock.
 *
 *    read --> [ a b c d ] -> [ e f g . ] <-- head     EFFECT_LIMIT: where this block's room ends
 *                  ^ the journal's               circle closes
 */
import {
  EFFECT_BLOCK,
  EFFECT_BYTES,
  EFFECT_HEAD,
  EFFECT_KIND,
  EFFECT_LIMIT,
  EFFECT_MORE_LIMIT,
  EFFECT_NOW,
  EFFECT_OPERATION,
  EFFECT_RECORDS,
  EFFECT_RECORDS_MIN,
  EFFECT_RECORDS_OFFSET,
  EFFECT_SEQUENCE,
  EFFECT_SLOT,
  EFFECT_VALUE,
  SHARD_IS_JOURNALED,
  SHARD_KIND,
  SHARD_OPERATION,
} from "../layout";
import { MUST } from "../must";

export class Effects {
  /** Whether this shard's sections write down what they do. */
  @inline static isOn(shard: usize): bool {
    return (load<u32>(shard, SHARD_KIND) & SHARD_IS_JOURNALED) !== 0;
  }

  /** Room for one section; without the lock a hint. */
  @inline static hasRoom(shard: usize): bool {
    return !Effects.isOn(shard) || Effects.left(shard, EFFECT_LIMIT) > 0;
  }

  /** Room for one that leaves the last quarter of the ring to removals and the like. */
  @inline static hasRoomForMore(shard: usize): bool {
    return !Effects.isOn(shard) || Effects.left(shard, EFFECT_MORE_LIMIT) > 0;
  }

  /** Inside a section, which asks once whether there is a journal; EFFECT_LIMIT or EFFECT_MORE_LIMIT. */
  @inline static mayWrite(shard: usize, isOn: bool, limit: usize): bool {
    return !isOn || Effects.left(shard, limit) > 0;
  }

  /** How many records may be written until a limit; a section may begin while it is more than 0. */
  @inline static left(shard: usize, limit: usize): i32 {
    return (load<u32>(shard + limit) - load<u32>(shard, EFFECT_HEAD)) as i32;
  }

  /** How many records the block that is written has. */
  @inline static index(shard: usize): u32 {
    return EFFECT_RECORDS_MIN - Effects.left(shard, EFFECT_LIMIT);
  }

  /** Where the next record comes: this section's head. */
  @inline static next(shard: usize): usize {
    if (MUST) assert(Effects.left(shard, EFFECT_LIMIT) > 0, "a section that writes has room");
    return Effects.further(shard);
  }

  /** Where a further head of the same section comes: the room was for all of it. */
  @inline static further(shard: usize): usize {
    const block: usize = load<u32>(shard, EFFECT_BLOCK);
    return block + EFFECT_RECORDS_OFFSET + Effects.index(shard) * EFFECT_BYTES;
  }

  /** One record behind a head; answers where the next comes. */
  @inline static put(at: usize, first: u64, second: u64, third: u64, fourth: u64): usize {
    store<u64>(at, first, EFFECT_SLOT);
    store<u64>(at, second, EFFECT_SEQUENCE);
    store<u64>(at, third, EFFECT_SEQUENCE + 8);
    store<u64>(at, fourth, EFFECT_SEQUENCE + 16);
    return at + EFFECT_BYTES;
  }

  /**
   * The head of what lies behind it up to `end`, `extra` of it no messages; then all of it is written.
   * Where there is nothing, there is no head either.
   */
  @inline static close(
    shard: usize,
    head: usize,
    end: usize,
    kind: u32,
    extra: u32,
    value: u64,
    now: f64,
  ): void {
    const records = Effects.records(head, end);
    if (records === 1) return;
    const word = kind | ((records - 1 - extra) << 8) | (extra << 16);
    Effects.mark(shard, head, records, word as u64, value, now);
  }

  /** How many records lie from a head up to `end`, itself included. */
  @inline static records(head: usize, end: usize): u32 {
    return ((end - head) as u32) / EFFECT_BYTES;
  }

  /** A head of so many records, itself included; `word` is its first eight bytes. */
  @inline static mark(
    shard: usize,
    head: usize,
    records: u32,
    word: u64,
    value: u64,
    now: f64,
  ): void {
    store<u64>(head, word, EFFECT_KIND);
    store<u64>(head, load<u64>(shard, SHARD_OPERATION), EFFECT_OPERATION);
    store<f64>(head, now, EFFECT_NOW);
    store<u64>(head, value, EFFECT_VALUE);
    store<u64>(shard, load<u64>(shard, EFFECT_HEAD) + records, EFFECT_HEAD);
    if (MUST)
      assert(
        Effects.index(shard) <= (EFFECT_RECORDS as u32),
        "what a section writes lies in one block",
      );
  }
}
