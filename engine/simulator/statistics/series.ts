/**
 * The series of a result, made of those of the runs: brought to the longest period of any, and the mean
 * of the runs that lasted so long. Pure.
 */
import { ATTEMPTED, BEGUN, REFUSED } from "../events/limiter.ts";
import { DELETED, EMPTY_RECEIVES, RECEIVED, SENT, SENT_BYTES, THROTTLED } from "../events/tally.ts";
import type { ConsumerSeries, QueueSeries, ResourceSeries } from "../result.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import { AGE_COLUMN, COUNTS_COLUMN, type SeriesData } from "./meter.ts";

const MS = 1_000;

interface Merged {
  readonly periodMs: number;
  readonly periods: number;
  /** The mean over the runs of a column's sum in a period. */
  sum(column: number, period: number): number;
  /** How long the runs that reached a period were in it, in the mean. */
  heldMs(period: number): number;
}

/** Of every period: a count's sum, a level's mean. */
function columnsOf(merged: Merged) {
  const counts = (which: number): number[] =>
    column(merged, (at) => merged.sum(COUNTS_COLUMN + which, at));
  const level = (which: number): number[] =>
    column(merged, (at) => merged.sum(which, at) / merged.heldMs(at));
  return { counts, level };
}

export function queueSeries(runs: readonly SeriesData[]): QueueSeries {
  const merged = merge(runs);
  const { counts, level } = columnsOf(merged);
  return {
    periodSeconds: merged.periodMs / MS,
    NumberOfMessagesSent: counts(SENT),
    NumberOfMessagesReceived: counts(RECEIVED),
    NumberOfMessagesDeleted: counts(DELETED),
    NumberOfEmptyReceives: counts(EMPTY_RECEIVES),
    ThrottledCalls: counts(THROTTLED),
    SentMessageSize: Array.from({ length: merged.periods }, (_, at) => {
      const sent = merged.sum(COUNTS_COLUMN + SENT, at);
      return sent === 0 ? null : merged.sum(COUNTS_COLUMN + SENT_BYTES, at) / sent;
    }),
    ApproximateNumberOfMessagesVisible: level(0),
    ApproximateNumberOfMessagesNotVisible: level(1),
    ApproximateNumberOfMessagesDelayed: level(2),
    ApproximateAgeOfOldestMessage: column(merged, (at) => merged.sum(AGE_COLUMN, at) / MS),
  };
}

export function resourceSeries(runs: readonly SeriesData[]): ResourceSeries {
  const merged = merge(runs);
  const { counts, level } = columnsOf(merged);
  return {
    periodSeconds: merged.periodMs / MS,
    InUse: level(0),
    Waiting: level(1),
    NumberOfAttempts: counts(ATTEMPTED),
    NumberBegun: counts(BEGUN),
    NumberRefused: counts(REFUSED),
  };
}

export function consumerSeries(
  runs: readonly SeriesData[],
  { count, concurrency, scaling }: PlannedFleet,
): ConsumerSeries {
  const merged = merge(runs);
  const level = (which: number): number[] =>
    column(merged, (at) => merged.sum(which, at) / merged.heldMs(at));
  const sizes = level(1);
  const share = (busy: number, at: number): number => {
    const processes = scaling === undefined ? count : (sizes[at] as number);
    return processes === 0 ? 0 : busy / (processes * concurrency);
  };
  return {
    periodSeconds: merged.periodMs / MS,
    FleetSize: sizes,
    DesiredSize: level(2),
    Utilisation: level(0).map(share),
  };
}

function column(merged: Merged, value: (period: number) => number): number[] {
  return Array.from({ length: merged.periods }, (_, period) => value(period));
}

function merge(runs: readonly SeriesData[]): Merged {
  const periodMs = Math.max(...runs.map((run) => run.periodMs));
  const folded = runs.map((run) => fold(run, periodMs));
  const periods = Math.max(...folded.map(({ count }) => count));
  const mean = (period: number, of: (run: Folded) => number): number => {
    const there = folded.filter(({ count }) => count > period);
    return there.reduce((sum, run) => sum + of(run), 0) / there.length;
  };
  return {
    periodMs,
    periods,
    sum: (which, period) => mean(period, (run) => run.values[period * run.width + which] as number),
    heldMs: (period) => mean(period, (run) => (period === run.count - 1 ? run.lastMs : periodMs)),
  };
}

interface Folded {
  readonly width: number;
  readonly count: number;
  readonly lastMs: number;
  readonly values: Float64Array;
}

/** As if the periods had been so long from the beginning: a power of two times what they were. */
function fold({ periodMs, lastMs, width, values }: SeriesData, to: number): Folded {
  const together = to / periodMs;
  const before = values.length / width;
  const count = Math.ceil(before / together);
  const folded = new Float64Array(count * width);
  for (let index = 0; index < before; index++) {
    const at = Math.floor(index / together) * width;
    for (let which = 0; which < width; which++) {
      const value = values[index * width + which] as number;
      const sum = folded[at + which] as number;
      folded[at + which] = which === AGE_COLUMN ? Math.max(sum, value) : sum + value;
    }
  }
  const lastCount = before - (count - 1) * together;
  return { width, count, values: folded, lastMs: (lastCount - 1) * periodMs + lastMs };
}
