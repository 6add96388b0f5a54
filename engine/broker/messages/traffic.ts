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
  LOOK_COUNT,
  LOOK_DELAYED,
  LOOK_OLDEST,
  LOOK_TIMER,
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

/** The error that a code below 0 stands for. */
export function trafficError(queue: Queue, status: number): SluiceError {
  const { member, name } = BrokerQueue.internalsOf(queue);
  return member.failure(status, name);
}

/** Memory was full: not all was sent. */
export function capacityError(queue: Queue): SluiceError {
  return trafficError(queue, STATUS_FULL);
}
