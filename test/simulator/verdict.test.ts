/** A result in one line, and as tables and a page: what they say of what was found. */
import { expect, test } from "vitest";
import { checkChart } from "../../engine/report/chart.ts";
import { tableText } from "../../engine/report/table.ts";
import type { Distribution, QueueResult } from "../../engine/simulator/result.ts";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";
import { reportContent, reportSections } from "../../engine/simulator/show/reportPage.ts";
import { tablesOf } from "../../engine/simulator/show/tables.ts";
import { verdictOf } from "../../engine/simulator/show/verdict.ts";
import { simulate } from "../../engine/simulator/simulate.ts";
import type { SimulationResult } from "../../engine/simulator/simulationResult.ts";

const scenario = {
  title: "A small shop",
  horizon: { messages: 500 },
  queues: { work: {}, dead: {} },
  producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 3 } } } },
  consumers: { workers: { queue: "work", count: 4, service: { exponential: { meanSeconds: 1 } } } },
} satisfies Scenario;

const found = await simulate(scenario);

interface Changes {
  readonly isComplete?: boolean;
  readonly monthUsd?: number;
  readonly busy?: number;
  readonly growsPerSecond?: number;
  readonly wait?: Partial<Distribution>;
  readonly work?: Partial<QueueResult>;
}

/** The result that was found, changed. */
function result(changes: Changes): SimulationResult {
  const {
    isComplete = true,
    monthUsd = 12.4,
    busy = 0.5,
    growsPerSecond = 0,
    wait,
    work,
  } = changes;
  const [queue, workers] = [found.queues.work, found.consumers.workers];
  if (queue === undefined || workers === undefined) throw new Error("There is no such part.");
  const waitSeconds = { ...queue.waitSeconds, mean: 1.5, halfWidth: 0.25, p99: 8, ...wait };
  const load = found.load.map((one) => ({
    ...one,
    growsPerSecond,
    load: growsPerSecond > 0 ? 1.2 : 0.8,
  }));
  return {
    ...found,
    ...{ isComplete, load },
    cost: { ...found.cost, monthUsd },
    consumers: { workers: { ...workers, utilisation: busy } },
    queues: { ...found.queues, work: { ...queue, waitSeconds, ...work } },
  };
}

test.each<[string, Changes, string]>([
  [
    "all is well",
    {},
    "The consumers keep up: workers are busy 50 % of the time. A message in work waits 1.5 s (±250 ms), 99 of 100 at most 8 s. About $12.40 a month.",
  ],
  [
    "there is little to spare",
    { busy: 0.953 },
    "The consumers keep up: workers are busy 95.3 % of the time, with little to spare. A message in work waits 1.5 s (±250 ms), 99 of 100 at most 8 s. About $12.40 a month.",
  ],
  [
    "a queue grows",
    { growsPerSecond: 12 },
    "The consumers can't keep up: work grows by 12 messages a second. A message in work waits 1.5 s (±250 ms), 99 of 100 at most 8 s. About $12.40 a month.",
  ],
  [
    "messages are lost, and it was interrupted",
    { isComplete: false, work: { sent: 1_000, initial: 0, deadLettered: 5, expired: 10 } },
    "Interrupted, so this is the result so far: The consumers keep up: workers are busy 50 % of the time. A message in work waits 1.5 s (±250 ms), 99 of 100 at most 8 s. Of all messages 0.5 % became dead letters and 1 % expired. About $12.40 a month.",
  ],
  [
    "nothing was received",
    { wait: { mean: null, p99: null } },
    "The consumers keep up: workers are busy 50 % of the time. About $12.40 a month.",
  ],
])("the verdict when %s", (_, changes, expected) => {
  expect(verdictOf(result(changes))).toBe(expected);
});

test("the verdict without consumers", async () => {
  const alone = { ...scenario, consumers: {}, horizon: { seconds: 10 } };
  const { verdict } = await simulate(alone, { unstable: true });
  expect(verdict).toMatch(
    /^The consumers can't keep up: work grows by 3 messages a second\. About/,
  );
});

test("tables and page have every queue and every fleet, and charts that can be drawn", () => {
  const text = tablesOf(found).map(tableText).join("\n");
  for (const name of ["work", "dead", "workers", "SendMessage", "together"]) {
    expect(text).toMatch(new RegExp(`^(.* )?${name} `, "m"));
  }
  const content = reportContent(found);
  expect(content).toMatchObject({ title: "A small shop", lead: found.verdict, data: found });
  const charts = content.sections.flatMap((section) => section.charts ?? []);
  expect(charts.length).toBeGreaterThan(5);
  for (const chart of charts) checkChart(chart);
});

test("times from end to end, and what is shared, are in tables and charts where there are any", async () => {
  const of = { autoscaler: { lambda: { accountConcurrency: 2 } } } as const;
  const service = { deterministic: { seconds: 1 } };
  const piped = await simulate(
    {
      ...{ title: "Two", horizon: { seconds: 20 }, queues: { work: {}, next: {} } },
      producers: { web: { queue: "work", arrivals: { batch: { perSecond: 10, size: 10 } } } },
      resources: { db: { concurrency: 1, whenFull: "fail" } },
      consumers: {
        first: { queue: "work", ...of, service, sends: [{ queue: "next" }] },
        second: { queue: "next", count: 2, service, uses: "db" },
      },
    },
    { unstable: true },
  );
  const rows = tablesOf(piped).flatMap((table) => table.rows);
  const { mean = 0 } = piped.producers.web?.endToEndSeconds ?? {};
  expect(mean).toBeGreaterThan(1);
  expect(rows).toContainEqual(expect.arrayContaining(["web", "until all of it is done", mean]));
  const { account } = piped.invokes;
  expect(rows.map(([name]) => name)).toEqual(
    expect.arrayContaining(["db", "the account's invokes"]),
  );
  expect(account?.attempts).toBeGreaterThan(0);
  const charts = reportSections(piped).flatMap((section) => section.charts ?? []);
  expect(charts.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      "Until all that came of it is done",
      "Resources in use and waited for",
    ]),
  );
  const without = reportSections(found).flatMap((section) => section.charts ?? []);
  expect(
    without.map(({ title }) => title).filter((one) => /Resources|all that came/.test(one)),
  ).toEqual([]);
});

test("a seed in the scenario's stead must be one", async () => {
  await expect(simulate(scenario, { seed: -1 })).rejects.toThrow(
    "seed: It is a whole number from 0 to 4294967295, not -1.",
  );
  const [one, other] = [await simulate(scenario), await simulate(scenario, { seed: 2 })];
  expect(one.queues).toEqual(found.queues);
  expect(other.queues).not.toEqual(found.queues);
});
