/**
 * What advice is held against: every cell of a grid of 200, swept, and the best of those that meet the goals.
 * Ten scenarios that differ in what makes them hard.
 */
import { expect } from "vitest";
import { advise } from "../../../engine/simulator/questions/advise.ts";
import { sweep } from "../../../engine/simulator/questions/sweep.ts";
import type { Goal, SweepCell } from "../../../engine/simulator/questions/types.ts";
import type { Arrivals } from "../../../engine/simulator/scenario/arrivals.ts";
import type { Fleet } from "../../../engine/simulator/scenario/fleet.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";

export interface Case {
  readonly name: string;
  readonly scenario: Scenario;
  readonly goals: readonly Goal[];
  readonly counts: readonly number[];
}

const wait = (seconds: number): Goal => ({ kind: "wait", share: 0.95, seconds });
const stay = (seconds: number): Goal => ({ kind: "stay", share: 0.99, seconds });
const duplicates: Goal = { kind: "duplicates", share: 0.01 };
const eight = (from: number, step = 1) => Array.from({ length: 8 }, (_, at) => from + at * step);

function of(arrivals: Arrivals, fleet: Partial<Fleet> & Pick<Fleet, "service">): Scenario {
  return {
    seed: 5,
    replications: 3,
    horizon: { messages: 100 },
    cost: { freeTier: false },
    queues: { work: { VisibilityTimeout: 30 } },
    producers: { web: { queue: "work", arrivals } },
    consumers: { workers: { queue: "work", count: 4, waitTimeSeconds: 20, ...fleet } },
  };
}

const poisson = (perSecond: number): Arrivals => ({ poisson: { perSecond } });
const second = { exponential: { meanSeconds: 1 } };

export const CASES: readonly Case[] = [
  {
    name: "exponential handlings, processes without a price",
    scenario: of(poisson(3.6), { service: second }),
    goals: [wait(2), duplicates],
    counts: eight(2),
  },
  {
    name: "processes with a price, round trips",
    scenario: of(poisson(5), { service: second, usdPerHour: 0.05, roundTripMs: 30 }),
    goals: [wait(1), duplicates],
    counts: eight(4),
  },
  {
    name: "handlings of one length",
    scenario: of(poisson(8), { service: { deterministic: { seconds: 0.5 } } }),
    goals: [wait(0.5), duplicates],
    counts: eight(3),
  },
  {
    name: "handlings that differ much",
    scenario: of(poisson(4), { service: { lognormal: { meanSeconds: 1, cv: 2 } } }),
    goals: [wait(3), duplicates],
    counts: eight(3),
  },
  {
    name: "failures that come back by a timeout",
    // Long, so that what failed comes back before the end whatever the timeout: it costs handlings.
    scenario: {
      ...of(poisson(3), { service: second, failure: { probability: 0.02 } }),
      horizon: { messages: 1_400 },
    },
    goals: [stay(30), duplicates],
    counts: eight(3),
  },
  {
    name: "failures that come back by a pause",
    scenario: of(poisson(3), {
      service: second,
      failure: { probability: 0.2 },
      backoffSeconds: 2,
    }),
    goals: [stay(20), duplicates],
    counts: eight(3),
  },
  {
    name: "messages by the dozen",
    scenario: of({ batch: { perSecond: 4, size: 12 } }, { service: second }),
    goals: [wait(4), duplicates],
    counts: eight(4, 2),
  },
  {
    name: "calm and rush",
    scenario: of(
      { mmpp2: { perSecond: [10, 1], meanStaySeconds: [20, 40] } },
      { service: { exponential: { meanSeconds: 0.5 } }, usdPerHour: 0.02 },
    ),
    goals: [wait(3), duplicates],
    counts: eight(2),
  },
  {
    name: "batches handled side by side",
    scenario: of(poisson(20), { service: second, handler: "parallel", usdPerHour: 0.05 }),
    goals: [stay(6), duplicates],
    counts: eight(2, 2),
  },
  {
    name: "two receives side by side in each process",
    scenario: of(poisson(6), {
      service: { erlang: { shape: 2, meanSeconds: 1 } },
      concurrency: 2,
      usdPerHour: 0.1,
    }),
    goals: [wait(1), duplicates],
    counts: eight(2),
  },
];

const timeouts = [2, 5, 10, 30, 60];
const batches = [1, 2, 4, 7, 10];
const prefix = "queues.work.";
const shown = [
  `${prefix}waitSeconds.p95`,
  `${prefix}sojournSeconds.p99`,
  `${prefix}duplicates`,
  "consumers.workers.handled",
  "cost.monthUsd",
];

interface Choice {
  readonly count: number;
  readonly monthUsd: number;
}

function choiceOf({ values, results }: SweepCell, goals: readonly Goal[]): Choice[] {
  if (results === null) return [];
  const number = (path: string): number => results[path]?.value ?? Number.POSITIVE_INFINITY;
  // A goal is judged by where the 95 % interval ends.
  const end = (path: string): number => number(path) + (results[path]?.halfWidth ?? 0);
  const isMet = goals.every((goal) => {
    if (goal.kind === "wait") return end(`${prefix}waitSeconds.p95`) <= goal.seconds;
    if (goal.kind === "stay") return end(`${prefix}sojournSeconds.p99`) <= goal.seconds;
    return end(`${prefix}duplicates`) <= goal.share * number("consumers.workers.handled");
  });
  const count = values["consumers.workers.count"] as number;
  return isMet ? [{ count, monthUsd: number("cost.monthUsd") }] : [];
}

/** As far as costs of variants that differ in nothing that matters differ by chance. */
const costSlack = 1.005;

/** Fails where a cell of the grid is better than the advice; `threads` for both. */
export async function expectBest(
  { scenario, goals, counts }: Case,
  threads: number,
): Promise<void> {
  const isPriced = (scenario.consumers?.workers?.usdPerHour ?? 0) > 0;
  const vary = [
    { path: "consumers.workers.count", values: counts },
    { path: "consumers.workers.batch", values: batches },
    { path: "queues.work.VisibilityTimeout", values: timeouts },
  ];
  const { cells } = await sweep(scenario, { vary, show: shown, threads });
  expect(cells.length).toBe(200);
  const key = ({ count, monthUsd }: Choice) => (isPriced ? [monthUsd] : [count, monthUsd]);
  const feasible = cells.flatMap((cell) => choiceOf(cell, goals));
  const sorted = feasible.sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    return (a[0] as number) - (b[0] as number) || (a[1] ?? 0) - (b[1] ?? 0);
  });
  const best = sorted[0];
  const advice = await advise(scenario, { goals, threads });
  // A grid in which nothing or all meets the goals would say nothing.
  expect(feasible.length).toBeGreaterThan(0);
  expect(feasible.length).toBeLessThan(200);
  const own = {
    count: advice.scenario.consumers?.workers?.count as number,
    monthUsd: advice.monthUsd as number,
  };
  expect(advice.isMet).toBe(true);
  const found = `advised ${JSON.stringify(own)}, of the grid ${JSON.stringify(best)}`;
  const { count, monthUsd } = best as Choice;
  if (!isPriced) expect(own.count, found).toBeLessThanOrEqual(count);
  if (isPriced || own.count === count) {
    expect(own.monthUsd, found).toBeLessThanOrEqual(monthUsd * costSlack);
  }
}
