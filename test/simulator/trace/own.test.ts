/** A message's own work: what the row says that it came by, on every way that a message goes. */
import { afterAll, describe, expect, test } from "vitest";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { fileOf, removeFolder } from "./files.ts";

afterAll(removeFolder);

/** Rows of three columns: the moment, work of the first stage, work of the second; all sums tell them apart. */
const rows = Array.from({ length: 50 }, (_, row) => ({
  at: row,
  first: row % 7 === 0 ? 64 : 1 + (row % 5),
  second: 2 ** (row % 6),
}));
const lines = [
  "at,first,second",
  ...rows.map(({ at, first, second }) => `${at},${first},${second}`),
];
const file = fileOf(lines);
const mean = (of: (row: (typeof rows)[number]) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length;

const arrivals = { trace: { file } };
const service = { trace: { file, column: "first", secondsPerUnit: 0.5 } };
const scenario = {
  horizon: { seconds: 100_000 },
  queues: { work: { VisibilityTimeout: 43_200 }, more: { VisibilityTimeout: 43_200 } },
  producers: { web: { queue: "work", arrivals } },
  consumers: { workers: { queue: "work", count: 60, waitTimeSeconds: 20, service } },
} satisfies Scenario;

test("each message takes its row's time, to the digit", async () => {
  const { queues, consumers } = await simulate(scenario);
  // Sixty consumers: nobody waits, so a sojourn is the work.
  expect(queues.work?.sojournSeconds.mean).toBeCloseTo(
    mean(({ first }) => first / 2),
    9,
  );
  expect(queues.work?.sojournSeconds.max).toBe(32);
  expect(consumers.workers?.serviceSeconds.count).toBe(50);
});

describe("whatever way it goes:", () => {
  test.each([
    [
      "rows that are sorted",
      {
        producers: {
          web: {
            queue: "work",
            arrivals: { trace: { file: fileOf([lines[0] ?? "", ...lines.slice(1).reverse()]) } },
          },
        },
      },
    ],
    ["a batch one after another", { batch: 10 }],
    ["side by side", { batch: 10, handler: "parallel" as const }],
    ["a shelf", { prefetch: 5, batch: 10 }],
  ])("%s", async (_, change) => {
    const isProducer = "producers" in change;
    const ownFile = isProducer ? change.producers.web.arrivals.trace.file : file;
    const workers = {
      ...scenario.consumers.workers,
      count: 2,
      service: { trace: { ...service.trace, file: ownFile } },
      ...(isProducer ? {} : change),
    };
    const { consumers } = await simulate(
      { ...scenario, ...(isProducer ? change : {}), consumers: { workers } },
      { unstable: true },
    );
    expect(consumers.workers?.serviceSeconds.count).toBe(50);
    if (!("handler" in change)) {
      expect(consumers.workers?.serviceSeconds.mean).toBeCloseTo(
        mean(({ first }) => first / 2),
        9,
      );
    }
    expect(consumers.workers?.serviceSeconds.max).toBe(32);
  });

  test("handled again, it takes its own time again", async () => {
    const one = fileOf(["at,first", "0,3", "1,5"]);
    const { consumers } = await simulate({
      ...scenario,
      queues: { work: { VisibilityTimeout: 4 } },
      producers: { web: { queue: "work", arrivals: { trace: { file: one } } } },
      consumers: {
        workers: {
          ...scenario.consumers.workers,
          service: { trace: { file: one, column: "first" } },
        },
      },
      horizon: { seconds: 20 },
    });
    // The second is received again after 4 seconds of its 5, and handled twice.
    expect(consumers.workers?.serviceSeconds.count).toBe(3);
    expect(consumers.workers?.serviceSeconds.mean).toBeCloseTo(13 / 3, 9);
  });

  test("a batch handled in one takes the sum of its messages' times", async () => {
    const three = fileOf(["at,first", "0,1", "0,2", "0,4"]);
    const { consumers } = await simulate(
      {
        ...scenario,
        producers: { web: { queue: "work", arrivals: { trace: { file: three } }, batch: 3 } },
        consumers: {
          workers: {
            ...{ queue: "work", count: 1, waitTimeSeconds: 20, batch: 10, handler: "batch" },
            service: { trace: { file: three, column: "first" } },
          },
        },
      },
      { unstable: true },
    );
    const { serviceSeconds } = consumers.workers ?? {};
    expect([serviceSeconds?.count, serviceSeconds?.mean]).toEqual([1, 7]);
  });

  test("what is sent on of it has its row, too", async () => {
    const second = { trace: { file, column: "second" } };
    const { queues, producers } = await simulate({
      ...scenario,
      consumers: {
        workers: { ...scenario.consumers.workers, sends: [{ queue: "more" }] },
        others: { queue: "more", count: 60, waitTimeSeconds: 20, service: second },
      },
    });
    expect(queues.more?.sojournSeconds.mean).toBeCloseTo(
      mean((row) => row.second),
      9,
    );
    expect(producers.web?.endToEndSeconds?.count).toBe(50);
    expect(producers.web?.endToEndSeconds?.mean).toBeCloseTo(
      mean(({ first, second: other }) => first / 2 + other),
      9,
    );
  });
});

test("messages that came by no row of the file take times of rows at random", async () => {
  const { queues } = await simulate({
    ...scenario,
    horizon: { messages: 20_000 },
    producers: { web: { queue: "work", arrivals: { deterministic: { perSecond: 1 } } } },
    consumers: { workers: { ...scenario.consumers.workers, count: 200 } },
  });
  const { mean: seen, halfWidth } = queues.work?.sojournSeconds ?? {};
  expect(Math.abs((seen ?? 0) - mean(({ first }) => first / 2))).toBeLessThan(3 * (halfWidth ?? 0));
});

test("the load is that of the rows' mean", async () => {
  const workers = { ...scenario.consumers.workers, count: 1 };
  await expect(simulate({ ...scenario, consumers: { workers } })).rejects.toThrow(
    /the queue grows by 0\.8\d* messages a second: 1 come/,
  );
  const plan = await readScenario(scenario);
  expect(plan.fleets[0]?.service).toMatchObject({
    kind: "trace",
    meanSeconds: mean(({ first }) => first / 2),
  });
});
