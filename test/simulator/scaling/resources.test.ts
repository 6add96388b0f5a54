/**
 * What handlings share: with N places they wait as in M/M/N (row 3 of the formulas), with so many starts a
 * second as in M/D/1 (row 5); where they fail instead, retries ask for more than there is.
 */
import { describe, expect, test } from "vitest";
import { instabilities } from "../../../engine/simulator/instabilities.ts";
import { simulatePlan } from "../../../engine/simulator/run.ts";
import type { Fleet } from "../../../engine/simulator/scenario/fleet.ts";
import type { PlannedResource } from "../../../engine/simulator/scenario/plan.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Resource } from "../../../engine/simulator/scenario/resource.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { expectEstimate } from "../near.ts";
import { exponential, fleetOf, planOf, producerOf } from "../plans.ts";
import { first, mistakesOf, service } from "../scenario/mistaken.ts";

const RUNS = 10;
const NEVER = Number.POSITIVE_INFINITY;
const db: PlannedResource = {
  name: "db",
  concurrency: NEVER,
  perSecond: NEVER,
  burst: 1,
  isRefusing: false,
  refusalSeconds: 0,
};

/** As many processes as nobody waits for, so all waits are the resource's. */
async function waits(perSecond: number, meanSeconds: number, change: Partial<PlannedResource>) {
  const plan = planOf(3, {
    horizon: { messages: 10_000, seconds: NEVER },
    warmup: { messages: 1_000, seconds: 0 },
    producers: [producerOf(perSecond)],
    fleets: [fleetOf(100, exponential(meanSeconds), { uses: 0 })],
    resources: [{ ...db, ...change }],
  });
  const { queues, resources } = await simulatePlan(plan, { threads: 1 });
  expect(queues.work?.waitSeconds.max).toBe(0);
  const found = resources.db;
  if (found === undefined) throw new Error("There is no such resource.");
  return found;
}

describe("waits", () => {
  test("for four places, load 0.9, are those of M/M/4", async () => {
    const { waitSeconds, waiting, utilisation } = await waits(3.6, 1, { concurrency: 4 });
    expectEstimate(waitSeconds, 1.969383, RUNS);
    expectEstimate(waiting, 7.089779, RUNS);
    expectEstimate(utilisation, 0.9, RUNS);
  });

  test("for a start a second, load 0.8, are those of M/D/1, however long handlings take", async () => {
    const { waitSeconds, utilisation } = await waits(0.8, 3, { perSecond: 1 });
    expectEstimate(waitSeconds, 2, RUNS);
    expectEstimate(utilisation, 0.8, RUNS);
  });
});

const always = (seconds: number) => ({ deterministic: { seconds } });

function scenario(
  messages: number,
  resource: Resource,
  fleet: Partial<Fleet>,
  timeout = 30,
): Scenario {
  return {
    horizon: { seconds: 600 },
    initial: { messages },
    queues: { work: { VisibilityTimeout: timeout } },
    resources: { db: resource },
    consumers: {
      workers: {
        ...{ queue: "work", count: 2, waitTimeSeconds: 20, uses: "db", service: always(10) },
        ...fleet,
      },
    },
  };
}

async function run(...of: Parameters<typeof scenario>) {
  const { queues, consumers, resources, verdict } = await simulate(scenario(...of));
  const [queue, workers, used] = [queues.work, consumers.workers, resources.db];
  if (queue === undefined || workers === undefined || used === undefined) throw new Error("gone");
  return { queue, workers, used, verdict };
}

