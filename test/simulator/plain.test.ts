/**
 * Where formulas are approximations, and where there is none: the simulator against a plain event-list
 * program (plain.ts). Rows 11 and 23 (12 is in the stress run) within 10 % of the formula, as it claims no more, and of the
 * program within three standard errors of the difference; duplicates that visibility timeouts make, and
 * batches of ten, of the program alone. The seed is the row's number.
 */
import { expect, test } from "vitest";
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { meanOf } from "../../engine/simulator/statistics/student.ts";
import { expectAbout, expectSame, plainly, planWith } from "./against.ts";
import { simulateQueue } from "./near.ts";
import { exponentialOf, hyperexponentialOf } from "./plain.ts";
import { exponential, fleetOf } from "./plans.ts";

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

test("row 23: short polls, a second apart, at low load", async () => {
  const fleet = fleetOf(1, exponential(0.01), { waitTimeSeconds: 0, pauseSeconds: 1 });
  const few = { messages: 1_000, seconds: Number.POSITIVE_INFINITY };
  const plan = planWith(23, exponential(50), fleet);
  const { waitSeconds, api } = await simulateQueue({
    ...plan,
    horizon: few,
    warmup: { messages: 100, seconds: 0 },
  });
  expectAbout(waitSeconds, 0.5);
  const model = { gap: exponentialOf(50), service: exponentialOf(0.01), pause: 1 };
  expectSame(
    waitSeconds,
    plainly({ ...model, messages: 1_000, warmup: 100 }).map(({ wait }) => wait),
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
