/**
 * One message's record, a type like those in `records.ts`: fields with their types, and as methods
 * the parts of words that are stored whole, and what its state can be. Reading the state is
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
  SLOT_BYTES_LOG2,
  SLOT_COUNT,
  SLOT_DELAYED,
  SLOT_DUE,
  SLOT_FLAG_RINGED,
  SLOT_FREE,
  SLOT_HELD,
  SLOT_IN_FLIGHT,
  SLOT_MOVING,
  SLOT_PREPARED,
  SLOT_READY,
  SLOT_SEQUENCE,
  SLOT_STATE,
  SLOT_STATE_MASK,
  SLOT_THREAD_MASK,
  SLOT_THREAD_SHIFT,
} from "../layout";
import { MUST } from "../must";

@unmanaged
export class Slot {
  /** Stored whole, or its low half alone; read by its parts. */
  word: u64;
  sequence: u64;
  sentAt: f64;
  due: f64;
  firstReceive: u32;
  lastReceive: u32;
  block: usize;
  bodyBytes: u32;
  shard: u32;
  /** While MOVING: the target's incarnation. */
  group: usize;
  source: u32;
  movedAfterMs: u32;

  /** Record `index` of the slots that begin at `base`. */
  @inline static at(base: usize, index: u32): Slot {
    return changetype<Slot>(base + (index << SLOT_BYTES_LOG2));
  }

  /** The low half of the word: state, flags, thread and target. */
  @inline lowWord(): u32 {
    return load<u32>(changetype<usize>(this), SLOT_STATE);
  }

  @inline state(): u32 {
    return this.lowWord() & SLOT_STATE_MASK;
  }

  /** The high half of the word: how often the message was received. */
  @inline count(): u32 {
    return load<u32>(changetype<usize>(this), SLOT_COUNT);
  }

  /** As much of the sequence as an entry of the ring has. */
  @inline lowSequence(): u32 {
    return load<u32>(changetype<usize>(this), SLOT_SEQUENCE);
  }

  /** One store for state, flags and receive count together. */
  @inline setWord(word: u32, count: u32): void {
    if (MUST) assert(this.isAligned(), "a slot begins a line");
    if (MUST) assert(this.sequence !== 0, "a message that counts has a sequence");
    this.word = ((count as u64) << 32) | (word as u64);
  }

  /** State and flags; the receive count stays. */
  @inline setState(word: u32): void {
    if (MUST) assert(this.isAligned(), "a slot begins a line");
    if (MUST)
      assert(
        this.state() !== SLOT_FREE && this.state() !== SLOT_HELD,
        "a slot that changes its state has a message",
      );
    store<u32>(changetype<usize>(this), word, SLOT_STATE);
  }

  @inline isAligned(): bool {
    const address = changetype<usize>(this);
    return address !== 0 && (address & (LINE_BYTES - 1)) === 0;
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

  /** In the arrivals `due` is two words: the incarnation of the queue it departed from ... */
  @inline origin(): u32 {
    return load<u32>(changetype<usize>(this), SLOT_DUE);
  }

  /** ... and a number that tells who arrived first. */
  @inline arrival(): u32 {
    return load<u32>(changetype<usize>(this), SLOT_DUE + 4);
  }

  @inline setOriginAndArrival(both: u64): void {
    store<u64>(changetype<usize>(this), both, SLOT_DUE);
  }

  /** Taken out of every list, in this thread's hands; the sequence is gone for every reader. */
  @inline takeOut(thread: u32): void {
    if (MUST)
      assert(thread < (LOCK_THREAD_MASK as u32), "a thread's number fits into the state word");
    if (MUST) assert(this.state() > (SLOT_PREPARED as u32), "a message that is taken out was in");
    const word = SLOT_PREPARED | ((thread + 1) << SLOT_THREAD_SHIFT);
    store<u32>(changetype<usize>(this), word, SLOT_STATE);
    this.sequence = 0;
  }

  /** Whether retention or a purge has ended this message, seen from `now`. */
  @inline isPast(shard: usize, retentionMs: f64, now: f64): bool {
    return (
      this.sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE) || this.sentAt + retentionMs <= now
    );
  }

  @inline isOf(shardIndex: u32, sequence: u64): bool {
    return this.shard === shardIndex && this.sequence === sequence;
  }
}
