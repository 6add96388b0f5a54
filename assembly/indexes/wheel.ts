/**
 * The timer wheel of a shard: delays and visibility timeouts, one tick a millisecond. Six levels
 * of 64 spokes; a timer lies on the level of the highest base-64 digit in which its due tick
 * differs from the wheel's tick (Varghese and Lauck 1987, in the form that needs no division), on
 * the spoke of that digit. When the wheel's tick reaches a spoke above level 0, its timers cascade
 * down. Arm and cancel are O(1); a timer cascades at most as often as it has digits. Timers of one
 * tick fire in the order they were armed unless they cascaded apart.
 *
 *   level 5        4        3        2       1      0
 *   [ 2^30 ms ][ 2^24 ][ 2^18 ][ 2^12 ][ 64 ms ][ 1 ms ]   64 spokes each
 *
 * A spoke is a circle of links through an end record in the shard; its bit is set while it may
 * hold somebody, and cleared by whoever finds it empty, so that a cancel has no branch. Links are
 * dense, beside the slots, not in them, so that a cancel touches fewer cache lines. Under the shard's lock, straight-line. Who fires a timer compares the slot's own due
 * time, so one beyond the wheel's span (two years) is armed again, not fired early.
 */
import {
  LINK_NEXT,
  LINK_PREVIOUS,
  SHARD_NEXT_DUE,
  SHARD_WHEEL_ARMED,
  SHARD_WHEEL_BITMAPS,
  SHARD_WHEEL_SPOKES,
  SHARD_WHEEL_TICK,
  SPOKE_BYTES,
  WHEEL_LEVELS,
  WHEEL_LINK_DUE,
  WHEEL_LINK_SPOKE,
  WHEEL_SPOKES,
  WHEEL_SPOKES_LOG2,
} from "../layout";
import { MUST } from "../must";

const SPAN_TICKS: u64 = (62 as u64) << 30;

export class Wheel {
  @inline static tick(shard: usize): u64 {
    return load<u64>(shard, SHARD_WHEEL_TICK);
  }

  @inline static isArmed(link: usize): bool {
    return load<u32>(link, WHEEL_LINK_SPOKE) !== 0;
  }

  /** The spoke on which a timer due at this tick lies now. */
  @inline static spokeOf(shard: usize, dueTick: u64): u32 {
    const tick = Wheel.tick(shard);
    const late = dueTick > tick ? dueTick : tick;
    const due = late - tick > SPAN_TICKS ? tick + SPAN_TICKS : late;
    const highest: u32 = 63 - (clz<u64>((due ^ tick) | 1) as u32);
    const digits: u32 = highest / WHEEL_SPOKES_LOG2;
    const level: u32 = digits < (WHEEL_LEVELS as u32) ? digits : WHEEL_LEVELS - 1;
    const digit = ((due >> ((level * WHEEL_SPOKES_LOG2) as u64)) as u32) & (WHEEL_SPOKES - 1);
    return (level << WHEEL_SPOKES_LOG2) + digit;
  }

  @inline static end(shard: usize, spoke: u32): usize {
    return shard + SHARD_WHEEL_SPOKES + spoke * SPOKE_BYTES;
  }

  /** The spoke's end record, made an empty circle if its bit was clear. */
  @inline static open(shard: usize, spoke: u32): usize {
    if (MUST) assert(spoke < ((WHEEL_LEVELS * WHEEL_SPOKES) as u32), "there is such a spoke");
    const end = Wheel.end(shard, spoke);
    const bitmap = shard + ((spoke >> WHEEL_SPOKES_LOG2) << 3);
    const bit = (1 as u64) << ((spoke & (WHEEL_SPOKES - 1)) as u64);
    const bits = load<u64>(bitmap, SHARD_WHEEL_BITMAPS);
    if ((bits & bit) === 0) {
      store<u32>(end, end as u32, LINK_NEXT);
      store<u32>(end, end as u32, LINK_PREVIOUS);
      store<u64>(bitmap, bits | bit, SHARD_WHEEL_BITMAPS);
    }
    return end;
  }

