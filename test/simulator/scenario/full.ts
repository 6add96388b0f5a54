/** A scenario that has every field there is, for tests of what reads them. */
import { fileURLToPath } from "node:url";
import type { Arrivals } from "../../../engine/simulator/scenario/arrivals.ts";
import type { Autoscaler } from "../../../engine/simulator/scenario/autoscaler.ts";
import type { HpaBehavior } from "../../../engine/simulator/scenario/kubernetes.ts";
import type { Law } from "../../../engine/simulator/scenario/laws.ts";
import type { Groups, Sizes } from "../../../engine/simulator/scenario/producer.ts";
import type { Scaling } from "../../../engine/simulator/scenario/scaling.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";

export const allLaws: readonly Law[] = [
  { deterministic: { seconds: 0.5 } },
  { exponential: { meanSeconds: 1 } },
  { uniform: { minSeconds: 0, maxSeconds: 2 } },
  { erlang: { shape: 2, meanSeconds: 1 } },
  { hyperexponential: { meanSeconds: 1, cv: 2 } },
  { lognormal: { meanSeconds: 1, cv: 0.5 } },
  { gamma: { meanSeconds: 1, cv: 0.5 } },
  { weibull: { meanSeconds: 1, shape: 1.5 } },
  { pareto: { meanSeconds: 1, shape: 2.5 } },
  { empirical: { seconds: [0.5, 1], weights: [1, 2] } },
];

export const allArrivals: readonly Arrivals[] = [
  { poisson: { perSecond: 1 } },
  { deterministic: { perSecond: 1 } },
  { uniform: { perSecond: 1, jitter: 0.5 } },
  { erlang: { shape: 2, perSecond: 1 } },
  { hyperexponential: { perSecond: 1, cv: 2 } },
  { batch: { perSecond: 1, size: 10 } },
  { mmpp2: { perSecond: [10, 1], meanStaySeconds: [10, 20] } },
  {
    diurnal: {
      perSecond: 1,
      amplitude: 0.5,
      periodSeconds: 600,
      peakAtSeconds: 150,
      spacing: "random",
    },
  },
  { step: { perSecond: 2, thenPerSecond: 1, atSeconds: 60, spacing: "even" } },
  {
    ramp: {
      perSecond: 0,
      thenPerSecond: 1,
      fromSeconds: 10,
      untilSeconds: 20,
      spacing: "even",
    },
  },
  { spike: { perSecond: 1, spikePerSecond: 9, atSeconds: 5, forSeconds: 5, spacing: "even" } },
  { weekly: { perSecond: [1, 1, 1, 1, 1, 0.5, 0.5], spacing: "random" } },
  { closedLoop: { clients: 2, think: { exponential: { meanSeconds: 5 } } } },
];

export const allSizes: readonly Sizes[] = [
  200,
  { uniform: { minBytes: 100, maxBytes: 1_000 } },
  { lognormal: { meanBytes: 1_000, cv: 1 } },
  { empirical: { bytes: [100, 70_000], weights: [9, 1] } },
];

export const allGroups: readonly Groups[] = [
  { uniform: { count: 100 } },
  { zipf: { count: 100, exponent: 1.1 } },
  { hot: { count: 100, share: 0.1 } },
];

const file = fileURLToPath(new URL("trace.csv", import.meta.url));

const scaling = {
  min: 1,
  max: 9,
  metric: "all",
  samplePeriodSeconds: 30,
  lagSeconds: 60,
  cooldownSeconds: { out: 60, in: 120 },
} satisfies Scaling;

const behavior = {
  scaleUp: { stabilizationWindowSeconds: 30, selectPolicy: "Min" },
  scaleDown: { policies: [{ type: "Percent", value: 10, periodSeconds: 60 }] },
} satisfies HpaBehavior;

const going = {
  ...{ placementSeconds: 20, scaleIn: "drain", graceSeconds: 10 },
  restarts: { atSeconds: [30], everySeconds: 600, maxUnavailable: 2 },
} as const;
const trigger = { queueLength: 7, activationQueueLength: 2, pollingInterval: 20 };

export const allAutoscalers: readonly Autoscaler[] = [
  "none",
  { schedule: { entries: [{ atSeconds: 30, count: 4 }], periodSeconds: 3_600 } },
  {
    step: {
      ...scaling,
      perInstance: true,
      adjustmentType: "percentChangeInCapacity",
      out: { threshold: 100, periods: 2, steps: [{ beyond: 10, adjustment: 20 }] },
      in: { threshold: 10, steps: [{ adjustment: -20 }] },
    },
  },
  {
    targetTracking: {
      ...{ ...scaling, target: 100, scaleOutPeriods: 2, scaleInPeriods: 4, scaleInShare: 0.5 },
    },
  },
  { hpa: { ...scaling, target: 10, targetType: "value", behavior, tolerance: 0.2 } },
  { keda: { ...scaling, ...trigger, cooldownPeriod: 60, behavior, tolerance: 0.2 } },
];

