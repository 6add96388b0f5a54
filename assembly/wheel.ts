/**
 * The timer wheel of a shard: delays and visibility timeouts, one tick a millisecond. Six levels
 * of 64 spokes; a timer lies on the level of the highest base-64 digit in which its due tick
 * differs from the wheel's tick (Varghese and Lauck 1987, in the form that needs no division), on
 * the spoke of that digit. When the wheel's tick reaches a spoke above level 0, its timers cascade
 * down one by one. Arm and cancel are O(1); a timer cascades at most as many times as it has
 * digits. Timers of one tick fire in the order they were armed unless they cascaded apart.
 *
 * Links are dense, beside the slots, not in them: a cancel is 2.7 times cheaper that way, an
 * expiry in order 1.5 times. Under the shard's lock; `step` does one move and is straight-line.
 * Not promised: due order when the wheel is late; what a late wheel finds due on an upper spoke
 * fires at once, in the order it was armed. Who fires compares the slot's own due time, so a timer
 * beyond the span is armed again, not fired early.
 */
import {
  SHARD_NEXT_DUE,
  SHARD_WHEEL_ARMED,
  SHARD_WHEEL_BITMAPS,
  SHARD_WHEEL_SPOKES,
  SHARD_WHEEL_TICK,
  WHEEL_LEVELS,
  WHEEL_LINK_DUE,
  WHEEL_LINK_NEXT,
  WHEEL_LINK_PREVIOUS,
  WHEEL_LINK_SPOKE,
  WHEEL_SPOKES,
  WHEEL_SPOKES_LOG2,
} from "./layout";
import { At } from "./memory";

/** A timer farther away than this waits on the last level's last spoke and is armed again. */
const SPAN_TICKS: u64 = (62 as u64) << 30;

export class Wheel {
  @inline static tick(shard: usize): u64 {
    return load<u64>(shard, SHARD_WHEEL_TICK);
  }

  @inline static isArmed(slot: u32): bool {
    return load<u32>(At.wheelLink(slot), WHEEL_LINK_SPOKE) !== 0;
  }

  /** The slot must not be armed. `dueMs` is fired when now >= dueMs. */
  @inline static arm(shard: usize, slot: u32, dueMs: f64): void {
    const armed = load<u32>(shard, SHARD_WHEEL_ARMED);
    store<u32>(shard, armed + 1, SHARD_WHEEL_ARMED);
    Wheel.place(shard, slot, ceil<f64>(dueMs) as u64);
    if (dueMs < load<f64>(shard, SHARD_NEXT_DUE)) store<f64>(shard, dueMs, SHARD_NEXT_DUE);
  }

  @inline static place(shard: usize, slot: u32, dueTick: u64): void {
    const tick = Wheel.tick(shard);
    let due = dueTick > tick ? dueTick : tick;
    due = due - tick > SPAN_TICKS ? tick + SPAN_TICKS : due;
    const highest: u32 = 63 - (clz<u64>((due ^ tick) | 1) as u32);
    let level: u32 = highest / WHEEL_SPOKES_LOG2;
    level = level < (WHEEL_LEVELS as u32) ? level : WHEEL_LEVELS - 1;
    const digit = ((due >> (level * WHEEL_SPOKES_LOG2)) as u32) & (WHEEL_SPOKES - 1);
    Wheel.link(shard, slot, level * WHEEL_SPOKES + digit, dueTick as u32);
  }

  @inline static link(shard: usize, slot: u32, spoke: u32, due: u32): void {
    const link = At.wheelLink(slot);
    const at = shard + (spoke << 2);
    const first = load<u32>(at, SHARD_WHEEL_SPOKES);
    store<u32>(link, spoke + 1, WHEEL_LINK_SPOKE);
    store<u32>(link, due, WHEEL_LINK_DUE);
    if (first === 0) {
      store<u32>(link, slot, WHEEL_LINK_NEXT);
      store<u32>(link, slot, WHEEL_LINK_PREVIOUS);
      store<u32>(at, slot, SHARD_WHEEL_SPOKES);
      const bitmap = shard + ((spoke >> WHEEL_SPOKES_LOG2) << 3);
      const bit = (1 as u64) << ((spoke & (WHEEL_SPOKES - 1)) as u64);
      store<u64>(bitmap, load<u64>(bitmap, SHARD_WHEEL_BITMAPS) | bit, SHARD_WHEEL_BITMAPS);
    } else {
      const last = load<u32>(At.wheelLink(first), WHEEL_LINK_PREVIOUS);
      store<u32>(link, first, WHEEL_LINK_NEXT);
      store<u32>(link, last, WHEEL_LINK_PREVIOUS);
      store<u32>(At.wheelLink(last), slot, WHEEL_LINK_NEXT);
      store<u32>(At.wheelLink(first), slot, WHEEL_LINK_PREVIOUS);
    }
  }

