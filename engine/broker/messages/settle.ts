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
  RESULT_EXPIRED,
  RESULT_GONE,
  RESULT_STALE,
  RESULT_TOO_LONG,
  type Receipt,
  STATUS_FULL,
} from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { messages as limits } from "../../limits.ts";
import type { BatchResult, Message } from "../../types.ts";
import { expiredReceipt, invalid } from "./fifo.ts";
import { ReceivedMessage } from "./message.ts";
import { checkList } from "./outgoing.ts";
import { PeekedMessage } from "./peekedMessage.ts";
import type { QueueContext } from "./queueContext.ts";
import { CALL_MESSAGES, isLimited, mayDelete, throttled } from "./quota.ts";
import { visibilityMsOf } from "./receive.ts";

type Handle = Message | string;

/**
 * A queue's time never steps back, so 0 is whatever its last operation saw. A deletion from a Standard
 * queue needs no better, and reading the clock would be a good part of what it costs.
 */
const QUEUE_NOW = 0;

/** A FIFO queue's receipt ends at its due time, whoever looks at the clock first. */
export function deletionTime({ isFifo, member }: QueueContext): number {
  return isFifo ? member.nowMs() : QUEUE_NOW;
}

function notOurs({ name: queue }: QueueContext, handle: unknown): SluiceError {
  const sentence =
    handle instanceof PeekedMessage
      ? "A message that was peeked has no receipt; receive it to delete or hide it."
      : "The input receipt handle is invalid.";
  return new SluiceError("ReceiptHandleIsInvalid", sentence, { queue });
}

/** What a message or handle stands for; throws when this queue never gave it out. */
function receiptOf(context: QueueContext, handle: Handle): Receipt {
  const receipt =
    ReceivedMessage.receiptOf(handle) ??
    context.member.engine.receipts.read(
      typeof handle === "string" ? handle : String(handle?.receiptHandle),
    );
  if (receipt === undefined || receipt.incarnation !== context.queue.incarnation)
    throw notOurs(context, handle);
  return receipt;
}

/** What is done with receipts, and what it is told of each. */
interface Change {
  readonly prepare: (record: number) => void;
  /** With handle records 0 to count - 1; a count or a status. */
  readonly run: (count: number) => number;
  readonly result: (receipt: Receipt, code: number, index: number, record: number) => void;
}

/**
 * Applies it to the receipts from `from` on, as many at a time as one call takes. Answers how many of all
 * are done: fewer than there are where the journal must read first what happened before.
 */
function inParts(
  { member, name }: QueueContext,
  receipts: readonly Receipt[],
  { prepare, run, result }: Change,
  from: number,
): number {
  for (let first = from; first < receipts.length; first += BATCH_MAX) {
    const part = receipts.slice(first, first + BATCH_MAX);
    part.forEach((receipt, record) => {
      member.engine.receipts.put(record, receipt);
      prepare(record);
    });
    const status = run(part.length);
    if (status === STATUS_FULL) return first;
    if (status < 0) throw member.failure(status, name);
    part.forEach((receipt, record) => {
      result(receipt, member.engine.receipts.result(record), first + record, record);
    });
  }
  return receipts.length;
}

/** Applies it to those from `from` on, however long the journal takes. */
async function applyRest(
  context: QueueContext,
  receipts: readonly Receipt[],
  change: Change,
  from: number,
): Promise<void> {
  let done = from;
  while (done < receipts.length) {
    await context.shared.acknowledgements.room(context.queue.number);
    context.member.check();
    done = inParts(context, receipts, change, done);
  }
}

function nothing(): void {}

/** How to delete, at most ten where calls are limited; `refused` is told of each receipt that is over. */
function deletion(
  context: QueueContext,
  refused: (index: number, error: SluiceError) => void,
): Change {
  const { member, queue } = context;
  const now = deletionTime(context);
  return {
    prepare: nothing,
    run: (count) => {
      if (!mayDelete(context, count)) throw throttled(context.name);
      return member.engine.remove(queue, count, now);
    },
    result: (receipt, code, index, record) => {
      if (isOver(context, receipt, code, record)) refused(index, overReceipt(context, receipt));
    },
  };
}

