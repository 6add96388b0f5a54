/** The clocks: what was scheduled happens once, in order, at its own moment, unless taken back. */
import { describe, expect, test } from "vitest";
import { SystemClock, VirtualClock } from "../../../engine/clock.ts";
import { expectWithin } from "../../support/timing.ts";

describe("a VirtualClock", () => {
  test("stands still until it is moved, by fractions too", async () => {
    const clock = new VirtualClock(1_000);
    expect(clock.nowMs()).toBe(1_000);
    await clock.advance(0.5);
    expect(clock.nowMs()).toBe(1_000.5);
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    expect(() => new VirtualClock(-1)).toThrow(RangeError);
  });

  test("calls what is due in order, each at its own moment, and what that sets off", async () => {
    const clock = new VirtualClock(0);
    const seen: [string, number][] = [];
    const note = (name: string) => () => {
      seen.push([name, clock.nowMs()]);
    };
    clock.schedule(30, note("c"));
    clock.schedule(10, note("a"));
    clock.schedule(20, note("b"));
    clock.schedule(20, note("b2"));
    clock.schedule(15, async () => {
      note("first")();
      await Promise.resolve();
      clock.schedule(clock.nowMs() + 2, note("set off"));
    });
    const cancel = clock.schedule(25, note("taken back"));
    cancel();
    await clock.advance(29);
    expect(seen).toEqual([
      ["a", 10],
      ["first", 15],
      ["set off", 17],
      ["b", 20],
      ["b2", 20],
    ]);
    expect(clock.nowMs()).toBe(29);
    await clock.advance(1);
    expect(seen.at(-1)).toEqual(["c", 30]);
  });

  test("moves one advance after the other, and calls what is due already soon", async () => {
    const clock = new VirtualClock(0);
    await Promise.all([clock.advance(5), clock.advance(7)]);
    expect(clock.nowMs()).toBe(12);
    let isCalled = false;
    clock.schedule(12, () => {
      isCalled = true;
    });
    expect(isCalled).toBe(false);
    await clock.advance(0);
    expect(isCalled).toBe(true);
  });

  test("goes on when what it called has thrown", async () => {
    const clock = new VirtualClock(0);
    clock.schedule(1, () => {
      throw new Error("a fault of the caller's");
    });
    await expect(clock.advance(2)).rejects.toThrow("a fault of the caller's");
    await clock.advance(2);
    expect(clock.nowMs()).toBe(3);
  });
});

describe("a SystemClock", () => {
  test("calls back when the moment has come, never before", async () => {
    const clock = new SystemClock();
    const atMs = clock.nowMs() + 30;
    const keepAlive = setTimeout(() => undefined, 1_000);
    const calledAtMs = await new Promise<number>((resolve) => {
      clock.schedule(atMs, () => resolve(clock.nowMs()));
      clock.schedule(atMs - 20, () => resolve(0))();
    });
    clearTimeout(keepAlive);
    expect(calledAtMs).toBeGreaterThanOrEqual(atMs);
    expectWithin("it was called late by", calledAtMs - atMs, 500);
  });

  test("follows the clock it was given, and looks again when that was slow", async () => {
    let nowMs = 0;
    const clock = new SystemClock(() => nowMs++);
    const keepAlive = setTimeout(() => undefined, 1_000);
    const calledAtMs = await new Promise<number>((resolve) => {
      clock.schedule(4, () => resolve(nowMs));
    });
    clearTimeout(keepAlive);
    expect(calledAtMs).toBeGreaterThanOrEqual(4);
  });
});
