/**
 * Target tracking: AWS's own example, row 30 of the formulas, alarms by series made by hand; and on the
 * engine, minute by minute.
 */
import { describe, expect, test } from "vitest";
import { TargetTracking } from "../../../engine/simulator/scaling/targetTracking.ts";
import { readScenario } from "../../../engine/simulator/scenario/read.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { desiredOver } from "./series.ts";

const plan = {
  kind: "targetTracking",
  target: 100,
  scaleOutPeriods: 3,
  scaleInPeriods: 15,
  scaleInShare: 0.9,
} as const;

/** What it wants after each of these metrics, one a minute; its wishes come true at once. */
function wanted(metrics: readonly number[], first: number, isAge = false): number[] {
  return desiredOver(new TargetTracking(plan, 60, isAge), metrics, first);
}

function times(count: number, metric: number): number[] {
  return Array.from({ length: count }, () => metric);
}

describe("target tracking", () => {
  test("AWS's example: 1,500 messages, 10 instances, target 100: 5 more", () => {
    expect(wanted(times(4, 1_500), 10)).toEqual([10, 10, 15, 15]);
  });

  test("scales in when the metric was low for 15 minutes, below 90 % of the target", () => {
    expect(wanted(times(16, 899), 10)).toEqual([...times(14, 10), 9, 9]);
    expect(wanted(times(40, 900), 10)).toEqual(times(40, 10));
    expect(wanted([...times(14, 500), 950, ...times(14, 500)], 10)).toEqual(times(29, 10));
  });

  test("is not moved by what is above for less than three minutes", () => {
    expect(wanted([5_000, 5_000, 1_000, 5_000, 5_000], 10)).toEqual(times(5, 10));
    expect(wanted(times(20, 1_000), 10)).toEqual(times(20, 10));
  });

  test("begins with one when there is a message and no instance", () => {
    expect(wanted([0, 0, 5_000, 5_000, 5_000, 5_000], 0)).toEqual([0, 0, 1, 1, 1, 50]);
  });

  test("of an age the instances do not share", () => {
    expect(wanted(times(3, 150), 10, true)).toEqual([10, 10, 15]);
  });
});

const half = { deterministic: { seconds: 30 } };

/** 1,500 messages at once, and ten instances that take half a minute each. */
const example = {
  horizon: { seconds: 1_200 },
  initial: { messages: 1_500 },
  queues: { work: { VisibilityTimeout: 60 } },
  consumers: {
    workers: {
      ...{ queue: "work", count: 10, waitTimeSeconds: 20, service: half },
      placementSeconds: 45,
      coldStartSeconds: 15,
      autoscaler: { targetTracking: { target: 100, max: 20 } },
    },
  },
} satisfies Scenario;

test("on the engine: the third minute's sample scales out, and new instances come a minute later", async () => {
  const { consumers } = await simulate(example);
  const { series, scaling, processes, consumerHours } = consumers.workers ?? {};
  const at = (seconds: number, values: readonly number[] = []): number | undefined =>
    values[Math.floor(seconds / (series?.periodSeconds ?? 1))];
  // Of 1,500 there are 1,440 after three minutes: twenty are taken a minute, the first ten at once.
  const [before, wanted, there] = [170, 200, 300];
  expect(at(before, series?.DesiredSize)).toBe(10);
  expect(at(wanted, series?.DesiredSize)).toBe(15);
  expect(at(wanted, series?.FleetSize)).toBe(10);
  expect(at(there, series?.FleetSize)).toBe(15);
  expect(scaling).toMatchObject({ out: 1, in: 0, killed: 0, abandoned: 0 });
  expect(processes?.max).toBe(15);
  // Ten all the time; five more from when they are there, the cold start included.
  expect(consumerHours).toBeCloseTo((10 * 1_200 + 5 * (1_200 - 180 - 45)) / 3_600, 9);
});

test("samples may be stale: it decides so much later, by what was there", async () => {
  const { workers } = example.consumers;
  const { targetTracking } = workers.autoscaler;
  const stale = { targetTracking: { ...targetTracking, lagSeconds: 50 } };
  const { consumers } = await simulate({
    ...example,
    consumers: { workers: { ...workers, autoscaler: stale } },
  });
  // Five more from 230 s on, and 45 s later they are there.
  const hours = (10 * 1_200 + 5 * (1_200 - 230 - 45)) / 3_600;
  expect(consumers.workers?.consumerHours).toBeCloseTo(hours, 9);
});

test("on one thread and on two the bytes are the same", async () => {
  const random = {
    ...example,
    replications: 3,
    resources: { db: { perSecond: 5 } },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 0.3 } } } },
    consumers: {
      workers: {
        ...{ ...example.consumers.workers, service: { exponential: { meanSeconds: 30 } } },
        ...{ uses: "db", restarts: { everySeconds: 500 } },
      },
    },
  };
  const text = async (threads: number): Promise<string> => {
    const { speed: _, ...result } = await simulate(random, { threads, unstable: true });
    return JSON.stringify(result);
  };
  expect(await text(2)).toBe(await text(1));
});

test("a scenario has the defaults that AWS has", async () => {
  const { fleets } = await readScenario(example);
  expect(fleets[0]?.scaling).toEqual({
    autoscaler: {
      rule: plan,
      metric: "visible",
      periodSeconds: 60,
      lagSeconds: 0,
      bounds: { min: 1, max: 20, outSeconds: 0, inSeconds: 300 },
    },
    placementSeconds: 45,
    scaleIn: "drain",
    graceSeconds: 30,
    restarts: undefined,
  });
});
