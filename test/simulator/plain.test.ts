/**
 * Where formulas are approximations, and where there is none: the simulator against a plain event-list
 * program (plain.ts). Rows 11, 12 and 23 within 10 % of the formula, as it claims no more, and of the
 * program within three standard errors of the difference; duplicates that visibility timeouts make, and
 * batches of ten, of the program alone. The seed is the row's number.
 */
import { describe, expect, test } from "vitest";
import type { Estimate } from "../../engine/simulator/result.ts";
import type { Plan, PlannedFleet, PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { meanOf } from "../../engine/simulator/statistics/student.ts";
import { simulateQueue, standardErrorOf } from "./near.ts";
import {
  exponentialOf,
  hyperexponentialOf,
  lognormalOf,
  type PlainModel,
  type PlainResult,
  runPlainly,
} from "./plain.ts";
import { exponential, fleetOf, planOf, producerOf } from "./plans.ts";

const RUNS = 10;
/** So long that the mean wait itself is known to some percent, where a formula is only near it. */
const LONG = { messages: 120_000, seconds: Number.POSITIVE_INFINITY };

function plainly(model: Partial<PlainModel>): PlainResult[] {
  const whole: PlainModel = {
    gap: exponentialOf(1),
    service: exponentialOf(1),
    consumers: 1,
    batch: 1,
    timeout: 1e9,
    pause: 0,
    messages: 20_000,
    warmup: 2_000,
    ...model,
  };
  return Array.from({ length: RUNS }, (_, seed) => runPlainly(whole, seed + 1));
}

/** The same within three standard errors of their difference. */
function expectSame(simulated: Estimate, plain: readonly number[]): void {
  const { mean, standardError } = meanOf(plain);
  const error = Math.hypot(standardErrorOf(simulated, RUNS), standardError);
  const text = `${simulated.mean} and ${mean}, standard error of the difference ${error}`;
  expect(Math.abs((simulated.mean as number) - mean), text).toBeLessThanOrEqual(3 * error);
}

/** Within 10 % of what an approximation says. */
function expectAbout(simulated: Estimate, formula: number): void {
  expect(Math.abs((simulated.mean as number) / formula - 1)).toBeLessThanOrEqual(0.1);
}

function planWith(row: number, gap: PlannedLaw, fleet: PlannedFleet): Plan {
  const producers = [producerOf(1, { arrivals: { kind: "renewal", gap, size: 1 } })];
  return planOf(row, { producers, fleets: [fleet] });
}

function bursty(meanSeconds: number): PlannedLaw {
  return { kind: "hyperexponential", meanSeconds, cv: 2 };
}

test("row 11: Kingman, bursts into one consumer", async () => {
  const { waitSeconds } = await simulateQueue(
    planWith(11, bursty(1.25), fleetOf(1, exponential(1))),
  );
  expectAbout(waitSeconds, 10);
  expectSame(
    waitSeconds,
    plainly({ gap: hyperexponentialOf(1.25, 2) }).map(({ wait }) => wait),
  );
});

describe("row 12: Allen and Cunneen, ten consumers at load 0.9", () => {
  test("handling that always takes the same time", async () => {
    const always: PlannedLaw = { kind: "deterministic", seconds: 1 };
    const plan = planWith(12, exponential(1 / 9), fleetOf(10, always));
    const { waitSeconds } = await simulateQueue({ ...plan, horizon: LONG });
    expectAbout(waitSeconds, 0.334366);
    const model = { gap: exponentialOf(1 / 9), service: () => 1, consumers: 10 };
    expectSame(
      waitSeconds,
      plainly(model).map(({ wait }) => wait),
    );
  });

  test("bursts", async () => {
    // The formula knows two moments. Of the laws that have them it fits this one; of two branches with
    // balanced means, for example, the wait is an eighth longer than it says.
    const gap: PlannedLaw = { kind: "lognormal", meanSeconds: 1 / 9, cv: 2 };
    const plan = planWith(12, gap, fleetOf(10, exponential(1)));
    const { waitSeconds } = await simulateQueue({ ...plan, horizon: LONG });
    expectAbout(waitSeconds, 1.671829);
    const model = { gap: lognormalOf(1 / 9, 2), consumers: 10 };
    expectSame(
      waitSeconds,
      plainly(model).map(({ wait }) => wait),
    );
  });
});

test("row 23: short polls, a second apart, at low load", async () => {
  const fleet = fleetOf(1, exponential(0.01), { waitTimeSeconds: 0, pauseSeconds: 1 });
  const few = { messages: 3_000, seconds: Number.POSITIVE_INFINITY };
  const plan = planWith(23, exponential(50), fleet);
  const { waitSeconds, api } = await simulateQueue({ ...plan, horizon: few });
  expectAbout(waitSeconds, 0.5);
  const model = { gap: exponentialOf(50), service: exponentialOf(0.01), pause: 1 };
  expectSame(
    waitSeconds,
    plainly({ ...model, messages: 3_000, warmup: 300 }).map(({ wait }) => wait),
  );
  // A poll a second, and nearly all of them find nothing.
  expect(api.emptyShare).toBeGreaterThan(0.97);
});

test("duplicates of visibility timeouts: three consumers, of whom some are too slow", async () => {
  const fleet = fleetOf(3, exponential(10), { visibilityTimeoutSeconds: 15 });
  const plan = planWith(1, exponential(5), fleet);
  const queue = await simulateQueue(plan);
  const plain = plainly({
    gap: exponentialOf(5),
    service: exponentialOf(10),
    consumers: 3,
    timeout: 15,
  });
  expectSame(
    queue.waitSeconds,
    plain.map(({ wait }) => wait),
  );
  expectSame(
    queue.sojournSeconds,
    plain.map(({ sojourn }) => sojourn),
  );
  // Of 300,000 messages: an error of the share of the receives that is that of the plain runs.
  const receives = meanOf(plain.map((one) => one.receives));
  const received = queue.received / queue.sent;
  expect(received).toBeGreaterThan(1.05);
  expect(Math.abs(received - receives.mean)).toBeLessThanOrEqual(
    3 * Math.SQRT2 * receives.standardError,
  );
  const vain = meanOf(plain.map((one) => one.vain));
  expect(Math.abs(queue.duplicates / queue.sent - vain.mean)).toBeLessThanOrEqual(
    3 * Math.SQRT2 * vain.standardError,
  );
});

test("batches of ten, handled one after another by two consumers", async () => {
  const fleet = fleetOf(2, exponential(1), { batch: 10 });
  const queue = await simulateQueue(planWith(1, exponential(1 / 1.8), fleet));
  const plain = plainly({ gap: exponentialOf(1 / 1.8), consumers: 2, batch: 10 });
  expectSame(
    queue.waitSeconds,
    plain.map(({ wait }) => wait),
  );
  expectSame(
    queue.sojournSeconds,
    plain.map(({ sojourn }) => sojourn),
  );
});
