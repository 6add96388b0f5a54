/**
 * A flow: producers, a queue, consumers, in the process that measures nothing else meanwhile. Its
 * figure is the rate at which messages are deleted, by the broker's own count; it stands only if, in
 * the end, every id that was sent was received exactly once, in order where that is promised, and
 * with the bytes it was sent with.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Broker, type Queue } from "../../engine/index.ts";
import type { Pace } from "../run/pace.ts";
import { type Measured, type Meter, measure, warmUp } from "../run/windows.ts";
import { Producers, startConsumers } from "./crew.ts";
import { type Faults, faultsOf } from "./tally.ts";
import {
  aheadMaxOf,
  clockMs,
  type FlowSpec,
  type LatencyBucket,
  type ReceiverData,
} from "./words.ts";

export interface FlowOutcome {
  readonly measured: Measured;
  readonly refused: number;
  readonly sent: number;
  readonly gcNsPerMessage: number;
  /** Of each consumer, of each window. */
  readonly latencies: readonly (readonly (readonly LatencyBucket[])[])[];
  readonly faults: Faults;
  /** Threads began later than the schedule did: of its latencies nothing can be said. */
  readonly isLate: boolean;
}

const MEMORY_BYTES = 3.5 * 2 ** 30;
const MESSAGES_MAX = 2_300_000;
/** Longer than any flow: nothing comes twice because it took long. */
const VISIBILITY_SECONDS = 43_200;
/** For the last messages, when nobody sends any more. */
const DRAIN_MS = 60_000;
const LOOK_MS = 2;

let flows = 0;

export async function createQueue(broker: Broker, { case: one }: FlowSpec): Promise<Queue> {
  const visibilityTimeout = VISIBILITY_SECONDS;
  if (one.type === "standard") return broker.createQueue("bench", { visibilityTimeout });
  return broker.createQueue("bench.fifo", {
    visibilityTimeout,
    fifoQueue: true,
    ...(one.type === "fifoHighThroughput" && {
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
    }),
  });
}

function receiverOf(spec: FlowSpec): ReceiverData {
  const { type, bodyBytes, groups = 1 } = spec.case;
  return {
    channel: `sluice-bench-${process.pid}-${flows++}`,
    body: spec.body,
    bodyBytes,
    groups: type === "standard" ? undefined : groups,
    schedule: spec.schedule,
    isShared: spec.case.consumers > 1,
  };
}

/** Until so many were deleted; false: they were not, and no more are. */
async function drained(queue: Queue, sent: number): Promise<boolean> {
  let last = -1;
  let untilMs = clockMs() + DRAIN_MS;
  for (;;) {
    const { messagesDeleted } = queue.totals();
    if (messagesDeleted >= sent) return true;
    if (queue.counts().visible + queue.counts().inFlight === 0) return false;
    if (messagesDeleted > last) untilMs = clockMs() + DRAIN_MS;
    if (clockMs() > untilMs) return false;
    last = messagesDeleted;
    await sleep(LOOK_MS);
  }
}

export function openBroker(quotas: "aws" | "off"): Promise<Broker> {
  return Broker.open({ memoryBytes: MEMORY_BYTES, messagesMax: MESSAGES_MAX, quotas });
}

/** How producers send, and what is measured meanwhile; each way ends with producers that still send. */
type Way = (parts: {
  readonly queue: Queue;
  readonly spec: FlowSpec;
  readonly producers: Producers;
  readonly consumersStart: () => Promise<void>;
  readonly pace: Pace;
}) => Promise<Measured>;

const meterOf = (queue: Queue): Meter => ({
  count: () => queue.totals().messagesDeleted,
  sent: () => queue.totals().messagesSent,
});

/** As fast as both can, with so many waiting all the while. */
const steady: Way = async ({ queue, spec, producers, consumersStart, pace }) => {
  const { backlog = 0, producers: count, bodyBytes } = spec.case;
  if (backlog > 0) {
    producers.begin({ kind: "fill", messages: Math.ceil(backlog / count) });
    await producers.heard("filled");
  }
  await consumersStart();
  producers.begin({ kind: "closed", aheadMax: backlog + aheadMaxOf(bodyBytes) });
  const meter = meterOf(queue);
  const isWarm = await warmUp(meter, pace.warmUpMs);
  return measure(meter, pace, isWarm);
};

