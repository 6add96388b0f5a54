/**
 * Scenarios at random, as odd as the plan allows: every one comes to its end and balances
 * (the run throws otherwise), on one thread, within the events that its messages and its time explain.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../engine/simulator/result.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import { isTimed } from "../support/timing.ts";
import { plans, rapidPlans } from "./randomPlans.ts";

/** A thousand under `npm run stress`. */
const RUNS = isTimed ? 1_000 : 150;
const RAPID_RUNS = 60;
const seed = Number(process.env.SLUICE_SEED ?? 20_261_129);

function expectBalance(outcome: Outcome): void {
  expect(outcome.isComplete).toBe(true);
  for (const queue of Object.values(outcome.queues)) {
    const gone = queue.deleted + queue.deadLettered + queue.expired + queue.purged;
    expect(queue.sent + queue.movedIn).toBe(gone + queue.left);
    expect(queue.waitSeconds.count).toBeLessThanOrEqual(queue.received);
  }
  expect(JSON.stringify(outcome)).not.toContain("NaN");
}

test(`${RUNS} scenarios balance and end`, async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (one) => {
      expectBalance(await simulatePlan(one, { threads: 1 }));
    }),
    { numRuns: RUNS, seed },
  );
});

test(`${RAPID_RUNS} scenarios beyond the quota of FIFO queues balance and end`, async () => {
  let throttled = 0;
  let unsent = 0;
  await fc.assert(
    fc.asyncProperty(rapidPlans, async (one) => {
      const outcome = await simulatePlan(one, { threads: 1 });
      expectBalance(outcome);
      const { producers, queues } = outcome;
      // All that came was sent, or its run was over before it could be.
      const most = one.horizon.messages;
      const sent = Object.values(producers).reduce((sum, producer) => sum + producer.sent, 0);
      expect(sent).toBeLessThanOrEqual(most);
      if (outcome.runSeconds < one.horizon.seconds) expect(sent).toBe(most);
      for (const { api } of Object.values(queues)) {
        expect(api.quotaPerSecond).toBeGreaterThan(0);
        for (const refused of Object.values(api.throttled)) throttled += refused;
      }
      for (const producer of Object.values(producers)) unsent += producer.unsent;
    }),
    { numRuns: RAPID_RUNS, seed },
  );
  expect(throttled).toBeGreaterThan(RAPID_RUNS);
  expect(unsent).toBeGreaterThan(0);
});
