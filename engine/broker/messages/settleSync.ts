/**
 * Deletes and changes of visibility through the synchronous face: what lies in an inbox, without an object a
 * message. None of them waits, for room or for the disk. Own thread only. What handles are good for: settle.ts.
 */
import { type Inbox, STATUS_FULL } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { QueueContext } from "./queueContext.ts";
import { CALL_MESSAGES, isLimited, mayDelete, throttled } from "./quota.ts";
import { afterRemoval, deletionTime, neededVisibilityMs } from "./settle.ts";

/** Why a delete or a change of visibility could not be done now: it needs no memory. */
export function unsettled({ member, name }: QueueContext, status: number): SluiceError {
  if (status !== STATUS_FULL) return member.failure(status, name);
  return new SluiceError(
    "CapacityExceeded",
    "The journal is behind: more has happened than it could write yet. Nothing was done; try again in a moment.",
    { queue: name },
  );
}

/**
 * Deletes the messages from..to-1 of an inbox; how many were still there to delete. Where calls are
 * limited, each ten are one, and what was deleted before one that is refused stays deleted.
 */
export function deleteSync(context: QueueContext, inbox: Inbox, from: number, to: number): number {
  const { member, queue } = context;
  const { engine } = member;
  member.check();
  const now = deletionTime(context);
  const isCounted = isLimited(context);
  const step = isCounted ? CALL_MESSAGES : to - from;
  let removed = 0;
  for (let first = from; first < to; first += step) {
    const end = Math.min(to, first + step);
    if (isCounted) {
      engine.receipts.putMessages(inbox, first, end);
      if (!mayDelete(context, end - first)) throw throttled(context.name);
    }
    const some = engine.removeMessages(inbox, first, end, queue, now);
    if (some < 0) throw unsettled(context, some);
    removed += some;
  }
  afterRemoval(context);
  return removed;
}

/** Changes the visibility of the messages from..to-1 of an inbox; how many it applied to. */
export function changeVisibilitySync(
  context: QueueContext,
  inbox: Inbox,
  from: number,
  to: number,
  visibilityTimeout: number,
): number {
  const { member, queue } = context;
  member.check();
  const visibilityMs = neededVisibilityMs(context, visibilityTimeout);
  member.engine.receipts.putMessages(inbox, from, to);
  for (let record = 0; record < to - from; record++) {
    member.engine.receipts.putVisibility(record, visibilityMs);
    if (!context.isFifo) member.engine.receipts.putAnyReceive(record);
  }
  const changed = member.engine.hide(queue, to - from, member.nowMs());
  if (changed < 0) throw unsettled(context, changed);
  context.shared.waiting.look(queue.number);
  return changed;
}