/** Producers come first, until the bucket is empty. */
const underQuota: Way = async ({ queue, spec, producers, consumersStart, pace }) => {
  const refused = producers.heard("refused");
  producers.begin({ kind: "closed", aheadMax: 10 * aheadMaxOf(spec.case.bodyBytes) });
  await refused;
  await consumersStart();
  // The burst is over when what waits is less than what comes in a moment.
  await sleep(pace.quotaWindowMs);
  const { quotaWindows: windows, quotaWindowMs: windowMs } = pace;
  return measure(meterOf(queue), { windows, windowMs }, true);
};

const scheduled: Way = async ({ queue, spec, producers, consumersStart, pace }) => {
  const { fromMs, everyMs, keptFrom } = spec.schedule ?? { fromMs: 0, everyMs: 0, keptFrom: 0 };
  await consumersStart();
  producers.begin({ kind: "scheduled" });
  await sleep(fromMs + keptFrom * everyMs - clockMs());
  return measure(meterOf(queue), pace, true);
};

/** The first part, in which threads begin, and the last are not measured. */
const DRAINED_WINDOWS = 6;

/** Preloaded, then drained while producers go on at half the consumers' rate. */
const draining: Way = async ({ queue, spec, producers, consumersStart }) => {
  const { backlog = 0, producers: count } = spec.case;
  producers.begin({ kind: "fill", messages: Math.ceil(backlog / count) });
  await producers.heard("filled");
  producers.begin({ kind: "half", filled: queue.totals().messagesSent });
  await consumersStart();
  let left = backlog;
  const work = async (): Promise<void> => {
    left -= backlog / (DRAINED_WINDOWS + 2);
    while (queue.counts().visible > left) await sleep(LOOK_MS);
  };
  await work();
  return measure({ ...meterOf(queue), work }, { windows: DRAINED_WINDOWS, windowMs: 0 }, true);
};

function wayOf(spec: FlowSpec, refuses: boolean): Way {
  if (spec.schedule !== undefined) return scheduled;
  if (refuses) return underQuota;
  return spec.case.load === "drained" ? draining : steady;
}

export async function runFlow(spec: FlowSpec, pace: Pace): Promise<FlowOutcome> {
  const { type, quotas } = spec.case;
  const broker = await openBroker(quotas);
  const queue = await createQueue(broker, spec);
  const receiver = receiverOf(spec);
  const producers = await Producers.start(broker, queue, spec, receiver);
  let consumers: Awaited<ReturnType<typeof startConsumers>> | undefined;
  let startedMs = 0;
  const consumersStart = async (): Promise<void> => {
    consumers = await startConsumers(broker, queue, spec, receiver);
    startedMs = clockMs();
  };
  const way = wayOf(spec, quotas === "aws" && type !== "standard");
  const measuring = way({ queue, spec, producers, consumersStart, pace });
  const measured = await Promise.race([producers.failed, measuring]);
  const sent = await producers.stop();
  const bySender: number[] = [];
  for (const { producer, sent: count } of sent) bySender[producer] = count;
  const total = sent.reduce((sum, { sent: count }) => sum + count, 0);
  await drained(queue, total);
  const received = (await consumers?.stop()) ?? [];
  await broker.close();
  const gcMs = [...sent, ...received].reduce((sum, one) => sum + one.gcMs, 0);
  return {
    measured,
    refused: sent.reduce((sum, { refused }) => sum + refused, 0),
    sent: total,
    gcNsPerMessage: (gcMs * 1e6) / total,
    latencies: received.map(({ latencies }) => latencies),
    faults: faultsOf(
      received.map(({ tally }) => tally),
      bySender,
      received.flatMap(({ arrivals }) => arrivals),
    ),
    isLate: spec.schedule !== undefined && startedMs > spec.schedule.fromMs,
  };
}