  /** Hangs a link behind `last`; the circle stays open until `close`. Answers the new last. */
  @inline static hang(last: usize, link: usize, spoke: u32, due: u32): usize {
    if (MUST) assert(last !== link, "a link hangs behind another one");
    if (MUST) assert(!Wheel.isArmed(link), "a timer hangs on one spoke at most");
    store<u32>(last, link as u32, LINK_NEXT);
    store<u32>(link, last as u32, LINK_PREVIOUS);
    store<u32>(link, spoke + 1, WHEEL_LINK_SPOKE);
    store<u32>(link, due, WHEEL_LINK_DUE);
    return link;
  }

  @inline static close(end: usize, last: usize): void {
    store<u32>(last, end as u32, LINK_NEXT);
    store<u32>(end, last as u32, LINK_PREVIOUS);
  }

  /** So many timers more, the earliest of them due then. */
  @inline static count(shard: usize, more: u32, dueMs: f64): void {
    store<u32>(shard, load<u32>(shard, SHARD_WHEEL_ARMED) + more, SHARD_WHEEL_ARMED);
    if (dueMs < load<f64>(shard, SHARD_NEXT_DUE)) store<f64>(shard, dueMs, SHARD_NEXT_DUE);
  }

  @inline static place(shard: usize, link: usize, dueTick: u64): void {
    const spoke = Wheel.spokeOf(shard, dueTick);
    const end = Wheel.open(shard, spoke);
    const last: usize = load<u32>(end, LINK_PREVIOUS);
    Wheel.close(end, Wheel.hang(last, link, spoke, dueTick as u32));
  }

  /** The link must not be armed. Fires when now >= dueMs. */
  @inline static arm(shard: usize, link: usize, dueMs: f64): void {
    if (MUST) assert(!Wheel.isArmed(link), "a timer is armed once");
    if (MUST) assert(dueMs >= 0 && dueMs < Infinity, "a timer has a time");
    Wheel.place(shard, link, ceil<f64>(dueMs) as u64);
    Wheel.count(shard, 1, dueMs);
  }

  @inline static unlink(link: usize): void {
    const next: usize = load<u32>(link, LINK_NEXT);
    const previous: usize = load<u32>(link, LINK_PREVIOUS);
    if (MUST) assert(Wheel.isArmed(link), "a timer that leaves the wheel is on it");
    if (MUST)
      assert(
        load<u32>(previous, LINK_NEXT) === (link as u32),
        "the timer before leads to this one",
      );
    if (MUST)
      assert(
        load<u32>(next, LINK_PREVIOUS) === (link as u32),
        "the timer behind leads back to this one",
      );
    store<u32>(previous, next as u32, LINK_NEXT);
    store<u32>(next, previous as u32, LINK_PREVIOUS);
    store<u32>(link, 0, WHEEL_LINK_SPOKE);
  }

  /** Takes the timer off the wheel if it is on it. */
  @inline static cancel(shard: usize, link: usize): void {
    if (Wheel.isArmed(link)) {
      if (MUST) assert(load<u32>(shard, SHARD_WHEEL_ARMED) > 0, "an armed timer is counted");
      Wheel.unlink(link);
      store<u32>(shard, load<u32>(shard, SHARD_WHEEL_ARMED) - 1, SHARD_WHEEL_ARMED);
    }
  }

  /** When the level's next spoke with a bit begins; the largest u64 when it has none. */
  @inline static nextOn(shard: usize, tick: u64, level: u32): u64 {
    const bitmap = load<u64>(shard + (level << 3), SHARD_WHEEL_BITMAPS);
    const shift: u64 = level * WHEEL_SPOKES_LOG2;
    const position = tick >> shift;
    const ahead = ctz<u64>(rotr<u64>(bitmap, position & (WHEEL_SPOKES - 1)));
    return bitmap === 0 ? u64.MAX_VALUE : (position + ahead) << shift;
  }

