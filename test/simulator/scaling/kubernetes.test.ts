/**
 * The HorizontalPodAutoscaler and KEDA: worked examples, and stabilisation windows and policies by series
 * made by hand, a sample each 15 seconds.
 */
import { describe, expect, test } from "vitest";
import { Hpa } from "../../../engine/simulator/scaling/hpa.ts";
import { Keda } from "../../../engine/simulator/scaling/keda.ts";
import { KedaJobs } from "../../../engine/simulator/scaling/kedaJobs.ts";
import type {
  Hpa as HpaFields,
  Keda as KedaFields,
} from "../../../engine/simulator/scenario/kubernetes.ts";
import {
  planHpa,
  planKeda,
  planKedaJobs,
} from "../../../engine/simulator/scenario/planKubernetes.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { desiredOver } from "./series.ts";

const bounds = { min: 1, max: 100, outSeconds: 0, inSeconds: 0 };

function hpa(fields: Partial<HpaFields> = {}): Hpa {
  return new Hpa(planHpa({ target: 10, max: 100, ...fields } as HpaFields), bounds, 15);
}

/** Nothing holds it: what it recommends is what it wants. */
const free = {
  scaleUp: { policies: [{ type: "Pods" as const, value: 1_000, periodSeconds: 15 }] },
  scaleDown: { stabilizationWindowSeconds: 0 },
};

describe("an HPA", () => {
  test.each([
    ["30 messages, 10 a pod: 3", [30], 1, [3]],
    ["ceil(47/5) with a target of 5 is 10; of 10, 5", [47], 1, [5]],
    ["within a tenth of the target nothing changes", [109, 91, 111], 10, [10, 10, 12]],
    ["down to the least at no messages", [0], 7, [1]],
  ])("%s", (_, metrics, first, expected) => {
    expect(desiredOver(hpa({ behavior: free }), metrics, first)).toEqual(expected);
  });

  test("of a value, and not an average: ceil(pods × metric / target)", () => {
    expect(desiredOver(hpa({ behavior: free, targetType: "value" }), [15, 15], 4)).toEqual([6, 9]);
  });

  test("doubles in 15 seconds, or adds four, as it does by itself", () => {
    expect(desiredOver(hpa(), [1_000, 1_000, 1_000, 1_000, 1_000], 1)).toEqual([5, 10, 20, 40, 80]);
  });

  test("waits five minutes before it goes down, by itself, and then all the way", () => {
    const metrics = [100, ...Array.from({ length: 21 }, () => 20)];
    const wanted = desiredOver(hpa(), metrics, 10);
    // Recommended: 10 at second 15, 2 from second 30 on; second 15 is out of the window at 315.
    expect(wanted).toEqual([...Array.from({ length: 20 }, () => 10), 2, 2]);
  });

  test("a window up holds the least that was recommended", () => {
    const behavior = { ...free, scaleUp: { ...free.scaleUp, stabilizationWindowSeconds: 60 } };
    const metrics = [10, 80, 90, 50, 90, 90, 90, 90];
    // 1 holds for the minute after second 15, then 5 for the minute after second 60.
    expect(desiredOver(hpa({ behavior }), metrics, 1)).toEqual([1, 1, 1, 1, 5, 5, 5, 9]);
  });

  test("policies go by what was changed in their period: one pod in 30 seconds", () => {
    const policies = [{ type: "Pods" as const, value: 1, periodSeconds: 30 }];
    const behavior = { ...free, scaleUp: { policies } };
    expect(desiredOver(hpa({ behavior }), [90, 90, 90, 90, 90], 1)).toEqual([2, 2, 3, 3, 4]);
  });

  test("the policy that changes most, least, or none", () => {
    const policies = [
      { type: "Pods" as const, value: 3, periodSeconds: 15 },
      { type: "Percent" as const, value: 10, periodSeconds: 15 },
    ];
    const down = (selectPolicy: "Max" | "Min" | "Disabled"): number[] => {
      const scaleDown = { stabilizationWindowSeconds: 0, policies, selectPolicy };
      return desiredOver(hpa({ behavior: { ...free, scaleDown } }), [10, 10], 20);
    };
    // Ten percent: 20 leaves 18, 18 leaves 16.2, which is cut off.
    expect(down("Max")).toEqual([17, 14]);
    expect(down("Min")).toEqual([18, 16]);
    expect(down("Disabled")).toEqual([20, 20]);
    const scaleUp = { policies, selectPolicy: "Min" as const };
    expect(desiredOver(hpa({ behavior: { ...free, scaleUp } }), [500, 500], 11)).toEqual([13, 15]);
  });
});

