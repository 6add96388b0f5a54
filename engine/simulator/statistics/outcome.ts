/**
 * Makes the outcome of a simulation of the reports of its runs. Counts are summed; means and
 * percentiles are the means of the runs' own, with intervals over the runs. The order of the reports is
 * that of the runs, so the outcome does not depend on which thread ran what. Pure.
 */
import {
  type FleetReport,
  type LevelReport,
  type ProducerReport,
  type QueueReport,
  type ResourceReport,
  type RunReport,
  SHARES,
  type TimesReport,
} from "../events/report.ts";
import {
  CALLS_AT,
  DEDUPLICATED,
  DELETED,
  EMPTY_RECEIVES,
  IN_VAIN,
  MORE_AT,
  MOVED_IN,
  RECEIVE,
  RECEIVED,
  RECEIVED_BYTES,
  REDELIVERED,
  SENT,
  SENT_BYTES,
  THROTTLED_AT,
} from "../events/tally.ts";
import { callsPerSecondOf } from "../quotas.ts";
import type {
  CallName,
  Calls,
  ConsumerResult,
  Distribution,
  Estimate,
  InvokesResult,
  Level,
  Outcome,
  ProducerResult,
  QueueResult,
  ResourceResult,
  Speed,
} from "../result.ts";
import { invokePools } from "../scenario/invokePools.ts";
import type {
  Plan,
  PlannedFleet,
  PlannedProducer,
  PlannedQueue,
  PlannedResource,
} from "../scenario/plan.ts";
import { Histogram } from "./histogram.ts";
import { consumerSeries, queueSeries, resourceSeries } from "./series.ts";
import { meanOf } from "./student.ts";

const MS = 1_000;
const HOUR_MS = 3_600_000;

const CALL_NAMES: readonly CallName[] = [
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
];

