/** From a scenario to its cost: what is billed is what the queues were asked, to the request. */
import { expect, test } from "vitest";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";
import { simulate, UnstableError } from "../../engine/simulator/simulate.ts";

const hour = 3_600;
const monthHours = 720;
const book = { freeRequests: 0 };
const steady = { deterministic: { perSecond: 1 } };
const quick = { deterministic: { seconds: 0.5 } };

/** A message a second for an hour, with one consumer. */
const scenario = {
  horizon: { seconds: hour },
  queues: { work: {} },
  producers: { web: { queue: "work", arrivals: steady } },
  consumers: { workers: { queue: "work", count: 1, service: quick, waitTimeSeconds: 20 } },
} satisfies Scenario;

test("each started 64 KiB of a call is a request", async () => {
  const { queues } = await simulate({
    ...scenario,
    producers: { web: { queue: "work", arrivals: steady, bodyBytes: 65_537 } },
  });
  const { calls, requests } = queues.work?.api ?? {};
  const sent = queues.work?.sent ?? 0;
  expect(sent).toBeGreaterThanOrEqual(hour - 1);
  expect([calls?.SendMessage, requests?.SendMessage]).toEqual([sent, 2 * sent]);
  expect(requests?.ReceiveMessage).toBe(2 * (queues.work?.received ?? 0));
  expect(requests?.DeleteMessage).toBe(queues.work?.deleted);
});

test("a month is the run again and again: requests, hours, bytes that leave", async () => {
  const fleet = { ...scenario.consumers.workers, usdPerHour: 0.1 };
  const { queues, cost, simulatedSeconds } = await simulate(
    { ...scenario, consumers: { workers: fleet }, cost: { transferOutShare: 0.5 } },
    { prices: book },
  );
  expect(simulatedSeconds).toBe(hour);
  const requests = Object.values(queues.work?.api.requests ?? {}).reduce(
    (sum, one) => sum + one,
    0,
  );
  expect(cost.monthStandardRequests).toBeCloseTo(requests * monthHours, 6);
  expect(cost.requestsUsd).toBeCloseTo((requests * monthHours * 0.4) / 1e6, 6);
  expect(cost.consumersUsd).toBe(72);
  const bytes = (queues.work?.api.receivedBytes ?? 0) / 2;
  expect(cost.transferUsd).toBeCloseTo(((bytes * monthHours) / 1e9) * 0.09, 6);
  expect(cost.monthUsd).toBeCloseTo(cost.requestsUsd + cost.consumersUsd + cost.transferUsd, 6);
});

test("an idle poller's empty receives are billed: one each 20 seconds", async () => {
  const idle = {
    ...scenario,
    producers: { web: { queue: "work", arrivals: { deterministic: { perSecond: 1e-6 } } } },
  };
  const { queues, cost } = await simulate(idle, { prices: book });
  expect(queues.work?.emptyReceives).toBeGreaterThanOrEqual(hour / 20 - 1);
  expect(queues.work?.api.emptyShare).toBe(1);
  expect(cost.monthStandardRequests).toBe((queues.work?.emptyReceives ?? 0) * monthHours);
});

test("a FIFO queue has its own price, and calls of ten are calls", async () => {
  const { queues, cost } = await simulate(
    {
      horizon: { seconds: hour },
      queues: { "work.fifo": { FifoQueue: true } },
      producers: {
        web: { queue: "work.fifo", arrivals: { batch: { perSecond: 1, size: 10 } } },
      },
      consumers: {
        workers: {
          ...{ queue: "work.fifo", count: 1, batch: 10, waitTimeSeconds: 20 },
          ...{ handler: "batch", service: quick },
        },
      },
    },
    { prices: book },
  );
  const { calls } = queues["work.fifo"]?.api ?? {};
  expect(10 * (calls?.SendMessageBatch ?? 0)).toBe(queues["work.fifo"]?.sent);
  expect([calls?.SendMessage, calls?.DeleteMessage]).toEqual([0, 0]);
  expect(cost.monthStandardRequests).toBe(0);
  expect(cost.requestsUsd).toBeCloseTo((cost.monthFifoRequests * 0.5) / 1e6, 6);
});

test("replications are added until the wait is known well enough, or there are too many", async () => {
  const random = {
    ...scenario,
    horizon: { messages: 500 },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 1 } } } },
  };
  const many = { ...random.horizon, precision: { halfWidthPercent: 10 } };
  const { replications, queues } = await simulate({ ...random, horizon: many });
  expect(replications).toBeGreaterThan(2);
  const { mean, halfWidth } = queues.work?.waitSeconds ?? {};
  expect(halfWidth).toBeLessThanOrEqual((mean ?? 0) * 0.1);
  const few = { ...random.horizon, precision: { halfWidthPercent: 0.01, replicationsMax: 3 } };
  expect((await simulate({ ...random, horizon: few })).replications).toBe(3);
});

test("what can't be stable is refused before it runs", async () => {
  const slow = { ...scenario.consumers.workers, service: { deterministic: { seconds: 2 } } };
  const growing = { ...scenario, consumers: { workers: slow } };
  await expect(simulate(growing)).rejects.toThrow(UnstableError);
  await expect(simulate(growing)).rejects.toThrow("the queue grows by 0.5 messages a second");
  const { queues, load } = await simulate(growing, { unstable: true });
  expect(load[0]).toMatchObject({ load: 2, growsPerSecond: 0.5 });
  expect(queues.work?.left).toBeGreaterThan(hour / 2 - 10);
});

test("a simulation that is aborted has the result so far, and says so", async () => {
  const { isComplete, verdict } = await simulate(scenario, { signal: AbortSignal.abort() });
  expect(isComplete).toBe(false);
  expect(verdict).toMatch(/^Interrupted, so this is the result so far: /);
});
