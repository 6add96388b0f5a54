/** Deploys: every process is replaced, so many at a time, and what they hold has its grace. */
import { expect, test } from "vitest";
import type { Fleet, Restarts } from "../../../engine/simulator/scenario/fleet.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { fleet, mistakesOf, service } from "../scenario/mistaken.ts";

const horizon = 1_000;

/** Four processes, which need ten seconds to start. */
async function run(restarts: Restarts, more: Partial<Fleet> = {}, messages = 1) {
  const { queues, consumers } = await simulate({
    horizon: { seconds: horizon },
    initial: { messages },
    queues: { work: { VisibilityTimeout: 120 } },
    consumers: {
      workers: {
        ...{ queue: "work", count: 4, waitTimeSeconds: 20, coldStartSeconds: 10 },
        service: { deterministic: { seconds: 50 } },
        restarts,
        ...more,
      },
    },
  });
  const [queue, workers] = [queues.work, consumers.workers];
  if (queue === undefined || workers === undefined) throw new Error("There is no such part.");
  return { queue, workers, least: Math.min(...workers.series.FleetSize.slice(20)) };
}

test("one after another: the next goes when the new one is up", async () => {
  const { workers, least } = await run({ atSeconds: [500] });
  expect(workers.scaling).toMatchObject({ restarted: 4, out: 0, in: 0, killed: 0 });
  expect(least).toBeGreaterThanOrEqual(3);
  // Four starts of ten seconds at the beginning, and one at a time in the deploy.
  expect(workers.processes.mean).toBeCloseTo((4 * horizon - 40 - 40) / horizon, 9);
  expect(workers.processes.max).toBe(4);
  expect(workers.consumerHours).toBeCloseTo((4 * horizon) / 3_600, 9);
});

test("all at once, and each placed first", async () => {
  const { workers, least } = await run(
    { atSeconds: [500], maxUnavailable: 4 },
    { placementSeconds: 20 },
  );
  expect(workers.scaling.restarted).toBe(4);
  expect(least).toBeLessThan(1);
  expect(workers.processes.mean).toBeCloseTo((4 * horizon - 40 - 4 * 30) / horizon, 9);
  // What is placed is not there yet.
  expect(workers.consumerHours).toBeCloseTo((4 * horizon - 4 * 20) / 3_600, 9);
});

test("every so often", async () => {
  const { workers } = await run({ everySeconds: 300, maxUnavailable: 2 });
  expect(workers.scaling.restarted).toBe(12);
});

test("kill leaves messages in flight, drain and protect do not", async () => {
  const restarts = { atSeconds: [30] };
  const kill = await run(restarts, { scaleIn: "kill" }, 4);
  // At 30, 40, 50 and 60 seconds each has its message in work: the last is just done.
  expect(kill.workers.scaling).toMatchObject({ restarted: 4, killed: 3, abandoned: 3 });
  expect(kill.queue).toMatchObject({ received: 7, redelivered: 3, deleted: 4, left: 0 });
  for (const scaleIn of ["drain", "protect"] as const) {
    const { queue, workers } = await run(
      restarts,
      scaleIn === "drain" ? { scaleIn, graceSeconds: 60 } : { scaleIn },
      4,
    );
    expect(workers.scaling).toMatchObject({ restarted: 4, killed: 0, abandoned: 0 });
    expect(queue).toMatchObject({ received: 4, redelivered: 0, deleted: 4 });
  }
});

test("a former process drains while its successor works", async () => {
  const { workers } = await run({ atSeconds: [30] }, { graceSeconds: 60 }, 4);
  // Told at 30 and at 40: each has its successor ten seconds later, and finishes at 60.
  expect(workers.processes.max).toBe(6);
});

test("restarts that never are", async () => {
  expect(await mistakesOf(fleet(`${service}, restarts: { maxUnavailable: 1 }`))).toEqual([
    "1: consumers.workers.restarts: It lacks atSeconds or everySeconds: there would be none.",
  ]);
});
