/**
 * The small structures one operation at a time, for the tests that compare each with plain arrays
 * and maps, and for those that break one and see who says so. No lock: a test is alone in its memory.
 * Records, segments and nodes are addresses that the test chooses.
 */

import { Magazine } from "../arena/magazine";
import { Circle } from "../ground/circle";
import { Ring } from "../indexes/ring";
import { Table } from "../indexes/table";
import { Wheel } from "../indexes/wheel";
import { Window } from "../indexes/window";
import { BUCKET_FIRST, NODE_KEY } from "../layout";
import { TableGrowth } from "../shard/tableGrowth";
import { WindowGrowth } from "../shard/windowGrowth";

// --- Ring ------------------------------------------------------------------------------------

export function ringInsert(shard: usize, segment: usize): void {
  Ring.insert(shard, segment);
}

/** The segment that was taken out, or 0 when none is to spare. */
export function ringShrink(shard: usize): usize {
  return Ring.hasSpare(shard) ? Ring.removeBehindTail(shard) : 0;
}

export function ringHasRoom(shard: usize, more: u32): bool {
  return Ring.hasRoom(shard, more);
}

export function ringPush(shard: usize, slot: u32, sequence: u32): void {
  Ring.reserve(shard, 1);
  Ring.push(shard, slot, sequence);
}

export function ringIsEmpty(shard: usize): bool {
  return Ring.isEmpty(shard);
}

/** Where the oldest entry lies. */
export function ringHead(shard: usize): usize {
  return Ring.head(shard);
}

export function ringDrop(shard: usize): void {
  Ring.dropHead(shard);
  Ring.unreserve(shard);
}

// --- Wheel -----------------------------------------------------------------------------------

export function wheelArm(shard: usize, link: usize, dueMs: f64): void {
  Wheel.arm(shard, link, dueMs);
}

export function wheelCancel(shard: usize, link: usize): void {
  Wheel.cancel(shard, link);
}

/** The next timer that is due, taken off the wheel; 0: none is. */
export function wheelFire(shard: usize, now: f64): usize {
  const nowTick = now as u64;
  while (true) {
    const level = Wheel.firstLevel(shard, Wheel.tick(shard));
    const begins = Wheel.beginsOn(shard, level);
    if (begins > nowTick) break;
    Wheel.reach(shard, begins);
    const spoke = Wheel.spokeAt(level, begins);
    const link = Wheel.firstOf(shard, spoke);
    if (link === 0) continue;
    if (level === 0) {
      Wheel.cancel(shard, link);
      return link;
    }
    const due = Wheel.dueOf(link, Wheel.tick(shard));
    Wheel.unlink(link);
    Wheel.place(shard, link, due);
  }
  Wheel.settle(shard, nowTick);
  return 0;
}

// --- Table: a key is 16 bytes at an address ------------------------------------------------------

class Key {
  @inline static low(key: usize): u64 {
    return load<u64>(key);
  }

  @inline static high(key: usize): u64 {
    return load<u64>(key, 8);
  }
}

/** The node's key stands in it. */
export function tableInsert(table: usize, node: usize): void {
  Table.insert(table, Table.bucket(table, load<u64>(node, NODE_KEY)), node);
}

export function tableUnlink(table: usize, node: usize): void {
  Table.unlink(table, node);
}

/** As a thread sees it that has no lock. */
export function tableFind(table: usize, key: usize): usize {
  const bucket = Table.seen(table, Key.low(key));
  return Table.find(load<u32>(bucket, BUCKET_FIRST), Key.low(key), Key.high(key));
}

/** The bucket that a key belongs in. */
export function tableBucket(table: usize, key: usize): usize {
  return Table.bucket(table, Key.low(key));
}

/** One bucket more, where there is a page for it and its chain is short. */
export function tableSplit(table: usize): void {
  TableGrowth.splitOne(table);
}

// --- Window ----------------------------------------------------------------------------------

export function windowInsert(shard: usize, segment: usize, isIds: bool): void {
  Window.insert(Window.of(shard, isIds), segment);
}

export function windowHasRoom(shard: usize, more: u32, isIds: bool): bool {
  return Window.hasRoom(Window.of(shard, isIds), more, isIds);
}

/** The node that now remembers the key. */
export function windowAdd(shard: usize, key: usize, sequence: f64, now: f64, isIds: bool): usize {
  const node = Window.next(Window.of(shard, isIds), isIds);
  Window.add(shard, node, Key.low(key), Key.high(key), sequence as u64, now, isIds);
  return node;
}

export function windowFind(shard: usize, key: usize, now: f64, isIds: bool): usize {
  const bucket = Table.bucket(Window.table(shard, isIds), Key.low(key));
  const first = load<u32>(bucket, BUCKET_FIRST);
  return Window.find(shard, first, Key.low(key), Key.high(key), now, isIds);
}

export function windowIsDue(shard: usize, now: f64, isIds: bool): bool {
  return Window.isDue(shard, now, isIds);
}

/** The oldest node leaves, if it is past. */
export function windowRetire(shard: usize, now: f64, isIds: bool): void {
  const window = Window.of(shard, isIds);
  WindowGrowth.retireStep(shard, window, Window.table(shard, isIds), now, isIds);
}

// --- Magazine, circle ------------------------------------------------------------------------

export function magazineTurn(entries: usize, count: u32): void {
  Magazine.turn(entries, count);
}

export function circleClear(end: usize): void {
  Circle.clear(end);
}

export function circleAppend(end: usize, link: usize): void {
  Circle.append(end, link);
}

export function circleUnlink(link: usize): void {
  Circle.unlink(link);
}

export function circleNext(link: usize): usize {
  return Circle.next(link);
}
