/**
 * What a fleet says of messages that it has handled: those that went well are deleted, those that
 * failed are hidden for a pause, where there is one. And what is measured of that.
 */
import { trafficError } from "../../broker/messages/traffic.ts";
import { power } from "../random/math.ts";
import type { Stream } from "../random/stream.ts";
import type { PlannedBackoff, PlannedFleet } from "../scenario/plan.ts";
import { SENT_AT } from "../statistics/flow.ts";
import type { SimQueue } from "./simQueue.ts";
import { CALLS_AT, CHANGE, CHANGE_BATCH, DELETE, DELETE_BATCH, DELETED, IN_VAIN } from "./tally.ts";
import type { Timeline } from "./timeline.ts";

/** What became of the message in a place, of which nothing was said yet; and that it was. */
export const OPEN = 0;
export const WENT_WELL = 1;
export const FAILED = 2;
const SAID = 3;

// V8 knows a number of this file for what it is, and looks up one that was imported at each use.
const DELETE_CALLS = CALLS_AT + DELETE;
const BATCH_CALLS = CALLS_AT + DELETE_BATCH;
const DELETED_COUNT = DELETED;

/** SQS hides no message for longer. */
const HIDDEN_SECONDS_MAX = 43_200;

interface SettlerParts {
  readonly plan: PlannedFleet;
  readonly queue: SimQueue;
  readonly timeline: Timeline;
  readonly jitter: Stream;
  readonly since: Float64Array;
  readonly freed: Freed;
}

export interface Freed {
  /**
   * A message of this token is over: its sender may send the next one.
   * @param isLooped whether senders wait for messages of its queue.
   */
  free(high: number, isLooped: boolean): void;
}

/** Places are numbered from the fleet's first one on. */
export class Settler {
  readonly #outcome: Uint8Array;
  /** Where the fleet's places begin in its queue's traffic. */
  readonly #base: number;
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #backoff: PlannedBackoff | undefined;
  readonly #jitter: Stream;
  readonly #since: Float64Array;
  readonly #freed: Freed;

  constructor(parts: SettlerParts, outcome: Uint8Array, base: number) {
    this.#outcome = outcome;
    this.#base = base;
    this.#queue = parts.queue;
    this.#timeline = parts.timeline;
    this.#backoff = parts.plan.backoff;
    this.#jitter = parts.jitter;
    this.#since = parts.since;
    this.#freed = parts.freed;
  }

  /** The message in this place was handled, and went well: it is deleted by itself. */
  deleteOne(place: number): void {
    const queue = this.#queue;
    queue.touch();
    queue.traffic.put(0, this.#base + place, 0);
    if (this.#remove(1) === 1) this.#over(place);
    if (queue.servesAfterDelete) queue.serve();
  }

  /**
   * Says what became of the messages in places from `first` to `end - 1`, each once; false when the queue's
   * quota refused the delete: then it is to be said again of those that went well.
   */
  settle(first: number, end: number): boolean {
    const queue = this.#queue;
    queue.touch();
    const deleted = this.#putAll(first, end, WENT_WELL);
    const isThrough = deleted === 0 || this.#mayDelete(deleted);
    if (isThrough && deleted > 0) this.#deletePut(first, end, deleted);
    if (this.#backoff !== undefined) this.#pauseAll(first, end);
    for (let place = first; place < end; place++) {
      if (isThrough || this.#outcome[place] !== WENT_WELL) this.#outcome[place] = SAID;
    }
    queue.serve();
    return isThrough;
  }

  /** Whether the queue's quota lets the delete of what was put through. */
  #mayDelete(count: number): boolean {
    const { gate } = this.#queue;
    return gate === undefined || gate.mayDelete(count);
  }

  /** Of places from `first` to `end - 1`, those of which nothing was said. */
  unsaid(first: number, end: number): number {
    let count = 0;
    for (let place = first; place < end; place++) if (this.#outcome[place] !== SAID) count++;
    return count;
  }

  /** Deletes what was put; how many were there yet. */
  #remove(count: number): number {
    const queue = this.#queue;
    const removed = queue.traffic.remove(count, this.#timeline.nowMs);
    if (removed < 0) throw trafficError(queue.queue, removed);
    const { counts } = queue;
    const call = count > 1 ? BATCH_CALLS : DELETE_CALLS;
    counts[call] = (counts[call] as number) + 1;
    counts[DELETED_COUNT] = (counts[DELETED_COUNT] as number) + removed;
    if (removed < count) queue.count(IN_VAIN, count - removed);
    return removed;
  }

  #over(place: number): void {
    const { traffic, flow, sojourn } = this.#queue;
    const sentAt = traffic.sentAtMs(this.#base + place);
    flow.told[SENT_AT] = sentAt;
    flow.delete();
    if (this.#queue.tellsDeletes) {
      this.#freed.free(traffic.high(this.#base + place), this.#queue.isLooped);
    }
    if (sentAt < (this.#since[0] as number)) return;
    sojourn.time[0] = this.#timeline.nowMs - sentAt;
    sojourn.count();
  }

  #putAll(first: number, end: number, outcome: number): number {
    const { traffic } = this.#queue;
    let count = 0;
    for (let place = first; place < end; place++) {
      if (this.#outcome[place] === outcome) traffic.put(count++, this.#base + place, 0);
    }
    return count;
  }

  #deletePut(first: number, end: number, count: number): void {
    const { traffic } = this.#queue;
    this.#remove(count);
    let at = 0;
    for (let place = first; place < end; place++) {
      if (this.#outcome[place] !== WENT_WELL) continue;
      if (traffic.isApplied(at++)) this.#over(place);
    }
  }

  #pauseAll(first: number, end: number): void {
    const queue = this.#queue;
    const { traffic } = queue;
    let count = 0;
    for (let place = first; place < end; place++) {
      if (this.#outcome[place] !== FAILED) continue;
      const receives = traffic.receiveCount(this.#base + place);
      traffic.put(count, this.#base + place, this.#pauseMs(receives));
      if (!queue.isFifo) traffic.putAnyReceive(count);
      count++;
    }
    if (count > 0) this.#hide(count);
  }

  /** Extends those of places from `first` to `end - 1` of which nothing bad was said yet. */
  extend(first: number, end: number, hiddenMs: number): void {
    const queue = this.#queue;
    queue.touch();
    let count = 0;
    for (let place = first; place < end; place++) {
      const outcome = this.#outcome[place];
      if (outcome === FAILED || outcome === SAID) continue;
      queue.traffic.put(count, this.#base + place, hiddenMs);
      if (!queue.isFifo) queue.traffic.putAnyReceive(count);
      count++;
    }
    if (count > 0) this.#hide(count);
  }

  /** Hides what was put. */
  #hide(count: number): void {
    const queue = this.#queue;
    const status = queue.traffic.hide(count, this.#timeline.nowMs);
    if (status < 0) throw trafficError(queue.queue, status);
    const call = count > 1 ? CHANGE_BATCH : CHANGE;
    queue.count(CALLS_AT + call, 1);
  }

  /** After so many receives. */
  #pauseMs(receives: number): number {
    const { baseSeconds, factor, maxSeconds, jitter } = this.#backoff as PlannedBackoff;
    const grown = baseSeconds * (receives > 1 ? power(factor, receives - 1) : 1);
    const most = Math.min(grown, maxSeconds, HIDDEN_SECONDS_MAX);
    if (jitter === "none") return most * 1_000;
    const share = this.#jitter.double();
    return most * 1_000 * (jitter === "full" ? share : (1 + share) / 2);
  }
}