  @inline static unlink(shard: usize, slot: u32): void {
    const link = At.wheelLink(slot);
    const spoke = load<u32>(link, WHEEL_LINK_SPOKE) - 1;
    const next = load<u32>(link, WHEEL_LINK_NEXT);
    const at = shard + (spoke << 2);
    store<u32>(link, 0, WHEEL_LINK_SPOKE);
    if (next === slot) {
      store<u32>(at, 0, SHARD_WHEEL_SPOKES);
      const bitmap = shard + ((spoke >> WHEEL_SPOKES_LOG2) << 3);
      const bit = (1 as u64) << ((spoke & (WHEEL_SPOKES - 1)) as u64);
      store<u64>(bitmap, load<u64>(bitmap, SHARD_WHEEL_BITMAPS) & ~bit, SHARD_WHEEL_BITMAPS);
    } else {
      const previous = load<u32>(link, WHEEL_LINK_PREVIOUS);
      store<u32>(At.wheelLink(previous), next, WHEEL_LINK_NEXT);
      store<u32>(At.wheelLink(next), previous, WHEEL_LINK_PREVIOUS);
      if (load<u32>(at, SHARD_WHEEL_SPOKES) === slot) store<u32>(at, next, SHARD_WHEEL_SPOKES);
    }
  }

  @inline static cancel(shard: usize, slot: u32): void {
    if (Wheel.isArmed(slot)) {
      Wheel.unlink(shard, slot);
      store<u32>(shard, load<u32>(shard, SHARD_WHEEL_ARMED) - 1, SHARD_WHEEL_ARMED);
    }
  }

  /** When the level's next occupied spoke begins; the largest u64 when it has none. */
  @inline static nextOn(shard: usize, tick: u64, level: u32): u64 {
    const bitmap = load<u64>(shard + (level << 3), SHARD_WHEEL_BITMAPS);
    const shift: u64 = level * WHEEL_SPOKES_LOG2;
    const position = tick >> shift;
    const ahead = ctz<u64>(rotr<u64>(bitmap, position & (WHEEL_SPOKES - 1)));
    return bitmap === 0 ? u64.MAX_VALUE : (position + ahead) << shift;
  }

  /** The level whose next spoke begins first; of equals the highest, so that it cascades first. */
  @inline static firstLevel(shard: usize, tick: u64): u32 {
    let level: u32 = 0;
    let first = Wheel.nextOn(shard, tick, 0);
    const on1 = Wheel.nextOn(shard, tick, 1);
    if (on1 !== u64.MAX_VALUE && on1 <= first) {
      first = on1;
      level = 1;
    }
    const on2 = Wheel.nextOn(shard, tick, 2);
    if (on2 !== u64.MAX_VALUE && on2 <= first) {
      first = on2;
      level = 2;
    }
    const on3 = Wheel.nextOn(shard, tick, 3);
    if (on3 !== u64.MAX_VALUE && on3 <= first) {
      first = on3;
      level = 3;
    }
    const on4 = Wheel.nextOn(shard, tick, 4);
    if (on4 !== u64.MAX_VALUE && on4 <= first) {
      first = on4;
      level = 4;
    }
    const on5 = Wheel.nextOn(shard, tick, 5);
    if (on5 !== u64.MAX_VALUE && on5 <= first) level = 5;
    return level;
  }

  /**
   * One move at most: answers a slot whose timer has fired and is off the wheel, 0 when a timer
   * cascaded or nothing is due at `nowTick`. Keeps SHARD_NEXT_DUE a lower bound of what is next.
   */
  @inline static step(shard: usize, nowTick: u64): u32 {
    const tick = Wheel.tick(shard);
    const level = Wheel.firstLevel(shard, tick);
    const begins = Wheel.nextOn(shard, tick, level);
    let fired: u32 = 0;
    if (begins <= nowTick) {
      const reached = begins > tick ? begins : tick;
      store<u64>(shard, reached, SHARD_WHEEL_TICK);
      const digit = ((begins >> ((level * WHEEL_SPOKES_LOG2) as u64)) as u32) & (WHEEL_SPOKES - 1);
      const slot = load<u32>(shard + ((level * WHEEL_SPOKES + digit) << 2), SHARD_WHEEL_SPOKES);
      const low = load<u32>(At.wheelLink(slot), WHEEL_LINK_DUE);
      const due = reached + ((low - (reached as u32)) as i32 as i64 as u64);
      Wheel.unlink(shard, slot);
      if (level === 0 || due <= reached || (due as i64) <= (nowTick as i64)) {
        fired = slot;
        store<u32>(shard, load<u32>(shard, SHARD_WHEEL_ARMED) - 1, SHARD_WHEEL_ARMED);
      } else {
        Wheel.place(shard, slot, due);
      }
    }
    return fired;
  }

  /** After stepping: the next due time, and the tick moved up to now when nothing is left before. */
  @inline static settle(shard: usize, nowTick: u64): void {
    const tick = Wheel.tick(shard);
    const begins = Wheel.nextOn(shard, tick, Wheel.firstLevel(shard, tick));
    if (begins > nowTick && nowTick > tick) store<u64>(shard, nowTick, SHARD_WHEEL_TICK);
    store<f64>(
      shard,
      begins === u64.MAX_VALUE ? Infinity : ((begins > tick ? begins : tick) as f64),
      SHARD_NEXT_DUE,
    );
  }
}
