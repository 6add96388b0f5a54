/**
 * Rows of the formulas whose cases are many: `npm test` has some of each, the stress run all. The seed is
 * the row's number.
 */
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { isTimed } from "../support/timing.ts";
import { expectEstimate, expectNear, expectPercentile, simulateQueue } from "./near.ts";
import { exponential, fleetOf, planOf, producerOf } from "./plans.ts";

const RUNS = 10;

/** Row 3: M/M/c, by Erlang's C. */
export interface Several {
  readonly c: number;
  readonly perSecond: number;
  readonly service: number;
  readonly wait: number;
  readonly depth: number;
  readonly p99?: number;
}

export const SOME_CONSUMERS: readonly Several[] = [
  { c: 2, perSecond: 1.5, service: 1, wait: 1.285714, depth: 1.928571 },
  { c: 10, perSecond: 80, service: 0.1, wait: 0.020459, depth: 1.636721 },
];

export const MORE_CONSUMERS: readonly Several[] = [
  { c: 4, perSecond: 3.6, service: 1, wait: 1.969383, depth: 7.089779, p99: 10.9165 },
  { c: 10, perSecond: 9, service: 1, wait: 0.668732, depth: 6.018584, p99: 4.202798 },
  { c: 20, perSecond: 18, service: 1, wait: 0.275385, depth: 4.95693 },
  { c: 50, perSecond: 475, service: 0.1, wait: 0.025164, depth: 11.9528 },
  { c: 100, perSecond: 95, service: 1, wait: 0.101291, depth: 9.622645 },
];

/** Of a row's cases, the first ones in `npm test`, and all of them under `npm run stress`. */
export function casesOf<T>(cases: readonly T[], few: number): readonly T[] {
  return isTimed ? cases : cases.slice(0, few);
}

export async function holdsRow3({ c, perSecond, service, wait, ...rest }: Several): Promise<void> {
  const queue = await simulateQueue(
    planOf(3, {
      // A percentile takes longer runs to spread as the normal law does.
      horizon: {
        messages: rest.p99 === undefined ? 20_000 : 100_000,
        seconds: Number.POSITIVE_INFINITY,
      },
      producers: [producerOf(perSecond)],
      fleets: [fleetOf(c, exponential(service))],
    }),
  );
  expectEstimate(queue.waitSeconds, wait, RUNS);
  const seconds = queue.waitSeconds.count / perSecond;
  expectNear(queue.depth.mean, rest.depth, depthError(c, perSecond, service) / Math.sqrt(seconds));
  if (rest.p99 !== undefined) expectPercentile(queue.waitSeconds, "p99", rest.p99, RUNS);
}

/**
 * The standard error of a mean depth over a second, of M/M/c: for a process of births and deaths the
 * time average of a number `f` has the variance 2 Σ (Σ p_i (f_i - mean))² / (rate p_j) by time, sums over i up
 * to j and over all j (Whitt, "Asymptotic formulas for Markov processes", 1992).
 */
function depthError(c: number, perSecond: number, service: number): number {
  const shares = [1];
  for (let n = 1; n < c || (shares[n - 1] as number) > 1e-16; n++) {
    shares.push(((shares[n - 1] as number) * perSecond * service) / Math.min(n, c));
  }
  const all = shares.reduce((sum, share) => sum + share, 0);
  const waiting = (n: number): number => Math.max(0, n - c);
  const mean = shares.reduce((sum, share, n) => sum + (share / all) * waiting(n), 0);
  let [below, variance] = [0, 0];
  for (const [n, share] of shares.entries()) {
    below += (share / all) * (waiting(n) - mean);
    variance += (2 * below * below) / (perSecond * (share / all));
  }
  return Math.sqrt(variance);
}

/** Rows 5 and 6: one consumer, any service, by Pollaczek and Khinchine. */
export type Served = readonly [name: string, row: number, law: PlannedLaw, wait: number];

export const SOME_LAWS: readonly Served[] = [
  ["deterministic", 5, { kind: "deterministic", seconds: 1 }, 2],
  ["Erlang of 2 stages", 6, { kind: "erlang", shape: 2, meanSeconds: 1 }, 3],
  ["lognormal, twice as wide", 6, { kind: "lognormal", meanSeconds: 1, cv: 2 }, 10],
];

export const MORE_LAWS: readonly Served[] = [
  ["Erlang of 4 stages", 6, { kind: "erlang", shape: 4, meanSeconds: 1 }, 2.5],
  ["Erlang of 64 stages, as gamma", 6, { kind: "erlang", shape: 64, meanSeconds: 1 }, 2.03125],
  ["lognormal, half as wide", 6, { kind: "lognormal", meanSeconds: 1, cv: 0.5 }, 2.5],
  ["uniform", 6, { kind: "uniform", minSeconds: 0, maxSeconds: 2 }, 2.666667],
  ["gamma", 6, { kind: "gamma", meanSeconds: 1, cv: 1.5 }, 6.5],
];

export async function holdsRow6([, row, service, wait]: Served): Promise<void> {
  const plan = planOf(row, { producers: [producerOf(0.8)], fleets: [fleetOf(1, service)] });
  const { waitSeconds, depth } = await simulateQueue(plan);
  expectEstimate(waitSeconds, wait, RUNS);
  expectEstimate(depth, wait * 0.8, RUNS);
}
