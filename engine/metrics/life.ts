/**
 * A queue from when it was made to when it was deleted, as metrics know it: one of the same name made
 * later, or by another account, is another. Holds what was counted in the minute that runs; minutes
 * that are over are in the store. Written by the sampler alone.
 */
import { READINGS, type Surveyed } from "../broker/survey.ts";
import { queueMetrics } from "../metricNames.ts";
import { metricAt } from "./places.ts";

/** Where a metric's three numbers stand in a row: at its place times this. */
export const FIELDS = 3;
export const SUM = 0;
export const LEAST = 1;
export const GREATEST = 2;

const metricsCount = queueMetrics.length;

export class Life {
  readonly account: string;
  readonly name: string;
  readonly number: number;
  readonly incarnation: number;
  readonly isFifo: boolean;
  /** Of the minute that runs: sum, least and greatest of each metric, in the order of queueMetrics. */
  readonly running: Float64Array = new Float64Array(metricsCount * FIELDS);
  /** How often the queue was looked at in the minute that runs. */
  samples = 0;
  /** False as long as the minute that runs has nothing but zeros. */
  isBusy = false;
  /** What the engine said when the queue was last looked at; totals are differences to that. */
  readonly last: Float64Array = new Float64Array(READINGS);
  /** The first and the last minute, since 1970, in which it was there and looked at. */
  firstMinute: number;
  lastMinute: number;
  /** How often it was looked at in these two, which it may have had only a part of. */
  firstSamples = 0;
  lastSamples = 0;
  isEnded = false;
  /** Whether it is told by its name where only so many queues may be. */
  isNamed = false;
  /** Whether the journal knows of it, where there is one. */
  isKept = false;

  constructor({ account, name, number, incarnation }: Surveyed, isFifo: boolean, minute: number) {
    this.account = account;
    this.name = name;
    this.number = number;
    this.incarnation = incarnation;
    this.isFifo = isFifo;
    this.firstMinute = minute;
    this.lastMinute = minute;
  }

  /** Whether a queue of its kind has the metric. */
  has(metric: number): boolean {
    return this.isFifo || metricAt(metric).isFifoOnly !== true;
  }

  /** What was counted in the minute that runs is somewhere else now. */
  clear(): void {
    this.running.fill(0);
    this.samples = 0;
    this.isBusy = false;
  }
}
