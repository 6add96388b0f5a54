/**
 * The minutes that are over, by day: for each whether the sampler ran, and pages of what happened in
 * queues. No page means zeros where the sampler ran and the queue was there; a day that is not here is
 * one of which nothing is known. Fifteen days are kept, in no more than so many bytes: the oldest day
 * goes first, and where today alone is too much, further pages are refused. Own thread only.
 */
import { daysKept, queueMetrics } from "../metricNames.ts";
import { FIELDS, GREATEST, LEAST, type Life, SUM } from "./life.ts";
import { MINUTE_MS, MINUTES_A_DAY, Page, Refused, type Values } from "./page.ts";
import { kindAt } from "./places.ts";

/** The greatest number that a page holds of most metrics. */
const WORD_MAX = 2 ** 32 - 1;
/** More samples in a minute than that are counted as so many. */
const SAMPLES_MAX = 65_535;
/** About what a day and its index of pages take besides the pages. */
const DAY_BYTES = 4_096;
const INDEX_BYTES = 256;

type Pages = (Page | Refused | undefined)[];

class Day {
  readonly samples: Uint16Array = new Uint16Array(MINUTES_A_DAY);
  readonly pages = new Map<Life, Pages>();
  bytes = DAY_BYTES;
  isRefusing = false;
}

export interface StoreOptions {
  /** Most bytes of all pages together. */
  readonly memoryBytes: number;
  /** Told, in a sentence, of what is not kept for want of memory. */
  readonly onLoss: (sentence: string) => void;
}

export class Store {
  readonly #options: StoreOptions;
  /** By number since 1970, in that order. */
  readonly #days = new Map<number, Day>();
  #bytes = 0;
  /** Days before this are gone. */
  #firstDay = Number.NEGATIVE_INFINITY;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The first minute of which anything may be known. */
  get firstMinute(): number {
    return this.#firstDay * MINUTES_A_DAY;
  }

  /** The sampler runs in this minute. */
  mark(minute: number): void {
    const day = this.#day(dayOf(minute));
    const at = minute % MINUTES_A_DAY;
    if (day !== undefined) day.samples[at] = Math.min((day.samples[at] as number) + 1, SAMPLES_MAX);
  }

  /** How often the sampler ran in a minute; 0: nothing is known of it. */
  samples(minute: number): number {
    return this.#days.get(dayOf(minute))?.samples[minute % MINUTES_A_DAY] ?? 0;
  }

  /** Undefined: zeros, if the sampler ran. */
  page(life: Life, metric: number, day: number): Page | Refused | undefined {
    return this.#days.get(day)?.pages.get(life)?.[metric];
  }

  /** Gives up what is kept of a queue. */
  forget(life: Life): void {
    for (const day of this.#days.values()) {
      let bytes = 0;
      for (const [metric, page] of (day.pages.get(life) ?? []).entries()) {
        if (page instanceof Page) bytes += bytesOf(metric);
      }
      if (bytes > 0) bytes += INDEX_BYTES;
      day.pages.delete(life);
      day.bytes -= bytes;
      this.#bytes -= bytes;
    }
  }

  /** Keeps what a queue has of a minute; more of a minute that it has kept already is added to that. */
  write(life: Life, minute: number): void {
    const day = this.#day(dayOf(minute));
    if (day === undefined) return;
    const pages = day.pages.get(life);
    if (pages === undefined && !life.isBusy) return;
    const isAgain = minute <= life.lastMinute && life.lastSamples > 0;
    for (let metric = 0; metric < queueMetrics.length; metric++) {
      const at = metric * FIELDS;
      const page = pages?.[metric];
      if (page === undefined && isZero(life.running, at)) continue;
      const kept = page ?? this.#newPage(day, life, metric, minute);
      if (kept instanceof Page) merge(kept, minute % MINUTES_A_DAY, life.running, at, isAgain);
    }
  }

  /** How often the sampler ran in a minute, as a journal has it; of two numbers the greater. */
  restoreSamples(minute: number, samples: number): void {
    const day = this.#day(dayOf(minute));
    const at = minute % MINUTES_A_DAY;
    if (day !== undefined) day.samples[at] = Math.max(day.samples[at] as number, samples);
  }