describe("a handling", () => {
  test("waits for its place, and its process is busy meanwhile", async () => {
    const { queue, used, workers } = await run(2, { concurrency: 1 }, {});
    expect([used.waitSeconds.mean, used.waiting.max, used.attempts]).toEqual([5, 1, 2]);
    expect([queue.sojournSeconds.max, workers.serviceSeconds.max]).toEqual([20, 10]);
    expect(workers.utilisation).toBeCloseTo((10 + 20) / (2 * 600), 12);
  });

  test("is in its series: what asks, waits, begins and is refused, and when", async () => {
    const { used } = await run(4, { concurrency: 1 }, { count: 4 }, 300);
    const { series } = used;
    const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
    expect([sum(series.NumberOfAttempts), sum(series.NumberBegun)]).toEqual([4, 4]);
    // One after another, each ten seconds: in use for 40 s, waited for 10 + 20 + 30 s.
    expect(sum(series.InUse) * series.periodSeconds).toBeCloseTo(40, 9);
    expect(sum(series.Waiting) * series.periodSeconds).toBeCloseTo(60, 9);
    const at = (values: readonly number[], seconds: number) =>
      values[Math.floor(seconds / series.periodSeconds)];
    expect([0, 12, 22, 32, 42].map((seconds) => at(series.Waiting, seconds))).toEqual([
      3, 2, 1, 0, 0,
    ]);
    expect(at(series.NumberOfAttempts, 0)).toBe(4);
    expect([at(series.InUse, 36), at(series.InUse, 44)]).toEqual([1, 0]);
    const { used: full } = await run(3, { concurrency: 1, whenFull: "fail" }, { count: 3 });
    expect(sum(full.series.NumberRefused)).toBe(full.refused);
    expect(at(full.series.NumberRefused, 0)).toBe(2);
  });

  test("that waits longer than its visibility timeout is received again", async () => {
    const { queue } = await run(2, { concurrency: 1 }, { count: 3 }, 15);
    // Received at 0 and waiting; at 15 the third has it, too; who began at 10 finishes at 20.
    expect(queue).toMatchObject({ received: 3, redelivered: 1, deleted: 2, duplicates: 1 });
  });

  test("fails where it is to, and comes back by its timeout", async () => {
    const { queue, used, workers, verdict } = await run(
      2,
      { concurrency: 1, whenFull: "fail" },
      {},
    );
    expect([used.attempts, used.refused, workers.failed, workers.crashed]).toEqual([3, 1, 1, 0]);
    expect([queue.sojournSeconds.max, workers.serviceSeconds.count]).toEqual([40, 2]);
    expect(verdict).toContain("db refuses 33.3 % of what asks for it.");
  });

  test("knows of a refusal when that has taken its time, and a refusal kills no process", async () => {
    const failure = { kind: "crash" as const };
    const resource = { concurrency: 1, whenFull: "fail" as const, refusalSeconds: 2 };
    const { queue, workers } = await run(2, resource, { failure, backoffSeconds: 10 });
    expect(workers).toMatchObject({ failed: 1, crashed: 0 });
    // Refused until 2, hidden for ten from then on, ten in work.
    expect(queue.sojournSeconds.max).toBe(22);
  });

  test.each(["parallel", "batch", "one"] as const)("of ten, handler %s", async (handler) => {
    const fleet = { count: 1, batch: 10, handler, service: always(1) };
    const { queue, used } = await run(10, { concurrency: 2 }, fleet);
    const [asked, last] = { parallel: [10, 5], batch: [1, 1], one: [10, 10] }[handler];
    expect([used.attempts, queue.sojournSeconds.max, queue.deleted]).toEqual([asked, last, 10]);
    const refusing = { concurrency: 2, whenFull: "fail" as const };
    const failed = await run(10, refusing, { ...fleet, partialBatches: false });
    expect(failed.used.refused > 0).toBe(handler === "parallel");
    expect(failed.queue.deleted).toBe(10);
  });

  test("gives its place back when its process is ended, waiting or at work", async () => {
    const schedule = {
      entries: [
        { atSeconds: 0, count: 3 },
        { atSeconds: 5, count: 1 },
      ],
    };
    const { queue, workers, used } = await run(
      4,
      { concurrency: 1 },
      { count: 3, scaleIn: "kill", autoscaler: { schedule } },
    );
    // The first is the oldest and stays; the other two waited for it when they were ended.
    expect(workers.scaling).toMatchObject({ killed: 2, abandoned: 2 });
    expect([queue.deleted, queue.left, used.waitSeconds.max]).toEqual([4, 0, 0]);
  });
});