/** Every field, with each law, kind of arrivals, size and group somewhere. */
export const full = {
  $schema: "scenario.schema.json",
  title: "All there is",
  seed: 7,
  replications: 2,
  horizon: {
    messages: 400,
    seconds: 2_000,
    precision: { halfWidthPercent: 50, queue: "work", replicationsMax: 3 },
  },
  warmup: { messages: 20, seconds: 5 },
  initial: [{ messages: 10, ageSeconds: 60, queue: "work" }],
  queues: {
    work: {
      DelaySeconds: 1,
      MaximumMessageSize: 262_144,
      MessageRetentionPeriod: 345_600,
      ReceiveMessageWaitTimeSeconds: 20,
      VisibilityTimeout: 30,
      RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 4 },
    },
    more: { RedrivePolicy: { deadLetterTargetArn: "lost", maxReceiveCount: 4 } },
    lost: {},
    dead: { RedriveAllowPolicy: { redrivePermission: "byQueue", sourceQueueArns: ["work"] } },
    "work.fifo": {
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    },
  },
  producers: {
    ...Object.fromEntries(
      allArrivals.map((arrivals, index) => [
        `web${index}`,
        {
          queue: "work",
          arrivals,
          batch: 1 + (index % 10),
          bodyBytes: allSizes[index % allSizes.length] ?? 1,
          delaySeconds: 2,
          duplicates: { probability: 0.01, afterSeconds: 2 },
        },
      ]),
    ),
    ...Object.fromEntries(
      allGroups.map((groups, index) => [
        `group${index}`,
        { queue: "work.fifo", arrivals: { poisson: { perSecond: 1 } }, groups },
      ]),
    ),
    traced: {
      queue: "work",
      arrivals: {
        trace: {
          file,
          format: "buckets",
          timeColumn: "time",
          countColumn: 2,
          metric: "m1",
          timeZone: "+01:00",
          bucketSeconds: 60,
          spacing: "even",
          scale: 0.5,
          repeat: true,
          gaps: "empty",
          order: "sort",
        },
      },
      bodyBytes: { trace: { file, column: "tokens", bytesPerUnit: 4 } },
    },
  },
  consumers: {
    ...Object.fromEntries(
      allLaws.map((service, index) => [
        `workers${index}`,
        {
          queue: index % 2 === 0 ? "work" : "work.fifo",
          count: 4,
          batch: 10,
          waitTimeSeconds: 20,
          pauseSeconds: 0.5,
          visibilityTimeout: 40,
          service,
          handler: "batch" as const,
          concurrency: 2,
          prefetch: 1,
          roundTripMs: 5,
          coldStartSeconds: 1,
          failure: {
            probability: 0.1,
            poisonShare: 0.01,
            outages: [{ fromSeconds: 50, forSeconds: 10, probability: 0.5 }],
            kind: index % 4 === 0 ? ("crash" as const) : ("throw" as const),
          },
          partialBatches: true,
          backoffSeconds:
            index % 2 === 0 ? 3 : { base: 1, factor: 2, max: 60, jitter: "full" as const },
          deleteBatch: true,
          heartbeat: { everySeconds: 10, visibilityTimeout: 30 },
          usdPerHour: 0.05,
          ...(index === 0 ? { uses: "db" } : {}),
        },
      ]),
    ),
    traced: {
      queue: "work",
      count: 1,
      service: { trace: { file, column: 3, secondsPerUnit: 0.01 } },
      sends: [
        {
          queue: "more",
          probability: 0.5,
          count: 3,
          delaySeconds: 5,
          bodyBytes: { uniform: { minBytes: 1, maxBytes: 500 } },
        },
        { queue: "work.fifo", groups: { uniform: { count: 5 } } },
      ],
    },
    ...Object.fromEntries(
      allAutoscalers.map((autoscaler, index) => [
        `scaled${index}`,
        {
          queue: "work",
          count: 4,
          service: { deterministic: { seconds: 1 } },
          autoscaler,
          ...(index === 0 ? {} : going),
        },
      ]),
    ),
    function: {
      queue: "work",
      service: { deterministic: { seconds: 1 } },
      autoscaler: {
        lambda: {
          ...{ reservedConcurrency: 50, accountConcurrency: 500 },
          ...{ maximumBatchingWindow: 5, timeout: 60 },
          provisioned: { minimumPollers: 3, maximumPollers: 30 },
        },
      },
    },
    jobs: {
      queue: "dead",
      service: { deterministic: { seconds: 1 } },
      autoscaler: {
        kedaJobs: { ...trigger, max: 5, metric: "visible", lagSeconds: 1, strategy: "eager" },
      },
    },
  },
  resources: {
    db: { concurrency: 20 },
    api: { perSecond: 10, burst: 5, whenFull: "fail", refusalSeconds: 0.5 },
  },
  redrives: [{ from: "lost", to: "work", atSeconds: 100, everySeconds: 200, perSecond: 50 }],
  quotas: "throughput",
  cost: { transferOutShare: 0.1, freeTier: false },
} satisfies Scenario;
