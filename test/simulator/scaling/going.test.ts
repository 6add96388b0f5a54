/**
 * What becomes of messages in the hands of processes that go: with `kill` they come back by their timeout,
 * with `drain` and enough grace nothing is done twice, and `protect` ends nobody at work.
 */
import { describe, expect, test } from "vitest";
import { World } from "../../../engine/simulator/events/world.ts";
import type { Fleet } from "../../../engine/simulator/scenario/fleet.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";

const timeout = 120;
/** From four to one at second 30. */
const schedule = { entries: [{ atSeconds: 30, count: 1 }] };

/** Four processes hold a message of 50 seconds each when three of them go. */
function scenario(fleet: Partial<Fleet>): Scenario {
  return {
    horizon: { seconds: 3_000 },
    initial: { messages: 12 },
    queues: { work: { VisibilityTimeout: timeout } },
    consumers: {
      workers: {
        ...{ queue: "work", count: 4, waitTimeSeconds: 20 },
        service: { deterministic: { seconds: 50 } },
        autoscaler: { schedule: { entries: [{ atSeconds: 0, count: 4 }, ...schedule.entries] } },
        ...fleet,
      },
    },
  };
}

async function run(fleet: Partial<Fleet>) {
  const { queues, consumers } = await simulate(scenario(fleet));
  const [queue, workers] = [queues.work, consumers.workers];
  if (queue === undefined || workers === undefined) throw new Error("There is no such part.");
  return { queue, workers };
}

describe("kill", () => {
  test("loses nothing: what was in hand comes back by its timeout, and is received once more", async () => {
    const { queue, workers } = await run({ scaleIn: "kill" });
    expect(workers.scaling).toMatchObject({ out: 0, in: 1, killed: 3, abandoned: 3 });
    expect([queue.deleted, queue.left, queue.received, queue.redelivered]).toEqual([12, 0, 15, 3]);
    expect(queue.duplicates).toBe(0);
    // One after another by the one that stays: eight, and the three; those were sent first.
    expect(queue.sojournSeconds.max).toBe(600);
    expect(workers.consumerHours).toBeCloseTo((3_000 + 3 * 30) / 3_600, 9);
  });

  test("of a batch all that was not deleted yet", async () => {
    const service = { deterministic: { seconds: 20 } };
    const { queue, workers } = await run({ scaleIn: "kill", batch: 3, service });
    // Each has deleted the first of its three, and has the second in work.
    expect(workers.scaling).toMatchObject({ killed: 3, abandoned: 6 });
    expect([queue.deleted, queue.received]).toEqual([12, 18]);
    const later = await run({ scaleIn: "kill", batch: 3, service, deleteBatch: true });
    expect(later.workers.scaling).toMatchObject({ killed: 3, abandoned: 9 });
    expect([later.queue.deleted, later.queue.received]).toEqual([12, 21]);
  });

  test("of what was received ahead, too", async () => {
    const { queue, workers } = await run({ scaleIn: "kill", prefetch: 2, visibilityTimeout: 300 });
    expect(workers.scaling).toMatchObject({ killed: 3, abandoned: 9 });
    expect([queue.deleted, queue.received]).toEqual([12, 21]);
  });
});

