/** Scenarios of queues in a row, for tests of what consumers send on. */
import type { Fleet } from "../../engine/simulator/scenario/fleet.ts";
import type { Scenario } from "../../engine/simulator/scenario/types.ts";

export const redrivePolicy = { deadLetterTargetArn: "dead", maxReceiveCount: 2 };
export const attributes = { VisibilityTimeout: 43_200, MessageRetentionPeriod: 1_209_600 };
export const exponential = { exponential: { meanSeconds: 1 } };
export const quick = { deterministic: { seconds: 0.1 } };

export function fleet(queue: string, change: Partial<Fleet> = {}): Fleet {
  return { queue, count: 1, waitTimeSeconds: 20, service: exponential, ...change };
}

/** A queue into another one. */
export function chain(change: Partial<Fleet>, more: Partial<Scenario> = {}): Scenario {
  return {
    horizon: { messages: 20_000 },
    queues: { first: attributes, second: attributes },
    producers: { web: { queue: "first", arrivals: { poisson: { perSecond: 0.5 } } } },
    consumers: { one: fleet("first", change), two: fleet("second") },
    ...more,
  };
}
