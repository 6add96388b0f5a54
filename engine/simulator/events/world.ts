/**
 * A run: its time, its queues, who sends and who takes, and the loop in which it all happens. The broker
 * is its own; nobody else knows it. It goes on in steps, so that whoever runs it can tell how far it
 * is, and stop it.
 */

import { roughRateOf } from "../random/arrivals.ts";
import type { Plan } from "../scenario/plan.ts";
import { Agenda } from "./agenda.ts";
import { checkBalance, checkWhole } from "./balance.ts";
import { buildParts, type Frame, makeCards, type Parts } from "./build.ts";
import { Copies } from "./copies.ts";
import type { Fleet } from "./fleet.ts";
import type { Handling } from "./handling.ts";
import {
  ARRIVAL,
  BEAT,
  CONTROL,
  COPY,
  DONE,
  eventOf,
  kindOf,
  LOOK,
  MOMENT,
  NEXT,
  PLACE_DONE,
  PLACE_SETTLE,
  partOf,
  SETTLE,
  SETTLED,
  START,
  TIMER,
  WAIT_OVER,
} from "./kinds.ts";
import { PLACES } from "./lanes.ts";
import { Loops } from "./loops.ts";
import type { Producer } from "./producer.ts";
import { reportOfFleet, reportOfProducer, reportOfQueue, reportOfResource } from "./readOut.ts";
import type { RunReport } from "./report.ts";
import type { SimQueue } from "./simQueue.ts";
import { Timeline } from "./timeline.ts";

/** The engine's time when a run begins, but for messages that were sent before. */
const BEGIN_MS = 1_000_000;
const MS = 1_000;

// Moments of the plan, as parts of MOMENT.
const END = 0;
const WARM = 1;

/** So many events at one moment, and it is taken to last for ever. */
const STILL_MAX = 20_000_000;

/** So many periods has a series at first, if all goes as planned. */
const PERIODS = 256;

export class World {
  readonly #frame: Frame;
  readonly #parts: Parts;
  readonly #beginMs: number;
  readonly #producers: readonly Producer[];
  /** By lane. */
  readonly #handlings: readonly Handling[];
  readonly #most: number;
  #warmMs: number;
  #events = 0;
  #isWarm = false;
  /** Whether the warm-up's time is over; its messages may not be sent yet. */
  #isLate: boolean;
  #isOver = false;
  #isComplete = false;
  /** Events since time went on. */
  #still = 0;

  private constructor(frame: Frame, parts: Parts) {
    this.#frame = frame;
    this.#parts = parts;
    this.#beginMs = frame.timeline.nowMs;
    this.#producers = parts.producers;
    this.#handlings = parts.fleetOf.map(({ handling }) => handling);
    this.#most = frame.allowance.most;
    this.#warmMs = this.#beginMs;
    this.#isLate = frame.plan.warmup.seconds === 0;
  }

  /** Run `run`, which counts from 0, ready to begin. */
  static async open(plan: Plan, run: number): Promise<World> {
    const age = plan.queues.reduce(
      (most, { backlog }) => Math.max(most, backlog?.ageSeconds ?? 0),
      0,
    );
    const timeline = new Timeline();
    timeline.nowMs = BEGIN_MS + age * MS;
    const agenda = new Agenda(timeline);
    const since = new Float64Array(1);
    const cards = makeCards(plan, run, since);
    const loops = new Loops(cards, timeline);
    const frame: Frame = {
      ...{ plan, run, timeline, agenda, copies: new Copies(), freed: loops, cards, since },
      allowance: { sent: new Float64Array(1), most: plan.horizon.messages },
      periodMs: periodOf(plan),
    };
    const parts = await buildParts(frame);
    loops.join(parts.producers, parts.queues);
    const world = new World(frame, parts);
    world.#start();
    return world;
  }

