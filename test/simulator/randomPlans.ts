/**
 * Plans at random, as odd as a plan may be: small ones of all kinds, and FIFO queues that are asked more
 * often than AWS's quota lets them be.
 */
import fc from "fast-check";
import type {
  Plan,
  PlannedArrivals,
  PlannedFleet,
  PlannedLaw,
  PlannedProducer,
  PlannedQueue,
} from "../../engine/simulator/scenario/plan.ts";
import { lambdaOf } from "../../engine/simulator/scenario/planScaling.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";
import { resource, scaling } from "./scaling/scalings.ts";

/** What takes no time at all, fails and comes back at once would go on for ever, as it should. */
const seconds = fc.double({ min: 0.001, max: 40, noNaN: true });
const mean = fc.double({ min: 0.01, max: 40, noNaN: true });
const share = fc.constantFrom(0, 0, 0.05, 0.5, 1);

const law: fc.Arbitrary<PlannedLaw> = fc.oneof(
  fc.record({ kind: fc.constant("deterministic" as const), seconds }),
  fc.record({ kind: fc.constant("exponential" as const), meanSeconds: mean }),
  fc.record({
    kind: fc.constant("erlang" as const),
    shape: fc.integer({ min: 1, max: 30 }),
    meanSeconds: mean,
  }),
  fc.record({
    kind: fc.constantFrom("lognormal" as const, "gamma" as const),
    meanSeconds: mean,
    cv: fc.double({ min: 0.1, max: 4, noNaN: true }),
  }),
  fc.record({
    kind: fc.constantFrom("weibull" as const, "pareto" as const),
    meanSeconds: mean,
    shape: fc.double({ min: 1.2, max: 4, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant("empirical" as const),
    seconds: fc.constant([0.01, 1, 45]),
    weights: fc.constant([1, 2, 3]),
  }),
);

const arrivals: fc.Arbitrary<PlannedArrivals> = fc.oneof(
  fc.record({
    kind: fc.constant("renewal" as const),
    gap: fc.oneof(
      fc.record({ kind: fc.constant("exponential" as const), meanSeconds: mean }),
      fc.record({ kind: fc.constant("deterministic" as const), seconds: mean }),
    ),
    size: fc.integer({ min: 1, max: 25 }),
  }),
  fc.record({
    kind: fc.constant("mmpp2" as const),
    perSecond: fc.constantFrom([5, 0.1] as const, [0, 3] as const),
    meanStaySeconds: fc.constant([10, 30] as const),
  }),
  fc.record({
    kind: fc.constant("profile" as const),
    isEven: fc.boolean(),
    rate: fc.constantFrom(
      {
        kind: "sine" as const,
        meanPerSecond: 2,
        amplitude: 1,
        periodSeconds: 60,
        peakAtSeconds: 15,
      },
      {
        kind: "pieces" as const,
        periodSeconds: 100,
        pieces: [
          { fromSeconds: 0, perSecond: 0, endPerSecond: 4 },
          { fromSeconds: 40, perSecond: 1, endPerSecond: 1 },
        ],
      },
    ),
  }),
  fc.record({
    kind: fc.constant("closedLoop" as const),
    clients: fc.integer({ min: 1, max: 20 }),
    think: fc.record({ kind: fc.constant("exponential" as const), meanSeconds: mean }),
  }),
);

const producer = fc.record<PlannedProducer>({
  ...fields(producerOf(1)),
  arrivals,
  batch: fc.constantFrom(0, 0, 1, 3, 10),
  sizes: fc.constantFrom(
    { kind: "fixed" as const, bodyBytes: 1_000_000 },
    { kind: "uniform" as const, minBytes: 1, maxBytes: 262_144 },
    { kind: "empirical" as const, bytes: [1, 70_000], weights: [1, 3] },
  ),
  delaySeconds: fc.constantFrom(undefined, 0, 7),
  duplicates: fc.record({ probability: share, afterSeconds: seconds }),
});

const anyFleet = fc.record<PlannedFleet>({
  ...fields(fleetOf(1, { kind: "deterministic", seconds: 1 })),
  count: fc.integer({ min: 1, max: 6 }),
  scaling: fc.option(scaling, { nil: undefined }),
  uses: fc.constantFrom(undefined, undefined, 0, 1),
  batch: fc.integer({ min: 1, max: 10 }),
  waitTimeSeconds: fc.constantFrom(0, 1, 20),
  pauseSeconds: fc.constantFrom(0, 0.5),
  visibilityTimeoutSeconds: fc.constantFrom(1, 10, 30, 600),
  service: law,
  handler: fc.constantFrom("one" as const, "parallel" as const, "batch" as const),
  concurrency: fc.integer({ min: 1, max: 3 }),
  prefetch: fc.constantFrom(0, 0, 1, 15),
  roundTripMs: fc.constantFrom(0, 0, 8, 1_000),
  coldStartSeconds: fc.constantFrom(0, 3),
  failure: fc.record({
    probability: fc.constantFrom(0, 0, 0.1, 0.9),
    poisonShare: fc.constantFrom(0, 0, 0.3),
    outages: fc.constantFrom([], [{ fromSeconds: 10, untilSeconds: 60, probability: 1 }]),
    isCrash: fc.boolean(),
  }),
  partialBatches: fc.boolean(),
  backoff: fc.constantFrom(
    undefined,
    { baseSeconds: 0, factor: 1, maxSeconds: 0, jitter: "none" as const },
    { baseSeconds: 1, factor: 2, maxSeconds: 50, jitter: "full" as const },
    { baseSeconds: 5, factor: 1, maxSeconds: 5, jitter: "equal" as const },
  ),
  deleteBatch: fc.boolean(),
  heartbeat: fc.constantFrom(undefined, { everySeconds: 5, visibilityTimeoutSeconds: 10 }),
});

/** A function is given batches; a job makes one receive, and has no more than it takes. */
const fleet = anyFleet.map((one): PlannedFleet => {
  if (lambdaOf(one) !== undefined) {
    return { ...one, handler: "batch", deleteBatch: true, prefetch: 0, waitTimeSeconds: 20 };
  }
  const isOnce = one.scaling?.autoscaler?.rule.kind === "kedaJobs";
  const { scaling: some } = one;
  if (!isOnce || some === undefined) return one;
  return { ...one, concurrency: 1, prefetch: 0, scaling: { ...some, restarts: undefined } };
});

function fields<T extends object>(whole: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  const entries = Object.entries(whole).map(([key, value]) => [key, fc.constant(value)]);
  return Object.fromEntries(entries) as { [K in keyof T]: fc.Arbitrary<T[K]> };
}

interface Shape {
  readonly isFifo: boolean;
  readonly maxReceiveCount: number;
  readonly delaySeconds: number;
  readonly retention: number;
  readonly backlog: number;
}

function queuesOf(shape: Shape): PlannedQueue[] {
  const end = shape.isFifo ? ".fifo" : "";
  const kind = shape.isFifo ? { fifoQueue: true as const } : {};
  const attributes = { ...kind, messageRetentionPeriod: shape.retention };
  const ages = { messages: shape.backlog, ageSeconds: 20 };
  return [
    {
      name: `work${end}`,
      isFifo: shape.isFifo,
      attributes: { ...attributes, delaySeconds: shape.delaySeconds },
      deadLetters:
        shape.maxReceiveCount === 0
          ? undefined
          : { queue: 1, maxReceiveCount: shape.maxReceiveCount },
      backlog: shape.backlog === 0 ? undefined : ages,
    },
    {
      name: `dead${end}`,
      isFifo: shape.isFifo,
      attributes,
      deadLetters: undefined,
      backlog: undefined,
    },
  ];
}

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    shape: fc.record<Shape>({
      isFifo: fc.boolean(),
      maxReceiveCount: fc.constantFrom(0, 1, 3),
      delaySeconds: fc.constantFrom(0, 0, 9),
      retention: fc.constantFrom(60, 345_600),
      backlog: fc.constantFrom(0, 0, 40),
    }),
    groups: fc.constantFrom(
      { kind: "own" as const },
      { kind: "uniform" as const, count: 3 },
      { kind: "zipf" as const, count: 10, exponent: 1 },
      { kind: "hot" as const, count: 4, share: 0.8 },
    ),
    producers: fc.array(producer, { maxLength: 2 }),
    fleets: fc.array(fleet, { maxLength: 2 }),
    resources: fc.tuple(resource("places"), resource("starts")),
    drained: fc.boolean(),
    horizon: fc.record({ messages: fc.integer({ min: 1, max: 120 }), seconds: fc.constant(600) }),
    warmup: fc.record({ messages: fc.constantFrom(0, 20), seconds: fc.constantFrom(0, 30) }),
  })
  .map(({ seed, shape, groups, producers, fleets, resources, drained, horizon, warmup }): Plan => {
    const named = producers.map((one, index) => ({
      ...one,
      name: `producer ${index}`,
      groups: shape.isFifo ? groups : { kind: "none" as const },
    }));
    // The second fleet may take the dead letters.
    const placed = fleets.map((one, index) => ({
      ...one,
      name: `fleet ${index}`,
      queue: drained && index === 1 ? 1 : 0,
    }));
    const rest = { seed, replications: 1, horizon, warmup, queues: queuesOf(shape) };
    return planOf(seed, { ...rest, producers: named, fleets: placed, resources });
  });