  /** The level whose next spoke begins first; of equals the highest, so that it cascades first. */
  @inline static firstLevel(shard: usize, tick: u64): u32 {
    const on0 = Wheel.nextOn(shard, tick, 0);
    const on1 = Wheel.nextOn(shard, tick, 1);
    const on2 = Wheel.nextOn(shard, tick, 2);
    const on3 = Wheel.nextOn(shard, tick, 3);
    const on4 = Wheel.nextOn(shard, tick, 4);
    const on5 = Wheel.nextOn(shard, tick, 5);
    const first1 = on1 <= on0 ? on1 : on0;
    const first2 = on2 <= first1 ? on2 : first1;
    const first3 = on3 <= first2 ? on3 : first2;
    const first4 = on4 <= first3 ? on4 : first3;
    if (on5 <= first4) return 5;
    if (on4 === first4) return 4;
    if (on3 === first3) return 3;
    if (on2 === first2) return 2;
    return on1 === first1 ? 1 : 0;
  }

  /** The spoke that is due first and when it begins are one: begins, and the spoke from it. */
  @inline static beginsOn(shard: usize, level: u32): u64 {
    return Wheel.nextOn(shard, Wheel.tick(shard), level);
  }

  @inline static spokeAt(level: u32, begins: u64): u32 {
    const digit = ((begins >> ((level * WHEEL_SPOKES_LOG2) as u64)) as u32) & (WHEEL_SPOKES - 1);
    return (level << WHEEL_SPOKES_LOG2) + digit;
  }

  /** Moves the wheel's tick on to where a spoke begins. */
  @inline static reach(shard: usize, begins: u64): void {
    if (MUST) assert(begins !== u64.MAX_VALUE, "the wheel goes to where a spoke begins");
    if (begins > Wheel.tick(shard)) store<u64>(shard, begins, SHARD_WHEEL_TICK);
  }

  /** The first link of a spoke, or 0; the bit of an empty spoke is cleared. */
  @inline static firstOf(shard: usize, spoke: u32): usize {
    if (MUST) assert(spoke < ((WHEEL_LEVELS * WHEEL_SPOKES) as u32), "there is such a spoke");
    const end = Wheel.end(shard, spoke);
    const first: usize = load<u32>(end, LINK_NEXT);
    if (MUST)
      assert(
        first === end || load<u32>(first, WHEEL_LINK_SPOKE) === spoke + 1,
        "a timer knows its spoke",
      );
    if (first !== end) return first;
    const bitmap = shard + ((spoke >> WHEEL_SPOKES_LOG2) << 3);
    const bit = (1 as u64) << ((spoke & (WHEEL_SPOKES - 1)) as u64);
    store<u64>(bitmap, load<u64>(bitmap, SHARD_WHEEL_BITMAPS) & ~bit, SHARD_WHEEL_BITMAPS);
    return 0;
  }

  /** A link's due tick, from its low half and a tick near it. */
  @inline static dueOf(link: usize, tick: u64): u64 {
    const low = load<u32>(link, WHEEL_LINK_DUE);
    return tick + ((low - (tick as u32)) as i32 as i64 as u64);
  }

  /** After a turn: when something is next, and the tick moved up to now if nothing was before. */
  @inline static settle(shard: usize, nowTick: u64): void {
    const tick = Wheel.tick(shard);
    const begins = Wheel.nextOn(shard, tick, Wheel.firstLevel(shard, tick));
    if (begins > nowTick && nowTick > tick) store<u64>(shard, nowTick, SHARD_WHEEL_TICK);
    const next = begins > tick ? begins : tick;
    store<f64>(shard, begins === u64.MAX_VALUE ? Infinity : (next as f64), SHARD_NEXT_DUE);
  }
}