/** A promise only where it must wait for the journal. */
function removeAll(
  context: QueueContext,
  receipts: readonly Receipt[],
  refused: (index: number, error: SluiceError) => void,
): Promise<void> | undefined {
  const change = deletion(context, refused);
  const done = inParts(context, receipts, change, 0);
  afterRemoval(context);
  if (done === receipts.length) return undefined;
  return applyRest(context, receipts, change, done).then(() => afterRemoval(context));
}

/** On a FIFO queue: somebody received it since, or it is visible again, or it moved when it was. */
function isOver(context: QueueContext, receipt: Receipt, code: number, record: number): boolean {
  if (!context.isFifo) return false;
  if (code === RESULT_EXPIRED || code === RESULT_STALE) return true;
  const { member, queue } = context;
  return (
    code === RESULT_GONE && member.engine.hasMoved(queue.number, record, receipt, member.nowMs())
  );
}

function overReceipt(context: QueueContext, receipt: Receipt): SluiceError {
  return expiredReceipt(context, context.member.receiptHandle(receipt));
}

/** There may be room for who waits for it, and a FIFO group may be open again. */
export function afterRemoval({ shared, isFifo, queue }: QueueContext): void {
  if (shared.capacity.isAwaited) shared.capacity.retry();
  if (isFifo) shared.waiting.look(queue.number);
}

/** One that nothing keeps from going, which is what most are; false: `removeAll` sees what does. */
function removeOnly(context: QueueContext, receipt: Receipt): boolean {
  const { member, queue } = context;
  if (isLimited(context)) return false;
  member.engine.receipts.put(0, receipt);
  const status = member.engine.remove(queue, 1, deletionTime(context));
  if (status === STATUS_FULL) return false;
  if (status < 0) throw member.failure(status, context.name);
  const isRefused = isOver(context, receipt, member.engine.receipts.result(0), 0);
  if (isRefused) throw overReceipt(context, receipt);
  afterRemoval(context);
  return true;
}

export async function deleteMessage(context: QueueContext, handle: Handle): Promise<void> {
  context.member.check();
  const receipt = receiptOf(context, handle);
  if (!removeOnly(context, receipt)) {
    await removeAll(context, [receipt], (_, error) => {
      throw error;
    });
  }
  const durable = kept(context);
  if (durable !== undefined) await durable;
}

/** Resolves when all that was done to the queue so far is durable. */
function kept({ shared, queue }: QueueContext): Promise<void> | undefined {
  return shared.acknowledgements.of(queue.number);
}

interface Receipts {
  readonly receipts: readonly Receipt[];
  /** Where each stood in the list. */
  readonly indices: readonly number[];
  /** What is no handle of this queue, by where it stood. */
  readonly errors: Map<number, SluiceError>;
}

