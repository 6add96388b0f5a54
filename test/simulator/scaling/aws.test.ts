/** Steps and timetables: by series made by hand, and on the engine. */
import { describe, expect, test } from "vitest";
import { StepScaling } from "../../../engine/simulator/scaling/step.ts";
import type { PlannedStep } from "../../../engine/simulator/scenario/planScaling.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { desiredOver } from "./series.ts";

const plan: PlannedStep = {
  kind: "step",
  isPerInstance: false,
  adjustmentType: "changeInCapacity",
  out: {
    threshold: 100,
    periods: 2,
    steps: [
      { beyond: 0, adjustment: 1 },
      { beyond: 400, adjustment: 5 },
    ],
  },
  in: { threshold: 10, periods: 3, steps: [{ beyond: 0, adjustment: -1 }] },
  cooldownOutSeconds: 0,
};

function wanted(change: Partial<PlannedStep>, metrics: readonly number[], first: number): number[] {
  return desiredOver(new StepScaling({ ...plan, ...change }, 60), metrics, first);
}

describe("step scaling", () => {
  test("adds by how far the metric is beyond the threshold, after so many samples", () => {
    expect(wanted({}, [100, 100, 499, 500, 99, 500], 4)).toEqual([4, 5, 6, 11, 11, 11]);
  });

  test("takes away below the other threshold", () => {
    expect(wanted({}, [10, 10, 10, 10, 11, 0, 0], 9)).toEqual([9, 9, 8, 7, 7, 7, 7]);
  });

  test("while it cools down only a larger step adds the rest", () => {
    const change = { cooldownOutSeconds: 180 };
    // One at 120 s; the step of five at 240 s counts that one in.
    expect(wanted(change, [100, 100, 100, 500, 500, 500, 500], 4)).toEqual([4, 5, 5, 9, 9, 9, 14]);
  });

  test("of a share, as AWS rounds it: down, but one at least", () => {
    const share = (adjustment: number) => ({
      adjustmentType: "percentChangeInCapacity" as const,
      out: { threshold: 100, periods: 1, steps: [{ beyond: 0, adjustment }] },
      in: { threshold: 10, periods: 1, steps: [{ beyond: 0, adjustment: -adjustment }] },
    });
    expect(wanted(share(25), [100, 100, 100], 4)).toEqual([5, 6, 7]);
    expect(wanted(share(35), [100], 10)).toEqual([13]);
    expect(wanted(share(10), [0], 4)).toEqual([3]);
    expect(wanted(share(19), [0], 10)).toEqual([9]);
  });

  test("as many as it says, and a metric by instances", () => {
    const exact = { adjustmentType: "exactCapacity" as const };
    expect(wanted(exact, [100, 100, 500], 3)).toEqual([3, 3, 5]);
    expect(wanted({ isPerInstance: true }, [1_000, 1_000, 1_000], 10)).toEqual([10, 11, 11]);
    expect(wanted({ isPerInstance: true }, [0, 1], 0)).toEqual([0, 1]);
  });
});

test("a timetable: the fleet is as large as its last entry says, each day again", async () => {
  const entries = [
    { atSeconds: 300, count: 4 },
    { atSeconds: 600, count: 2 },
  ];
  const { consumers } = await simulate({
    horizon: { seconds: 2_000 },
    queues: { work: {} },
    producers: { web: { queue: "work", arrivals: { deterministic: { perSecond: 0.1 } } } },
    consumers: {
      workers: {
        ...{ queue: "work", waitTimeSeconds: 20, service: { deterministic: { seconds: 1 } } },
        autoscaler: { schedule: { entries, periodSeconds: 1_000 } },
      },
    },
  });
  const { count, series, scaling, consumerHours } = consumers.workers ?? {};
  const at = (seconds: number) => series?.FleetSize[Math.floor(seconds / series.periodSeconds)];
  expect(count).toBe(2);
  expect([100, 400, 700, 1_100, 1_400, 1_700].map(at)).toEqual([2, 4, 2, 2, 4, 2]);
  expect(scaling).toMatchObject({ out: 2, in: 2, killed: 0, abandoned: 0 });
  // Four for 300 s of each 1,000, two else; those who go hold nothing, or a second's work.
  const seconds = 2 * (4 * 300 + 2 * 700);
  expect(Math.abs((consumerHours ?? 0) * 3_600 - seconds)).toBeLessThanOrEqual(4);
});