  /**
   * A minute of a metric as a journal has it. It may have several of one minute, in any order; numbers of a
   * minute only spread as it goes on.
   */
  restore(life: Life, minute: number, metric: number, { sum, least, greatest }: Values): void {
    const day = this.#day(dayOf(minute));
    if (day === undefined) return;
    const page = day.pages.get(life)?.[metric] ?? this.#newPage(day, life, metric, minute);
    if (!(page instanceof Page)) return;
    const at = minute % MINUTES_A_DAY;
    const isFirst = page.sum[at] === 0 && (page.greatest?.[at] ?? 0) === 0;
    page.sum[at] = Math.max(page.sum[at] as number, sum);
    if (page.least === undefined || page.greatest === undefined) return;
    page.least[at] = isFirst ? least : Math.min(page.least[at] as number, least);
    page.greatest[at] = Math.max(page.greatest[at] as number, greatest);
  }

  /** Forgets what is too old at this minute. */
  expire(minute: number): void {
    const first = dayOf(minute) - daysKept;
    for (const number of this.#days.keys()) if (number < first) this.#drop(number);
    this.#firstDay = Math.max(this.#firstDay, first);
  }

  /** Makes room for something of that size that is kept elsewhere; false where that can't be. */
  reserve(bytes: number, minute: number): boolean {
    if (!this.#makeRoom(bytes, dayOf(minute))) return false;
    this.#bytes += bytes;
    return true;
  }

  free(bytes: number): void {
    this.#bytes -= bytes;
  }

  #day(number: number): Day | undefined {
    const known = this.#days.get(number);
    if (known !== undefined) return known;
    if (number < this.#firstDay) return undefined;
    const day = new Day();
    this.#days.set(number, day);
    this.#bytes += DAY_BYTES;
    return day;
  }

  #newPage(day: Day, life: Life, metric: number, minute: number): Page | Refused {
    const index = day.pages.get(life);
    // Once refusing, a day refuses all, so that a queue's index is paid for with its first page.
    const bytes = bytesOf(metric) + (index === undefined ? INDEX_BYTES : 0);
    const hasRoom = !day.isRefusing && this.#makeRoom(bytes, dayOf(minute));
    const page = hasRoom ? new Page(kindAt(metric)) : new Refused(minute % MINUTES_A_DAY);
    if (hasRoom) {
      this.#bytes += bytes;
      day.bytes += bytes;
    } else if (!day.isRefusing) {
      day.isRefusing = true;
      this.#options.onLoss(
        `The metrics of one day fill their ${this.#options.memoryBytes} bytes; what happens in ` +
          "further queues today is not kept.",
      );
    }
    if (index === undefined) day.pages.set(life, pagesWith(metric, page));
    else index[metric] = page;
    return page;
  }

  /** Whether so many bytes are free, after the oldest days before this one are gone if need be. */
  #makeRoom(bytes: number, today: number): boolean {
    while (this.#bytes + bytes > this.#options.memoryBytes) {
      const oldest = Math.min(...this.#days.keys());
      if (!(oldest < today)) return false;
      this.#drop(oldest);
      this.#firstDay = oldest + 1;
      const date = new Date(oldest * MINUTES_A_DAY * MINUTE_MS).toISOString().slice(0, 10);
      this.#options.onLoss(
        `The metrics of ${date} and before are dropped, because all metrics together may take ` +
          `${this.#options.memoryBytes} bytes.`,
      );
    }
    return true;
  }

  #drop(number: number): void {
    this.#bytes -= this.#days.get(number)?.bytes ?? 0;
    this.#days.delete(number);
  }
}

export function dayOf(minute: number): number {
  return Math.floor(minute / MINUTES_A_DAY);
}

function bytesOf(metric: number): number {
  return Page.bytesOf(kindAt(metric));
}

function pagesWith(metric: number, page: Page | Refused): Pages {
  const pages: Pages = new Array(queueMetrics.length).fill(undefined);
  pages[metric] = page;
  return pages;
}

function isZero(row: Float64Array, at: number): boolean {
  return row[at + SUM] === 0 && row[at + GREATEST] === 0;
}

function merge(page: Page, minute: number, row: Float64Array, at: number, isAgain: boolean): void {
  const { sum, least, greatest } = page;
  const added = row[at + SUM] as number;
  const before = isAgain ? (sum[minute] as number) : 0;
  const isSize = sum instanceof Float64Array;
  sum[minute] = isSize ? before + added : Math.min(before + added, WORD_MAX);
  if (least === undefined || greatest === undefined) return;
  // Where nothing was sent there is no size, while a gauge has its zeros.
  if (isSize && added === 0) return;
  const isFirst = !isAgain || (isSize && before === 0);
  const low = row[at + LEAST] as number;
  const high = row[at + GREATEST] as number;
  least[minute] = isFirst ? low : Math.min(least[minute] as number, low);
  greatest[minute] = isFirst ? high : Math.max(greatest[minute] as number, high);
}
