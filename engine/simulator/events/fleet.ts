/**
 * A consumer fleet of the run. Its processes have lanes; a lane receives, handles what it got, deletes
 * it, and begins again. Lanes are numbered through all fleets; a lane's messages lie in ten places of
 * its queue's traffic.
 */

import { trafficError } from "../../broker/messages/traffic.ts";
import type { Law } from "../random/law.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import { Batches } from "../statistics/batches.ts";
import { Histogram } from "../statistics/histogram.ts";
import { Meter } from "../statistics/meter.ts";
import { DONE, eventOf, WAIT_OVER } from "./kinds.ts";
import type { SimQueue } from "./simQueue.ts";
import {
  CALLS_AT,
  CHUNK_BYTES,
  DELETE,
  DELETED,
  EMPTY_RECEIVES,
  HANDLED,
  RECEIVE,
  RECEIVED,
  RECEIVED_BYTES,
  REDELIVERED,
  REQUESTS_AT,
} from "./tally.ts";
import type { Timeline } from "./timeline.ts";
import { bodyBytesOf, delayMsOf } from "./token.ts";

/** Places of a lane: as many messages as a receive brings. */
const PLACES = 10;
const NEVER = Number.POSITIVE_INFINITY;

export class Fleet {
  readonly plan: PlannedFleet;
  readonly queue: SimQueue;
  readonly meter: Meter;
  readonly service = new Histogram();
  readonly serviceBatches = new Batches();
  readonly lanes: number;
  readonly first: number;
  readonly #timeline: Timeline;
  readonly #law: Law;
  readonly #counts: Float64Array;
  /** Of each lane: messages in hand, and which of them is handled. */
  readonly #held: Int32Array;
  readonly #at: Int32Array;
  readonly #waitUntil: Float64Array;
  readonly #waitPlanned: Float64Array;
  readonly #began: Float64Array;
  readonly #since: Float64Array;
  readonly #waitMs: number;
  readonly #visibilityMs: number;
  #busy = 0;
  handled = 0;
  failed = 0;
  crashed = 0;

  constructor(
    plan: PlannedFleet,
    queue: SimQueue,
    timeline: Timeline,
    law: Law,
    first: number,
    periodMs: number,
    since: Float64Array,
  ) {
    this.plan = plan;
    this.queue = queue;
    this.first = first;
    this.lanes = plan.count * plan.concurrency;
    this.#timeline = timeline;
    this.#law = law;
    this.#counts = queue.counts;
    this.#held = new Int32Array(this.lanes);
    this.#at = new Int32Array(this.lanes);
    this.#began = new Float64Array(this.lanes);
    this.#waitUntil = new Float64Array(this.lanes);
    this.#waitPlanned = new Float64Array(this.lanes).fill(NEVER);
    this.#waitMs = plan.waitTimeSeconds === 0 ? NEVER : plan.waitTimeSeconds * 1_000;
    this.#visibilityMs = plan.visibilityTimeoutSeconds * 1_000;
    this.#since = since;
    this.meter = new Meter(timeline.nowMs, periodMs, new Float64Array(0));
    queue.traffic.reserve((first + this.lanes) * PLACES);
  }

