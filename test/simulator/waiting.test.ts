/**
 * Queues whose waits have closed forms, simulated: rows 1 to 8 of the formulas. SQS is such a queue where
 * a receive brings one message, waits for it, and takes no time, where the visibility timeout is beyond
 * every service, and nothing fails. A Standard queue hands messages out in the order in which they came,
 * as percentiles and ages ask for. More cases of rows 3 and 6 are in test/stress/simulator.test.ts. The
 * seed is the row's number.
 */
import { describe, expect, test } from "vitest";
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { expectEstimate, expectNear, expectPercentile, simulateQueue } from "./near.ts";
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

  test("Pareto of shape 2.5, by the whole distribution of its wait (row 6)", async () => {
    // A mean wait of 3.6, of which no standard error exists: the wait's variance is made of E[S^3], which
    // is infinite below a shape of 3. But Pollaczek and Khinchine give the wait's distribution, and its
    // percentiles do have one.
    const wait = paretoWait(0.8, 2.5);
    expect(wait.mean).toBeCloseTo(3.6, 9);
    const service: PlannedLaw = { kind: "pareto", meanSeconds: 1, shape: 2.5 };
    const plan = planOf(6, { producers: [producerOf(0.8)], fleets: [fleetOf(1, service)] });
    const { waitSeconds } = await simulateQueue(plan);
    expectPercentile(waitSeconds, "p50", wait.percentile(0.5), RUNS);
    expectPercentile(waitSeconds, "p90", wait.percentile(0.9), RUNS);
  });

  test("Pareto of shape 5 (row 6)", async () => {
    // E[S^2] = shape * least^2 / (shape - 2) with a least of 0.8.
    const service: PlannedLaw = { kind: "pareto", meanSeconds: 1, shape: 5 };
    await holdsRow6(["Pareto", 6, service, (0.8 * (16 / 15)) / (2 * 0.2)]);
  });
});

/**
 * The wait of M/G/1 for services of a Pareto law of mean 1: a sum of a geometric number of remaining
 * services, by Panjer's recursion on a grid. A remaining service is uniform up to the least service and
 * falls like a power behind it.
 */
function paretoWait(load: number, shape: number) {
  const step = 0.02;
  const least = (shape - 1) / shape;
  const remains = (at: number): number =>
    at <= least ? at : 1 - (1 - least) * Math.exp((1 - shape) * Math.log(at / least));
  // Halfway between grid points belongs to the upper one.
  const length = 2_000;
  const shares = Float64Array.from({ length }, (_, k) =>
    k === 0 ? remains(step / 2) : remains((k + 0.5) * step) - remains((k - 0.5) * step),
  );
  const none = 1 - load * (shares[0] as number);
  const sums = new Float64Array(length);
  sums[0] = (1 - load) / none;
  for (let k = 1; k < length; k++) {
    let sum = 0;
    for (let j = 1; j <= k; j++) sum += (shares[j] as number) * (sums[k - j] as number);
    sums[k] = (load * sum) / none;
  }
  const square = (shape * least * least) / (shape - 2);
  return {
    mean: (load * square) / (2 * (1 - load)),
    percentile(share: number): number {
      let below = 0;
      let k = 0;
      for (; below + (sums[k] as number) < share; k++) below += sums[k] as number;
      return (k - 0.5 + (share - below) / (sums[k] as number)) * step;
    },
  };
}

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
