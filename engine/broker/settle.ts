/**
 * What a receiver says of the messages it received: delete them, or change how long they stay hidden.
 * Own thread only. On a Standard queue every receipt handle stands for its message, whoever received
 * it since; deleting what is gone is no error. On a FIFO queue a handle is good only while it hides
 * its message: once its time is over, it is InvalidParameterValue, also after the message moved to the
 * dead-letter queue. A text that no receive of this queue gave out is ReceiptHandleIsInvalid. Source:
 * Developer Guide, "visibility timeout"; API Reference, DeleteMessage and ChangeMessageVisibility; and
 * what AWS was seen to answer to older handles.
 */
import {
  BATCH_MAX,
  type Inbox,
  RESULT_EXPIRED,
  RESULT_GONE,
  RESULT_STALE,
  RESULT_TOO_LONG,
  type Receipt,
} from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import { messages as limits } from "../limits.ts";
import type { BatchResult, Message } from "../types.ts";
import { expiredReceipt, invalid } from "./fifo.ts";
import { ReceivedMessage } from "./message.ts";
import { checkList } from "./outgoing.ts";
import type { Place } from "./place.ts";
import { CALL_MESSAGES, isLimited, mayDelete, throttled } from "./quota.ts";
import { visibilityMsOf } from "./receive.ts";

type Handle = Message | string;

/**
 * A queue's time never steps back, so 0 is whatever its last operation saw. A deletion from a Standard
 * queue needs no better, and reading the clock would be a sixth of what it costs.
 */
const QUEUE_NOW = 0;

/** A FIFO queue's receipt ends at its due time, whoever looks at the clock first. */
function deletionTime({ isFifo, member }: Place): number {
  return isFifo ? member.nowMs() : QUEUE_NOW;
}

function notOurs(place: Place): SluiceError {
  return new SluiceError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.", {
    queue: place.name,
  });
}

/** What a message or handle stands for; throws when this queue never gave it out. */
function receiptOf(place: Place, handle: Handle): Receipt {
  const receipt =
    ReceivedMessage.receiptOf(handle) ??
    place.member.engine.receipts.read(
      typeof handle === "string" ? handle : String(handle?.receiptHandle),
    );
  if (receipt === undefined || receipt.incarnation !== place.incarnation) throw notOurs(place);
  return receipt;
}

/** Applies `run` to the receipts, as many at a time as one call takes. */
function inParts(
  place: Place,
  receipts: readonly Receipt[],
  prepare: (record: number) => void,
  run: (count: number) => number,
  result: (receipt: Receipt, code: number, index: number, record: number) => void,
): void {
  const { member, name } = place;
  for (let from = 0; from < receipts.length; from += BATCH_MAX) {
    const part = receipts.slice(from, from + BATCH_MAX);
    part.forEach((receipt, record) => {
      member.engine.receipts.put(record, receipt);
      prepare(record);
    });
    const status = run(part.length);
    if (status < 0) throw member.failure(status, name);
    part.forEach((receipt, record) => {
      result(receipt, member.engine.receipts.result(record), from + record, record);
    });
  }
}

function nothing(): void {}

/** Deletes, at most ten where calls are limited; `refused` is told of each receipt that is over. */
function removeAll(
  place: Place,
  receipts: readonly Receipt[],
  refused: (index: number, error: SluiceError) => void,
): void {
  const { member, number, incarnation } = place;
  const now = deletionTime(place);
  const run = (count: number): number => {
    if (!mayDelete(place, count)) throw throttled(place.name);
    return member.engine.remove(number, incarnation, count, now);
  };
  inParts(place, receipts, nothing, run, (receipt, code, index, record) => {
    if (isOver(place, receipt, code, record)) refused(index, overReceipt(place, receipt));
  });
  afterRemoval(place);
}

/** On a FIFO queue: somebody received it since, or it is visible again, or it moved when it was. */
function isOver(place: Place, receipt: Receipt, code: number, record: number): boolean {
  if (!place.isFifo) return false;
  if (code === RESULT_EXPIRED || code === RESULT_STALE) return true;
  const { member, number } = place;
  return code === RESULT_GONE && member.engine.hasMoved(number, record, receipt, member.nowMs());
}

function overReceipt(place: Place, receipt: Receipt): SluiceError {
  return expiredReceipt(place, place.member.receiptHandle(receipt));
}

/** There may be room for who waits for it, and a FIFO group may be open again. */
function afterRemoval({ desk, isFifo, number }: Place): void {
  if (desk.room.isAwaited) desk.room.retry();
  if (isFifo) desk.waiting.look(number);
}

export async function deleteMessage(place: Place, handle: Handle): Promise<void> {
  place.member.check();
  removeAll(place, [receiptOf(place, handle)], (_, error) => {
    throw error;
  });
}

interface Receipts {
  readonly receipts: readonly Receipt[];
  /** Where each stood in the list. */
  readonly indices: readonly number[];
  /** What is no handle of this queue, by where it stood. */
  readonly errors: Map<number, SluiceError>;
}

function receiptsOf(place: Place, handles: readonly Handle[]): Receipts {
  checkList(place, handles, "deleteBatch");
  const receipts: Receipt[] = [];
  const indices: number[] = [];
  const errors = new Map<number, SluiceError>();
  // A loop, since forEach passes over the holes of an array.
  for (let index = 0; index < handles.length; index++) {
    try {
      receipts.push(receiptOf(place, handles[index] as Handle));
      indices.push(index);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      errors.set(index, error);
    }
  }
  return { receipts, indices, errors };
}

