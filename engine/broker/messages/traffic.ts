/**
 * A queue's traffic for who has a clock of his own: each call says what time it is, and what comes back
 * is a count or, below 0, one of the codes below. The simulator's way into a broker that no one else
 * uses; the queue is the same as everybody's. Own thread only.
 */
import { STATUS_FULL, STATUS_LIMIT, type Tokens } from "../../../bindings/index.ts";
import type { SluiceError } from "../../errors.ts";
import type { Queue } from "../../types.ts";
import { BrokerQueue } from "../queue.ts";

export {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  LOOK_COUNT,
  LOOK_DELAYED,
  LOOK_OLDEST,
  LOOK_TIMER,
  SECRET_WORDS,
} from "../../../bindings/index.ts";

export type Traffic = Tokens;

/** As many are in flight as may be. */
export const TOO_MANY_IN_FLIGHT = STATUS_LIMIT;

/** The queue's traffic. Throws for what no broker gave out. */
export function trafficOf(queue: Queue): Traffic {
  const { member, queue: handle } = BrokerQueue.internalsOf(queue);
  member.check();
  return member.engine.tokens(handle);
}

/** Calls a second that a queue takes of each action; 0: they are not counted. */
export function callsMaxOf(queue: Queue): number {
  const { member, queue: handle } = BrokerQueue.internalsOf(queue);
  return member.engine.queues.callsMax(handle.number);
}

/** The error that a code below 0 stands for. */
export function trafficError(queue: Queue, status: number): SluiceError {
  const { member, name } = BrokerQueue.internalsOf(queue);
  return member.failure(status, name);
}

/** Memory was full: not all was sent. */
export function capacityError(queue: Queue): SluiceError {
  return trafficError(queue, STATUS_FULL);
}

/**
 * Moves up to ten visible messages of a queue, as new ones, to another queue or each to the one it came
 * from; how many, or a code.
 */
export function redriven(from: Queue, to: Queue | undefined, most: number, nowMs: number): number {
  const { member, queue: source } = BrokerQueue.internalsOf(from);
  const target = to === undefined ? undefined : BrokerQueue.internalsOf(to).queue;
  return member.engine.moves.redrive(source, most, target, [], nowMs);
}

/** Of the last `redriven`, how many had no queue to go to and stay. */
export function redriveReturned(from: Queue): number {
  return BrokerQueue.internalsOf(from).member.engine.moves.returned;
}
