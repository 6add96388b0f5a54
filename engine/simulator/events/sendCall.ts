/** One call that sends what was added to a queue's traffic, and what is counted of it. */
import type { SimQueue } from "./simQueue.ts";
import {
  CALLS_AT,
  DEDUPLICATED,
  MORE_AT,
  moreRequestsOf,
  SEND,
  SEND_BATCH,
  SENT,
  SENT_BYTES,
} from "./tally.ts";

/** Sends `count` messages of so many bytes together; how many of them a FIFO queue took for duplicates. */
export function sendCall(queue: SimQueue, nowMs: number, count: number, bytes: number): number {
  const { traffic } = queue;
  queue.flushed(traffic.send(nowMs), count);
  const duplicates = queue.isFifo ? traffic.duplicates(count) : 0;
  if (duplicates > 0) queue.count(DEDUPLICATED, duplicates);
  const call = count > 1 ? SEND_BATCH : SEND;
  queue.flow.arrive(count - duplicates);
  queue.count(SENT, count - duplicates);
  queue.count(SENT_BYTES, bytes);
  queue.count(CALLS_AT + call, 1);
  const more = moreRequestsOf(bytes);
  if (more > 0) queue.count(MORE_AT + call, more);
  queue.serve();
  return duplicates;
}