describe("KEDA", () => {
  const none = { min: 0, max: 100, outSeconds: 0, inSeconds: 0 };
  const reading = (value: number) => ({ value, running: 1, busy: 0, throttled: 0 });

  function keda(fields: Partial<KedaFields> = {}): Keda {
    return new Keda(planKeda({ max: 100, behavior: free, ...fields }), none, 15);
  }

  test("30 messages, 10 a replica: 3; 47, and 5 a replica: 10", () => {
    expect(desiredOver(keda({ queueLength: 10 }), [30], 1)).toEqual([3]);
    expect(desiredOver(keda(), [47], 1)).toEqual([10]);
  });

  test("begins at none by its polls alone, when there are more than it takes to be active", () => {
    const one = keda({ activationQueueLength: 5 });
    const at = (nowSeconds: number) => ({ nowSeconds, desired: 0, pending: 0 });
    expect(one.decide(reading(500), at(15), 0)).toBe(0);
    expect(one.decide(reading(5), at(30), 1)).toBe(0);
    expect(one.decide(reading(6), at(60), 1)).toBe(1);
  });

  test("goes back to none when it was not active for the cooldown period", () => {
    const one = keda();
    const at = (nowSeconds: number, desired = 1) => ({ nowSeconds, desired, pending: 0 });
    expect(one.decide(reading(1), at(30), 1)).toBe(1);
    expect(one.decide(reading(0), at(300), 1)).toBe(1);
    expect(one.decide(reading(0), at(330), 1)).toBe(0);
    // The HPA takes it to one and no further.
    expect(one.decide(reading(0), at(345, 3), 0)).toBe(1);
  });

  test.each([
    // Running ones are those that have not ended, pending ones among them.
    ["default", 3, 3, 0, 3],
    ["default", 7, 3, 0, 7],
    ["accurate", 3, 3, 0, 6],
    ["accurate", 9, 3, 0, 10],
    ["accurate", 3, 3, 2, 4],
    ["eager", 3, 3, 0, 6],
    ["eager", 9, 3, 0, 10],
    ["eager", 9, 3, 2, 8],
  ] as const)("jobs, %s: %i messages and %i running jobs, %i pending: %i", (...one) => {
    const [strategy, messages, desired, pending, expected] = one;
    const jobs = new KedaJobs(planKedaJobs({ max: 10, queueLength: 1, strategy }), {
      ...none,
      max: 10,
    });
    const standing = { nowSeconds: 30, desired, pending };
    expect(jobs.decide(reading(messages), standing)).toBe(expected);
    expect(jobs.decide(reading(0), standing)).toBe(desired);
  });
});

describe("on the engine", () => {
  const work = {
    queues: { work: { VisibilityTimeout: 300 } },
    producers: {},
    horizon: { seconds: 900 },
  };
  const fleet = { queue: "work", waitTimeSeconds: 20, service: { deterministic: { seconds: 20 } } };

  test("KEDA goes from none to what 30 messages ask for, and back to none", async () => {
    const keda = { queueLength: 10, max: 20, behavior: free };
    const { consumers, queues } = await simulate({
      ...work,
      initial: { messages: 30 },
      consumers: { workers: { ...fleet, autoscaler: { keda } } },
    });
    const { series, processes } = consumers.workers ?? {};
    const wanted = series?.DesiredSize ?? [];
    const changes = wanted.filter((count, index) => index === 0 || count !== wanted[index - 1]);
    const whole = changes.filter(Number.isInteger);
    expect([whole[0], Math.max(...whole), whole.at(-1)]).toEqual([0, 3, 0]);
    expect(processes?.max).toBe(3);
    expect([queues.work?.deleted, queues.work?.redelivered]).toEqual([30, 0]);
  });

  test("jobs: one for each message, each handles it and ends", async () => {
    const kedaJobs = { queueLength: 1, max: 50 };
    const { consumers, queues } = await simulate({
      ...work,
      initial: { messages: 30 },
      consumers: { workers: { ...fleet, coldStartSeconds: 5, autoscaler: { kedaJobs } } },
    });
    const { processes, scaling, consumerHours, handled } = consumers.workers ?? {};
    expect([processes?.max, handled, queues.work?.deleted]).toEqual([30, 30, 30]);
    expect(scaling).toMatchObject({ out: 1, in: 0, killed: 0, abandoned: 0 });
    // Each lives for its start and its message, and no longer.
    expect(consumerHours).toBeCloseTo((30 * 25) / 3_600, 9);
  });
});
