/** The timer wheel against a map of when each timer is due. */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Bare } from "./bare.ts";

const STEPS = 6_000;
const TIMERS = 300;
const START_MS = 1_700_000_000_000;
const YEAR_MS = 365 * 86_400_000;
/** The wheel has 64 spokes of 2^30 ms, and arms nothing further than 62 of them. */
const SPAN_MS = 62 * 2 ** 30;
/** From the next spoke to beyond the wheel's span, two years. */
const SPANS_MS = [0, 2, 64, 70, 4_096, 5_000, 262_144, 1e7, 2 ** 30, YEAR_MS, 5 * YEAR_MS];

class Wheel {
  readonly bare = new Bare();
  /** Due times of the timers that are armed. */
  readonly model = new Map<number, number>();
  /** Those that were armed beyond the wheel's span: they may fire among earlier ones. */
  readonly #far = new Set<number>();
  readonly links = Array.from({ length: TIMERS }, () => this.bare.bytes(layout.WHEEL_LINK_BYTES));
  readonly #random: Seeded;
  nowMs = START_MS;
  fired = 0;
  again = 0;

  constructor(random: Seeded) {
    this.#random = random;
    const { bare } = this;
    bare.doubles[(bare.shard + layout.SHARD_NEXT_DUE) >> 3] = Number.POSITIVE_INFINITY;
    // As a shard's first section leaves the wheel of a new queue.
    new BigUint64Array(bare.words.buffer)[(bare.shard + layout.SHARD_WHEEL_TICK) >> 3] =
      BigInt(START_MS);
  }

  get nextDueMs(): number {
    return this.bare.doubles[(this.bare.shard + layout.SHARD_NEXT_DUE) >> 3] as number;
  }

  arm(): void {
    const link = this.#random.pick(this.links);
    if (this.model.has(link)) return;
    const spanMs = this.#random.pick(SPANS_MS) * this.#random.next();
    const dueMs = this.nowMs + spanMs;
    this.bare.engine.wheelArm(this.bare.shard, link, dueMs);
    this.model.set(link, dueMs);
    if (spanMs > SPAN_MS) this.#far.add(link);
    else this.#far.delete(link);
  }

  cancel(): void {
    // Also one that is not armed: nothing happens.
    const link = this.#random.pick(this.links);
    this.bare.engine.wheelCancel(this.bare.shard, link);
    this.model.delete(link);
  }

  /** Time passes; all that is due fires, an earlier tick first, and nothing else does. */
  pass(ms: number): void {
    this.nowMs += ms;
    const due = [...this.model].filter(([, dueMs]) => Math.ceil(dueMs) <= Math.floor(this.nowMs));
    const earliestMs = Math.min(...this.model.values());
    expect(this.nextDueMs).toBeLessThanOrEqual(Math.ceil(earliestMs));
    const fired: [number, number][] = [];
    for (;;) {
      const link = this.bare.engine.wheelFire(this.bare.shard, this.nowMs);
      if (link === 0) break;
      const dueMs = this.model.get(link);
      if (dueMs === undefined) throw new Error(`timer ${link} fired, and is not armed`);
      if (dueMs > this.nowMs) {
        // Beyond the wheel's span: who fires it looks at its own due time, and arms it again.
        expect(this.#far).toContain(link);
        this.bare.engine.wheelArm(this.bare.shard, link, dueMs);
        this.again++;
        continue;
      }
      this.model.delete(link);
      fired.push([link, Math.ceil(dueMs)]);
    }
    const ticks = fired.filter(([link]) => !this.#far.has(link)).map(([, tick]) => tick);
    expect(ticks).toEqual(ticks.toSorted((one, other) => one - other));
    expect(fired.map(([link]) => link).sort()).toEqual(due.map(([link]) => link).sort());
    expect(this.bare.word(this.bare.shard + layout.SHARD_WHEEL_ARMED)).toBe(this.model.size);
    this.fired += fired.length;
  }
}

test("a wheel fires each timer when it is due, in the order of their ticks, and none that was cancelled", () => {
  const random = new Seeded(chooseSeed("wheel"));
  const wheel = new Wheel(random);
  for (let step = 0; step < STEPS; step++) {
    const choice = random.next();
    if (choice < 0.6) wheel.arm();
    else if (choice < 0.75) wheel.cancel();
    else wheel.pass(random.pick(SPANS_MS.slice(0, 9)) * random.next() ** 4);
  }
  for (let year = 0; year < 12; year++) wheel.pass(YEAR_MS / 2);
  expect(wheel.model.size).toBe(0);
  expect(wheel.nextDueMs).toBe(Number.POSITIVE_INFINITY);
  expect(wheel.fired).toBeGreaterThan(STEPS / 10);
  expect(wheel.again).toBeGreaterThan(0);
});
