/**
 * FIFO queues whose calls AWS's quota counts, for tests: a producer, a fleet, and what got through. The
 * bucket holds the calls of a second and is full at first, so in T seconds rate × T + rate calls pass at
 * the most, and rate × T at the least where somebody always asks.
 */
import { expect } from "vitest";
import type { Calls, Outcome, QueueResult } from "../../engine/simulator/result.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import type { Plan, PlannedFleet, PlannedProducer } from "../../engine/simulator/scenario/plan.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";

export const SECONDS = 12;
export const RATE = 300;
export const NAME = "work.fifo";
export const AT_ONCE = { kind: "deterministic", seconds: 0.001 } as const;

export const fifo = queueOf({ name: NAME, isFifo: true, attributes: { fifoQueue: true } });
export const byGroup = queueOf({
  name: NAME,
  isFifo: true,
  attributes: {
    fifoQueue: true,
    deduplicationScope: "messageGroup",
    fifoThroughputLimit: "perMessageGroupId",
  },
});

export interface Case {
  readonly perSecond: number;
  readonly producer?: Partial<PlannedProducer>;
  readonly fleet?: Partial<PlannedFleet>;
  readonly plan?: Partial<Plan>;
}

export function planFor({ perSecond, producer, fleet, plan }: Case): Plan {
  return planOf(300, {
    replications: 1,
    quotas: "aws",
    horizon: { messages: Number.POSITIVE_INFINITY, seconds: SECONDS },
    warmup: { messages: 0, seconds: 0 },
    queues: [fifo],
    producers: [producerOf(perSecond, { groups: { kind: "own" }, ...producer })],
    fleets: [fleetOf(60, exponential(0.05), fleet)],
    ...plan,
  });
}

export async function outcomeOf(of: Case): Promise<Outcome> {
  return await simulatePlan(planFor(of), { threads: 1 });
}

export function workOf({ queues }: Outcome, name = NAME): QueueResult {
  return queues[name] as QueueResult;
}

export function totalOf(calls: Calls["throttled"]): number {
  return Object.values(calls).reduce((sum, one) => sum + one, 0);
}

/** So many calls a second, or messages of full calls, as long as somebody asks. */
export function expectPlateau(count: number, each = 1): void {
  expect(count).toBeGreaterThanOrEqual(each * RATE * SECONDS);
  expect(count).toBeLessThanOrEqual(each * RATE * (SECONDS + 1));
}
