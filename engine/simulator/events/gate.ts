/**
 * A FIFO queue's quota, as its clients meet it: before a send, a receive or a delete the engine is asked
 * whether the queue's rate of calls lets it through, as a broker asks for each call. The engine's token
 * buckets count; this counts what they refuse. A queue without such a quota has no gate.
 */
import {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  callsMaxOf,
  type Traffic,
  trafficError,
} from "../../broker/messages/traffic.ts";
import type { Queue } from "../../types.ts";
import {
  DELETE,
  DELETE_BATCH,
  RECEIVE,
  SEND,
  SEND_BATCH,
  THROTTLED,
  THROTTLED_AT,
} from "./tally.ts";
import type { Timeline } from "./timeline.ts";

/** What a gate needs of its queue. */
export interface GateHost {
  readonly queue: Queue;
  readonly traffic: Traffic;
  touch(): void;
  count(which: number, more: number): void;
}

export class Gate {
  readonly #host: GateHost;
  readonly #timeline: Timeline;

  constructor(host: GateHost, timeline: Timeline) {
    this.#host = host;
    this.#timeline = timeline;
  }

  /** A call that sends the messages whose groups were put. */
  maySend(count: number): boolean {
    return this.#mayCall(ACTION_SEND, count, count > 1 ? SEND_BATCH : SEND);
  }

  /** However long it waits, a receive is one call. */
  mayReceive(): boolean {
    return this.#mayCall(ACTION_RECEIVE, 0, RECEIVE);
  }

  /** A call that deletes the messages whose receipts were put. */
  mayDelete(count: number): boolean {
    return this.#mayCall(ACTION_DELETE, count, count > 1 ? DELETE_BATCH : DELETE);
  }

  #mayCall(action: number, count: number, call: number): boolean {
    const host = this.#host;
    const waitMs = host.traffic.throttle(action, count, this.#timeline.nowMs);
    if (waitMs === 0) return true;
    if (waitMs < 0) throw trafficError(host.queue, waitMs);
    host.touch();
    host.count(THROTTLED, 1);
    host.count(THROTTLED_AT + call, 1);
    return false;
  }
}

/** That of a queue whose calls are counted. */
export function gateOf(host: GateHost, timeline: Timeline): Gate | undefined {
  return callsMaxOf(host.queue) > 0 ? new Gate(host, timeline) : undefined;
}
