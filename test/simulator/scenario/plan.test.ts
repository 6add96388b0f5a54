/** What becomes of a scenario: its plan, with every default, and names turned into places. */
import { expect, test } from "vitest";
import type { Plan } from "../../../engine/simulator/scenario/plan.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { fleetOf, planOf, producerOf, queueOf } from "../plans.ts";
import { allArrivals, allGroups, allLaws, allSizes } from "./full.ts";

const smallest = {
  horizon: { messages: 10 },
  queues: { work: {}, dead: null },
  producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 4 } } } },
  consumers: { workers: { queue: "work", count: 3, service: { deterministic: { seconds: 2 } } } },
} satisfies Scenario;

function plan(more: Partial<Scenario>): Promise<Plan> {
  return readScenario({ ...smallest, ...more });
}

test("what is not named is ideal", async () => {
  const standard = {
    delaySeconds: 0,
    maximumMessageSize: 1_048_576,
    messageRetentionPeriod: 345_600,
    receiveMessageWaitTimeSeconds: 0,
    visibilityTimeout: 30,
  };
  expect(await plan({})).toEqual(
    planOf(1, {
      replications: 1,
      horizon: { messages: 10, seconds: Number.POSITIVE_INFINITY },
      warmup: { messages: 0, seconds: 0 },
      queues: ["work", "dead"].map((name) => queueOf({ name, attributes: standard })),
      producers: [producerOf(4)],
      fleets: [
        fleetOf(
          3,
          { kind: "deterministic", seconds: 2 },
          { waitTimeSeconds: 0, visibilityTimeoutSeconds: 30 },
        ),
      ],
    }),
  );
});

test("a fleet has its queue's wait and timeout, and a batch's handler deletes batches", async () => {
  const [fleet] = (
    await plan({
      queues: { work: { VisibilityTimeout: 45, ReceiveMessageWaitTimeSeconds: 7 } },
      consumers: {
        workers: {
          ...smallest.consumers.workers,
          handler: "batch",
          heartbeat: { everySeconds: 10 },
          backoffSeconds: 3,
        },
      },
    })
  ).fleets;
  expect(fleet).toMatchObject({
    waitTimeSeconds: 7,
    visibilityTimeoutSeconds: 45,
    deleteBatch: true,
    heartbeat: { everySeconds: 10, visibilityTimeoutSeconds: 45 },
    backoff: { baseSeconds: 3, factor: 1, maxSeconds: 43_200, jitter: "none" },
  });
});

test("queues that are named become places, and a backlog is its queue's", async () => {
  const { queues, precision } = await plan({
    horizon: { messages: 10, precision: { halfWidthPercent: 5, queue: "dead" } },
    initial: { messages: 7, ageSeconds: 60 },
    queues: {
      work: { RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 4 } },
      dead: { RedriveAllowPolicy: { redrivePermission: "byQueue", sourceQueueArns: ["work"] } },
    },
  });
  expect(queues[0]).toMatchObject({
    deadLetters: { queue: 1, maxReceiveCount: 4 },
    backlog: { messages: 7, ageSeconds: 60 },
  });
  expect(queues[1]).toMatchObject({ deadLetters: undefined, backlog: undefined });
  expect(precision).toEqual({ halfWidthPercent: 5, queue: 1, replicationsMax: 100 });
});

test("laws, sizes, groups and rates keep their parameters", async () => {
  const fleets = (
    await plan({
      consumers: Object.fromEntries(
        allLaws.map((service, index) => [`w${index}`, { queue: "work", count: 1, service }]),
      ),
    })
  ).fleets.map(({ service }) => service);
  for (const [index, law] of allLaws.entries()) {
    const [[kind, parameters] = []] = Object.entries(law);
    expect(fleets[index]).toEqual({ kind, ...(parameters as object) });
  }
  const { producers } = await plan({
    queues: { "work.fifo": { FifoQueue: true }, work: { MaximumMessageSize: 200_000 } },
    consumers: smallest.consumers,
    producers: {
      ...Object.fromEntries(
        allArrivals.map((arrivals, index) => [`a${index}`, { queue: "work", arrivals }]),
      ),
      ...Object.fromEntries(
        allSizes.map((bodyBytes, index) => [`s${index}`, { ...smallest.producers.web, bodyBytes }]),
      ),
      ...Object.fromEntries(
        allGroups.map((groups, index) => [
          `g${index}`,
          { ...smallest.producers.web, queue: "work.fifo", groups },
        ]),
      ),
    },
  });
  const named = new Map(producers.map((producer) => [producer.name, producer]));
  expect(named.get("s2")?.sizes).toEqual({
    kind: "lognormal",
    meanBytes: 1_000,
    cv: 1,
    maxBytes: 200_000,
  });
  expect(named.get("g2")?.groups).toEqual({ kind: "hot", count: 100, share: 0.1 });
  const arrivals = allArrivals.map((_, index) => named.get(`a${index}`)?.arrivals);
  expect(arrivals.slice(1, 3)).toEqual([
    { kind: "renewal", size: 1, gap: { kind: "deterministic", seconds: 1 } },
    { kind: "renewal", size: 1, gap: { kind: "uniform", minSeconds: 0.5, maxSeconds: 1.5 } },
  ]);
  expect(arrivals[5]).toEqual({
    kind: "renewal",
    size: 10,
    gap: { kind: "exponential", meanSeconds: 10 },
  });
  const level = (fromSeconds: number, perSecond: number) => ({
    fromSeconds,
    perSecond,
    endPerSecond: perSecond,
  });
  expect(arrivals.slice(8, 11)).toEqual([
    pieces([level(0, 2), level(60, 1)]),
    pieces([level(0, 0), { fromSeconds: 10, perSecond: 0, endPerSecond: 1 }, level(20, 1)]),
    pieces([level(0, 1), level(5, 9), level(10, 1)]),
  ]);
  expect(arrivals[11]).toMatchObject({ isEven: false, rate: { periodSeconds: 604_800 } });
});

function pieces(list: readonly object[]): object {
  const rate = { kind: "pieces", pieces: list, periodSeconds: Number.POSITIVE_INFINITY };
  return { kind: "profile", isEven: true, rate };
}
