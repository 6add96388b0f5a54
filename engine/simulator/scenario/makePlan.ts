/**
 * A scenario's plan: its defaults filled in, its queues by their places. Pure; what it is given has been
 * checked, each value by the schema and all of them together by rules.ts.
 */
import type { QueueAttributes, RedrivePolicy } from "../../types.ts";
import { backlogQueue, backlogsOf } from "./backlogs.ts";
import type { Fleet } from "./fleet.ts";
import type {
  Plan,
  PlannedBacklog,
  PlannedBackoff,
  PlannedFailure,
  PlannedFleet,
  PlannedProducer,
  PlannedQueue,
  PlannedResource,
} from "./plan.ts";
import { invokesEach } from "./planLambda.ts";
import { planArrivals, planGroups, planLaw, planSizes } from "./planLaws.ts";
import { planRedrives, planSends, type SendTarget } from "./planPipeline.ts";
import { countAtFirst, planScaling } from "./planScaling.ts";
import type { Producer } from "./producer.ts";
import type { Resource } from "./resource.ts";
import type { Scenario } from "./types.ts";

const { POSITIVE_INFINITY } = Number;
const invisibleSecondsMax = 43_200;

/** A queue as a broker made it of the scenario's attributes. */
export interface MadeQueue {
  readonly name: string;
  readonly isFifo: boolean;
  readonly attributes: Required<Omit<QueueAttributes, "fifoQueue" | "redrivePolicy">> & {
    fifoQueue?: true;
    redrivePolicy?: RedrivePolicy;
  };
}

export function makePlan(scenario: Scenario, made: readonly MadeQueue[]): Plan {
  const places = new Map(made.map(({ name }, index) => [name, index]));
  const placeOf = (name: string) => places.get(name) as number;
  const queueOf = (name: string) => made[placeOf(name)] as MadeQueue;
  const { horizon, warmup, cost } = scenario;
  const resources = planResources(scenario);
  const { precision } = horizon;
  return {
    title: scenario.title,
    seed: scenario.seed ?? 1,
    replications: scenario.replications ?? 1,
    horizon: {
      messages: horizon.messages ?? POSITIVE_INFINITY,
      seconds: horizon.seconds ?? POSITIVE_INFINITY,
    },
    precision: precision && {
      halfWidthPercent: precision.halfWidthPercent,
      queue: precision.queue === undefined ? undefined : placeOf(precision.queue),
      replicationsMax: precision.replicationsMax ?? 100,
    },
    warmup: { messages: warmup?.messages ?? 0, seconds: warmup?.seconds ?? 0 },
    queues: made.map((queue) => planQueue(queue, scenario, placeOf)),
    producers: Object.entries(scenario.producers ?? {}).map(([name, producer]) =>
      planProducer(name, producer, placeOf(producer.queue), queueOf(producer.queue)),
    ),
    fleets: Object.entries(scenario.consumers ?? {}).map(([name, fleet]) =>
      planFleet(
        name,
        fleet,
        placeOf(fleet.queue),
        queueOf(fleet.queue),
        resourceOf(fleet, resources),
        (queue) => ({
          place: placeOf(queue),
          isFifo: queueOf(queue).isFifo,
          maximumBytes: queueOf(queue).attributes.maximumMessageSize,
        }),
      ),
    ),
    resources,
    redrives: planRedrives(scenario, placeOf),
    quotas: scenario.quotas ?? "off",
    cost: {
      transferOutShare: cost?.transferOutShare ?? 0,
      freeTier: cost?.freeTier ?? true,
    },
  };
}

function planQueue(
  { name, isFifo, attributes }: MadeQueue,
  scenario: Scenario,
  placeOf: (name: string) => number,
): PlannedQueue {
  const { redrivePolicy, ...others } = attributes;
  const { contentBasedDeduplication, deduplicationScope, fifoThroughputLimit, ...standard } =
    others;
  const ofFifo = { contentBasedDeduplication, deduplicationScope, fifoThroughputLimit };
  const target = redrivePolicy?.deadLetterTargetArn.split(":").at(-1);
  const backlog = backlogsOf(scenario).find((one) => backlogQueue(one, scenario) === name);
  const planned: PlannedBacklog | undefined = backlog && {
    messages: backlog.messages,
    ageSeconds: backlog.ageSeconds ?? 0,
  };
  return {
    name,
    isFifo,
    attributes: isFifo ? { ...standard, ...ofFifo } : standard,
    deadLetters:
      redrivePolicy === undefined || target === undefined
        ? undefined
        : { queue: placeOf(target), maxReceiveCount: redrivePolicy.maxReceiveCount },
    backlog: planned,
  };
}