/** Deletes any number; fails are handles that this queue never gave out, or that are over (FIFO). */
export async function deleteBatch(
  place: Place,
  handles: readonly Handle[],
): Promise<BatchResult<void>> {
  place.member.check();
  const { errors, receipts, indices } = receiptsOf(place, handles);
  const step = isLimited(place) ? CALL_MESSAGES : Math.max(1, receipts.length);
  for (let from = 0; from < receipts.length; from += step) {
    try {
      removeAll(place, receipts.slice(from, from + step), (at, error) =>
        errors.set(indices[from + at] as number, error),
      );
    } catch (error) {
      // The first call's refusal is the batch's; a later one's is that of the handles not yet sent.
      if (from === 0 || !isThrottled(error)) throw error;
      for (const index of indices.slice(from)) errors.set(index, error);
      break;
    }
  }
  return {
    successful: indices.flatMap((index) =>
      errors.has(index) ? [] : [{ index, value: undefined }],
    ),
    failed: [...errors]
      .map(([index, error]) => ({ index, error }))
      .sort((one, other) => one.index - other.index),
  };
}

function isThrottled(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code === "RequestThrottled";
}

/** What a change of visibility that did not apply is answered with; undefined: nothing. */
function refusal(
  place: Place,
  receipt: Receipt,
  code: number,
  record: number,
  visibilityMs: number,
): SluiceError | undefined {
  if (code === RESULT_TOO_LONG) {
    return invalid(
      place,
      `Value ${visibilityMs / 1_000} for parameter VisibilityTimeout is invalid. ` +
        "Reason: Total VisibilityTimeout for the message is beyond the limit " +
        `[${limits.maxInvisibleSeconds} seconds].`,
    );
  }
  if (isOver(place, receipt, code, record)) return overReceipt(place, receipt);
  if (code !== RESULT_GONE) return undefined;
  return invalid(
    place,
    `Value ${place.member.receiptHandle(receipt)} for parameter ReceiptHandle is invalid. ` +
      "Reason: Message does not exist or is not available for visibility timeout change.",
  );
}

/** Hides the messages for `visibilityMs` from now; the first refusal, if any. */
function hideAll(
  place: Place,
  receipts: readonly Receipt[],
  visibilityMs: number,
  isAnyReceive: boolean,
): SluiceError | undefined {
  const { member, number, incarnation } = place;
  let refused: SluiceError | undefined;
  const prepare = (record: number): void => {
    member.engine.receipts.putVisibility(record, visibilityMs);
    if (isAnyReceive) member.engine.receipts.putAnyReceive(record);
  };
  const run = (count: number): number =>
    member.engine.hide(number, incarnation, count, member.nowMs());
  inParts(place, receipts, prepare, run, (receipt, code, _, record) => {
    refused ??= refusal(place, receipt, code, record, visibilityMs);
  });
  place.desk.waiting.look(number);
  return refused;
}

function neededVisibilityMs(place: Place, visibilityTimeout: number | undefined): number {
  const visibilityMs = visibilityMsOf(place, visibilityTimeout);
  if (visibilityMs >= 0) return visibilityMs;
  throw new SluiceError(
    "MissingParameter",
    "The request must contain the parameter VisibilityTimeout.",
    { queue: place.name },
  );
}

export async function changeVisibility(
  place: Place,
  handle: Handle,
  visibilityTimeout: number,
): Promise<void> {
  place.member.check();
  const visibilityMs = neededVisibilityMs(place, visibilityTimeout);
  const refused = hideAll(place, [receiptOf(place, handle)], visibilityMs, !place.isFifo);
  if (refused !== undefined) throw refused;
}

/**
 * Makes messages that nobody will handle visible at once; what can't be is left to its timeout, and
 * what somebody else received since to him: nobody asked for it by this handle.
 */
export function giveBack(place: Place, messages: readonly Message[]): void {
  if (messages.length === 0 || !place.member.isOpen) return;
  try {
    const receipts = messages.map((message) => receiptOf(place, message));
    hideAll(place, receipts, 0, false);
  } catch (error) {
    // The queue was deleted meanwhile, its messages with it.
    if (!(error instanceof SluiceError)) throw error;
  }
}

/**
 * Deletes the messages from..to-1 of an inbox; how many were still there to delete. Where calls are
 * limited, each ten are one, and what was deleted before one that is refused stays deleted.
 */
export function deleteSync(place: Place, inbox: Inbox, from: number, to: number): number {
  const { member, number, incarnation } = place;
  const { engine } = member;
  member.check();
  const now = deletionTime(place);
  const isCounted = isLimited(place);
  const step = isCounted ? CALL_MESSAGES : to - from;
  let removed = 0;
  for (let first = from; first < to; first += step) {
    const end = Math.min(to, first + step);
    if (isCounted) {
      engine.receipts.putMessages(inbox, first, end);
      if (!mayDelete(place, end - first)) throw throttled(place.name);
    }
    const some = engine.removeMessages(inbox, first, end, number, incarnation, now);
    if (some < 0) throw member.failure(some, place.name);
    removed += some;
  }
  afterRemoval(place);
  return removed;
}

/** Changes the visibility of the messages from..to-1 of an inbox; how many it applied to. */
export function changeVisibilitySync(
  place: Place,
  inbox: Inbox,
  from: number,
  to: number,
  visibilityTimeout: number,
): number {
  const { member, number, incarnation } = place;
  member.check();
  const visibilityMs = neededVisibilityMs(place, visibilityTimeout);
  member.engine.receipts.putMessages(inbox, from, to);
  for (let record = 0; record < to - from; record++) {
    member.engine.receipts.putVisibility(record, visibilityMs);
    if (!place.isFifo) member.engine.receipts.putAnyReceive(record);
  }
  const changed = member.engine.hide(number, incarnation, to - from, member.nowMs());
  if (changed < 0) throw member.failure(changed, place.name);
  place.desk.waiting.look(number);
  return changed;
}
