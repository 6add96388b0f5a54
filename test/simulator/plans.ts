/** Plans for tests: one queue, Poisson in, one fleet out, all ideal, and whatever a test has otherwise. */
import type {
  Plan,
  PlannedFleet,
  PlannedLaw,
  PlannedProducer,
  PlannedQueue,
} from "../../engine/simulator/scenario/plan.ts";

export function exponential(meanSeconds: number): PlannedLaw {
  return { kind: "exponential", meanSeconds };
}

export function queueOf(change: Partial<PlannedQueue> = {}): PlannedQueue {
  return {
    name: "work",
    isFifo: false,
    attributes: { visibilityTimeout: 43_200, messageRetentionPeriod: 1_209_600 },
    deadLetters: undefined,
    backlog: undefined,
    ...change,
  };
}

/** Sends single messages as a Poisson process. */
export function producerOf(
  perSecond: number,
  change: Partial<PlannedProducer> = {},
): PlannedProducer {
  return {
    name: "web",
    queue: 0,
    arrivals: { kind: "renewal", gap: exponential(1 / perSecond), size: 1 },
    batch: 0,
    sizes: { kind: "fixed", bodyBytes: 100 },
    delaySeconds: undefined,
    groups: { kind: "none" },
    duplicates: { probability: 0, afterSeconds: 0 },
    ...change,
  };
}

export function fleetOf(
  count: number,
  service: PlannedLaw,
  change: Partial<PlannedFleet> = {},
): PlannedFleet {
  return {
    name: "workers",
    queue: 0,
    count,
    scaling: undefined,
    batch: 1,
    waitTimeSeconds: 20,
    pauseSeconds: 0,
    visibilityTimeoutSeconds: 43_200,
    service,
    handler: "one",
    concurrency: 1,
    prefetch: 0,
    roundTripMs: 0,
    coldStartSeconds: 0,
    failure: { probability: 0, poisonShare: 0, outages: [], isCrash: false },
    partialBatches: false,
    backoff: undefined,
    deleteBatch: false,
    heartbeat: undefined,
    sends: [],
    usdPerHour: 0,
    uses: undefined,
    ...change,
  };
}

export function planOf(seed: number, change: Partial<Plan>): Plan {
  return {
    title: undefined,
    seed,
    replications: 10,
    horizon: { messages: 20_000, seconds: Number.POSITIVE_INFINITY },
    precision: undefined,
    warmup: { messages: 2_000, seconds: 0 },
    queues: [queueOf()],
    producers: [],
    fleets: [],
    resources: [],
    redrives: [],
    quotas: "off",
    cost: { transferOutShare: 0, freeTier: true },
    ...change,
  };
}
