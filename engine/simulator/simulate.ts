/**
 * `simulate`: from a scenario to its result, with what a month of it costs and the verdict in words. The
 * scenario is read and its load looked at before anything runs.
 */
import { type PriceBook, priceBook } from "./cost.ts";
import { instabilities } from "./instabilities.ts";
import { resultOf } from "./resultOf.ts";
import { simulatePlan } from "./run.ts";
import type { RunOptions } from "./runOptions.ts";
import type { Plan } from "./scenario/plan.ts";
import { readScenario } from "./scenario/read.ts";
import { ScenarioError } from "./scenario/scenarioError.ts";
import type { Scenario } from "./scenario/types.ts";
import type { SimulationResult } from "./simulationResult.ts";

export interface SimulateOptions extends RunOptions {
  /** In the scenario's stead: 0 to 4294967295. */
  seed?: number | undefined;
  /** True runs a scenario whose queues grow without end, which rejects otherwise. Default false. */
  unstable?: boolean | undefined;
  /** A price book's file, or prices: what they leave out is as in the book that ships. */
  prices?: string | Partial<PriceBook> | undefined;
}

const seedMax = 4_294_967_295;

/**
 * Simulates a scenario: a file's, by its name, or an object. Rejects with a ScenarioError for what is
 * wrong with it or, without `unstable`, can't be stable; and with an Error when a run does not balance.
 * Aborted by `signal`, it resolves with the result so far, whose `isComplete` is false.
 */
export async function simulate(
  scenario: string | Scenario,
  options: SimulateOptions = {},
): Promise<SimulationResult> {
  const { seed, unstable = false, prices, ...run } = options;
  const book = priceBook(prices);
  const plan = withSeed(await readScenario(scenario), seed);
  const growing = instabilities(plan);
  if (growing.length > 0 && !unstable) throw new UnstableError(growing);
  return resultOf(plan, await simulatePlan(plan, run), book);
}

/** What is wrong with a scenario is that a queue grows without end. */
export class UnstableError extends ScenarioError {
  override readonly name = "UnstableError";
}

export function withSeed(plan: Plan, seed: number | undefined): Plan {
  if (seed === undefined) return plan;
  if (Number.isInteger(seed) && seed >= 0 && seed <= seedMax) return { ...plan, seed };
  const sentence = `seed: It is a whole number from 0 to ${seedMax}, not ${JSON.stringify(seed)}.`;
  throw new ScenarioError([sentence]);
}
