/**
 * What `simulate` resolves with, made of the outcome of a plan's runs: with the load that was known before,
 * what a month of it costs, and the verdict in words. Pure.
 */
import { costOf, type PriceBook, type Usage } from "./cost.ts";
import { loadsOf } from "./load.ts";
import type { Outcome } from "./result.ts";
import type { Plan } from "./scenario/plan.ts";
import { verdictOf } from "./show/verdict.ts";
import type { SimulationResult } from "./simulationResult.ts";

export function resultOf(plan: Plan, outcome: Outcome, book: PriceBook): SimulationResult {
  const cost = costOf(usageOf(outcome, plan), book);
  const load = loadsOf(plan);
  const isComplete = outcome.isComplete && outcome.replications >= plan.replications;
  const whole = { title: plan.title, ...outcome, isComplete, load, cost };
  return { ...whole, verdict: verdictOf(whole) };
}

function usageOf(outcome: Outcome, plan: Plan): Usage {
  const usage: Usage = {
    seconds: outcome.simulatedSeconds,
    standardRequests: 0,
    fifoRequests: 0,
    transferOutBytes: 0,
    consumerHours: 0,
    consumerUsd: 0,
    pollerHours: 0,
    freeTier: plan.cost.freeTier,
  };
  for (const { isFifo, api } of Object.values(outcome.queues)) {
    const requests = Object.values(api.requests).reduce((sum, one) => sum + one, 0);
    if (isFifo) usage.fifoRequests += requests;
    else usage.standardRequests += requests;
    usage.transferOutBytes += api.receivedBytes * plan.cost.transferOutShare;
  }
  for (const { name, usdPerHour } of plan.fleets) {
    const { consumerHours = 0, pollerHours = 0 } = outcome.consumers[name] ?? {};
    usage.pollerHours += pollerHours;
    usage.consumerHours += consumerHours;
    usage.consumerUsd += consumerHours * usdPerHour;
  }
  return usage;
}