describe("drain", () => {
  test("with enough grace nothing is received again: they finish what they hold", async () => {
    const { queue, workers } = await run({ scaleIn: "drain", graceSeconds: 20 });
    expect(workers.scaling).toMatchObject({ out: 0, in: 1, killed: 0, abandoned: 0 });
    expect([queue.deleted, queue.received, queue.redelivered]).toEqual([12, 12, 0]);
    expect(workers.consumerHours).toBeCloseTo((3_000 + 3 * 50) / 3_600, 9);
  });

  test("with too little they are killed when it is over", async () => {
    const { queue, workers } = await run({ scaleIn: "drain", graceSeconds: 19.9 });
    expect(workers.scaling).toMatchObject({ killed: 3, abandoned: 3 });
    expect([queue.deleted, queue.received]).toEqual([12, 15]);
    expect(workers.consumerHours).toBeCloseTo((3_000 + 3 * 49.9) / 3_600, 9);
  });

  test("finishes what it has received ahead, and receives no more", async () => {
    const { queue, workers } = await run({
      scaleIn: "drain",
      graceSeconds: 500,
      prefetch: 2,
      visibilityTimeout: 300,
    });
    expect(workers.scaling).toMatchObject({ killed: 0, abandoned: 0 });
    // Each has its three; at 150 s all are done.
    expect([queue.deleted, queue.received, queue.sojournSeconds.max]).toEqual([12, 12, 150]);
    expect(workers.consumerHours).toBeCloseTo((3_000 + 3 * 150) / 3_600, 9);
  });

  test("new ones come at once, while former ones still drain", async () => {
    const entries = [
      { atSeconds: 0, count: 4 },
      { atSeconds: 30, count: 1 },
      { atSeconds: 31, count: 4 },
    ];
    const { workers } = await run({
      ...{ scaleIn: "drain", graceSeconds: 60 },
      autoscaler: { schedule: { entries } },
    });
    expect(workers.processes.max).toBe(7);
  });
});

describe("protect", () => {
  test("ends each when it has finished, and none at work", async () => {
    const { queue, workers } = await run({ scaleIn: "protect" });
    expect(workers.scaling).toMatchObject({ out: 0, in: 1, killed: 0, abandoned: 0 });
    expect([queue.deleted, queue.received]).toEqual([12, 12]);
    expect(workers.consumerHours).toBeCloseTo((3_000 + 3 * 50) / 3_600, 9);
  });

  test("takes the idle ones first", async () => {
    const three = { ...scenario({ scaleIn: "protect" }), initial: { messages: 1 } };
    const { consumers } = await simulate(three);
    // The oldest has the message; the idle ones go at once.
    expect(consumers.workers?.consumerHours).toBeCloseTo((3_000 + 3 * 30) / 3_600, 9);
  });
});

test("the newest goes first", async () => {
  const { consumers } = await simulate({
    ...scenario({ scaleIn: "kill" }),
    initial: { messages: 1 },
  });
  // The oldest, which was first in the line, has the one message.
  expect(consumers.workers?.scaling).toMatchObject({ in: 1, killed: 0 });
});

test("who drains receives no more, though it has a place that is free", async () => {
  const entries = [
    { atSeconds: 0, count: 1 },
    { atSeconds: 10, count: 0 },
    { atSeconds: 200, count: 1 },
  ];
  const { queues } = await simulate(
    {
      ...scenario({
        ...{ count: 1, concurrency: 2, scaleIn: "drain", graceSeconds: 100 },
        autoscaler: { schedule: { entries } },
      }),
      initial: { messages: 1 },
      producers: { web: { queue: "work", arrivals: { deterministic: { perSecond: 1 / 15 } } } },
      horizon: { seconds: 240 },
    },
    { unstable: true },
  );
  // Its other place has waited since second 0: what comes at 15 is not for it, but for the next process.
  expect(queues.work?.waitSeconds.max).toBe(185);
});

test("those that are not up go before all, then the newest", async () => {
  const entries = [
    { atSeconds: 0, count: 2 },
    { atSeconds: 10, count: 4 },
    { atSeconds: 15, count: 2 },
    { atSeconds: 40, count: 1 },
  ];
  const plan = await readScenario(
    scenario({
      scaleIn: "kill",
      placementSeconds: 60,
      count: 2,
      autoscaler: { schedule: { entries } },
    }),
  );
  const world = await World.open(plan, 0);
  while (world.step(1));
  const { fleets, queues } = await world.close();
  // Nobody of the four was hit at second 15; at 40 it was one of the two.
  expect(fleets[0]).toMatchObject({ outs: 1, ins: 2, killed: 1, abandoned: 1 });
  expect(queues[0]?.left).toBe(0);
});
