/**
 * The memory of a ring of pieces, by both of its ends in one thread: what was put lies untouched until it was taken,
 * and whoever is told that he may put gets the memory for it, whatever lies where.
 */
import { expect, test } from "vitest";
import { type Piece, PieceRing, SharedBlock } from "../../bindings/index.ts";
import { PIECES_READY, RING_BYTES } from "../../bindings/pieceRing.ts";
import { Seeded } from "../support/seeded.ts";

const MIB = 1_048_576;
const PAGE_BYTES = 4_096;
const BATCH_MAX = 8 * MIB + PAGE_BYTES;

/** Its two ends. */
function ends(): { putter: PieceRing; taker: PieceRing } {
  const { buffer } = new SharedBlock(RING_BYTES);
  return { putter: new PieceRing(buffer, 0), taker: new PieceRing(buffer, 0) };
}

const NOTHING = new Error("nothing was there to be taken");

function unexpected(): boolean {
  throw NOTHING;
}

/** Who takes is done with all, and waits. */
function wait(taker: PieceRing): void {
  expect(() => taker.take(unexpected)).toThrow(NOTHING);
}

/** Puts a piece as a reading does: memory for a window, then for a whole batch, then for more behind it. */
function putOne(ring: PieceRing, number: number, bytes: number, windowBytes: number): void {
  ring.next(windowBytes);
  ring.next(Math.max(windowBytes, bytes));
  const place = ring.next(bytes + MIB / 2).subarray(0, bytes);
  place.fill(number & 255);
  ring.put([number], place);
}

function check(piece: Piece | undefined, number: number, bytes: number): void {
  expect(piece?.numbers[0]).toBe(number);
  expect(piece?.bytes.length).toBe(bytes);
  // Of each page of the system at least one.
  for (let at = 0; at < bytes; at += 997) {
    if (piece?.bytes[at] !== (number & 255)) throw new Error(`piece ${number} was written over`);
  }
}

test("what was put is not written again before it was taken, and room is there for who may put", () => {
  const random = new Seeded(11);
  const { putter, taker } = ends();
  const waiting: [number, number][] = [];
  let fullTimes = 0;
  for (let number = 1; number <= 600; number++) {
    while (!putter.isReady) {
      fullTimes++;
      const oldest = waiting.shift();
      if (oldest === undefined) wait(taker);
      else check(taker.take(unexpected), ...oldest);
    }
    const isLong = random.between(0, 9) === 0;
    const bytes = isLong
      ? random.between(BATCH_MAX - 3 * MIB, BATCH_MAX)
      : random.between(1, 400_000);
    putOne(putter, number, bytes, 2 * MIB);
    waiting.push([number, bytes]);
    if (random.between(0, 2) > 0) continue;
    const oldest = waiting.shift();
    if (oldest !== undefined) check(taker.take(unexpected), ...oldest);
  }
  expect(fullTimes).toBeGreaterThan(50);
});

test("as many as are promised may be put at once, the last of any length", () => {
  const random = new Seeded(12);
  const { putter, taker } = ends();
  const waiting: [number, number][] = [];
  const takeOldest = () => {
    const oldest = waiting.shift();
    if (oldest === undefined) wait(taker);
    else check(taker.take(unexpected), ...oldest);
  };
  let [number, memory, used] = [0, putter.next(2 * MIB), 0];
  const put = (bytes: number, more: number) => {
    if (used + bytes > memory.length) [memory, used] = [putter.next(Math.max(2 * MIB, more)), 0];
    const place = memory.subarray(used, used + bytes).fill(++number & 255);
    used += bytes;
    putter.put([number], place);
    waiting.push([number, bytes]);
  };
  for (let step = 0; step < 400; step++) {
    while (!putter.isReady) takeOldest();
    const count = random.chance(0.3) ? PIECES_READY - 1 : random.between(0, 20);
    for (let index = 0; index < count; index++) put(random.between(1, PAGE_BYTES), 0);
    const bytes = random.chance(0.2) ? random.between(6 * MIB, BATCH_MAX) : PAGE_BYTES;
    put(bytes, bytes + MIB / 2);
    while (waiting.length > 0 && random.chance(0.9)) takeOldest();
  }
  expect(number).toBeGreaterThan(5_000);
});

test("of many small pieces as many lie there as have a place for their numbers, but for the last one", () => {
  const { putter, taker } = ends();
  const place = putter.next(10_000);
  let count = 0;
  for (; putter.isReady; count++) putter.put([count + 1], place.subarray(count, count + 1));
  putter.put([0], place.subarray(count, count + 1));
  for (let number = 1; number <= count; number++) {
    expect(taker.take(unexpected)?.numbers[0]).toBe(number);
  }
  expect(taker.take(unexpected)?.numbers[0]).toBe(0);
  expect(count).toBeGreaterThan(100);
});

test("who takes does what else there is to do while nothing is there, and nothing comes any more at the end", () => {
  const { putter, taker } = ends();
  let steps = 0;
  const piece = taker.take(() => {
    steps++;
    if (steps === 3) putter.put([7], putter.next(10).subarray(0, 10));
    return true;
  });
  expect([steps, piece?.numbers[0]]).toEqual([3, 7]);
  putter.end();
  expect(taker.take(() => true)).toBeUndefined();
});
