/**
 * A shard: lock, clock, gauges, and what all its sections begin and end with. Every section runs
 * under the shard's lock, takes an operation number and leaves it in the thread's record.
 */

import { Lock } from "../ground/lock";
import { At } from "../ground/memory";
import {
  LOCK_WORD,
  QUEUE_FLAG_FIFO,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_INCARNATION,
  SHARD_KIND,
  SHARD_NOW,
  SHARD_OPERATION,
  SHARD_VISIBLE,
  SHARD_WHEEL_ARMED,
  SHARD_WHEEL_TICK,
  SLOT_DELAYED,
  SLOT_READY,
  THREAD_OUT_NOW,
  THREAD_OUT_OPERATION,
} from "../layout";
import { MUST } from "../must";
import { Rebuild } from "../recovery/rebuild";

export class Shard {
  @inline static lock(shard: usize, thread: u32): void {
    if (Lock.take(shard + LOCK_WORD, thread)) {
      Rebuild.shard(shard);
      Lock.recovered(shard);
    }
  }

  @inline static unlock(shard: usize): void {
    Lock.give(shard);
  }

  /** Begins a section that takes no operation number: it changes no message. Straight-line code from here to `close`. */
  @inline static begin(shard: usize, thread: u32, phase: u32): void {
    Shard.lock(shard, thread);
    if (MUST) assert(Lock.isHeldBy(shard, thread), "the section's thread holds the shard");
    Lock.begin(shard, phase);
  }

  /** Begins a section; answers the time it happens at. Straight-line code from here to `close`. */
  @inline static open(shard: usize, thread: u32, phase: u32, area: usize, now: f64): f64 {
    Shard.begin(shard, thread, phase);
    return Shard.enter(shard, area, now);
  }

  /** Ends a section and publishes what it did. */
  @inline static close(shard: usize): void {
    if (MUST) assert(!Lock.isIdle(shard), "a section that closes was opened");
    Lock.end(shard);
    Shard.unlock(shard);
  }

  /** Inside a section: its number, and the time it happens at, which never steps back. */
  @inline static enter(shard: usize, area: usize, now: f64): f64 {
    const last = load<f64>(shard, SHARD_NOW);
    if (MUST) assert(!isNaN(now), "a section has a time");
    if (MUST) assert(!Lock.isIdle(shard), "the section has begun");
    if (MUST)
      assert(
        Lock.isHeldBy(shard, At.threadOf(area)),
        "the section's results go to the thread that holds the shard",
      );
    const effective = now > last ? now : last;
    store<f64>(shard, effective, SHARD_NOW);
    const operation = load<u64>(shard, SHARD_OPERATION) + 1;
    store<u64>(shard, operation, SHARD_OPERATION);
    // An empty wheel has nothing to catch up with.
    if (load<u32>(shard, SHARD_WHEEL_ARMED) === 0) {
      store<u64>(shard, effective as u64, SHARD_WHEEL_TICK);
    }
    store<f64>(area, operation as f64, THREAD_OUT_OPERATION);
    store<f64>(area, effective, THREAD_OUT_NOW);
    return effective;
  }

  @inline static isStill(shard: usize, incarnation: u32): bool {
    return load<u32>(shard, SHARD_INCARNATION) === incarnation;
  }

  @inline static isFifo(shard: usize): bool {
    return (load<u32>(shard, SHARD_KIND) & QUEUE_FLAG_FIFO) !== 0;
  }

  /** The gauge that counts messages of this state. */
  @inline static gauge(shard: usize, state: u32): usize {
    return (
      shard +
      (state === SLOT_READY
        ? SHARD_VISIBLE
        : state === SLOT_DELAYED
          ? SHARD_DELAYED
          : SHARD_IN_FLIGHT)
    );
  }

  @inline static countIn(gauge: usize): void {
    if (MUST) assert(load<u32>(gauge) < u32.MAX_VALUE, "a gauge does not overflow");
    store<u32>(gauge, load<u32>(gauge) + 1);
  }

  @inline static countOut(gauge: usize): void {
    if (MUST) assert(load<u32>(gauge) > 0, "a message that is counted out was counted in");
    store<u32>(gauge, load<u32>(gauge) - 1);
  }

  @inline static add(shard: usize, total: usize, more: u64): void {
    store<u64>(shard + total, load<u64>(shard + total) + more);
  }
}
