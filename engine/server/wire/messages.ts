/**
 * Messages in answers, for the actions that bring some: what of each is shown, and how a list of them is
 * answered without keeping the thread for long. Pure.
 */
import { hash } from "node:crypto";
import { ReceivedMessage } from "../../broker/messages/message.ts";
import { messageAttributes } from "../../limits.ts";
import type { Message } from "../../types.ts";
import type { Answer } from "./context.ts";
import { LongAnswer } from "./longAnswer.ts";
import { wireQueueAttributes } from "./maps.ts";
import { showAttributes, wireAttributes } from "./messageAttributes.ts";
import type { Loose } from "./schema.ts";

/** The list of messages in an answer, as data for schema.ts. */
export const wireMessages = {
  type: "list",
  of: {
    type: "structure",
    members: {
      MessageId: { type: "string" },
      ReceiptHandle: { type: "string" },
      MD5OfBody: { type: "string" },
      Body: { type: "string" },
      Attributes: wireQueueAttributes,
      MD5OfMessageAttributes: { type: "string" },
      MessageAttributes: wireAttributes("MessageAttribute", messageAttributes.maxCount),
    },
  },
  each: "Message",
} as const;

/** Messages that have more together are shown one by one: a megabyte takes up to 30 ms. */
const bytesAtOnce = 262_144;

/** A VirtualClock may stand between two milliseconds; AWS shows whole ones. */
function milliseconds(ms: number): string {
  return String(Math.floor(ms));
}

/** System attributes in the order of the answer; undefined where the message has none. */
const systemAttributes: readonly (readonly [string, (message: Message) => string | undefined])[] = [
  ["SenderId", (message) => message.senderId],
  ["SentTimestamp", (message) => milliseconds(message.sentAtMs)],
  ["ApproximateReceiveCount", (message) => String(message.receiveCount)],
  ["ApproximateFirstReceiveTimestamp", (message) => milliseconds(message.firstReceivedAtMs)],
  ["MessageGroupId", (message) => message.messageGroupId],
  ["MessageDeduplicationId", (message) => message.messageDeduplicationId],
  ["SequenceNumber", (message) => message.sequenceNumber],
  ["AWSTraceHeader", (message) => message.awsTraceHeader],
  ["DeadLetterQueueSourceArn", (message) => message.deadLetterQueueSourceArn],
];

/** What is shown of each message besides body and handle. */
export interface Wanted {
  readonly system: readonly string[] | undefined;
  readonly filter: ((name: string) => boolean) | undefined;
}

/** All that there is. */
export const everything: Wanted = { system: ["All"], filter: () => true };

function showSystem(message: Message, names: readonly string[]): object | undefined {
  const texts: Record<string, string> = {};
  let isEmpty = true;
  for (const [name, read] of systemAttributes) {
    const text = names.includes("All") || names.includes(name) ? read(message) : undefined;
    if (text === undefined) continue;
    texts[name] = text;
    isEmpty = false;
  }
  return isEmpty ? undefined : texts;
}

export function showMessage(message: Message, wanted: Wanted): object {
  const { body } = message;
  const plain = {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    // Of the text that is shown: bytes that are no UTF-8, sent by an embedder, change on the way,
    // and a client that finds another digest refuses the whole answer.
    MD5OfBody: hash("md5", body),
    Body: body,
  };
  if (wanted.system === undefined && wanted.filter === undefined) return plain;
  const system = wanted.system && showSystem(message, wanted.system);
  const own = wanted.filter && showAttributes(message.messageAttributes, wanted.filter);
  return { ...plain, ...(system && { Attributes: system }), ...own };
}

/** The answer with these messages, and with `others` of its members. */
export function answerWith<M extends Message>(
  messages: readonly M[],
  show: (message: M) => object,
  others: Loose = {},
): Answer {
  if (messages.length === 0) return others;
  let contentBytes = 0;
  for (const message of messages) contentBytes += ReceivedMessage.contentBytesOf(message);
  if (contentBytes > bytesAtOnce) return new LongAnswer(oneByOne(messages, show), others);
  return { Messages: messages.map(show), ...others };
}

function* oneByOne<M>(
  messages: readonly M[],
  show: (message: M) => object,
): Generator<object, void> {
  for (const message of messages) yield show(message);
}
