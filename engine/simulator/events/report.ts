/**
 * What a run reports: plain data that can be posted, in milliseconds, as it was measured. The outcome
 * is made of the reports of all runs. Types, and how parts of the run are read out.
 */
import type { CountedTimes, Histogram } from "../statistics/histogram.ts";
import type { Meter, SeriesData } from "../statistics/meter.ts";
import { meanOf } from "../statistics/student.ts";

/** The percentiles that are told. */
export const SHARES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;

export interface TimesReport extends CountedTimes {
  /** NaN where nothing was counted. */
  readonly percentiles: readonly number[];
  /** Of the mean, by batch means. */
  readonly halfWidth: number;
}

export interface LevelReport {
  readonly mean: number;
  readonly halfWidth: number;
  readonly max: number;
  readonly maxAtMs: number;
}

export interface QueueReport {
  readonly counts: Float64Array;
  readonly initial: number;
  /** Dead letters, and what was redriven. */
  readonly moved: number;
  readonly redriven: number;
  readonly expired: number;
  readonly left: number;
  readonly wait: TimesReport;
  readonly sojourn: TimesReport;
  /** Visible, in flight, delayed, age of the oldest, age of the next. */
  readonly levels: readonly LevelReport[];
  /** NaN: it was not empty again. */
  readonly drainedAtMs: number;
  readonly series: SeriesData;
}

export interface FleetReport {
  readonly busy: LevelReport;
  /** Processes that could work. */
  readonly size: LevelReport;
  readonly service: TimesReport;
  readonly handled: number;
  readonly failed: number;
  /** Messages that were sent on to other queues. */
  readonly sentOn: number;
  /** Messages to be sent on that a queue's quota held back to the end. */
  readonly unsent: number;
  readonly crashed: number;
  readonly processMs: number;
  /** Of provisioned pollers. */
  readonly pollerMs: number;
  /** How often the autoscaler wanted more, and fewer. */
  readonly outs: number;
  readonly ins: number;
  /** Batches of a function that were given up for want of a place. */
  readonly throttled: number;
  /** Processes that deploys replaced. */
  readonly restarted: number;
  /** Processes ended with messages in hand, and those messages. */
  readonly killed: number;
  readonly abandoned: number;
  readonly series: SeriesData;
}

export interface ProducerReport {
  readonly sent: number;
  readonly copies: number;
  readonly calls: number;
  /** Messages that a queue's quota held back to the end. */
  readonly unsent: number;
  /** From when a message was to be sent until it was; undefined where no quota counts its calls. */
  readonly sendWait: TimesReport | undefined;
  /** From the first send to the last delete of all that came of it; undefined where nothing is sent on. */
  readonly journeys: TimesReport | undefined;
}

export interface ResourceReport {
  readonly attempts: number;
  readonly refused: number;
  /** Since the warm-up. */
  readonly measuredMs: number;
  readonly used: LevelReport;
  readonly waiting: LevelReport;
  readonly wait: TimesReport;
  readonly series: SeriesData;
}

export interface RunReport {
  readonly run: number;
  readonly isComplete: boolean;
  readonly simulatedMs: number;
  readonly warmupMs: number;
  readonly events: number;
  readonly sent: number;
  readonly queues: readonly QueueReport[];
  readonly fleets: readonly FleetReport[];
  readonly producers: readonly ProducerReport[];
  readonly resources: readonly ResourceReport[];
  /** Of Lambda functions, as Plan.invokes has them. */
  readonly invokes: readonly ResourceReport[];
}

export function timesOf(histogram: Histogram): TimesReport {
  const { total, sum, max, halfWidth, buckets } = histogram;
  const percentiles = SHARES.map((share) => histogram.percentile(share));
  return { total, sum, max, buckets, percentiles, halfWidth };
}

/** Batches of a level's mean: so many parts of the time that was measured. */
const PARTS = 32;

/** A level of a meter (0 to 2, 3 the age); its half width is that of the means of equal parts. */
export function levelOf(meter: Meter, which: number, series: SeriesData): LevelReport {
  const mean = meter.mean(which);
  const max = meter.max(which);
  return { mean, max, maxAtMs: meter.maxAtMs(which), halfWidth: halfWidthOf(meter, which, series) };
}

function halfWidthOf(meter: Meter, which: number, series: SeriesData): number {
  if (which > 2) return Number.NaN;
  const { width, values, periodMs } = series;
  const whole = values.length / width - 1;
  // Periods that lie in what was measured.
  const first = Math.ceil(meter.sinceMs / periodMs);
  const each = Math.floor((whole - first) / PARTS);
  if (each < 1) return Number.NaN;
  const means = Array.from({ length: PARTS }, (_, part) => {
    let area = 0;
    for (let index = 0; index < each; index++) {
      area += values[(first + part * each + index) * width + which] as number;
    }
    return area / (each * periodMs);
  });
  return meanOf(means).halfWidth;
}
