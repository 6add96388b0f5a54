/**
 * The shapes of SQS's JSON answers, and its errors, written down from AWS's documents rather than
 * taken from the engine, so that the tests do not repeat the engine's mistakes.
 */
import type { IncomingHttpHeaders } from "node:http";
import { expect } from "vitest";

export interface WireAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export interface WireMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MD5OfMessageAttributes?: string;
  readonly MessageAttributes?: Readonly<Record<string, WireAttribute>>;
}

export interface WireSuccess {
  readonly Id: string;
  readonly MessageId?: string;
  readonly MD5OfMessageBody?: string;
  readonly MD5OfMessageAttributes?: string;
  readonly SequenceNumber?: string;
}

export interface WireFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** A message move task, as it is listed. */
export interface WireTask {
  readonly TaskHandle?: string;
  readonly Status: string;
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
  readonly ApproximateNumberOfMessagesMoved?: number;
  readonly ApproximateNumberOfMessagesToMove?: number;
  readonly FailureReason?: string;
  readonly StartedTimestamp: number;
}

/** Every member that an answer of any action may have. */
export interface WireAnswer {
  readonly QueueUrl?: string;
  readonly QueueUrls?: readonly string[];
  readonly NextToken?: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageId?: string;
  readonly MD5OfMessageBody?: string;
  readonly MD5OfMessageAttributes?: string;
  readonly MD5OfMessageSystemAttributes?: string;
  readonly SequenceNumber?: string;
  readonly Messages?: readonly WireMessage[];
  readonly Successful?: readonly WireSuccess[];
  readonly Failed?: readonly WireFailure[];
  readonly queueUrls?: readonly string[];
  readonly TaskHandle?: string;
  readonly ApproximateNumberOfMessagesMoved?: number;
  readonly Results?: readonly WireTask[];
  readonly Tags?: Readonly<Record<string, string>>;
  readonly UserId?: string;
  readonly Account?: string;
  readonly Arn?: string;
  readonly __type?: string;
  readonly message?: string;
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text read as JSON; an empty object for an empty text. */
  readonly json: WireAnswer;
}

/** An answer of the query protocol that was read. */
export interface QueryAnswer {
  /** The result as JSON would have it; empty for an error and for no result. */
  readonly result: WireAnswer;
  /** Of an error. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly requestId: string;
}

/** Status, `__type` and the code of x-amzn-query-error. */
export type WireError = readonly [status: number, type: string, code: string];

const SQS = "com.amazonaws.sqs#";
const CORAL = "com.amazon.coral.service#";
const OLD = "AWS.SimpleQueueService.";

export const malformed: WireError = [400, `${CORAL}SerializationException`, "MalformedInput"];
export const unknownAction: WireError = [400, `${CORAL}UnknownOperationException`, "InvalidAction"];
export const missing: WireError = [
  400,
  `${CORAL}MissingRequiredParameterException`,
  "MissingParameter",
];
export const invalidValue: WireError = [
  400,
  `${CORAL}InvalidParameterValueException`,
  "InvalidParameterValue",
];
export const tooLarge: WireError = [
  413,
  `${CORAL}RequestEntityTooLargeException`,
  "RequestEntityTooLarge",
];
export const capacity: WireError = [503, `${CORAL}CapacityExceeded`, "CapacityExceeded"];
export const noQueue: WireError = [400, `${SQS}QueueDoesNotExist`, `${OLD}NonExistentQueue`];
export const notFound: WireError = [
  404,
  `${SQS}ResourceNotFoundException`,
  "ResourceNotFoundException",
];
export const queueExists: WireError = [400, `${SQS}QueueNameExists`, "QueueAlreadyExists"];
export const deletedRecently: WireError = [
  400,
  `${SQS}QueueDeletedRecently`,
  `${OLD}QueueDeletedRecently`,
];
export const purgeInProgress: WireError = [
  403,
  `${SQS}PurgeQueueInProgress`,
  `${OLD}PurgeQueueInProgress`,
];
export const unsupported: WireError = [
  400,
  `${SQS}UnsupportedOperation`,
  `${OLD}UnsupportedOperation`,
];
export const badAttributeName: WireError = [
  400,
  `${SQS}InvalidAttributeName`,
  "InvalidAttributeName",
];
export const badAttributeValue: WireError = [
  400,
  `${SQS}InvalidAttributeValue`,
  "InvalidAttributeValue",
];
export const overLimit: WireError = [403, `${SQS}OverLimit`, "OverLimit"];
export const throttled: WireError = [403, `${SQS}RequestThrottled`, "RequestThrottled"];
export const badContents: WireError = [
  400,
  `${SQS}InvalidMessageContents`,
  "InvalidMessageContents",
];
export const badHandle: WireError = [404, `${SQS}ReceiptHandleIsInvalid`, "ReceiptHandleIsInvalid"];
export const emptyBatch: WireError = [400, `${SQS}EmptyBatchRequest`, `${OLD}EmptyBatchRequest`];
export const tooManyEntries: WireError = [
  400,
  `${SQS}TooManyEntriesInBatchRequest`,
  `${OLD}TooManyEntriesInBatchRequest`,
];
export const badEntryId: WireError = [
  400,
  `${SQS}InvalidBatchEntryId`,
  `${OLD}InvalidBatchEntryId`,
];
export const sameEntryId: WireError = [
  400,
  `${SQS}BatchEntryIdsNotDistinct`,
  `${OLD}BatchEntryIdsNotDistinct`,
];
export const batchTooLong: WireError = [
  400,
  `${SQS}BatchRequestTooLong`,
  `${OLD}BatchRequestTooLong`,
];

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The envelope that every answer has, and the error's three names. */
export function expectError(answer: Answer, [status, type, code]: WireError): void {
  expect([answer.status, answer.json.__type, answer.headers["x-amzn-query-error"]]).toEqual([
    status,
    type,
    `${code};${status < 500 ? "Sender" : "Receiver"}`,
  ]);
  expect(answer.json.message).toMatch(/\w/);
  expectEnvelope(answer);
}

export function expectEnvelope(answer: Answer): void {
  expect(answer.headers["x-amzn-requestid"]).toMatch(uuid);
  expect(answer.headers["content-type"]).toBe("application/x-amz-json-1.0");
  expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(answer.text)));
}

/** An error of the query protocol: its status, its code, who is at fault, and a text. */
export function expectQueryError(
  answer: Answer & { readonly xml: QueryAnswer },
  [status, , code]: WireError,
): void {
  const { xml } = answer;
  const fault = status < 500 ? "Sender" : "Receiver";
  expect([answer.status, xml.code, xml.type]).toEqual([status, code, fault]);
  expect(xml.message).toMatch(/\w/);
  expectXml(answer);
}

/** The envelope of XML: its type, its length, and one request id in two places. */
export function expectXml(answer: Answer & { readonly xml: QueryAnswer }): void {
  expect(answer.headers["content-type"]).toBe("text/xml");
  expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(answer.text)));
  expect(answer.headers["x-amzn-requestid"]).toMatch(uuid);
  expect(answer.xml.requestId).toBe(answer.headers["x-amzn-requestid"]);
}

/** An action without a result: 200 and no bytes. */
export function expectVoid(answer: Answer): void {
  expect([answer.status, answer.text]).toEqual([200, ""]);
  expectEnvelope(answer);
}

export { uuid as uuidPattern };
