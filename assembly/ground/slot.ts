/**
 * One message's record: field access and the words its state can take. Reading the state is
 * anybody's; changing it is for whoever holds the shard's lock, or, while it is PREPARED, for the
 * thread it names. The state word is stored last and by one store: a death before it leaves the
 * message as it was, a death behind it leaves the change done.
 *
 *   FREE -> HELD -> PREPARED -> DELAYED | READY -> IN_FLIGHT -> READY ... -> PREPARED -> HELD -> FREE
 *                                   READY -> DEAD (past its retention) -> PREPARED
 *                               IN_FLIGHT -> MOVING (this thread's) -> MOVING (a shard's) -> READY
 */
import {
  LINE_BYTES,
  LOCK_THREAD_MASK,
  SHARD_PURGE_SEQUENCE,
  SLOT_COUNT,
  SLOT_DELAYED,
  SLOT_FLAG_RINGED,
  SLOT_FREE,
  SLOT_HELD,
  SLOT_IN_FLIGHT,
  SLOT_MOVING,
  SLOT_PREPARED,
  SLOT_READY,
  SLOT_SENT_AT,
  SLOT_SEQUENCE,
  SLOT_SHARD,
  SLOT_STATE,
  SLOT_STATE_MASK,
  SLOT_THREAD_MASK,
  SLOT_THREAD_SHIFT,
  SLOT_WORD,
} from "../layout";
import { MUST } from "../must";

export class Slot {
  @inline static word(slot: usize): u32 {
    return load<u32>(slot, SLOT_STATE);
  }

  @inline static state(slot: usize): u32 {
    return load<u32>(slot, SLOT_STATE) & SLOT_STATE_MASK;
  }

  @inline static sequence(slot: usize): u64 {
    return load<u64>(slot, SLOT_SEQUENCE);
  }

  /** One store for state, flags and receive count together. */
  @inline static setWord(slot: usize, word: u32, count: u32): void {
    if (MUST) assert(slot !== 0 && (slot & (LINE_BYTES - 1)) === 0, "a slot begins a line");
    if (MUST) assert(Slot.sequence(slot) !== 0, "a message that counts has a sequence");
    store<u64>(slot, ((count as u64) << 32) | (word as u64), SLOT_WORD);
  }

  /** State and flags; the receive count stays. */
  @inline static setState(slot: usize, word: u32): void {
    if (MUST) assert(slot !== 0 && (slot & (LINE_BYTES - 1)) === 0, "a slot begins a line");
    if (MUST)
      assert(
        Slot.state(slot) !== SLOT_FREE && Slot.state(slot) !== SLOT_HELD,
        "a slot that changes its state has a message",
      );
    store<u32>(slot, word, SLOT_STATE);
  }

  @inline static count(slot: usize): u32 {
    return load<u32>(slot, SLOT_COUNT);
  }

  @inline static isRinged(word: u32): bool {
    return (word & SLOT_FLAG_RINGED) !== 0;
  }

  @inline static isListed(state: u32): bool {
    return state === SLOT_DELAYED || state === SLOT_READY || state === SLOT_IN_FLIGHT;
  }

  /** Among the arrivals of a shard, in nobody's hands. */
  @inline static isArrived(word: u32): bool {
    return (word & (SLOT_STATE_MASK | SLOT_THREAD_MASK)) === SLOT_MOVING;
  }

  /** Taken out of every list, in this thread's hands; the sequence is gone for every reader. */
  @inline static takeOut(slot: usize, thread: u32): void {
    if (MUST)
      assert(thread < (LOCK_THREAD_MASK as u32), "a thread's number fits into the state word");
    if (MUST)
      assert(Slot.state(slot) > (SLOT_PREPARED as u32), "a message that is taken out was in");
    store<u32>(slot, SLOT_PREPARED | ((thread + 1) << SLOT_THREAD_SHIFT), SLOT_STATE);
    store<u64>(slot, 0, SLOT_SEQUENCE);
  }

  /** Whether retention or a purge has ended this message, seen from `now`. */
  @inline static isPast(shard: usize, slot: usize, retentionMs: f64, now: f64): bool {
    return (
      Slot.sequence(slot) <= load<u64>(shard, SHARD_PURGE_SEQUENCE) ||
      load<f64>(slot, SLOT_SENT_AT) + retentionMs <= now
    );
  }

  @inline static isOf(slot: usize, shardIndex: u32, sequence: u64): bool {
    return load<u32>(slot, SLOT_SHARD) === shardIndex && Slot.sequence(slot) === sequence;
  }
}
