/**
 * Queues whose waits have closed forms, simulated: rows 1 to 8 of the formulas. SQS is such a queue where
 * a receive brings one message, waits for it, and takes no time, where the visibility timeout is beyond
 * every service, and nothing fails. A Standard queue hands messages out in the order in which they came,
 * as percentiles and ages ask for. More cases of rows 3 and 6 are in test/stress/simulator.test.ts. The
 * seed is the row's number.
 */
import { describe, test } from "vitest";
import { Law } from "../../engine/simulator/random/law.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import {
  binomialError,
  expectEstimate,
  expectNear,
  expectPercentile,
  simulateQueue,
} from "./near.ts";
import { exponential, fleetOf, planOf, producerOf } from "./plans.ts";
import { holdsRow3, holdsRow6, SOME_CONSUMERS, SOME_LAWS } from "./rows.ts";

const RUNS = 10;

describe("row 1 and row 2: one consumer at load 0.8", () => {
  const plan = planOf(1, {
    horizon: { messages: 60_000, seconds: Number.POSITIVE_INFINITY },
    producers: [producerOf(0.8)],
    fleets: [fleetOf(1, exponential(1))],
  });

  test("row 1: M/M/1", async () => {
    const queue = await simulateQueue(plan);
    // Daley: n times the variance of the mean wait of n customers in a row.
    const rho = 0.8;
    const left = 1 - rho;
    const variance = (rho * (2 + rho * (5 + rho * (-4 + rho)))) / (left * left * left * left);
    const { waitSeconds } = queue;
    expectNear(waitSeconds.mean, 4, Math.sqrt(variance / waitSeconds.count));
    expectPercentile(waitSeconds, "p99", 21.910133, RUNS);
    expectEstimate(queue.sojournSeconds, 5, RUNS);
    expectPercentile(queue.sojournSeconds, "p50", 3.465736, RUNS);
    expectPercentile(queue.sojournSeconds, "p95", 14.978661, RUNS);
    expectPercentile(queue.sojournSeconds, "p99", 23.025851, RUNS);
    expectEstimate(queue.depth, 3.2, RUNS);
    expectEstimate(queue.inFlight, 0.8, RUNS);
  });

  test("row 2: ages of the oldest, and of the oldest that is visible", async () => {
    const queue = await simulateQueue({ ...plan, seed: 2 });
    expectEstimate(queue.ageOfOldestSeconds, 4, RUNS);
    expectEstimate(queue.ageOfNextSeconds, 3.2, RUNS);
  });
});

describe("row 3 and row 4: several consumers, M/M/c", () => {
  test.each(SOME_CONSUMERS)("row 3: $c consumers, $perSecond a second", holdsRow3);

  test("row 4: the age of the oldest that is visible", async () => {
    const producers = [producerOf(3.6)];
    const plan = planOf(4, { producers, fleets: [fleetOf(4, exponential(1))] });
    expectEstimate((await simulateQueue(plan)).ageOfNextSeconds, 1.772444, RUNS);
  });
});

describe("row 5 and row 6: one consumer, any service, M/G/1", () => {
  test.each(SOME_LAWS)("%s (row %i)", async (...served) => holdsRow6(served));

  test("Pareto, whose second moment takes long to show (row 6)", async () => {
    // Its wait has no variance: the mean of any run is too low, but for a rare one that is far too high.
    // So the formula is held on the second moment and the load that the runs had.
    const service: PlannedLaw = { kind: "pareto", meanSeconds: 1, shape: 2.5 };
    const plan = planOf(6, { producers: [producerOf(0.8)], fleets: [fleetOf(1, service)] });
    const { queues, consumers } = await simulatePlan(plan, { threads: 1 });
    const { serviceSeconds, utilisation } = consumers.workers ?? {};
    const mean = serviceSeconds?.mean ?? 0;
    const deviation = serviceSeconds?.deviation ?? 0;
    const load = utilisation ?? 0;
    const exact = ((load / mean) * (mean * mean + deviation * deviation)) / (2 * (1 - load));
    expectEstimate(queues.work?.waitSeconds ?? { mean: null, halfWidth: null }, exact, RUNS);
  });

  test("a Pareto law has the mean that the formula says, where its second moment is given", () => {
    // 0.8 * E[S^2] / (2 * 0.2) with E[S^2] = 1.8.
    const law = new Law({ kind: "pareto", meanSeconds: 1, shape: 2.5 }, Stream.of(6, 0, 0));
    const count = 400_000;
    let below = 0;
    for (let index = 0; index < count; index++) if (law.draw() < 1_200) below++;
    // P(S < 1.2) = 1 - (0.6 / 1.2)^2.5, and 2.5 * 0.36 / 0.5 is that 1.8.
    const share = 1 - 0.176776695;
    expectNear(below / count, share, binomialError(share, count));
  });
});

test("row 7: even arrivals, D/M/1", async () => {
  const even = producerOf(0.8, {
    arrivals: { kind: "renewal", gap: { kind: "deterministic", seconds: 1.25 }, size: 1 },
  });
  const plan = planOf(7, { producers: [even], fleets: [fleetOf(1, exponential(1))] });
  expectEstimate((await simulateQueue(plan)).waitSeconds, 1.692731, RUNS);
});

test("row 8: ten at a time", async () => {
  const tens = producerOf(0.8, {
    arrivals: { kind: "renewal", gap: exponential(12.5), size: 10 },
  });
  const plan = planOf(8, { producers: [tens], fleets: [fleetOf(1, exponential(1))] });
  const queue = await simulateQueue(plan);
  expectEstimate(queue.waitSeconds, 26.5, RUNS);
  expectEstimate(queue.sojournSeconds, 27.5, RUNS);
});

test("row 9: up to ten in one handling", async () => {
  const cases = [
    { perSecond: 8, depth: 23.258892, wait: 2.907362 },
    { perSecond: 5, depth: 6.45389, wait: 6.45389 / 5 },
  ];
  for (const { perSecond, depth, wait } of cases) {
    const bulk = fleetOf(1, exponential(1), { batch: 10, handler: "batch", deleteBatch: true });
    const queue = await simulateQueue(
      planOf(9, { producers: [producerOf(perSecond)], fleets: [bulk] }),
    );
    expectEstimate(queue.depth, depth, RUNS);
    expectEstimate(queue.waitSeconds, wait, RUNS);
  }
});
