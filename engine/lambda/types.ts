/**
 * The shapes of an event source for Lambda-style handlers: what a program hands to `lambda`, and what
 * its handler is called with. Types only. Names that AWS has are AWS's, in camelCase, with AWS's unit;
 * an event may also be typed by the package @types/aws-lambda, whose `SQSEvent` it is.
 * Sources: Lambda Developer Guide, "Using Lambda with Amazon SQS", "Lambda parameters for Amazon SQS
 * event source mappings" and "Using the Lambda context object to retrieve Node.js function information".
 */
import type { ConsumeOptions, HandlerContext } from "../consumer/types.ts";

/** What `lambda` shares with `consume`. */
type SharedOptions = Omit<
  ConsumeOptions,
  "batch" | "concurrency" | "visibilityTimeout" | "heartbeat"
>;

export interface LambdaOptions extends SharedOptions {
  /** The module's export that is called; default "handler". "api.handler" is a member of an export. */
  handler?: string;
  /** What the context calls the function: letters, digits, `-` and `_`. Default: the file's name. */
  functionName?: string;
  /**
   * Seconds, whole, 1 to 900; default 3, as on AWS. At most the queue's visibility timeout. A function
   * that takes longer has failed with its whole batch.
   */
  timeout?: number;
  /**
   * Messages of one event at the most. A FIFO queue: 1 to 10. A Standard queue: 1 to 10,000, above 10
   * with a batching window. Default 10.
   */
  batchSize?: number;
  /**
   * Seconds, whole, 0 to 300, for which messages are gathered before the function is called. Standard
   * queues only. Default 0: it is called with what one receive brings.
   */
  maximumBatchingWindowInSeconds?: number;
  /** Events that are handled at the same time, at the most: 2 to 1,000. Default: one a thread. */
  maximumConcurrency?: number;
  /** With "ReportBatchItemFailures" an answer's `batchItemFailures` counts. Default: none. */
  functionResponseTypes?: readonly "ReportBatchItemFailures"[];
}

export interface SqsMessageAttribute {
  stringValue?: string;
  /** In base64. */
  binaryValue?: string;
  /** Always empty, as on AWS. */
  stringListValues: string[];
  /** Always empty, as on AWS. */
  binaryListValues: string[];
  dataType: string;
}

/** Texts, as ReceiveMessage has them: times are milliseconds since 1970. */
export interface SqsRecordAttributes {
  ApproximateReceiveCount: string;
  SentTimestamp: string;
  SenderId: string;
  ApproximateFirstReceiveTimestamp: string;
  SequenceNumber?: string;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  AWSTraceHeader?: string;
  DeadLetterQueueSourceArn?: string;
}

/** One message of an event. */
export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: SqsRecordAttributes;
  messageAttributes: Record<string, SqsMessageAttribute>;
  /** Only where there are message attributes. */
  md5OfMessageAttributes?: string;
  md5OfBody: string;
  eventSource: "aws:sqs";
  eventSourceARN: string;
  awsRegion: string;
}

/** What a handler is called with first. */
export interface SqsEvent {
  Records: SqsRecord[];
}

/** What a handler is called with second: AWS's members, and one of Sluice's. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  /** Always "$LATEST". */
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** The thread's heap limit where it has one, else AWS's default, "128". */
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  /** Milliseconds until the function's time is up, by the machine's clock; 0 when it is. */
  getRemainingTimeInMillis(): number;
  /** Not AWS's: this thread's broker and queue, the signal of a stop, and `data` of the options. */
  readonly sluice: HandlerContext;
}

/** As AWS's: an `itemIdentifier` is a record's messageId. */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

export type LambdaHandler = (event: SqsEvent, context: LambdaContext) => unknown;
