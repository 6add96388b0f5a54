/**
 * Looks at all queues of a broker once a second, and adds up what it finds by the minute: totals as
 * differences to what they were, gauges as they are. A look is a loop over words of the shared memory
 * and makes no object; only a queue that is new gets some. Who may call: Metrics. Own thread only.
 *
 * What was counted between two looks belongs to the minute in which the middle between them lies, so
 * that a look a little late moves nothing into the next minute.
 */
import { READING, type Survey, type Surveyed } from "../broker/survey.ts";
import type { Cancel } from "../clock.ts";
import { FIELDS, GREATEST, LEAST, Life, SUM } from "./life.ts";
import type { Lives } from "./lives.ts";
import { MINUTE_MS } from "./page.ts";
import { placeOf } from "./places.ts";
import type { Recent } from "./recent.ts";
import type { Store } from "./store.ts";

export const SECOND_MS = 1_000;

/** Told of a minute that is over, or as good as that, and of the queues of which there is something new. */
export type TellMinute = (minute: number, lives: Iterable<Life>) => void;

/** Sums, and which total of the engine each is a difference of. */
const SUMS: readonly (readonly [metric: number, reading: number])[] = [
  [placeOf("NumberOfDeduplicatedSentMessages"), READING.deduplicated],
  [placeOf("NumberOfEmptyReceives"), READING.emptyReceives],
  [placeOf("NumberOfMessagesDeleted"), READING.deleted],
  [placeOf("NumberOfMessagesReceived"), READING.received],
  [placeOf("NumberOfMessagesSent"), READING.sent],
];
/** Gauges that are what the engine says. */
const GAUGES: readonly (readonly [metric: number, reading: number])[] = [
  [placeOf("ApproximateNumberOfGroupsWithInflightMessages"), READING.groupsInFlight],
  [placeOf("ApproximateNumberOfMessagesDelayed"), READING.delayed],
  [placeOf("ApproximateNumberOfMessagesNotVisible"), READING.inFlight],
  [placeOf("ApproximateNumberOfMessagesVisible"), READING.visible],
];
const AGE = placeOf("ApproximateAgeOfOldestMessage");
const SIZE = placeOf("SentMessageSize");

export class Sampler {
  readonly #survey: Survey;
  readonly #lives: Lives;
  readonly #store: Store;
  readonly #recent: Recent;
  #version: number | undefined;
  #minute = Number.NEGATIVE_INFINITY;
  #lastMs: number | undefined;
  #latenessMs = 0;
  #cancel: Cancel | undefined;
  readonly #tell: TellMinute;
  /** Those of which the minute that runs has something that was not told. */
  readonly #untold = new Set<Life>();

  constructor(survey: Survey, lives: Lives, store: Store, recent: Recent, tell: TellMinute) {
    this.#survey = survey;
    this.#lives = lives;
    this.#store = store;
    this.#recent = recent;
    this.#tell = tell;
  }

  /** The minute since 1970 that runs. */
  get minute(): number {
    return this.#minute;
  }

  /** When it looked last, by the broker's clock. */
  get lastMs(): number {
    return this.#lastMs ?? Number.NaN;
  }

  /** How much later than it should the last look by the clock was. */
  get latenessMs(): number {
    return this.#latenessMs;
  }