  /** The lane asks its queue for messages; whether it got any. */
  look(lane: number): boolean {
    const { queue } = this;
    const { traffic } = queue;
    queue.pass();
    const { nowMs } = this.#timeline;
    const count =
      traffic.visible === 0 ? 0 : traffic.receive(this.plan.batch, this.#visibilityMs, nowMs);
    if (count < 0) throw trafficError(queue.queue, count);
    if (count > 0) this.#begin(lane, count);
    queue.see();
    queue.passOn();
    return count > 0;
  }

  /** The lane has nothing to do: it receives, and waits if there is nothing. */
  next(lane: number): void {
    if (this.queue.line.first < 0 && this.look(lane)) return;
    this.#wait(lane);
  }

  #wait(lane: number): void {
    const own = lane - this.first;
    this.queue.line.join(lane);
    if (this.#waitMs === NEVER) return;
    const until = this.#timeline.nowMs + this.#waitMs;
    this.#waitUntil[own] = until;
    // One event a lane at most: when it comes too early, it is planned again.
    if (this.#waitPlanned[own] !== NEVER) return;
    this.#waitPlanned[own] = until;
    this.#timeline.plan(until, eventOf(WAIT_OVER, lane));
  }

  onWaitOver(lane: number): void {
    const own = lane - this.first;
    this.#waitPlanned[own] = NEVER;
    const { line, traffic } = this.queue;
    if (!line.has(lane)) return;
    const until = this.#waitUntil[own] as number;
    if (until > this.#timeline.nowMs) {
      this.#waitPlanned[own] = until;
      this.#timeline.plan(until, eventOf(WAIT_OVER, lane));
      return;
    }
    line.leave(lane);
    this.queue.pass();
    this.#count(EMPTY_RECEIVES, 1);
    this.#count(CALLS_AT + RECEIVE, 1);
    this.#count(REQUESTS_AT + RECEIVE, 1);
    traffic.countEmptyReceive();
    this.next(lane);
  }

  #begin(lane: number, count: number): void {
    const { line } = this.queue;
    if (line.has(lane)) line.leave(lane);
    const own = lane - this.first;
    this.#held[own] = count;
    this.#at[own] = 0;
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += this.#take(index, lane * PLACES + index);
    this.#count(RECEIVED, count);
    this.#count(RECEIVED_BYTES, bytes);
    this.#count(CALLS_AT + RECEIVE, 1);
    this.#count(REQUESTS_AT + RECEIVE, bytes <= CHUNK_BYTES ? 1 : Math.ceil(bytes / CHUNK_BYTES));
    this.#setBusy(1);
    this.#handle(lane, own);
  }

  /** Message `index` of what was received; how large it is. */
  #take(index: number, place: number): number {
    const { traffic } = this.queue;
    traffic.take(index, place);
    const low = traffic.low(place);
    const sentAt = traffic.sentAtMs(place);
    if (traffic.receiveCount(place) > 1) this.#count(REDELIVERED, 1);
    else this.#waited(sentAt, sentAt + delayMsOf(low));
    return bodyBytesOf(low);
  }

  /** A first receive. */
  #waited(sentAt: number, since: number): void {
    const { wait, waitBatches, flow } = this.queue;
    const { nowMs } = this.#timeline;
    flow.receive(nowMs, sentAt, since);
    if (sentAt < (this.#since[0] as number)) return;
    wait.record(nowMs - since);
    waitBatches.record(nowMs - since);
  }

  #handle(lane: number, own: number): void {
    const { nowMs } = this.#timeline;
    this.#began[own] = nowMs;
    this.#timeline.plan(nowMs + this.#law.draw(), eventOf(DONE, lane));
  }

  onDone(lane: number): void {
    const own = lane - this.first;
    const { nowMs } = this.#timeline;
    this.queue.pass();
    const took = nowMs - (this.#began[own] as number);
    this.service.record(took);
    this.serviceBatches.record(took);
    this.handled++;
    this.#count(HANDLED, 1);
    const at = this.#at[own] as number;
    this.#delete(lane * PLACES + at);
    if (at + 1 < (this.#held[own] as number)) {
      this.#at[own] = at + 1;
      this.#handle(lane, own);
      this.queue.see();
      return;
    }
    this.#setBusy(-1);
    this.queue.see();
    this.next(lane);
  }

  #delete(place: number): void {
    const { traffic, queue, sojourn, sojournBatches } = this.queue;
    const { nowMs } = this.#timeline;
    traffic.put(0, place, 0);
    const deleted = traffic.remove(1, nowMs);
    if (deleted < 0) throw trafficError(queue, deleted);
    this.#count(CALLS_AT + DELETE, 1);
    this.#count(REQUESTS_AT + DELETE, 1);
    if (deleted === 0) return;
    this.#count(DELETED, 1);
    const sentAt = traffic.sentAtMs(place);
    this.queue.flow.delete(nowMs, sentAt);
    if (sentAt < (this.#since[0] as number)) return;
    sojourn.record(nowMs - sentAt);
    sojournBatches.record(nowMs - sentAt);
  }

  #setBusy(more: number): void {
    this.meter.pass(this.#timeline.nowMs);
    this.#busy += more;
    this.meter.see(this.#busy, this.lanes, 0, NEVER);
  }

  #count(which: number, more: number): void {
    this.#counts[which] = (this.#counts[which] as number) + more;
  }
}
