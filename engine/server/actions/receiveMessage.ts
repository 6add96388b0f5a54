/** ReceiveMessage: up to ten messages, waiting for the first of them when asked to. */
import { hash } from "node:crypto";
import { ReceivedMessage } from "../../broker/messages/message.ts";
import { SluiceError } from "../../errors.ts";
import { messageAttributes, parameterRanges } from "../../limits.ts";
import type { Message, Queue, ReceiveOptions } from "../../types.ts";
import { queueAction } from "../action.ts";
import type { Answer, Context } from "../wire/context.ts";
import { LongAnswer } from "../wire/longAnswer.ts";
import { wireQueueAttributes } from "../wire/maps.ts";
import { attributeFilter, showAttributes, wireAttributes } from "../wire/messageAttributes.ts";
import { checkNames, type Input, namesOf } from "../wire/schema.ts";

const members = {
  // The older and the newer name of one list; both are honoured, and merge.
  AttributeNames: namesOf("AttributeName"),
  MessageSystemAttributeNames: namesOf("MessageSystemAttributeName"),
  MessageAttributeNames: namesOf("MessageAttributeName"),
  MaxNumberOfMessages: { type: "integer", range: parameterRanges.maxNumberOfMessages },
  VisibilityTimeout: { type: "integer", range: parameterRanges.visibilityTimeout },
  WaitTimeSeconds: { type: "integer", range: parameterRanges.waitTimeSeconds },
  ReceiveRequestAttemptId: { type: "string" },
} as const;

const shown = {
  MessageId: { type: "string" },
  ReceiptHandle: { type: "string" },
  MD5OfBody: { type: "string" },
  Body: { type: "string" },
  Attributes: wireQueueAttributes,
  MD5OfMessageAttributes: { type: "string" },
  MessageAttributes: wireAttributes("MessageAttribute", messageAttributes.maxCount),
} as const;

const wire = {
  members,
  result: {
    Messages: { type: "list", of: { type: "structure", members: shown }, each: "Message" },
  },
} as const;

type ReceiveInput = Input<typeof members>;

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

/** What a request wants to see of each message besides body and handle. */
interface Wanted {
  readonly system: readonly string[] | undefined;
  readonly filter: ((name: string) => boolean) | undefined;
}

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

function showMessage(message: Message, wanted: Wanted): object {
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

function wantedOf(input: ReceiveInput): Wanted {
  const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  return {
    system: system.length > 0 ? system : undefined,
    filter: attributeFilter(input.MessageAttributeNames),
  };
}

/** Only a receive that waits, by its own word or by the queue's, needs the signal, which costs. */
function optionsOf(context: Context, input: ReceiveInput, queue: Queue): ReceiveOptions {
  const options: ReceiveOptions = {};
  if (input.MaxNumberOfMessages !== undefined) {
    options.maxNumberOfMessages = input.MaxNumberOfMessages;
  }
  if (input.VisibilityTimeout !== undefined) options.visibilityTimeout = input.VisibilityTimeout;
  if (input.WaitTimeSeconds !== undefined) options.waitTimeSeconds = input.WaitTimeSeconds;
  const waitSeconds =
    input.WaitTimeSeconds ?? queue.details().attributes.receiveMessageWaitTimeSeconds;
  if (waitSeconds !== 0) options.signal = context.signal;
  if (input.ReceiveRequestAttemptId !== undefined) {
    options.receiveRequestAttemptId = input.ReceiveRequestAttemptId;
  }
  return options;
}

/** A wait that was cut short (the client has gone, the server drains) took no message. */
function emptyIfAborted(error: unknown): Answer {
  if (error instanceof Error && error.name === "AbortError") return {};
  throw error;
}

/** Makes what no client got visible again at once, all in one go; a refusal says it is already. */
function giveBack(received: readonly Message[]): Promise<unknown> {
  return Promise.all(received.map((message) => message.changeVisibility(0).catch(ignoreRefusal)));
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SluiceError)) throw error;
}

function showReceived(received: readonly Message[], input: ReceiveInput): Answer {
  if (received.length === 0) return {};
  const wanted = wantedOf(input);
  let contentBytes = 0;
  for (const message of received) contentBytes += ReceivedMessage.contentBytesOf(message);
  if (contentBytes > bytesAtOnce) return new LongAnswer(showOneByOne(received, wanted));
  return { Messages: received.map((message) => showMessage(message, wanted)) };
}

function* showOneByOne(received: readonly Message[], wanted: Wanted): Generator<object, void> {
  for (const message of received) yield showMessage(message, wanted);
}

export const receiveMessage = queueAction(wire, (context, input, queue) => {
  checkNames("AttributeNames", input.AttributeNames);
  checkNames("MessageSystemAttributeNames", input.MessageSystemAttributeNames);
  checkNames("MessageAttributeNames", input.MessageAttributeNames);
  return queue.receive(optionsOf(context, input, queue)).then((received) => {
    // A FIFO receive with an id is asked again by that id, and then brings what it brought before.
    const isRepeatable = queue.isFifo && input.ReceiveRequestAttemptId !== undefined;
    if (received.length > 0 && !isRepeatable) context.undoUnlessSent(() => giveBack(received));
    return showReceived(received, input);
  }, emptyIfAborted);
});
