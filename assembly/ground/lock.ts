/**
 * The lock of a shard, of the arena and of the catalogue: one word that names its owner.
 * Any thread; no thread ever holds two. Taking it free costs one compare-and-swap, giving it back
 * one exchange. A contender backs off by counting in a register (probing the word would take its
 * cache line from the owner again and again), then sleeps at most WAIT_NS at a time, since a wake-up
 * can be lost to a waiter that dies.
 *
 * `take` answers true when the former owner died inside: the lock then says RECOVERING and the
 * taker must rebuild what the lock protects before anything else. What a dead owner is, is for
 * the thread table to say: a lock is never taken from a thread whose record says it lives.
 */
import {
  LOCK_INTENT,
  LOCK_PHASE,
  LOCK_RECOVERING,
  LOCK_THREAD_MASK,
  LOCK_WAITERS,
  LOCK_WORD,
  PHASE_IDLE,
  THREAD_ALIVE,
  THREAD_STATE,
} from "../layout";
import { MUST } from "../must";
import { At } from "./memory";

const PROBES: u32 = 12;
const SPIN_FIRST: u32 = 16;
const SPIN_LAST: u32 = 8192;
const WAIT_NS: i64 = 10000000;

export class Lock {
  /** True: taken from a dead owner, rebuild first. */
  @inline static take(lock: usize, thread: u32): bool {
    if (MUST)
      assert(thread < (LOCK_THREAD_MASK as u32), "a thread's number fits into the lock's word");
    if (MUST) assert(!Lock.isHeldBy(lock, thread), "a thread takes no lock that it holds");
    if (atomic.cmpxchg<u32>(lock, 0, thread + 1, LOCK_WORD) === 0) return false;
    return Lock.contend(lock, thread);
  }

  @inline static give(lock: usize): void {
    if (MUST)
      assert(
        (load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) !== 0,
        "a lock that is given back was held",
      );
    if (MUST)
      assert(
        (load<u32>(lock, LOCK_WORD) & LOCK_RECOVERING) === 0,
        "what a dead owner left is put right",
      );
    if ((atomic.xchg<u32>(lock, 0, LOCK_WORD) & LOCK_WAITERS) !== 0) {
      atomic.notify(lock + LOCK_WORD, 1);
    }
  }

  /** The begin of a section: from here to `end` straight-line code only. */
  @inline static begin(lock: usize, phase: u32): void {
    if (MUST)
      assert((load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) !== 0, "a section has its lock");
    if (MUST) assert(Lock.isIdle(lock), "no section begins inside another");
    store<u32>(lock, phase, LOCK_PHASE);
  }

  @inline static end(lock: usize): void {
    if (MUST)
      assert((load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) !== 0, "a section has its lock");
    if (MUST) assert(!Lock.isIdle(lock), "a section that ends has begun");
    store<u32>(lock, PHASE_IDLE, LOCK_PHASE);
  }

  @inline static isHeldBy(lock: usize, thread: u32): bool {
    return (load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) === thread + 1;
  }

  /** In no section: of a fresh memory the phase is 0. */
  @inline static isIdle(lock: usize): bool {
    const phase = load<u32>(lock, LOCK_PHASE);
    return phase === PHASE_IDLE || phase === 0;
  }

  static contend(lock: usize, thread: u32): bool {
    let spins = SPIN_FIRST;
    let seed: u32 = (thread + 1) * 0x9e3779b1;
    for (let probe: u32 = 0; probe < PROBES; probe++) {
      seed = Lock.countDown(spins, seed);
      if (spins < SPIN_LAST) spins <<= 1;
      if (load<u32>(lock, LOCK_WORD) === 0) {
        if (atomic.cmpxchg<u32>(lock, 0, thread + 1, LOCK_WORD) === 0) return false;
      }
    }
    return Lock.sleep(lock, thread);
  }

  /** Waits in a register; the result is used so that no compiler drops the loop. */
  static countDown(spins: u32, seed: u32): u32 {
    const turns = (spins >> 1) + ((seed >> 16) & (spins - 1));
    for (let turn: u32 = 0; turn < turns; turn++) seed = seed * 1664525 + 1013904223;
    return seed;
  }

  /** Sleeps with the waiters bit set; whoever sleeps takes the lock with that bit, for the rest. */
  static sleep(lock: usize, thread: u32): bool {
    const mine = (thread + 1) | LOCK_WAITERS;
    while (true) {
      const word = atomic.load<u32>(lock, LOCK_WORD);
      if (word === 0) {
        if (atomic.cmpxchg<u32>(lock, 0, mine, LOCK_WORD) === 0) return false;
        continue;
      }
      if (Lock.ownerIsDead(word)) {
        if (atomic.cmpxchg<u32>(lock, word, mine | LOCK_RECOVERING, LOCK_WORD) === word) {
          return true;
        }
        continue;
      }
      const marked = word | LOCK_WAITERS;
      if (word !== marked && atomic.cmpxchg<u32>(lock, word, marked, LOCK_WORD) !== word) continue;
      atomic.wait<i32>(lock + LOCK_WORD, marked, WAIT_NS);
    }
  }

  static ownerIsDead(word: u32): bool {
    const owner = At.thread((word & LOCK_THREAD_MASK) - 1);
    return atomic.load<u32>(owner, THREAD_STATE) !== THREAD_ALIVE;
  }

  /** After a rebuild: the lock is an ordinary one again, still held. */
  @inline static recovered(lock: usize): void {
    if (MUST)
      assert(
        (load<u32>(lock, LOCK_WORD) & LOCK_THREAD_MASK) !== 0,
        "who puts right what a lock protects holds it",
      );
    store<u32>(lock, 0, LOCK_INTENT);
    store<u32>(lock, PHASE_IDLE, LOCK_PHASE);
    atomic.and<u32>(lock, ~LOCK_RECOVERING, LOCK_WORD);
  }
}
