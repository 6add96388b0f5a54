/**
 * Time passes for a queue: timers that are due fire, messages past their retention are taken out
 * and freed, what moved here and found no room is let in. Every receive and count comes through
 * here first, so no timer of a queue depends on another thread. Bounded: a call makes at most so many sections, the next one goes on.
 */
import { Messages } from "../arena/messages";
import { Due } from "../ground/due";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import { Arrivals } from "../indexes/arrivals";
import { Groups } from "../indexes/groups";
import { SHARD_VISIBLE, STATUS_FULL, THREAD_OUT_READY } from "../layout";
import { Expire } from "../sections/expire";
import { Sweep } from "../sections/sweep";
import { TimersFifo } from "../sections/timersFifo";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";
import { Move } from "./move";

/** Most sections of one call: 640 moves at ten a section. */
export const ADVANCE_SECTIONS: u32 = 64;

export class Advance {
  /** How many sections it made; 0: nothing was due. */
  @inline static run(thread: u32, queueIndex: u32, now: f64, most: u32): u32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    return Expire.isDue(shard, now) ||
      Sweep.isDue(queue, shard, now) ||
      Due.isReleaseDue(queue, shard, now) ||
      !Arrivals.isEmpty(shard)
      ? Advance.catchUp(thread, queueIndex, queue, shard, now, most)
      : 0;
  }

  /**
   * For a receive that has nothing: goes on until something is visible, or no timer and no delay is
   * due; answers which. After a long pause thousands of timers of one far spoke come down level by
   * level, or what came down first only moved on to the dead-letter queue, and a receive that
   * stopped there would find nothing although messages are due. It does not go on for the sweep,
   * which brings nothing: after a purge one receive would free a million.
   */
  static untilVisible(thread: u32, queueIndex: u32, shard: usize, now: f64): bool {
    const queue = At.queue(queueIndex);
    const area = At.thread(thread);
    let ready: u32 = 0;
    while (!Advance.isVisible(shard)) {
      if (Expire.isDue(shard, now)) Expire.turn(thread, shard, now);
      else if (Due.isReleaseDue(queue, shard, now)) {
        TimersFifo.release(thread, queue, shard, now);
      } else break;
      ready += load<u32>(area, THREAD_OUT_READY);
    }
    if (ready > 0) Wake.one(queueIndex);
    return Advance.isVisible(shard);
  }

  /**
   * For a receive whose claim brought nothing, because all of it moved on or as many are in flight
   * as may be: whether timers or delays are due yet; then as many as one call does.
   */
  static isBehind(thread: u32, queueIndex: u32, shard: usize, now: f64): bool {
    if (!Expire.isDue(shard, now) && !Due.isReleaseDue(At.queue(queueIndex), shard, now)) {
      return false;
    }
    Advance.run(thread, queueIndex, now, ADVANCE_SECTIONS);
    return true;
  }

  /** Whether a receive may find something; without the lock a hint. */
  @inline static isVisible(shard: usize): bool {
    return Shard.isFifo(shard) ? Groups.anyReady(shard) : load<u32>(shard, SHARD_VISIBLE) !== 0;
  }

  static catchUp(
    thread: u32,
    queueIndex: u32,
    queue: QueueRecord,
    shard: usize,
    now: f64,
    most: u32,
  ): u32 {
    const area = At.thread(thread);
    let done: u32 = 0;
    let ready: u32 = 0;
    let sweeps = true;
    while (done < most) {
      if (Expire.isDue(shard, now)) Expire.turn(thread, shard, now);
      else if (sweeps && Sweep.isDue(queue, shard, now)) {
        sweeps = Advance.sweep(thread, queue, shard, now) >= 0;
      } else if (Due.isReleaseDue(queue, shard, now)) {
        TimersFifo.release(thread, queue, shard, now);
      } else break;
      ready += load<u32>(area, THREAD_OUT_READY);
      done++;
    }
    ready += Move.admit(thread, queueIndex, now);
    if (ready > 0) Wake.one(queueIndex);
    return done;
  }

  /**
   * Until the gauges are exact; of what a cut ended, which is in none of them, a bounded part. Not quite
   * where the journal has to read first.
   */
  static settle(thread: u32, queueIndex: u32, now: f64): void {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const area = At.thread(thread);
    let cutSections: u32 = 0;
    let ready: u32 = 0;
    let sweeps = true;
    for (;;) {
      if (Expire.isDue(shard, now)) Expire.turn(thread, shard, now);
      else if (Due.isReleaseDue(queue, shard, now)) {
        TimersFifo.release(thread, queue, shard, now);
      } else {
        if (!sweeps || !Sweep.isDue(queue, shard, now)) break;
        if (Sweep.isOfCut(shard) && ++cutSections > ADVANCE_SECTIONS) break;
        sweeps = Advance.sweep(thread, queue, shard, now) >= 0;
      }
      ready += load<u32>(area, THREAD_OUT_READY);
    }
    ready += Move.admit(thread, queueIndex, now);
    if (ready > 0) Wake.one(queueIndex);
  }

  /** One sweep section, and what it took out is freed; STATUS_FULL: the journal has to read first. */
  static sweep(thread: u32, queue: QueueRecord, shard: usize, now: f64): i32 {
    if (!EffectsGrowth.provide(thread, shard, false)) return STATUS_FULL;
    const count = Shard.isFifo(shard)
      ? TimersFifo.sweep(thread, queue, shard, now)
      : Sweep.section(thread, queue, shard, now);
    Messages.freeListed(thread, count as u32);
    return count;
  }
}
