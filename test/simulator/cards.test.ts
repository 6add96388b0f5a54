/** Cards: journeys end with their last message, numbers are never used again, and memory does not grow. */
import { expect, test } from "vitest";
import { Cards, NO_ROW } from "../../engine/simulator/events/cards.ts";
import { NOBODY } from "../../engine/simulator/events/token.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import type { PlannedSend } from "../../engine/simulator/scenario/plan.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";

const send: PlannedSend = {
  ...{ queue: 1, probability: 1, count: 1, delaySeconds: undefined },
  sizes: { kind: "fixed", bodyBytes: 1 },
  groups: { kind: "none" },
};

function cards(sinceMs = 0): Cards {
  const plan = planOf(1, {
    queues: [queueOf(), queueOf({ name: "more" })],
    producers: [producerOf(1), producerOf(1, { name: "other" })],
    fleets: [fleetOf(1, exponential(1), { sends: [send] })],
  });
  return new Cards(plan, new Stream(1), new Float64Array([sinceMs]));
}

test("a journey is over when all that came of its message is", () => {
  const all = cards();
  const first = all.first(1, NO_ROW, 1_000);
  const [left, right] = [all.follow(first), all.follow(first)];
  expect([all.over(first, 2_000), all.over(left, 3_000)]).toEqual([1, NOBODY]);
  const last = all.follow(right);
  expect(all.over(right, 4_000)).toBe(NOBODY);
  expect(all.journeys[1]?.total).toBe(0);
  all.over(last, 9_000);
  expect([all.journeys[0]?.total, all.journeys[1]?.total, all.journeys[1]?.sum]).toEqual([
    0, 1, 8_000,
  ]);
});

test("what a late duplicate sends on is in no journey, and begins none", () => {
  const all = cards();
  const first = all.first(0, NO_ROW, 0);
  all.over(first, 1_000);
  all.over(all.follow(first), 5_000);
  expect([all.journeys[0]?.total, all.journeys[0]?.sum]).toEqual([1, 1_000]);
});

test("journeys that began in the warm-up are not measured", () => {
  const all = cards(500);
  for (const ms of [499, 500]) all.over(all.first(0, NO_ROW, ms), 1_000);
  expect([all.journeys[0]?.total, all.journeys[0]?.sum]).toEqual([1, 500]);
});

test("blocks are let go when all in them is over, however it is held beside", () => {
  const all = cards();
  const held: number[] = [];
  for (let index = 0; index < 500_000; index++) {
    const first = all.first(0, NO_ROW, index);
    const next = all.follow(first);
    all.over(first, index);
    held.push(next);
    if (held.length > 1_000) all.over(held.shift() as number, index);
  }
  // A million cards are 245 blocks.
  expect(all.blocks).toBeLessThan(5);
  // Who asks for what is long over gets nobody's.
  expect(all.rowOf(0, "file")).toBe(NO_ROW);
  expect(all.over(all.follow(0), 1)).toBe(NOBODY);
});

test("lots are as uniform numbers are, and the same whenever they are asked for", () => {
  const all = cards();
  const lots = Array.from({ length: 20_000 }, (_, card) => all.lotOf(card));
  expect(lots.every((lot) => lot >= 0 && lot < 1)).toBe(true);
  for (const share of [0.01, 0.3, 0.9]) {
    const below = lots.filter((lot) => lot < share).length;
    expect(Math.abs(below - share * 20_000)).toBeLessThan(
      4 * Math.sqrt(20_000 * share * (1 - share)),
    );
  }
  expect(all.lotOf(77)).toBe(lots[77]);
});
