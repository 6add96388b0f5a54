/**
 * How messages come out of a queue into the places of a lane, and what is measured of that.
 */
import { TOO_MANY_IN_FLIGHT, trafficError } from "../../broker/messages/traffic.ts";
import { READY_AT, SENT_AT } from "../statistics/flow.ts";
import { PLACES } from "./lanes.ts";
import type { FleetParts } from "./parts.ts";
import type { Pauses } from "./pauses.ts";
import type { SimQueue } from "./simQueue.ts";
import {
  CALLS_AT,
  EMPTY_RECEIVES,
  MORE_AT,
  moreRequestsOf,
  RECEIVE,
  RECEIVED,
  RECEIVED_BYTES,
  REDELIVERED,
} from "./tally.ts";
import type { Timeline } from "./timeline.ts";
import { bodyBytesOf, delayMsOf } from "./token.ts";

// V8 knows a number of this file for what it is, and looks up one that was imported at each use.
const RECEIVED_COUNT = RECEIVED;
const BYTES_COUNT = RECEIVED_BYTES;
const CALLS = CALLS_AT + RECEIVE;
const MORE = MORE_AT + RECEIVE;

export class Intake {
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #visibilityMs: number;
  readonly #since: Float64Array;
  readonly #pauses: Pauses | undefined;
  readonly #tripMs: number;

  constructor({ plan, queue, timeline, since, pauses }: FleetParts) {
    this.#queue = queue;
    this.#timeline = timeline;
    this.#visibilityMs = plan.visibilityTimeoutSeconds * 1_000;
    this.#since = since;
    this.#pauses = pauses;
    this.#tripMs = plan.roundTripMs;
  }

  /**
   * A receive of this lane has come to the queue: when its quota refuses it, the moment at which the lane's
   * next one comes, after the answer and a pause; else 0.
   */
  refusedUntilMs(lane: number): number {
    const { gate } = this.#queue;
    const pauses = this.#pauses;
    if (gate === undefined || pauses === undefined) return 0;
    if (!gate.mayReceive()) return this.#timeline.nowMs + this.#tripMs + pauses.next(lane * PLACES);
    pauses.end(lane * PLACES);
    return 0;
  }

  /** Receives up to `max` messages into places from `place` on; how many. */
  receive(max: number, place: number): number {
    const queue = this.#queue;
    const { traffic } = queue;
    if (traffic.visible === 0) return 0;
    queue.touch();
    const count = traffic.receive(max, this.#visibilityMs, this.#timeline.nowMs);
    if (count < 0 && count !== TOO_MANY_IN_FLIGHT) throw trafficError(queue.queue, count);
    if (count > 0) this.#takeAll(count, place);
    queue.passOn();
    return count;
  }

  #takeAll(count: number, place: number): void {
    const queue = this.#queue;
    const { counts } = queue;
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += this.#take(index, place + index);
    counts[RECEIVED_COUNT] = (counts[RECEIVED_COUNT] as number) + count;
    counts[BYTES_COUNT] = (counts[BYTES_COUNT] as number) + bytes;
    counts[CALLS] = (counts[CALLS] as number) + 1;
    const more = moreRequestsOf(bytes);
    if (more > 0) queue.count(MORE, more);
  }

  /** Message `index` of what was received; how large it is. */
  #take(index: number, place: number): number {
    const queue = this.#queue;
    const { traffic } = queue;
    traffic.take(index, place);
    const low = traffic.low(place);
    if (traffic.receiveCount(place) > 1) queue.count(REDELIVERED, 1);
    else this.#waited(place, low);
    return bodyBytesOf(low);
  }

  /** A first receive. */
  #waited(place: number, low: number): void {
    const { wait, flow, traffic } = this.#queue;
    const sentAt = traffic.sentAtMs(place);
    const availableAt = sentAt + delayMsOf(low);
    flow.told[SENT_AT] = sentAt;
    flow.told[READY_AT] = availableAt;
    flow.receive();
    if (sentAt < (this.#since[0] as number)) return;
    wait.time[0] = this.#timeline.nowMs - availableAt;
    wait.count();
  }

  /** A receive has brought nothing. */
  countEmpty(): void {
    const queue = this.#queue;
    queue.touch();
    queue.count(EMPTY_RECEIVES, 1);
    queue.count(CALLS, 1);
    queue.traffic.countEmptyReceive();
  }
}