function receiptsOf(context: QueueContext, handles: readonly Handle[]): Receipts {
  checkList(context, handles, "deleteBatch");
  const receipts: Receipt[] = [];
  const indices: number[] = [];
  const errors = new Map<number, SluiceError>();
  // A loop, since forEach passes over the holes of an array.
  for (let index = 0; index < handles.length; index++) {
    try {
      receipts.push(receiptOf(context, handles[index] as Handle));
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
  context: QueueContext,
  handles: readonly Handle[],
): Promise<BatchResult<void>> {
  context.member.check();
  const { errors, receipts, indices } = receiptsOf(context, handles);
  const step = isLimited(context) ? CALL_MESSAGES : Math.max(1, receipts.length);
  for (let from = 0; from < receipts.length; from += step) {
    try {
      const part = receipts.slice(from, from + step);
      const removed = removeAll(context, part, (at, error) =>
        errors.set(indices[from + at] as number, error),
      );
      if (removed !== undefined) await removed;
    } catch (error) {
      // The first call's refusal is the batch's; a later one's is that of the handles not yet sent.
      if (from === 0 || !isThrottled(error)) throw error;
      for (const index of indices.slice(from)) errors.set(index, error);
      break;
    }
  }
  const durable = kept(context);
  if (durable !== undefined) await durable;
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
  context: QueueContext,
  receipt: Receipt,
  code: number,
  record: number,
  visibilityMs: number,
): SluiceError | undefined {
  if (code === RESULT_TOO_LONG) {
    return invalid(
      context,
      `Value ${visibilityMs / 1_000} for parameter VisibilityTimeout is invalid. ` +
        "Reason: Total VisibilityTimeout for the message is beyond the limit " +
        `[${limits.maxInvisibleSeconds} seconds].`,
    );
  }
  if (isOver(context, receipt, code, record)) return overReceipt(context, receipt);
  if (code !== RESULT_GONE) return undefined;
  return invalid(
    context,
    `Value ${context.member.receiptHandle(receipt)} for parameter ReceiptHandle is invalid. ` +
      "Reason: Message does not exist or is not available for visibility timeout change.",
  );
}

/** How to hide messages for `visibilityMs` from now; `refused` is told of what it does not apply to. */
function hiding(
  context: QueueContext,
  visibilityMs: number,
  isAnyReceive: boolean,
  refused: (error: SluiceError) => void,
): Change {
  const { member, queue } = context;
  return {
    prepare: (record) => {
      member.engine.receipts.putVisibility(record, visibilityMs);
      if (isAnyReceive) member.engine.receipts.putAnyReceive(record);
    },
    run: (count) => member.engine.hide(queue, count, member.nowMs()),
    result: (receipt, code, _, record) => {
      const error = refusal(context, receipt, code, record, visibilityMs);
      if (error !== undefined) refused(error);
    },
  };
}

export function neededVisibilityMs(
  context: QueueContext,
  visibilityTimeout: number | undefined,
): number {
  const visibilityMs = visibilityMsOf(context, visibilityTimeout);
  if (visibilityMs >= 0) return visibilityMs;
  throw new SluiceError(
    "MissingParameter",
    "The request must contain the parameter VisibilityTimeout.",
    { queue: context.name },
  );
}

export async function changeVisibility(
  context: QueueContext,
  handle: Handle,
  visibilityTimeout: number,
): Promise<void> {
  context.member.check();
  const visibilityMs = neededVisibilityMs(context, visibilityTimeout);
  const change = hiding(context, visibilityMs, !context.isFifo, (error) => {
    throw error;
  });
  const receipts = [receiptOf(context, handle)];
  const done = inParts(context, receipts, change, 0);
  if (done < receipts.length) await applyRest(context, receipts, change, done);
  context.shared.waiting.look(context.queue.number);
  const durable = kept(context);
  if (durable !== undefined) await durable;
}

/**
 * Makes messages that nobody will handle visible at once; what can't be is left to its timeout, and
 * what somebody else received since to him: nobody asked for it by this handle.
 */
export function giveBack(context: QueueContext, messages: readonly Message[]): void {
  giveBackReceipts(
    context,
    messages.map((message) => receiptOf(context, message)),
  );
}

/** Makes what a thread held that was ended visible at once; as `giveBack`. */
export function giveBackReceipts(context: QueueContext, receipts: readonly Receipt[]): void {
  if (receipts.length === 0 || !context.member.isOpen) return;
  try {
    // Where the journal is behind, they come back when their timeout is over.
    inParts(context, receipts, hiding(context, 0, false, nothing), 0);
    context.shared.waiting.look(context.queue.number);
  } catch (error) {
    // The queue was deleted meanwhile, its messages with it.
    if (!(error instanceof SluiceError)) throw error;
  }
}