const rapid = fc.record<PlannedProducer>({
  ...fields(producerOf(1)),
  arrivals: fc.record({
    kind: fc.constant("renewal" as const),
    gap: fc.constant(exponential(0.005)),
    size: fc.integer({ min: 1, max: 15 }),
  }),
  batch: fc.constantFrom(0, 0, 1, 3),
  groups: fc.constantFrom(
    { kind: "own" as const },
    { kind: "uniform" as const, count: 300 },
    { kind: "hot" as const, count: 4, share: 0.8 },
  ),
  duplicates: fc.record({
    probability: share,
    afterSeconds: fc.double({ min: 0.001, max: 2, noNaN: true }),
  }),
});

const rapidFleet = fc.tuple(anyFleet, fc.constantFrom(0, 0, 0.5, 1)).map(([one, sendShare]) => ({
  ...one,
  scaling: undefined,
  uses: undefined,
  count: 40 + one.count,
  service: exponential(0.02),
  sends:
    sendShare === 0
      ? []
      : [
          {
            queue: 1,
            probability: sendShare,
            count: one.batch,
            delaySeconds: undefined,
            sizes: { kind: "fixed" as const, bodyBytes: 10 },
            groups: { kind: "own" as const },
          },
        ],
}));

/** Hundreds of messages in less than a second, to a FIFO queue, and on to another one. */
export const rapidPlans: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    isByGroup: fc.boolean(),
    producer: rapid,
    fleet: rapidFleet,
    messages: fc.integer({ min: 300, max: 900 }),
    warmup: fc.record({ messages: fc.constantFrom(0, 200), seconds: fc.constant(0) }),
  })
  .map(({ seed, isByGroup, producer: one, fleet: workers, messages, warmup }): Plan => {
    const attributes = {
      fifoQueue: true as const,
      visibilityTimeout: 5,
      ...(isByGroup && {
        deduplicationScope: "messageGroup" as const,
        fifoThroughputLimit: "perMessageGroupId" as const,
      }),
    };
    const queues = ["work.fifo", "next.fifo"].map((name) =>
      queueOf({ name, isFifo: true, attributes }),
    );
    const horizon = { messages, seconds: 60 };
    const rest = { replications: 1, horizon, warmup, quotas: "aws" as const };
    return planOf(seed, { ...rest, queues, producers: [one], fleets: [workers] });
  });