test("starts come so many at once, and then evenly", async () => {
  const resource = { perSecond: 0.5, burst: 3 };
  const { used } = await run(6, resource, { count: 6, service: always(0.5) });
  // Three at once, then one each two seconds: 0, 0, 0, 2, 4, 6.
  expect([used.waitSeconds.mean, used.waitSeconds.max]).toEqual([2, 6]);
});

test("retries against a shared limit ask for far more than it lets pass", async () => {
  const limit = 10;
  const { queues, consumers, resources } = await simulate({
    horizon: { seconds: 300 },
    initial: { messages: 1_000 },
    queues: {
      work: {
        VisibilityTimeout: 2,
        RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 20 },
      },
      dead: {},
    },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 8 } } } },
    resources: { db: { perSecond: limit, whenFull: "fail", refusalSeconds: 0.1 } },
    consumers: {
      workers: { queue: "work", count: 100, waitTimeSeconds: 20, uses: "db", service: always(0.1) },
    },
  });
  const { attempts = 0, refused = 0 } = resources.db ?? {};
  const { handled = 0 } = consumers.workers ?? {};
  expect(handled).toBeLessThanOrEqual(limit * 300 + 1);
  // What is in work when the run ends was let in, and is not handled yet.
  expect(attempts - handled - refused).toBeLessThanOrEqual(1);
  // A queue of messages that come back each two seconds, and each time most of them are refused.
  expect(attempts).toBeGreaterThan(2 * limit * 300);
  // Nothing is wrong with them, and they use up their receives.
  expect(queues.work?.deadLettered).toBeGreaterThan(100);
});

test("the load knows what a resource lets pass", async () => {
  const busy = (resource: Resource): Promise<string[]> =>
    readScenario({
      ...scenario(1, resource, { count: 50, service: always(1) }),
      producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 12 } } } },
    }).then(instabilities);
  const grows =
    "work: the queue grows by 2 messages a second: 12 come, and the resource that they use lets its consumers finish 10 at most (load 1.2).";
  expect(await busy({ concurrency: 10 })).toEqual([grows]);
  expect(await busy({ perSecond: 10 })).toEqual([grows]);
  expect(await busy({ perSecond: 13 })).toEqual([]);
});

test.each([
  ["no limit", "{}", ".db: It lacks concurrency (places) or perSecond (starts)."],
  [
    "two limits",
    "{ concurrency: 1, perSecond: 1 }",
    ".db: It has either concurrency (places) or perSecond (starts), not both.",
  ],
  ["a burst of places", "{ concurrency: 1, burst: 2 }", ".db.burst: It goes with perSecond;"],
  [
    "a refusal of who waits",
    "{ concurrency: 1, refusalSeconds: 2 }",
    ".db.refusalSeconds: It goes with whenFull: fail; leave it out.",
  ],
])("%s", async (_, resource, mistake) => {
  const [told, ...others] = await mistakesOf(first(`resources: { db: ${resource} }`));
  expect(told).toContain(`1: resources${mistake}`);
  expect(others).toEqual([]);
});

test("a resource that is not there", async () => {
  const text = first(`consumers: { workers: { queue: work, count: 1, uses: bdd, ${service} } }`);
  expect(await mistakesOf(text)).toEqual([
    "1: consumers.workers.uses: There is no resource bdd; there are none.",
  ]);
  expect(await mistakesOf(`${text}\nresources: { db: { perSecond: 1 } }`)).toEqual([
    "1: consumers.workers.uses: There is no resource bdd; did you mean db?",
  ]);
});
