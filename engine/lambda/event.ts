/**
 * Records of an event, as Lambda makes them of messages. Pure. A record is made as its JSON text, since
 * its bytes count against an event's limit and a handler gets what was read out of JSON, as on AWS.
 * Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", example of an event; that
 * `md5OfMessageAttributes` is there with message attributes: an event that a user recorded.
 */
import { hash } from "node:crypto";
import {
  base64Of,
  md5OfAttributes,
  type TypedValue,
  typedValue,
} from "../broker/messages/attributeDigest.ts";
import type { Message } from "../types.ts";
import type { SqsEvent, SqsMessageAttribute, SqsRecord, SqsRecordAttributes } from "./types.ts";

/**
 * Most bytes of an event. Source: Lambda Developer Guide, "Lambda quotas": 6 MB for requests; Lambda's
 * refusal of a larger one names this number.
 */
export const EVENT_BYTES_MAX = 6_291_556;

const BEFORE = '{"Records":[';
const AFTER = "]}";

/** Bytes of an event without its records. */
export const EVENT_FRAME_BYTES = BEFORE.length + AFTER.length;

/** The event of these records' texts. */
export function eventOf(records: readonly string[]): SqsEvent {
  return JSON.parse(BEFORE + records.join(",") + AFTER) as SqsEvent;
}

/** A VirtualClock may stand between two milliseconds; AWS shows whole ones. */
function milliseconds(ms: number): string {
  return String(Math.floor(ms));
}

function attributesOf(message: Message): SqsRecordAttributes {
  const { sequenceNumber, messageGroupId, messageDeduplicationId } = message;
  const { awsTraceHeader, deadLetterQueueSourceArn } = message;
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    ...(awsTraceHeader !== undefined && { AWSTraceHeader: awsTraceHeader }),
    SentTimestamp: milliseconds(message.sentAtMs),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
    SenderId: message.senderId,
    ...(messageDeduplicationId !== undefined && { MessageDeduplicationId: messageDeduplicationId }),
    ApproximateFirstReceiveTimestamp: milliseconds(message.firstReceivedAtMs),
    ...(deadLetterQueueSourceArn !== undefined && {
      DeadLetterQueueSourceArn: deadLetterQueueSourceArn,
    }),
  };
}

function messageAttributeOf({ dataType, stringValue, binaryValue }: TypedValue) {
  return {
    ...(stringValue !== undefined && { stringValue }),
    ...(binaryValue !== undefined && { binaryValue: base64Of(binaryValue) }),
    stringListValues: [],
    binaryListValues: [],
    dataType,
  } satisfies SqsMessageAttribute;
}

type ShownAttributes = Pick<SqsRecord, "messageAttributes" | "md5OfMessageAttributes">;

function messageAttributesOf(message: Message): ShownAttributes {
  // An attribute may be called __proto__.
  const typed: Record<string, TypedValue> = Object.create(null);
  const messageAttributes: Record<string, SqsMessageAttribute> = Object.create(null);
  for (const [name, value] of Object.entries(message.messageAttributes)) {
    typed[name] = typedValue(value);
    messageAttributes[name] = messageAttributeOf(typed[name]);
  }
  if (Object.keys(typed).length === 0) return { messageAttributes };
  return { messageAttributes, md5OfMessageAttributes: md5OfAttributes(typed) };
}

/** The record of a message of the queue with this ARN, as JSON. */
export function recordOf(message: Message, queueArn: string): string {
  const { body } = message;
  const record: SqsRecord = {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body,
    attributes: attributesOf(message),
    ...messageAttributesOf(message),
    // Of the text that is shown: bytes that are no UTF-8 change on the way.
    md5OfBody: hash("md5", body),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: regionOf(queueArn),
  };
  return JSON.stringify(record);
}

/** arn:aws:sqs:REGION:ACCOUNT:NAME */
export function regionOf(queueArn: string): string {
  return queueArn.split(":")[3] ?? "";
}