  /** From now on it looks at each full second; `onFault` is told when that fails. */
  start(onFault: (error: unknown) => void): void {
    if (this.#cancel !== undefined) return;
    const arm = (): void => {
      const nowMs = this.#survey.nowMs();
      const dueMs = nowMs + SECOND_MS - (this.#survey.wallMs(nowMs) % SECOND_MS);
      this.#cancel = this.#survey.schedule(dueMs, () => {
        if (!this.#survey.isOpen) return;
        try {
          this.sample();
          this.#latenessMs = Math.max(0, this.#survey.nowMs() - dueMs);
        } catch (error) {
          onFault(error);
        }
        if (this.#survey.isOpen) arm();
      });
    };
    arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** What the minute that runs has so far goes to the store and is told; it may go on. */
  settle(): void {
    if (!Number.isFinite(this.#minute)) return;
    for (const life of this.#lives.present()) this.#settle(life);
    this.#tell(this.#minute, this.#untold);
    this.#untold.clear();
  }

  /** Looks once. */
  sample(): void {
    const survey = this.#survey;
    const nowMs = survey.nowMs();
    const isFirst = this.#lastMs === undefined;
    const betweenMs = Math.min(nowMs - (this.#lastMs ?? nowMs), SECOND_MS);
    this.#lastMs = nowMs;
    const wallMs = survey.wallMs(nowMs) - betweenMs / 2;
    this.#turnTo(Math.floor(wallMs / MINUTE_MS));
    if (survey.version !== this.#version) this.#learn(nowMs, isFirst);
    const second = Math.floor(wallMs / SECOND_MS);
    for (const life of this.#lives.present()) this.#look(life, nowMs, second);
  }

  #turnTo(minute: number): void {
    if (minute !== this.#minute) {
      this.settle();
      this.#minute = minute;
      this.#store.expire(minute);
      this.#lives.expire(this.#store.firstMinute);
    }
    this.#store.mark(minute);
  }

  /** What was counted of a queue in the minute that ran goes to the store. */
  #settle(life: Life): void {
    if (life.samples === 0 && !life.isBusy) return;
    const minute = this.#minute;
    life.samples = Math.max(1, life.samples);
    this.#store.write(life, minute);
    if (life.isBusy || !life.isKept) this.#untold.add(life);
    // A minute may be settled twice: where the process ended in it, or a queue.
    if (minute <= life.firstMinute) {
      life.firstSamples = life.samples + (minute === life.firstMinute ? life.firstSamples : 0);
    }
    life.firstMinute = Math.min(life.firstMinute, minute);
    if (minute >= life.lastMinute) {
      life.lastSamples = life.samples + (minute === life.lastMinute ? life.lastSamples : 0);
    }
    life.lastMinute = Math.max(life.lastMinute, minute);
    life.clear();
  }

  /** Which queues there are has changed. What one did before the first look is not counted. */
  #learn(nowMs: number, isFirst: boolean): void {
    // Read first: a change that comes meanwhile is found at the next look.
    const version = this.#survey.version;
    const queues = new Map<number, Surveyed>();
    for (const queue of this.#survey.queues()) queues.set(queue.incarnation, queue);
    for (const life of [...this.#lives.present()]) {
      if (queues.delete(life.incarnation)) {
        if (isFirst) this.#goOn(life, nowMs);
        continue;
      }
      if (this.#count(life, nowMs)) life.last.set(this.#survey.row);
      this.#settle(life);
      this.#lives.end(life, this.#store);
      this.#recent.forget(life);
      this.#untold.add(life);
    }
    for (const queue of queues.values()) {
      const life = new Life(queue, this.#survey.isFifo(queue.number), this.#minute);
      if (isFirst && this.#survey.read(queue, nowMs)) {
        life.last.set(this.#survey.row);
        this.#survey.takeLeastBytes(queue);
        this.#survey.takeGreatestBytes(queue);
      }
      this.#lives.begin(life);
    }
    this.#version = version;
  }

  /** A queue that a journal knew: no total may have grown by less than nothing. */
  #goOn(life: Life, nowMs: number): void {
    if (!this.#survey.read(life, nowMs)) return;
    for (const [place, value] of this.#survey.row.entries()) {
      life.last[place] = Math.min(life.last[place] as number, value);
    }
  }

  #look(life: Life, nowMs: number, second: number): void {
    if (!this.#count(life, nowMs)) return;
    const { row } = this.#survey;
    for (const [metric, reading] of GAUGES) this.#gauge(life, metric, row[reading] as number);
    const cameAtMs = row[READING.oldestCameAtMs] as number;
    const isEmpty = cameAtMs === Number.POSITIVE_INFINITY;
    this.#gauge(life, AGE, isEmpty ? 0 : Math.max(0, Math.floor((nowMs - cameAtMs) / SECOND_MS)));
    life.samples += 1;
    this.#recent.note(life, second, row);
    life.last.set(row);
  }

  /** Adds what the totals have grown by. False for a queue of which there is nothing to read. */
  #count(life: Life, nowMs: number): boolean {
    const survey = this.#survey;
    if (!survey.read(life, nowMs)) return false;
    const { row } = survey;
    const { last, running } = life;
    for (const [metric, reading] of SUMS) {
      const grown = (row[reading] as number) - (last[reading] as number);
      if (grown === 0) continue;
      (running[metric * FIELDS + SUM] as number) += grown;
      life.isBusy = true;
    }
    this.#size(life);
    return true;
  }

  #size(life: Life): void {
    const { running, last } = life;
    const { row } = this.#survey;
    const sent = (row[READING.sent] as number) - (last[READING.sent] as number);
    const bytes = (row[READING.sentBytes] as number) - (last[READING.sentBytes] as number);
    if (sent === 0 && bytes === 0) return;
    // A section that runs meanwhile may have stored the one and not yet the other.
    const average = Math.round(bytes / Math.max(1, sent));
    const least = this.#survey.takeLeastBytes(life) || average;
    const greatest = this.#survey.takeGreatestBytes(life) || average;
    const at = SIZE * FIELDS;
    const before = running[at + GREATEST] === 0 ? Number.POSITIVE_INFINITY : running[at + LEAST];
    running[at + LEAST] = Math.min(before as number, least);
    running[at + GREATEST] = Math.max(running[at + GREATEST] as number, greatest);
    (running[at + SUM] as number) += bytes;
  }

  #gauge(life: Life, metric: number, value: number): void {
    const { running, samples } = life;
    const at = metric * FIELDS;
    (running[at + SUM] as number) += value;
    if (samples === 0 || value < (running[at + LEAST] as number)) running[at + LEAST] = value;
    if (value > (running[at + GREATEST] as number)) running[at + GREATEST] = value;
    if (value !== 0) life.isBusy = true;
  }
}
