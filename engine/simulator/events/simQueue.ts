/**
 * A queue of the run: the engine's own, what is measured of it, and who waits for it. It knows nothing
 * of messages: what there is, is what the engine says. Before the first operation of an event time passes
 * (`touch`), and what has changed is seen when the event is over (`see`). `serve` lets those who wait look.
 */
import {
  capacityError,
  LOOK_COUNT,
  LOOK_DELAYED,
  LOOK_OLDEST,
  LOOK_TIMER,
  type Traffic,
  trafficError,
} from "../../broker/messages/traffic.ts";
import type { Queue } from "../../types.ts";
import type { Stream } from "../random/stream.ts";
import type { PlannedQueue } from "../scenario/plan.ts";
import { Flow } from "../statistics/flow.ts";
import { Histogram } from "../statistics/histogram.ts";
import { Meter } from "../statistics/meter.ts";
import type { Cards } from "./cards.ts";
import { type Gate, gateOf } from "./gate.ts";
import { eventOf, TIMER } from "./kinds.ts";
import { Line } from "./line.ts";
import { COUNTS, DELETED, MOVED_IN, SERIES_COUNTS } from "./tally.ts";
import type { Timeline } from "./timeline.ts";

/** Who waits: looks, and answers whether it got something. */
export interface Looker {
  look(lane: number): boolean;
}

/** Who must be told of messages that are over though nobody deleted them. */
export interface Loser {
  lose(count: number): void;
}

export interface QueueParts {
  readonly queue: Queue;
  readonly traffic: Traffic;
  readonly plan: PlannedQueue;
  readonly index: number;
  readonly timeline: Timeline;
  readonly lanes: number;
  readonly periodMs: number;
  /** For the messages' lots; undefined where no fleet asks for them. */
  readonly lots: Stream | undefined;
  /** Whether so many may be in flight and no more. */
  readonly isCapped: boolean;
  /** Whether dead letters come here. */
  readonly isTarget: boolean;
  readonly cards: Cards | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;
// Known to V8 without a look-up.
const OLDEST = LOOK_OLDEST;
const NEXT_TIMER = LOOK_TIMER;
const RETENTION_DEFAULT = 345_600;
/** Groups of their own do not meet those with numbers. */
const OWN_GROUPS = 0x80000000;

export class SimQueue {
  readonly queue: Queue;
  readonly traffic: Traffic;
  readonly plan: PlannedQueue;
  readonly isFifo: boolean;
  readonly counts = new Float64Array(COUNTS);
  readonly meter: Meter;
  readonly flow: Flow;
  readonly wait = new Histogram();
  readonly sojourn = new Histogram();
  readonly line: Line;
  readonly #timeline: Timeline;
  readonly #timer: number;
  readonly #retentionMs: number;
  readonly #lots: Stream | undefined;
  readonly #isTarget: boolean;
  readonly delaySeconds: number;
  /** Levels, the oldest and the next timer, as they were at the last look; nothing is there at first. */
  readonly seen = new Float64Array(LOOK_COUNT).fill(NEVER, LOOK_OLDEST);
  /** Whether a look needs more than that. */
  readonly #isSpecial: boolean;
  readonly cards: Cards | undefined;
  /** Where its calls are counted. */
  readonly gate: Gate | undefined;
  /** Whether a delete may let somebody receive: of the same group, or because fewer are in flight. */
  readonly servesAfterDelete: boolean;
  /** Clients that wait until their messages are over; and how many are over that were not deleted. */
  loser: Loser | undefined;
  #lost = 0;
  #isTouched = false;
  #number = 0;
  /** When the timer event that counts is planned for. */
  readonly #timerAt = new Float64Array([NEVER]);
  /** How many messages had moved on when that was looked at last. */
  #moved = 0;
  /** Messages that it began with. */
  initial = 0;
  /** Messages that a redrive has taken out. */
  redriven = 0;
  /** Where its dead letters go. */
  target: SimQueue | undefined;
  /** Who stands in the line, by his number there. */
  lookers: readonly Looker[] = [];

  constructor(parts: QueueParts) {
    const { plan, timeline } = parts;
    this.queue = parts.queue;
    this.traffic = parts.traffic;
    this.plan = plan;
    this.isFifo = plan.isFifo;
    this.line = new Line(parts.lanes);
    const seriesCounts = this.counts.subarray(0, SERIES_COUNTS);
    this.meter = new Meter(timeline.now, this.seen, parts.periodMs, seriesCounts);
    this.flow = new Flow(timeline.now, this.seen);
    this.#timeline = timeline;
    this.#timer = eventOf(TIMER, parts.index);
    const retention = plan.attributes.messageRetentionPeriod ?? RETENTION_DEFAULT;
    this.#retentionMs = retention * 1_000;
    this.#lots = parts.lots;
    this.#isTarget = parts.isTarget;
    this.#isSpecial = plan.isFifo || parts.isTarget;
    this.cards = parts.cards;
    this.delaySeconds = plan.attributes.delaySeconds ?? 0;
    this.servesAfterDelete = plan.isFifo || parts.isCapped;
    this.gate = gateOf(this, timeline);
  }

