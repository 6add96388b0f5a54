/** Pairs of scenarios that are compared, and what a comparison must find between them. */
import { expect } from "vitest";
import { compare } from "../../../engine/simulator/questions/compare.ts";
import type { Comparison } from "../../../engine/simulator/questions/types.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { busy } from "./scenarios.ts";

export const wait = "queues.work.waitSeconds.mean";

/** Handlings take a mean of so many seconds. */
export function slow(meanSeconds: number, seed = 3): Scenario {
  const scenario = { ...busy(), seed };
  Object.assign(scenario.consumers?.workers ?? {}, { service: { exponential: { meanSeconds } } });
  return scenario;
}

/** The same without failures and timeouts, which come apart when anything does. */
export function smooth(meanSeconds: number, seed = 3): Scenario {
  const scenario = slow(meanSeconds, seed);
  Object.assign(scenario.consumers?.workers ?? {}, { failure: {} });
  return {
    ...scenario,
    horizon: { messages: 1_000 },
    queues: { work: { VisibilityTimeout: 300 } },
  };
}

/** The same in all but names, so that it draws numbers of its own. */
export function stranger(scenario: Scenario): Scenario {
  const { web } = scenario.producers as Record<
    string,
    NonNullable<typeof scenario.producers>[string]
  >;
  const { workers } = scenario.consumers as Record<
    string,
    NonNullable<typeof scenario.consumers>[string]
  >;
  if (web === undefined || workers === undefined) throw new Error("They are there.");
  return { ...scenario, producers: { other: web }, consumers: { others: workers } };
}

export function differenceOf({ differences }: Comparison, path: string) {
  const found = differences.find((one) => one.path === path);
  if (found === undefined) throw new Error(`There is no ${path}.`);
  return found;
}

/** The least number of alarms in so many comparisons that is rarer than one in a hundred. */
function alarmsMax(comparisons: number, share: number): number {
  let term = (1 - share) ** comparisons;
  let upTo = term;
  let alarms = 0;
  while (upTo < 0.99) {
    term *= ((comparisons - alarms) / (alarms + 1)) * (share / (1 - share));
    upTo += term;
    alarms++;
  }
  return alarms;
}

/** 3 % less handling time shows for each of these seeds. */
export async function expectFound(seeds: readonly number[]): Promise<void> {
  for (const seed of seeds) {
    const found = await compare(smooth(1, seed), smooth(0.97, seed), { threads: 1 });
    const { difference, better } = differenceOf(found, wait);
    expect([seed, better, (difference ?? 0) < 0]).toEqual([seed, "b", true]);
    expect(found.verdict).toMatch(/^B is better: wait mean [\d.]+ m?s less \(/);
  }
}

/**
 * Compares equals of so many seeds, and fails at more alarms than the intervals allow; how often that of the
 * wait alone was wrong.
 */
export async function alarmsAmong(seeds: number): Promise<number> {
  let [alarms, ofWait] = [0, 0];
  for (let seed = 1; seed <= seeds; seed++) {
    const scenario = { ...slow(1, seed), horizon: { messages: 100 } };
    const how = { threads: 1, replications: 3 };
    const found = await compare(scenario, stranger(scenario), how);
    if (found.differences.some(({ less }) => less !== null)) alarms++;
    const { difference, halfWidth } = differenceOf(found, wait);
    if (Math.abs(difference as number) > (halfWidth as number)) ofWait++;
  }
  expect(alarms).toBeLessThanOrEqual(alarmsMax(seeds, 0.05));
  expect(ofWait).toBeLessThanOrEqual(alarmsMax(seeds, 0.05));
  return ofWait;
}
