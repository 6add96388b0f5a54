/**
 * A queue of the run: the engine's own, what is measured of it, and who waits for it. It knows nothing
 * of messages: what there is, is what the engine says. Around each operation time passes first (`pass`)
 * and what has changed is seen after it (`see`); `serve` then lets those who wait look.
 */
import type { Traffic } from "../../broker/messages/traffic.ts";
import type { Queue } from "../../types.ts";
import type { PlannedQueue } from "../scenario/plan.ts";
import { Batches } from "../statistics/batches.ts";
import { Flow } from "../statistics/flow.ts";
import { Histogram } from "../statistics/histogram.ts";
import { Meter } from "../statistics/meter.ts";
import { eventOf, TIMER } from "./kinds.ts";
import { Line } from "./line.ts";
import { COUNTS, MOVED_IN, SERIES_COUNTS } from "./tally.ts";
import type { Timeline } from "./timeline.ts";

/** Who waits: looks, and answers whether it got something. */
export interface Looker {
  look(lane: number): boolean;
}

export interface QueueParts {
  readonly queue: Queue;
  readonly traffic: Traffic;
  readonly plan: PlannedQueue;
  readonly index: number;
  readonly timeline: Timeline;
  readonly lanes: number;
  readonly periodMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const RETENTION_DEFAULT = 345_600;

export class SimQueue {
  readonly queue: Queue;
  readonly traffic: Traffic;
  readonly plan: PlannedQueue;
  readonly isFifo: boolean;
  readonly counts = new Float64Array(COUNTS);
  readonly meter: Meter;
  readonly flow: Flow;
  readonly wait = new Histogram();
  readonly waitBatches = new Batches();
  readonly sojourn = new Histogram();
  readonly sojournBatches = new Batches();
  readonly line: Line;
  readonly #timeline: Timeline;
  readonly #timer: number;
  readonly #retentionMs: number;
  /** When the timer event that counts is planned for. */
  readonly #timerAt = new Float64Array([NEVER]);
  /** How many messages had moved on when that was looked at last. */
  #moved = 0;
  /** Messages that it began with. */
  initial = 0;
  /** Where its dead letters go. */
  target: SimQueue | undefined;
  /** Who stands in the line, by his number there. */
  lookers: readonly Looker[] = [];

  constructor(parts: QueueParts) {
    const { plan, timeline } = parts;
    const beginMs = timeline.nowMs;
    this.queue = parts.queue;
    this.traffic = parts.traffic;
    this.plan = plan;
    this.isFifo = plan.isFifo;
    this.line = new Line(parts.lanes);
    this.meter = new Meter(beginMs, parts.periodMs, this.counts.subarray(0, SERIES_COUNTS));
    this.flow = new Flow(beginMs);
    this.#timeline = timeline;
    this.#timer = eventOf(TIMER, parts.index);
    const retention = plan.attributes.messageRetentionPeriod ?? RETENTION_DEFAULT;
    this.#retentionMs = retention * 1_000;
  }

  count(which: number, more: number): void {
    this.counts[which] = (this.counts[which] as number) + more;
  }

  /** Time has come to now. */
  pass(): void {
    this.meter.pass(this.#timeline.nowMs);
  }

  /** The engine did something to this queue: what it holds now, and when it will change by itself. */
  see(): void {
    const { traffic } = this;
    const { visible, inFlight, delayed } = traffic;
    const oldestMs = traffic.oldestSentAtMs;
    this.meter.see(visible, inFlight, delayed, oldestMs);
    this.flow.see(visible + inFlight + delayed, this.#timeline.nowMs);
    const dueMs = Math.min(traffic.timerMs, oldestMs + this.#retentionMs);
    if (dueMs < (this.#timerAt[0] as number)) this.#arm(dueMs);
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
    this.pass();
    this.traffic.settle(this.#timeline.nowMs);
    this.see();
  }

  /** Those who wait look, as long as they find something. */
  serve(): void {
    while (this.traffic.visible > 0) {
      const lane = this.line.first;
      if (lane < 0) return;
      if (!(this.lookers[lane] as Looker).look(lane)) return;
    }
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
    target.pass();
    target.flow.arrive(this.#timeline.nowMs, more);
    target.flow.hasAged = true;
    target.see();
    target.serve();
  }
}