  get isLooped(): boolean {
    return this.loser !== undefined;
  }

  /** Whether somebody must be told of every message that is deleted. */
  get tellsDeletes(): boolean {
    return this.loser !== undefined || this.cards !== undefined;
  }

  /** By which it is settled whether a message is poison. */
  drawLot(): number {
    return this.#lots === undefined ? 0 : this.#lots.double();
  }

  /** A number that no other message of the queue has: its deduplication id, and a group of its own. */
  nextNumber(): number {
    return (this.#number++ | OWN_GROUPS) >>> 0;
  }

  count(which: number, more: number): void {
    this.counts[which] = (this.counts[which] as number) + more;
  }

  /** So many of `count` messages were sent, or a code: throws where not all were. */
  flushed(sent: number, count: number): void {
    if (sent < 0) throw trafficError(this.queue, sent);
    if (sent < count) throw capacityError(this.queue);
  }

  /** The engine is about to do something to this queue: time passes first. */
  touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.meter.pass();
    this.#timeline.touch(this);
  }

  /** What the queue holds now that the event is over, and when that will change by itself. */
  see(): void {
    const seen = this.seen;
    this.#isTouched = false;
    this.traffic.look(seen);
    const timerAt = this.#timerAt[0] as number;
    const expiresAt = (seen[OLDEST] as number) + this.#retentionMs;
    if ((seen[NEXT_TIMER] as number) < timerAt || expiresAt < timerAt) this.#armNext(expiresAt);
    if (this.#isSpecial) this.#seeSpecial();
    this.meter.see();
    this.flow.see();
    if (this.isLooped) this.#tellLost();
  }

  #armNext(expiresAt: number): void {
    this.#arm(Math.min(this.seen[NEXT_TIMER] as number, expiresAt));
  }

  /** A FIFO queue's delay has no timer in the engine's wheel; a dead letter is as old as it is here. */
  #seeSpecial(): void {
    const seen = this.seen;
    const { traffic } = this;
    if (this.#isTarget) seen[OLDEST] = traffic.oldestCameAtMs;
    if (!this.isFifo || seen[LOOK_DELAYED] === 0) return;
    this.#arm(traffic.firstDelayedAtMs + this.delaySeconds * 1_000);
  }

  #tellLost(): void {
    const lost = this.flow.gone - (this.counts[DELETED] as number);
    const more = lost - this.#lost;
    this.#lost = lost;
    if (more > 0) this.loser?.lose(more);
  }

  /** The engine's timers fire on whole milliseconds. */
  #arm(dueMs: number): void {
    const atMs = Math.max(Math.ceil(dueMs), this.#timeline.nowMs);
    if (atMs >= (this.#timerAt[0] as number)) return;
    this.#timerAt[0] = atMs;
    this.#timeline.plan(atMs, this.#timer);
  }

  /** A timer event: one that was planned before an earlier one means nothing. */
  onTimer(): void {
    if (this.#timerAt[0] !== this.#timeline.nowMs) return;
    this.#timerAt[0] = NEVER;
    this.settle();
    this.serve();
  }

  /** All that is due by now happens. */
  settle(): void {
    this.touch();
    this.traffic.settle(this.#timeline.nowMs);
  }

  /** Those who wait look, as long as they find something. */
  serve(): void {
    while (this.traffic.visible > 0) {
      const lane = this.line.first;
      if (lane < 0) return;
      if (!(this.lookers[lane] as Looker).look(lane)) return;
    }
  }

  /** So many were brought back from here: they are no dead letters of this queue. */
  redrive(count: number): void {
    this.#moved += count;
    this.redriven += count;
  }

  /** A receive may have moved dead letters on: then another queue has got something. */
  passOn(): void {
    const { target } = this;
    if (target === undefined) return;
    const { moved } = this.traffic;
    const more = moved - this.#moved;
    if (more === 0) return;
    this.#moved = moved;
    target.count(MOVED_IN, more);
    target.touch();
    target.flow.arrive(more);
    target.flow.hasAged = true;
    target.serve();
  }
}
