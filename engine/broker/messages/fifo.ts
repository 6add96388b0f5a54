/**
 * What a FIFO queue asks of a send and a receive, and what it answers them with: group and
 * deduplication ids, sequence numbers, receive attempts, receipts whose time is over. Pure but for
 * reading the queue's flags; own thread only.
 * Sources: Developer Guide, "FIFO queues" and "exactly-once processing"; API Reference, SendMessage
 * and ReceiveMessage; and what AWS was seen to answer where they are silent.
 */
import { SluiceError } from "../../errors.ts";
import { messages } from "../../limits.ts";
import type { Body, SendEntry } from "../../types.ts";
import { isBytes } from "./bytes.ts";
import { sha256 } from "./checksum.ts";
import type { QueueContext } from "./queueContext.ts";

type Ids = { [Name in "messageGroupId" | "messageDeduplicationId"]?: SendEntry[Name] | undefined };

/** AWS's sequence numbers have 20 digits; these are in front of the queue's own count. */
const SEQUENCE_HEAD = "1885";
const SEQUENCE_DIGITS = 16;

export function invalid(context: { readonly name: string }, message: string): SluiceError {
  return new SluiceError("InvalidParameterValue", message, { queue: context.name });
}

/** Looks for what may not be there, which is cheaper than to match all that may. */
function checkId(context: QueueContext, name: string, id: string): string {
  const { maxIdCharacters, notInIdPattern } = messages;
  const isText = typeof id === "string" && id !== "";
  if (isText && id.length <= maxIdCharacters && !notInIdPattern.test(id)) return id;
  throw invalid(
    context,
    `Value ${id} for parameter ${name} is invalid. ` +
      `Reason: it is 1 to ${messages.maxIdCharacters} letters, digits and punctuation.`,
  );
}

/** A message's group, empty for none, which only a Standard queue lets pass. */
export function groupOf(context: QueueContext, group: string | undefined): string {
  if (group !== undefined) return checkId(context, "MessageGroupId", group);
  if (!context.isFifo) return "";
  throw new SluiceError(
    "MissingParameter",
    "The request must contain the parameter MessageGroupId.",
    { queue: context.name },
  );
}

/** What a message is deduplicated by: its own id, or its body's digest; empty on a Standard queue. */
export function deduplicationOf(context: QueueContext, id: string | undefined, body: Body): string {
  if (!context.isFifo) {
    if (id === undefined) return "";
    throw invalid(context, "MessageDeduplicationId is not valid for this queue type.");
  }
  if (id !== undefined) return checkId(context, "MessageDeduplicationId", id);
  if (isContentDeduplicated(context)) return sha256(body);
  throw lacksDeduplication(context);
}

function isContentDeduplicated({ member, queue }: QueueContext): boolean {
  return member.engine.queues.isContentDeduplicated(queue.number);
}

function lacksDeduplication(queue: { readonly name: string }): SluiceError {
  return invalid(
    queue,
    "The queue should either have ContentBasedDeduplication enabled or " +
      "MessageDeduplicationId provided explicitly.",
  );
}

export function checkFifoBatch(
  context: QueueContext,
  entries: readonly (Body | SendEntry)[],
): void {
  const ids = entries.map((entry) => (isEntry(entry) ? entry : {}));
  checkBatchIds(context, isContentDeduplicated(context), ids);
}

/**
 * Throws what fails a batch to a FIFO queue as a whole, where a message alone or another parameter
 * fails by itself: an entry without a group, or without what it is deduplicated by.
 */
export function checkBatchIds(
  queue: { readonly name: string },
  isContentDeduplicated: boolean,
  entries: readonly Ids[],
): void {
  for (const { messageGroupId, messageDeduplicationId } of entries) {
    if (messageGroupId === undefined) {
      throw invalid(queue, "The request must contain the parameter MessageGroupId.");
    }
    if (!isContentDeduplicated && messageDeduplicationId === undefined) {
      throw lacksDeduplication(queue);
    }
  }
}

/** An entry with options, not a body alone. */
export function isEntry(entry: Body | SendEntry): entry is SendEntry {
  return typeof entry === "object" && entry !== null && !isBytes(entry);
}

/** On a FIFO queue a delay is the queue's alone. */
export function checkNoDelay(context: QueueContext, delaySeconds: number): void {
  if (delaySeconds === 0) return;
  throw invalid(
    context,
    `Value ${delaySeconds} for parameter DelaySeconds is invalid. ` +
      "Reason: The request include parameter that is not valid for this queue type.",
  );
}

/** Twenty digits that grow with the queue's own count of messages, so that they compare as texts. */
export function sequenceNumber(low: number, high: number): string {
  const sequence = high * 2 ** 32 + low;
  return SEQUENCE_HEAD + String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

/** A receive attempt's id; undefined for none, and on a Standard queue, which does not heed it. */
export function attemptOf(context: QueueContext, id: string | undefined): string | undefined {
  if (id === undefined || !context.isFifo) return undefined;
  return checkId(context, "ReceiveRequestAttemptId", id);
}

export function staleAttempt(context: QueueContext, id: string): SluiceError {
  return invalid(
    context,
    `Value ${id} for parameter ReceiveRequestAttemptId is invalid. Reason: the id is not valid ` +
      "anymore: a message of that receive was deleted, received again or hidden for another time.",
  );
}

export function expiredReceipt(context: QueueContext, handle: string): SluiceError {
  return invalid(
    context,
    `Value ${handle} for parameter ReceiptHandle is invalid. ` +
      "Reason: The receipt handle has expired.",
  );
}
