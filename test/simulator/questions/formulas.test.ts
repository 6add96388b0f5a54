/** The formulas that advice begins with, against worked numbers and against draws of the simulator's laws, which are in milliseconds. */
import { describe, expect, test } from "vitest";
import {
  outlasting,
  secondsFor,
  squaredCv,
  tailOf,
} from "../../../engine/simulator/questions/lawTail.ts";
import { erlangC, processesFor, waitOf } from "../../../engine/simulator/questions/staffing.ts";
import { Law } from "../../../engine/simulator/random/law.ts";
import { Stream } from "../../../engine/simulator/random/stream.ts";
import type { PlannedFleet, PlannedLaw } from "../../../engine/simulator/scenario/plan.ts";

const mean10 = { meanSeconds: 10 };

describe("the tail of a law", () => {
  test.each<[PlannedLaw, number]>([
    [{ kind: "exponential", ...mean10 }, 0.049787],
    [{ kind: "lognormal", ...mean10, cv: 0.5 }, 0.005205],
    [{ kind: "lognormal", ...mean10, cv: 1 }, 0.041296],
    [{ kind: "lognormal", ...mean10, cv: 2 }, 0.066769],
    [{ kind: "erlang", ...mean10, shape: 2 }, 0.017351],
    [{ kind: "erlang", ...mean10, shape: 4 }, 0.002292],
  ])("%j beyond 30 seconds", (law, share) => {
    expect(tailOf(law, 30)).toBeCloseTo(share, 6);
  });

  test.each<PlannedLaw>([
    { kind: "deterministic", seconds: 2 },
    { kind: "exponential", meanSeconds: 1 },
    { kind: "uniform", minSeconds: 0.5, maxSeconds: 2.5 },
    { kind: "erlang", shape: 3, meanSeconds: 1 },
    { kind: "hyperexponential", meanSeconds: 1, cv: 2 },
    { kind: "lognormal", meanSeconds: 1, cv: 1.5 },
    { kind: "gamma", meanSeconds: 1, cv: 1.5 },
    { kind: "gamma", meanSeconds: 1, cv: 0.4 },
    { kind: "weibull", meanSeconds: 1, shape: 0.7 },
    { kind: "pareto", meanSeconds: 1, shape: 4.5 },
    { kind: "empirical", seconds: [0.2, 1, 3], weights: [5, 3, 2] },
  ])("is the share of draws beyond, and so is the spread: %j", (planned) => {
    const law = new Law(planned, new Stream(1));
    const draws = Array.from({ length: 20_000 }, () => law.draw() / 1_000);
    for (const t of [0.3, 1, 2, 2.2]) {
      const share = tailOf(planned, t);
      const drawn = draws.filter((seconds) => seconds > t).length / draws.length;
      const error = Math.sqrt((share * (1 - share)) / draws.length);
      expect(Math.abs(drawn - share)).toBeLessThanOrEqual(4 * error + 1e-12);
    }
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const square = draws.reduce((sum, one) => sum + one * one, 0) / draws.length;
    const spread = square / (mean * mean) - 1;
    expect(Math.abs(spread - squaredCv(planned))).toBeLessThan(0.02 + 0.25 * squaredCv(planned));
  });

  const fleet = (meanSeconds: number, change: Partial<PlannedFleet> = {}) =>
    ({
      ...{ batch: 10, handler: "one", deleteBatch: false, roundTripMs: 0 },
      service: { kind: "exponential", meanSeconds },
      ...change,
    }) as PlannedFleet;

  test("of ten handlings in a row, is the mean of Erlang's", () => {
    expect(outlasting(fleet(3), 30)).toBeCloseTo(0.12511, 5);
    expect(outlasting(fleet(2), 30)).toBeCloseTo(0.013684, 6);
    // The last one has the others before it.
    expect(outlasting(fleet(3, { deleteBatch: true }), 30)).toBeCloseTo(0.45793, 5);
    const side = fleet(10, { handler: "parallel" });
    expect(outlasting(side, 30)).toBeCloseTo(0.049787, 6);
    expect(outlasting({ ...side, deleteBatch: true }, 30)).toBeCloseTo(1 - 0.950213 ** 10, 5);
  });

  test("says from where on it is as rare as asked for", () => {
    const one = fleet(10, { batch: 1 });
    expect(secondsFor(one, 1e-3, 43_200)).toBe(70);
    expect(secondsFor(one, 1e-6, 43_200)).toBe(139);
    expect(secondsFor(one, 1e-6, 100)).toBeUndefined();
    expect(secondsFor({ ...one, roundTripMs: 1_000 }, 1e-3, 43_200)).toBe(71);
  });
});

describe("Erlang's C", () => {
  test.each([
    [2, 1.5, 0.642857],
    [4, 3.6, 0.787753],
    [10, 9, 0.668732],
    [100, 95, 0.506457],
    [3, 3, 1],
  ])("of %i servers and %f erlangs", (servers, erlangs, share) => {
    expect(erlangC(servers, erlangs)).toBeCloseTo(share, 6);
  });

  const staffing = {
    perSecond: 3.6,
    placeSeconds: 1,
    erlangs: 3.6,
    variability: 1,
    concurrency: 1,
  };

  test("makes waits and the fewest processes that keep them", () => {
    expect(waitOf(staffing, 4, 0.99)).toBeCloseTo(10.9165, 4);
    expect(waitOf(staffing, 3, 0.99)).toBe(Number.POSITIVE_INFINITY);
    const goals = [{ share: 0.99, seconds: 10.9 }];
    expect(processesFor(staffing, goals, 100)).toBe(5);
    expect(processesFor(staffing, [{ share: 0.99, seconds: 11 }], 100)).toBe(4);
    expect(processesFor({ ...staffing, concurrency: 2 }, goals, 100)).toBe(3);
  });
});
