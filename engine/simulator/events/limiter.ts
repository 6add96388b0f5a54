/**
 * A resource that handlings share: a place each for as long as they take, or so many starts in a second.
 * Who finds none stands in a line, or is refused. Guests are numbered as places of lanes are. Starts are
 * counted by the moment at which the next one would be due if they came evenly (GCRA): no sums of
 * fractions, so a wake-up is never a rounding too early.
 */
import type { PlannedResource } from "../scenario/plan.ts";
import { Histogram } from "../statistics/histogram.ts";
import { Meter } from "../statistics/meter.ts";
import type { Agenda } from "./agenda.ts";
import { Line } from "./line.ts";
import type { Timeline } from "./timeline.ts";

/** What is counted, by its place in the series. */
export const ATTEMPTED = 0;
export const REFUSED = 1;
export const BEGUN = 2;

/** Whose turn it is. */
export interface Guest {
  grant(place: number): void;
}

export interface LimiterParts {
  readonly plan: PlannedResource;
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  /** Guests there can be. */
  readonly places: number;
  readonly periodMs: number;
}

export class Limiter {
  readonly plan: PlannedResource;
  /** How long those waited that began. */
  readonly wait = new Histogram();
  readonly meter: Meter;
  /** By place. */
  guestOf: (place: number) => Guest | undefined = () => undefined;
  /** Used and waiting; nothing has an age. */
  readonly #levels = new Float64Array([0, 0, 0, Number.POSITIVE_INFINITY]);
  /** Handlings that asked, that were refused, and that began. */
  readonly #counts = new Float64Array(3);
  readonly #timeline: Timeline;
  readonly #agenda: Agenda;
  readonly #line: Line;
  readonly #holds: Uint8Array;
  readonly #since: Float64Array;
  readonly #gapMs: number;
  readonly #slackMs: number;
  #dueMs: number;
  #used = 0;
  #waiting = 0;
  #isArmed = false;
  #isTouched = false;

  constructor({ plan, timeline, agenda, places, periodMs }: LimiterParts) {
    this.plan = plan;
    this.#timeline = timeline;
    this.#agenda = agenda;
    this.#line = new Line(places);
    this.#holds = new Uint8Array(places);
    this.#since = new Float64Array(places);
    this.#gapMs = 1_000 / plan.perSecond;
    this.#slackMs = (plan.burst - 1) * this.#gapMs;
    this.#dueMs = timeline.nowMs;
    this.meter = new Meter(timeline.now, this.#levels, periodMs, this.#counts);
  }

  get isRefusing(): boolean {
    return this.plan.isRefusing;
  }

  get attempts(): number {
    return this.#counts[ATTEMPTED] as number;
  }

  get refused(): number {
    return this.#counts[REFUSED] as number;
  }

  #count(which: number): void {
    this.meter.pass();
    this.#counts[which] = (this.#counts[which] as number) + 1;
  }

  /** Whether the guest may begin. One that may not waits until it is granted, or was refused. */
  take(place: number): boolean {
    this.#count(ATTEMPTED);
    if (this.#line.first < 0 && this.#isFree) {
      this.#occupy(place, 0);
      return true;
    }
    if (this.isRefusing) {
      this.#count(REFUSED);
      return false;
    }
    this.#since[place] = this.#timeline.nowMs;
    this.#line.join(place);
    this.#waiting++;
    this.#touch();
    this.#arm();
    return false;
  }

  /** The guest has waited too long: it goes without. */
  giveUp(place: number): void {
    this.#count(REFUSED);
    this.leave(place);
  }

  /** The guest has done, or is no more. */
  leave(place: number): void {
    if (this.#line.has(place)) {
      this.#line.leave(place);
      this.#waiting--;
      this.#touch();
    } else if (this.#holds[place] === 1) {
      this.#holds[place] = 0;
      this.#used--;
      this.#touch();
      this.#serve();
    }
  }

  /** All of so many guests. */
  leaveAll(first: number, count: number): void {
    for (let place = first; place < first + count; place++) this.leave(place);
  }

  get #isFree(): boolean {
    if (this.plan.concurrency < Number.POSITIVE_INFINITY) return this.#used < this.plan.concurrency;
    return this.#dueMs - this.#slackMs <= this.#timeline.nowMs;
  }

  #occupy(place: number, waitedMs: number): void {
    this.#holds[place] = 1;
    this.#used++;
    this.#dueMs = Math.max(this.#dueMs, this.#timeline.nowMs) + this.#gapMs;
    this.wait.record(waitedMs);
    this.#count(BEGUN);
    this.#touch();
  }

  #serve(): void {
    while (this.#line.first >= 0 && this.#isFree) {
      const place = this.#line.first;
      this.#line.leave(place);
      this.#waiting--;
      this.#occupy(place, this.#timeline.nowMs - (this.#since[place] as number));
      this.guestOf(place)?.grant(place);
    }
    this.#arm();
  }

  /** Whoever is first gets up when the next start is due; a place that is left wakes by itself. */
  #arm(): void {
    const isByTime = this.plan.perSecond < Number.POSITIVE_INFINITY;
    if (!isByTime || this.#isArmed || this.#line.first < 0) return;
    this.#isArmed = true;
    this.#agenda.at(this.#dueMs - this.#slackMs, () => {
      this.#isArmed = false;
      this.#serve();
    });
  }

  /** The warm-up is over. */
  restart(): void {
    this.#touch();
    this.see();
    this.meter.restart();
    this.wait.clear();
  }

  #touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.meter.pass();
    this.#timeline.touch(this);
  }

  see(): void {
    this.#isTouched = false;
    this.#levels[0] = this.#used;
    this.#levels[1] = this.#waiting;
    this.meter.see();
  }

  /** Its levels until now, for the report. */
  settle(): void {
    this.#touch();
    this.see();
  }
}
