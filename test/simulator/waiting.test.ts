/**
 * Queues whose waits have closed forms, simulated: the rows of Erlang and of Pollaczek and Khinchine.
 * SQS is such a queue where receives bring one message, wait for it, and take no time, where the
 * visibility timeout is beyond every service, and nothing fails. The seed is the row's number.
 */
import { expect, test } from "vitest";
import { simulatePlan } from "../../engine/simulator/run.ts";
import { expectEstimate, expectNear } from "./near.ts";
import { exponential, fleetOf, planOf, producerOf } from "./plans.ts";

test("row 1: one consumer, M/M/1 at load 0.8", async () => {
  const plan = planOf(1, { producers: [producerOf(0.8)], fleets: [fleetOf(1, exponential(1))] });
  const { queues, consumers } = await simulatePlan(plan);
  const { work } = queues;
  const replications = plan.replications;
  const n = work?.waitSeconds.count ?? 0;
  // Daley: n times the variance of the mean wait of n customers in a row.
  const rho = 0.8;
  const variance = (rho * (2 + rho * (5 + rho * (-4 + rho)))) / (1 - rho) ** 4;
  if (work === undefined) throw new Error("no such queue");
  expectNear(work.waitSeconds.mean, 4, Math.sqrt(variance / n));
  expectEstimate(work.sojournSeconds, 5, replications);
  expectEstimate(work.depth, 3.2, replications);
  expect(consumers.workers?.utilisation).toBeCloseTo(0.8, 1);
});

test("row 3: four consumers, M/M/4 at load 0.9", async () => {
  const plan = planOf(3, { producers: [producerOf(3.6)], fleets: [fleetOf(4, exponential(1))] });
  const { work } = (await simulatePlan(plan)).queues;
  if (work === undefined) throw new Error("no such queue");
  expectEstimate(work.waitSeconds, 1.969383, plan.replications);
  expectEstimate(work.depth, 7.089779, plan.replications);
});
