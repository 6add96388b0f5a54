/**
 * Records of an event, as Lambda makes them of messages. Pure. A record is made as its JSON text, since
 * its bytes count against an event's limit and a handler gets what was read out of JSON, as on AWS.
 * Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", example of an event; that
 * `md5OfMessageAttributes` is there with message attributes: an event that a user recorded.
 */
import { hash } from "node:crypto";
import { showAttributes } from "../server/wire/messageAttributes.ts";
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

interface WireValue {
  readonly StringValue?: string;
  readonly BinaryValue?: string;
  readonly DataType: string;
}

function messageAttributeOf({ StringValue, BinaryValue, DataType }: WireValue) {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  } satisfies SqsMessageAttribute;
}

type ShownAttributes = Pick<SqsRecord, "messageAttributes" | "md5OfMessageAttributes">;

function messageAttributesOf(message: Message): ShownAttributes {
  const shown = showAttributes(message.messageAttributes, () => true);
  if (shown === undefined) return { messageAttributes: {} };
  // An attribute may be called __proto__.
  const messageAttributes: Record<string, SqsMessageAttribute> = Object.create(null);
  for (const [name, value] of Object.entries(shown.MessageAttributes)) {
    messageAttributes[name] = messageAttributeOf(value as WireValue);
  }
  return { messageAttributes, md5OfMessageAttributes: shown.MD5OfMessageAttributes };
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