/** The outcome of the runs that are there, the first ones. */
export function outcomeOf(plan: Plan, reports: readonly RunReport[], wallMs: number): Outcome {
  const sum = (of: (report: RunReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const simulatedMs = sum((report) => report.simulatedMs);
  return {
    seed: plan.seed,
    replications: reports.length,
    isComplete: reports.every((report) => report.isComplete),
    simulatedSeconds: simulatedMs / MS,
    runSeconds: simulatedMs / MS / reports.length,
    warmupSeconds: sum((report) => report.warmupMs) / MS / reports.length,
    events: sum((report) => report.events),
    queues: named(plan.queues, (queue, index) =>
      queueResult(
        plan,
        queue,
        partsOf(reports, ({ queues }) => queues[index]),
      ),
    ),
    producers: named(plan.producers, (producer, index) =>
      producerResult(
        plan,
        producer,
        partsOf(reports, ({ producers }) => producers[index]),
      ),
    ),
    consumers: named(plan.fleets, (fleet, index) =>
      consumerResult(
        plan,
        fleet,
        partsOf(reports, ({ fleets }) => fleets[index]),
      ),
    ),
    resources: named(plan.resources, (resource, index) =>
      resourceResult(
        resource,
        partsOf(reports, ({ resources }) => resources[index]),
      ),
    ),
    invokes: invokesResult(plan, reports),
    speed: speedOf(
      sum((report) => report.sent),
      wallMs,
    ),
  };
}

function speedOf(messages: number, wallMs: number): Speed {
  return { messages, wallSeconds: wallMs / MS, messagesPerSecond: (messages / wallMs) * MS };
}

function partsOf<T>(reports: readonly RunReport[], of: (report: RunReport) => T | undefined): T[] {
  return reports.map((report) => of(report) as T);
}

function named<T extends { readonly name: string }, R>(
  parts: readonly T[],
  result: (part: T, index: number) => R,
): Record<string, R> {
  return Object.fromEntries(parts.map((part, index) => [part.name, result(part, index)]));
}

/** JSON has no NaN. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Of values of the runs; one run says itself how sure it is. */
function estimateOf(values: readonly number[], own: number, scale: number): Estimate {
  const { mean, halfWidth } = meanOf(values);
  return {
    mean: known(mean / scale),
    halfWidth: known((values.length > 1 ? halfWidth : own) / scale),
  };
}

/**
 * Percentiles are those of all runs' times together: a short run's own are too low in the mean, since it
 * sees few of the rare long waits. How sure they are is told by the runs' own.
 */
function distributionOf(reports: readonly TimesReport[]): Distribution {
  const all = new Histogram();
  for (const report of reports) all.add(report);
  const { total: count, sum, squares, max } = all;
  const mean = sum / count;
  const variance = squares / count - mean * mean;
  const value = (share: number): number | null => known(all.percentile(share) / MS);
  const halfWidth = (index: number): number | null =>
    known(meanOf(reports.map(({ percentiles }) => percentiles[index] as number)).halfWidth / MS);
  const [p50, p90, p95, p99, p999] = SHARES;
  return {
    ...estimateOf(
      reports.map((report) => report.sum / report.total),
      reports[0]?.halfWidth ?? Number.NaN,
      MS,
    ),
    count,
    p50: value(p50),
    p90: value(p90),
    p95: value(p95),
    p99: value(p99),
    p999: value(p999),
    max: count === 0 ? null : max / MS,
    deviation: known(Math.sqrt(Math.max(0, variance)) / MS),
    halfWidths: {
      p50: halfWidth(0),
      p90: halfWidth(1),
      p95: halfWidth(2),
      p99: halfWidth(3),
      p999: halfWidth(4),
    },
  };
}

/** Null where the runs did not measure it. */
function distributionIf(reports: readonly (TimesReport | undefined)[]): Distribution | null {
  const measured = reports.flatMap((report) => report ?? []);
  return measured.length === 0 ? null : distributionOf(measured);
}

function levelOf(reports: readonly LevelReport[], scale = 1): Level {
  const highest = reports.reduce((one, other) => (other.max > one.max ? other : one));
  const means = reports.map(({ mean }) => mean);
  return {
    ...estimateOf(means, reports[0]?.halfWidth ?? Number.NaN, scale),
    max: highest.max / scale,
    maxAtSeconds: highest.maxAtMs / MS,
  };
}

function queueResult(
  whole: Plan,
  plan: PlannedQueue,
  reports: readonly QueueReport[],
): QueueResult {
  const counted = (which: number): number =>
    reports.reduce((sum, { counts }) => sum + (counts[which] as number), 0);
  const total = (of: (report: QueueReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  const level = (which: number, scale?: number): Level =>
    levelOf(
      reports.map(({ levels }) => levels[which] as LevelReport),
      scale,
    );
  const deleted = counted(DELETED);
  return {
    isFifo: plan.isFifo,
    initial: total(({ initial }) => initial),
    sent: counted(SENT),
    deduplicated: counted(DEDUPLICATED),
    movedIn: counted(MOVED_IN),
    received: counted(RECEIVED),
    deleted,
    deadLettered: total(({ moved, redriven }) => moved - redriven),
    redriven: total(({ redriven }) => redriven),
    expired: total(({ expired }) => expired),
    purged: 0,
    left: total(({ left }) => left),
    redelivered: counted(REDELIVERED),
    duplicates: counted(IN_VAIN),
    emptyReceives: counted(EMPTY_RECEIVES),
    waitSeconds: distributionOf(reports.map(({ wait }) => wait)),
    sojournSeconds: distributionOf(reports.map(({ sojourn }) => sojourn)),
    depth: level(0),
    inFlight: level(1),
    delayed: level(2),
    ageOfOldestSeconds: level(3, MS),
    ageOfNextSeconds: level(4, MS),
    drainedAtSeconds: drainedOf(reports),
    api: callsOf(counted, callsPerSecondOf(whole, plan)),
    series: queueSeries(reports.map(({ series }) => series)),
  };
}

/** One run that was never empty again leaves nothing to say of the others. */
function drainedOf(reports: readonly QueueReport[]): Estimate {
  const moments = reports.map(({ drainedAtMs }) => drainedAtMs);
  if (moments.some(Number.isNaN)) return { mean: null, halfWidth: null };
  return estimateOf(moments, Number.NaN, MS);
}

function callsOf(counted: (which: number) => number, perSecond: number): Calls {
  const byName = (value: (index: number) => number): Record<CallName, number> =>
    Object.fromEntries(CALL_NAMES.map((name, index) => [name, value(index)])) as Record<
      CallName,
      number
    >;
  const emptyReceives = counted(EMPTY_RECEIVES);
  return {
    quotaPerSecond: known(perSecond),
    calls: byName((index) => counted(CALLS_AT + index)),
    requests: byName((index) => counted(CALLS_AT + index) + counted(MORE_AT + index)),
    throttled: byName((index) => counted(THROTTLED_AT + index)),
    emptyReceives,
    emptyShare: known(emptyReceives / counted(CALLS_AT + RECEIVE)),
    sentBytes: counted(SENT_BYTES),
    receivedBytes: counted(RECEIVED_BYTES),
  };
}

function producerResult(
  plan: Plan,
  producer: PlannedProducer,
  reports: readonly ProducerReport[],
): ProducerResult {
  const total = (of: (report: ProducerReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  return {
    queue: nameAt(plan, producer.queue),
    sent: total(({ sent }) => sent),
    copies: total(({ copies }) => copies),
    calls: total(({ calls }) => calls),
    unsent: total(({ unsent }) => unsent),
    sendWaitSeconds: distributionIf(reports.map(({ sendWait }) => sendWait)),
    endToEndSeconds: plan.fleets.some(({ sends }) => sends.length > 0)
      ? distributionOf(reports.flatMap(({ journeys }) => journeys ?? []))
      : null,
  };
}

function consumerResult(
  plan: Plan,
  fleet: PlannedFleet,
  reports: readonly FleetReport[],
): ConsumerResult {
  const total = (of: (report: FleetReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  const busy = busyShare(fleet, reports);
  return {
    queue: nameAt(plan, fleet.queue),
    count: fleet.count,
    processes: levelOf(reports.map(({ size }) => size)),
    utilisation: busy.mean,
    utilisationHalfWidth: busy.halfWidth,
    handled: total(({ handled }) => handled),
    failed: total(({ failed }) => failed),
    sentOn: total(({ sentOn }) => sentOn),
    unsent: total(({ unsent }) => unsent),
    crashed: total(({ crashed }) => crashed),
    serviceSeconds: distributionOf(reports.map(({ service }) => service)),
    consumerHours: total(({ processMs }) => processMs) / HOUR_MS,
    pollerHours: total(({ pollerMs }) => pollerMs) / HOUR_MS,
    scaling: {
      out: total(({ outs }) => outs),
      in: total(({ ins }) => ins),
      throttled: total(({ throttled }) => throttled),
      restarted: total(({ restarted }) => restarted),
      killed: total(({ killed }) => killed),
      abandoned: total(({ abandoned }) => abandoned),
    },
    series: consumerSeries(
      reports.map(({ series }) => series),
      fleet,
    ),
  };
}

function resourceResult(
  { concurrency, perSecond }: PlannedResource,
  reports: readonly ResourceReport[],
): ResourceResult {
  const total = (of: (report: ResourceReport) => number): number =>
    reports.reduce((sum, report) => sum + of(report), 0);
  const shares = reports.map(({ used, wait, measuredMs }) =>
    concurrency < Number.POSITIVE_INFINITY
      ? used.mean / concurrency
      : (wait.total * MS) / (measuredMs * perSecond),
  );
  const own = (reports[0]?.used.halfWidth ?? Number.NaN) / concurrency;
  return {
    attempts: total(({ attempts }) => attempts),
    refused: total(({ refused }) => refused),
    utilisation: estimateOf(shares, own === 0 ? Number.NaN : own, 1),
    waiting: levelOf(reports.map(({ waiting }) => waiting)),
    waitSeconds: distributionOf(reports.map(({ wait }) => wait)),
    series: resourceSeries(reports.map(({ series }) => series)),
  };
}

function invokesResult(plan: Plan, reports: readonly RunReport[]): InvokesResult {
  const all = invokePools(plan.fleets).map(({ fleet, resource }, index) => {
    const parts = partsOf(reports, ({ invokes }) => invokes[index]);
    return { fleet, result: resourceResult(resource, parts) };
  });
  const reserved = all.flatMap(({ fleet, result }) =>
    fleet === undefined ? [] : [[(plan.fleets[fleet] as PlannedFleet).name, result] as const],
  );
  return {
    account: all.find(({ fleet }) => fleet === undefined)?.result ?? null,
    reserved: Object.fromEntries(reserved),
  };
}

/** Of the places that were there: of those of all processes, where their number stays. */
function busyShare(fleet: PlannedFleet, reports: readonly FleetReport[]): Estimate {
  const { count, concurrency, scaling } = fleet;
  if (scaling === undefined) {
    return levelOf(
      reports.map(({ busy }) => busy),
      count * concurrency,
    );
  }
  const [first] = reports;
  const shares = reports.map(({ busy, size }) => busy.mean / (size.mean * concurrency));
  const own = first === undefined ? Number.NaN : first.busy.halfWidth / first.size.mean;
  return estimateOf(shares, own / concurrency, 1);
}

function nameAt(plan: Plan, queue: number): string {
  return (plan.queues[queue] as PlannedQueue).name;
}
