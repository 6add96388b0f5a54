/**
 * AWS's limit on the calls that a FIFO queue takes: 300 a second of each action, or by group and
 * region with high throughput (limits.ts). Counted in the engine, for all threads together; a batch
 * is one call for each ten messages. Nothing is counted where the switch fifoThroughput is off. Own
 * thread only.
 * Source: Developer Guide, "Amazon SQS message quotas" and "high throughput for FIFO queues".
 */
import {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  type Outgoing,
} from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { fifo } from "../../limits.ts";
import type { QueueContext } from "./queueContext.ts";

/** Most messages of one call. */
export const CALL_MESSAGES = fifo.messagesPerCall;

export function isLimited({ isFifo, member, queue }: QueueContext): boolean {
  return isFifo && member.engine.queues.callsMax(queue.number) > 0;
}

function mayCall(context: QueueContext, action: number, count: number): boolean {
  const { member, queue } = context;
  member.check();
  const waitMs = member.engine.throttle(queue, action, count, member.nowMs());
  if (waitMs >= 0) return waitMs === 0;
  throw member.failure(waitMs, context.name);
}

/** Whether outgoing[from..to), ten messages at most, may be sent now; then their call is counted. */
export function maySend(
  context: QueueContext,
  outgoing: readonly Outgoing[],
  from: number,
  to: number,
): boolean {
  if (!isLimited(context)) return true;
  context.member.engine.outbox.putGroups(outgoing.slice(from, to).map(({ group }) => group));
  return mayCall(context, ACTION_SEND, to - from);
}

export function mayReceive(context: QueueContext): boolean {
  return !isLimited(context) || mayCall(context, ACTION_RECEIVE, 0);
}

/** Whether the messages of handle records 0 to count - 1, ten at most, may be deleted now. */
export function mayDelete(context: QueueContext, count: number): boolean {
  return !isLimited(context) || mayCall(context, ACTION_DELETE, count);
}

export function throttled(queue: string): SluiceError {
  return new SluiceError(
    "RequestThrottled",
    "The rate of calls to this FIFO queue exceeds its quota; try again in a moment.",
    { queue },
  );
}