  #start(): void {
    const { plan, timeline } = this.#frame;
    const { horizon, warmup } = plan;
    if (horizon.seconds < Number.POSITIVE_INFINITY) {
      timeline.plan(this.#beginMs + horizon.seconds * MS, eventOf(MOMENT, END));
    }
    if (warmup.seconds > 0) {
      timeline.plan(this.#beginMs + warmup.seconds * MS, eventOf(MOMENT, WARM));
    }
    for (const { processes } of this.#parts.fleets) processes.start();
    for (const scaler of this.#parts.scalers) scaler?.start();
    for (const rollout of this.#parts.rollouts) rollout.start();
    for (const redriver of this.#parts.redrivers) redriver.start();
    for (const producer of this.#parts.producers) producer.start();
    this.#isWarm = warmup.messages === 0 && this.#isLate;
    timeline.seeTouched();
  }

  /** Its queues, in the plan's order: to be looked at between steps. */
  get queues(): readonly SimQueue[] {
    return this.#parts.queues;
  }

  get nowMs(): number {
    return this.#frame.timeline.nowMs;
  }

  /** How far it is: of 1. */
  get share(): number {
    const { plan, timeline, allowance } = this.#frame;
    const { horizon } = plan;
    const seconds = (timeline.nowMs - this.#beginMs) / MS;
    return Math.max(this.sent / allowance.most, seconds / horizon.seconds);
  }

  get sent(): number {
    return this.#frame.allowance.sent[0] as number;
  }

  /** Goes on for so many events; false when the run is over. */
  step(events: number): boolean {
    const { timeline } = this.#frame;
    let left = events;
    for (; left > 0 && !this.#isOver; left--) {
      if (!timeline.next()) {
        this.#end();
        break;
      }
      this.#goOn();
      this.#happen(timeline.event);
      timeline.seeTouched();
    }
    this.#events += events - left;
    return !this.#isOver;
  }

  /** Time goes on to the next event. */
  #goOn(): void {
    if (this.#frame.timeline.goOn()) this.#still = 0;
    else if (++this.#still > STILL_MAX) throw this.#standsStill();
  }

  #standsStill(): Error {
    const seconds = (this.#frame.timeline.nowMs - this.#beginMs) / MS;
    return new Error(
      `The scenario does not end: at second ${seconds} something that takes no time happens again and ` +
        "again. Handling that fails at once and comes back at once does, and so does a closed loop " +
        "without any time in it.",
    );
  }

  #happen(event: number): void {
    const part = partOf(event);
    switch (kindOf(event)) {
      case ARRIVAL:
        (this.#producers[part] as Producer).onArrival();
        if (this.#isWarm && this.sent < this.#most) break;
        this.#afterSend();
        break;
      case DONE:
        (this.#handlings[part] as Handling).onDone(part);
        break;
      case NEXT:
        this.#fleetOf(part).onNext(part);
        break;
      case TIMER:
        (this.#parts.queues[part] as SimQueue).onTimer();
        break;
      case WAIT_OVER:
        this.#fleetOf(part).onWaitOver(part);
        break;
      default:
        this.#happenToo(kindOf(event), part);
    }
  }

  /** What happens seldom. */
  #happenToo(kind: number, part: number): void {
    switch (kind) {
      case LOOK:
        this.#fleetOf(part).onLook(part);
        break;
      case START:
        this.#fleetOf(part).onStart(part);
        break;
      case SETTLE:
        this.#fleetOf(part).handling.telling.onSettle(part);
        break;
      case SETTLED:
        this.#fleetOf(part).handling.telling.onSettled(part);
        break;
      case PLACE_DONE:
        this.#fleetOf(Math.floor(part / PLACES)).handling.onPlaceDone(part);
        break;
      case PLACE_SETTLE:
        this.#fleetOf(Math.floor(part / PLACES)).handling.telling.onPlaceSettle(part);
        break;
      case BEAT:
        this.#fleetOf(part).handling.onBeat(part);
        break;
      case CONTROL:
        this.#frame.agenda.act(part);
        // Calls that were refused may have been made now.
        if (!this.#isWarm || this.sent >= this.#most) this.#afterSend();
        break;
      case COPY:
        this.#copy(part);
        break;
      default:
        this.#onMoment(part);
    }
  }

  #fleetOf(lane: number): Fleet {
    return this.#parts.fleetOf[lane] as Fleet;
  }

  #copy(part: number): void {
    const copy = this.#frame.copies.take(part);
    (this.#parts.producers[copy.producer] as Producer).sendCopy(copy);
    this.#afterSend();
  }

  #onMoment(part: number): void {
    if (part === END) {
      this.#end();
      return;
    }
    this.#isLate = true;
    this.#afterSend();
  }

  #afterSend(): void {
    const { plan, allowance } = this.#frame;
    const { sent } = this;
    if (!this.#isWarm && this.#isLate && sent >= plan.warmup.messages) this.#warm();
    if (sent >= allowance.most) this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#isComplete = true;
  }

  /** From now on what is measured counts. */
  #warm(): void {
    const { timeline, since } = this.#frame;
    this.#isWarm = true;
    this.#warmMs = timeline.nowMs;
    timeline.seeTouched();
    since[0] = timeline.nowMs;
    for (const queue of this.#parts.queues) {
      queue.touch();
      queue.see();
      queue.meter.restart();
      queue.flow.restart();
      queue.wait.clear();
      queue.sojourn.clear();
    }
    const { limiters, pools } = this.#parts;
    for (const limiter of [...limiters, ...pools]) limiter.restart();
    for (const journeys of this.#frame.cards?.journeys ?? []) journeys.clear();
    for (const fleet of this.#parts.fleets) {
      fleet.touch();
      fleet.see();
      fleet.meter.restart();
      fleet.handling.service.clear();
    }
  }

  /** What it has measured by now; throws when that does not balance. The run is over. */
  async close(): Promise<RunReport> {
    this.#isOver = true;
    const { nowMs } = this.#frame.timeline;
    const { cards } = this.#frame;
    const { queues, fleets, scalers, limiters, pools, producers, broker } = this.#parts;
    for (const queue of queues) queue.settle();
    this.#frame.timeline.seeTouched();
    const queueReports = queues.map((queue) => {
      const report = reportOfQueue(queue);
      checkBalance(queue, report, nowMs);
      return report;
    });
    const fleetReports = fleets.map((fleet, index) => reportOfFleet(fleet, scalers[index]));
    const senders = producers.map((one, index) => reportOfProducer(one, cards?.journeys[index]));
    checkWhole(queueReports, senders, fleetReports);
    await broker.close();
    return {
      run: this.#frame.run,
      isComplete: this.#isComplete,
      simulatedMs: nowMs - this.#beginMs,
      warmupMs: this.#warmMs - this.#beginMs,
      events: this.#events,
      sent: this.sent,
      queues: queueReports,
      fleets: fleetReports,
      producers: senders,
      resources: limiters.map(reportOfResource),
      invokes: pools.map(reportOfResource),
    };
  }
}

/**
 * The first period of a run's series: a power of two of seconds, so that a run of about the length that
 * is planned has some hundreds of them. The series makes them longer by itself.
 */
function periodOf({ horizon, producers }: Plan): number {
  const perSecond = producers.reduce((sum, { arrivals }) => sum + roughRateOf(arrivals), 0);
  const seconds = Math.min(horizon.seconds, horizon.messages / perSecond);
  let period = 1;
  if (!(seconds < Number.POSITIVE_INFINITY)) return period * MS;
  while (period * PERIODS < seconds) period *= 2;
  while (period * PERIODS > 2 * seconds) period /= 2;
  return Math.max(MS * period, 1);
}
