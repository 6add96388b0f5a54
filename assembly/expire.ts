/**
 * The expire section: up to ten moves of the wheel. A delay or visibility timeout that is over
 * makes its message ready again, behind the others.
 */
import {
  PHASE_BEGIN_EXPIRE,
  SHARD_NEXT_DUE,
  SHARD_PURGE_SEQUENCE,
  SHARD_VISIBLE,
  SLOT_DUE,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
} from "./layout";
import { Lock } from "./lock";
import { At } from "./memory";
import { Ring } from "./ring";
import { Shard } from "./shard";
import { Slot } from "./slot";
import { Wheel } from "./wheel";

export class Expire {
  @inline static isDue(shard: usize, now: f64): bool {
    return load<f64>(shard, SHARD_NEXT_DUE) <= now;
  }

  /** Answers how many messages became ready; their sequences stand in THREAD_OUT_SEQUENCES. */
  static section(thread: u32, shard: usize, now: f64): i32 {
    const area = At.thread(thread);
    Shard.lock(shard, thread);
    Lock.begin(shard, PHASE_BEGIN_EXPIRE);
    const at = Shard.enter(shard, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    const nowTick = at as u64;
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Expire.step(area, shard, at, nowTick);
    Wheel.settle(shard, nowTick);
    store<u32>(area, load<i32>(area, THREAD_OUT_COUNT), THREAD_OUT_READY);
    Lock.end(shard);
    Shard.unlock(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(area: usize, shard: usize, now: f64, nowTick: u64): void {
    const slotIndex = Wheel.step(shard, nowTick);
    if (slotIndex !== 0) {
      const slot = At.slot(slotIndex);
      const word = Slot.word(slot);
      const due = load<f64>(slot, SLOT_DUE);
      if (due > now) {
        Wheel.arm(shard, slotIndex, due);
      } else if (Slot.sequence(slot) > load<u64>(shard, SHARD_PURGE_SEQUENCE)) {
        const count = load<i32>(area, THREAD_OUT_COUNT);
        if (!Slot.isRinged(word)) Ring.push(shard, slotIndex, Slot.sequence(slot) as u32);
        const gauge = Shard.gauge(shard, Slot.state(slot));
        Slot.setState(slot, SLOT_READY | SLOT_FLAG_RINGED);
        Shard.countOut(gauge);
        Shard.countIn(shard + SHARD_VISIBLE);
        store<f64>(area + (count << 3), Slot.sequence(slot) as f64, THREAD_OUT_SEQUENCES);
        store<i32>(area, count + 1, THREAD_OUT_COUNT);
      }
    }
  }
}
