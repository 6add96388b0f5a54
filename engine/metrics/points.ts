/**
 * What a metric of a queue was over a stretch of time, by periods of whole minutes: the minutes of all
 * queues that have had the name, the one that runs included, put together. Reads what the sampler
 * wrote; own thread only. A period in which nobody looked, or the queue was not there, has no samples.
 */
import { daysKept, type MetricKind } from "../metricNames.ts";
import { FIELDS, GREATEST, LEAST, type Life, SUM } from "./life.ts";
import { MINUTE_MS, MINUTES_A_DAY, Page, Refused } from "./page.ts";
import { kindAt, placeOf } from "./places.ts";
import { dayOf, type Store } from "./store.ts";

/** Minutes since 1970, the last one not included. */
export interface Stretch {
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly periodMinutes: number;
}

/** One period that has samples. */
export interface Point {
  /** When it begins: milliseconds since 1970. */
  readonly startMs: number;
  /** Of a gauge how often it was looked at, of a sum in how many minutes, of a size how many were sent. */
  readonly samples: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

const SENT = placeOf("NumberOfMessagesSent");

export class Points {
  readonly #stretch: Stretch;
  readonly #store: Store;
  /** The minute that runs. */
  readonly #running: number;
  /** The first of which anything may be known. */
  readonly #firstMinute: number;
  readonly #samples: Float64Array;
  readonly #sum: Float64Array;
  readonly #least: Float64Array;
  readonly #greatest: Float64Array;

  constructor(stretch: Stretch, store: Store, running: number) {
    this.#store = store;
    this.#running = running;
    const { periodMinutes } = stretch;
    this.#firstMinute = Math.max(store.firstMinute, running - daysKept * MINUTES_A_DAY);
    // Whole periods of which nothing is known are left out at once: a request may ask for centuries.
    const unknown = Math.floor((this.#firstMinute - stretch.fromMinute) / periodMinutes);
    const skipped = Number.isFinite(unknown) ? Math.max(0, unknown) * periodMinutes : 0;
    const fromMinute = stretch.fromMinute + skipped;
    const toMinute = Math.min(stretch.toMinute, running + 1);
    this.#stretch = { fromMinute, toMinute, periodMinutes };
    const count = Math.max(0, Math.ceil((toMinute - fromMinute) / periodMinutes));
    this.#samples = new Float64Array(count);
    this.#sum = new Float64Array(count);
    this.#least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.#greatest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  /** Those that have samples, in order of time. */
  all(): Point[] {
    const { fromMinute, periodMinutes } = this.#stretch;
    const points: Point[] = [];
    for (let index = 0; index < this.#samples.length; index++) {
      const samples = this.#samples[index] as number;
      if (samples === 0) continue;
      points.push({
        startMs: (fromMinute + index * periodMinutes) * MINUTE_MS,
        samples,
        sum: this.#sum[index] as number,
        minimum: this.#least[index] as number,
        maximum: this.#greatest[index] as number,
      });
    }
    return points;
  }

  /** Adds what one queue had. */
  add(life: Life, metric: number): void {
    if (!life.has(metric)) return;
    const { fromMinute, toMinute } = this.#stretch;
    const last = life.isEnded ? life.lastMinute : Math.max(life.lastMinute, this.#running);
    const end = Math.min(toMinute, last + 1);
    let minute = Math.max(fromMinute, life.firstMinute, this.#firstMinute);
    while (minute < end) {
      const dayEnd = (dayOf(minute) + 1) * MINUTES_A_DAY;
      this.#addDay(life, metric, minute, Math.min(end, dayEnd));
      minute = dayEnd;
    }
  }

  /** Minutes of one day. */
  #addDay(life: Life, metric: number, from: number, end: number): void {
    const day = dayOf(from);
    const page = this.#store.page(life, metric, day);
    const sent = this.#store.page(life, SENT, day);
    const kind = kindAt(metric);
    for (let minute = from; minute < end; minute++) {
      const looks = this.#looksAt(life, minute);
      const at = minute % MINUTES_A_DAY;
      if (looks === 0 || isRefused(page, at)) continue;
      const samples = samplesOf(kind, looks, sent, at);
      if (minute === this.#running && !life.isEnded) this.#addRunning(life, metric);
      else if (page instanceof Page) {
        const sum = page.sum[at] as number;
        this.#put(minute, samples, sum, page.least?.[at] ?? sum, page.greatest?.[at] ?? sum);
      } else this.#put(minute, samples, 0, 0, 0);
    }
  }

  #addRunning(life: Life, metric: number): void {
    const { running } = life;
    const at = metric * FIELDS;
    const sum = running[at + SUM] as number;
    const kind = kindAt(metric);
    if (kind === "sum") this.#put(this.#running, 1, sum, sum, sum);
    else {
      const samples = kind === "size" ? (running[SENT * FIELDS + SUM] as number) : life.samples;
      const least = running[at + LEAST] as number;
      this.#put(this.#running, samples, sum, least, running[at + GREATEST] as number);
    }
  }

  #put(minute: number, samples: number, sum: number, least: number, greatest: number): void {
    if (samples === 0) return;
    const { fromMinute, periodMinutes } = this.#stretch;
    const index = Math.floor((minute - fromMinute) / periodMinutes);
    (this.#samples[index] as number) += samples;
    (this.#sum[index] as number) += sum;
    this.#least[index] = Math.min(this.#least[index] as number, least);
    this.#greatest[index] = Math.max(this.#greatest[index] as number, greatest);
  }

  /** How often the queue was looked at in a minute; 0 where it was not there. */
  #looksAt(life: Life, minute: number): number {
    if (minute === this.#running && !life.isEnded) return life.samples;
    if (minute === life.lastMinute) return life.lastSamples;
    if (minute === life.firstMinute) return life.firstSamples;
    return this.#store.samples(minute);
  }
}

function isRefused(page: Page | Refused | undefined, minute: number): boolean {
  return page instanceof Refused && minute >= page.fromMinute;
}

/** How many samples a minute has of a metric, of a queue that was looked at so often. */
function samplesOf(
  kind: MetricKind,
  looks: number,
  sent: Page | Refused | undefined,
  minute: number,
): number {
  if (kind === "gauge") return looks;
  if (kind === "sum") return 1;
  return sent instanceof Page ? (sent.sum[minute] as number) : 0;
}
