/** Autoscalers at random, and what becomes of processes that they do not want. */
import fc from "fast-check";
import type { HpaBehavior } from "../../../engine/simulator/scenario/kubernetes.ts";
import type { PlannedResource } from "../../../engine/simulator/scenario/plan.ts";
import { planHpa } from "../../../engine/simulator/scenario/planKubernetes.ts";
import type {
  PlannedRule,
  PlannedScaling,
} from "../../../engine/simulator/scenario/planScaling.ts";

const periods = fc.constantFrom(1, 3, 5);

const alarm = fc.record({
  threshold: fc.constantFrom(1, 6),
  periods,
  steps: fc.constantFrom(
    [{ beyond: 0, adjustment: 2 }],
    [
      { beyond: 0, adjustment: -1 },
      { beyond: 3, adjustment: -50 },
    ],
  ),
});

const behaviors: readonly HpaBehavior[] = [
  {},
  {
    scaleUp: {
      stabilizationWindowSeconds: 20,
      policies: [{ type: "Pods", value: 1, periodSeconds: 10 }],
    },
    scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: "Min" },
  },
];

const hpa = fc
  .record({
    target: fc.constantFrom(0.5, 4),
    targetType: fc.constantFrom("averageValue" as const, "value" as const),
    behavior: fc.constantFrom(...behaviors),
    tolerance: fc.constantFrom(0, 0.1),
  })
  .map(planHpa);

const trigger = {
  activationQueueLength: fc.constantFrom(0, 3),
  pollingInterval: fc.constantFrom(1, 30),
};

const rule: fc.Arbitrary<PlannedRule> = fc.oneof(
  fc.record({
    kind: fc.constant("targetTracking" as const),
    target: fc.constantFrom(0.5, 5),
    scaleOutPeriods: periods,
    scaleInPeriods: periods,
    scaleInShare: fc.constantFrom(0.5, 0.9),
  }),
  fc.record({
    kind: fc.constant("step" as const),
    isPerInstance: fc.boolean(),
    adjustmentType: fc.constantFrom("changeInCapacity", "percentChangeInCapacity"),
    out: alarm,
    in: alarm,
    cooldownOutSeconds: fc.constantFrom(0, 60),
  }),
  fc.record({
    kind: fc.constant("schedule" as const),
    entries: fc.constant([
      { atSeconds: 0, count: 1 },
      { atSeconds: 45, count: 7 },
    ]),
    periodSeconds: fc.constantFrom(90, Number.POSITIVE_INFINITY),
  }),
  hpa,
  fc.record({
    kind: fc.constant("keda" as const),
    ...trigger,
    cooldownPeriod: fc.constantFrom(0, 60),
    hpa,
  }),
  fc.record({
    kind: fc.constant("lambda" as const),
    isProvisioned: fc.constant(false),
    perMinute: fc.constantFrom(1, 5),
    reservedConcurrency: fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
    accountConcurrency: fc.constantFrom(2, 1_000),
    windowSeconds: fc.constantFrom(0, 2, 90),
    timeoutSeconds: fc.constantFrom(1, 900),
  }),
  fc.record({
    kind: fc.constant("kedaJobs" as const),
    ...trigger,
    queueLength: fc.constantFrom(1, 5),
    strategy: fc.constantFrom("default", "accurate", "eager"),
  }),
);

const autoscaler = fc.record({
  rule,
  metric: fc.constantFrom("visible", "visibleAndInFlight", "all", "ageOfOldest"),
  periodSeconds: fc.constantFrom(1, 7.5, 60),
  lagSeconds: fc.constantFrom(0, 0, 13),
  bounds: fc.record({
    min: fc.integer({ min: 0, max: 3 }),
    max: fc.integer({ min: 3, max: 8 }),
    outSeconds: fc.constantFrom(0, 60),
    inSeconds: fc.constantFrom(0, 60),
  }),
});

export const scaling: fc.Arbitrary<PlannedScaling> = fc.record({
  autoscaler: fc.option(autoscaler, { nil: undefined, freq: 9 }),
  restarts: fc.option(
    fc.record({
      atSeconds: fc.constantFrom([], [0, 31]),
      everySeconds: fc.constantFrom(Number.POSITIVE_INFINITY, 45),
      maxUnavailable: fc.constantFrom(1, 2, 100),
    }),
    { nil: undefined },
  ),
  placementSeconds: fc.constantFrom(0, 0, 20),
  scaleIn: fc.constantFrom("kill", "drain", "protect"),
  graceSeconds: fc.constantFrom(0, 3, 30),
});

/** Of one kind of limit; a refusal takes a time, or those who ask would ask without end at one moment. */
export function resource(kind: "places" | "starts"): fc.Arbitrary<PlannedResource> {
  const limit = fc.constantFrom(1, 3);
  const none = fc.constant(Number.POSITIVE_INFINITY);
  return fc.record({
    name: fc.constant(kind),
    concurrency: kind === "places" ? limit : none,
    perSecond: kind === "starts" ? fc.constantFrom(0.3, 5) : none,
    burst: limit,
    isRefusing: fc.boolean(),
    refusalSeconds: fc.constantFrom(0.5, 7),
  });
}