function planProducer(
  name: string,
  producer: Producer,
  queue: number,
  { isFifo, attributes }: MadeQueue,
): PlannedProducer {
  return {
    name,
    queue,
    arrivals: planArrivals(producer.arrivals),
    batch: producer.batch ?? 0,
    sizes: planSizes(producer.bodyBytes, attributes.maximumMessageSize),
    delaySeconds: producer.delaySeconds,
    groups: planGroups(producer.groups, isFifo),
    duplicates: {
      probability: producer.duplicates?.probability ?? 0,
      afterSeconds: producer.duplicates?.afterSeconds ?? 0,
    },
  };
}

function planFleet(
  name: string,
  fleet: Fleet,
  queue: number,
  { attributes }: MadeQueue,
  uses: number | undefined,
  targetOf: (queue: string) => SendTarget,
): PlannedFleet {
  const {
    handler = "one",
    concurrency = 1,
    waitTimeSeconds = attributes.receiveMessageWaitTimeSeconds,
  } = { ...ofFunction(fleet), ...fleet };
  const visibilityTimeoutSeconds = fleet.visibilityTimeout ?? attributes.visibilityTimeout;
  return {
    name,
    queue,
    count: countAtFirst(fleet),
    scaling: planScaling(fleet),
    batch: fleet.batch ?? 1,
    waitTimeSeconds,
    pauseSeconds: fleet.pauseSeconds ?? 0,
    visibilityTimeoutSeconds,
    service: planLaw(fleet.service),
    handler,
    concurrency,
    prefetch: fleet.prefetch ?? 0,
    roundTripMs: fleet.roundTripMs ?? 0,
    coldStartSeconds: fleet.coldStartSeconds ?? 0,
    failure: planFailure(fleet),
    partialBatches: fleet.partialBatches ?? false,
    backoff: planBackoff(fleet.backoffSeconds),
    deleteBatch: fleet.deleteBatch ?? handler === "batch",
    heartbeat: fleet.heartbeat && {
      everySeconds: fleet.heartbeat.everySeconds,
      visibilityTimeoutSeconds: fleet.heartbeat.visibilityTimeout ?? visibilityTimeoutSeconds,
    },
    sends: planSends(fleet.sends, targetOf),
    usdPerHour: fleet.usdPerHour ?? 0,
    uses,
  };
}

/** The place of the one that a fleet's handlings use. */
function resourceOf({ uses }: Fleet, resources: readonly PlannedResource[]): number | undefined {
  return uses === undefined ? undefined : resources.findIndex(({ name }) => name === uses);
}

function planResources({ resources = {} }: Scenario): PlannedResource[] {
  return Object.entries(resources).map(planResource);
}

function planResource([name, resource]: [string, Resource]): PlannedResource {
  return {
    name,
    concurrency: resource.concurrency ?? POSITIVE_INFINITY,
    perSecond: resource.perSecond ?? POSITIVE_INFINITY,
    burst: resource.burst ?? 1,
    isRefusing: resource.whenFull === "fail",
    refusalSeconds: resource.refusalSeconds ?? 0,
  };
}

/** Lambda polls as long as SQS lets it. */
const LAMBDA_WAIT_SECONDS = 20;

/** What a fleet that is a Lambda function has where it says nothing: it is given batches. */
function ofFunction({ autoscaler }: Fleet): Partial<Fleet> {
  if (typeof autoscaler !== "object" || !("lambda" in autoscaler)) return {};
  const concurrency = invokesEach(autoscaler.lambda);
  return { handler: "batch", concurrency, waitTimeSeconds: LAMBDA_WAIT_SECONDS };
}

function planFailure({ failure = {} }: Fleet): PlannedFailure {
  const outages = (failure.outages ?? []).map(({ fromSeconds, forSeconds, probability = 1 }) => ({
    fromSeconds,
    untilSeconds: fromSeconds + forSeconds,
    probability,
  }));
  return {
    probability: failure.probability ?? 0,
    poisonShare: failure.poisonShare ?? 0,
    outages,
    isCrash: failure.kind === "crash",
  };
}

function planBackoff(backoff: Fleet["backoffSeconds"]): PlannedBackoff | undefined {
  if (backoff === undefined) return undefined;
  const {
    base,
    factor = 2,
    max = invisibleSecondsMax,
    jitter = "none",
  } = typeof backoff === "number" ? { base: backoff, factor: 1 } : backoff;
  return { baseSeconds: base, factor, maxSeconds: max, jitter };
}
