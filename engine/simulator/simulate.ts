/**
 * `simulate`: from a scenario to its result, with what a month of it costs and the verdict in words. The
 * scenario is read and its load looked at before anything runs.
 */
import { costOf, type PriceBook, priceBook, type Usage } from "./cost.ts";
import { instabilities, loadsOf } from "./load.ts";
import type { Outcome } from "./result.ts";
import { type RunOptions, simulatePlan } from "./run.ts";
import type { Plan } from "./scenario/plan.ts";
import { readScenario } from "./scenario/read.ts";
import { ScenarioError } from "./scenario/scenarioError.ts";
import type { Scenario } from "./scenario/types.ts";
import { verdictOf } from "./show/verdict.ts";
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
  const outcome = await simulatePlan(plan, run);
  const cost = costOf(usageOf(outcome, plan), book);
  const load = loadsOf(plan);
  const isComplete = outcome.isComplete && outcome.replications >= plan.replications;
  const whole = { title: plan.title, ...outcome, isComplete, load, cost };
  return { ...whole, verdict: verdictOf(whole) };
}

/** What is wrong with a scenario is that a queue grows without end. */
export class UnstableError extends ScenarioError {
  override readonly name = "UnstableError";
}

function withSeed(plan: Plan, seed: number | undefined): Plan {
  if (seed === undefined) return plan;
  if (Number.isInteger(seed) && seed >= 0 && seed <= seedMax) return { ...plan, seed };
  const sentence = `seed: It is a whole number from 0 to ${seedMax}, not ${JSON.stringify(seed)}.`;
  throw new ScenarioError([sentence]);
}

function usageOf(outcome: Outcome, plan: Plan): Usage {
  const usage: Usage = {
    seconds: outcome.simulatedSeconds,
    standardRequests: 0,
    fifoRequests: 0,
    transferOutBytes: 0,
    consumerHours: 0,
    consumerUsd: 0,
    freeTier: plan.cost.freeTier,
  };
  for (const { isFifo, api } of Object.values(outcome.queues)) {
    const requests = Object.values(api.requests).reduce((sum, one) => sum + one, 0);
    if (isFifo) usage.fifoRequests += requests;
    else usage.standardRequests += requests;
    usage.transferOutBytes += api.receivedBytes * plan.cost.transferOutShare;
  }
  for (const { name, usdPerHour } of plan.fleets) {
    const { consumerHours = 0 } = outcome.consumers[name] ?? {};
    usage.consumerHours += consumerHours;
    usage.consumerUsd += consumerHours * usdPerHour;
  }
  return usage;
}
