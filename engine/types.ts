/**
 * The shapes of the embedded API: what a program hands to a broker and what it gets back.
 * Types only, no behaviour: every layer of engine/ may import this file from any thread.
 * Names that AWS has keep AWS's word and unit (`visibilityTimeout`: seconds); names of our own
 * carry their unit. The classes behind these shapes live in broker/, clock.ts and errors.ts.
 */
import type { MessagePort } from "node:worker_threads";
import type { SluiceError } from "./errors.ts";

/** A message body: text, or bytes that are stored and returned as they are. */
export type Body = string | Uint8Array;

/**
 * Where "now" comes from: milliseconds since 1970, 0 to 10^13, fractions allowed. A call that reads
 * any other answer rejects with InvalidParameterValue.
 */
export interface Clock {
  nowMs(): number;
}

/** Which of the limits that protect AWS, not you, are switched on. */
export interface Quotas {
  /** FIFO: 300 calls a second an action, or more with high throughput; a batch of ten is a call. */
  fifoThroughput: boolean;
  /** 120,000 messages in flight a queue. */
  inFlightCap: boolean;
  /** One purge, and no re-creation of a deleted name, within 60 seconds. */
  sixtySecondRules: boolean;
}

export interface BrokerOptions {
  /**
   * Where queues and messages are kept on disk, made where it is not there; one broker has it at a time.
   * Without one they end with the process. `clock` is then the machine's or a VirtualClock.
   */
  directory?: string;
  /**
   * When an asynchronous call resolves that changed something: "always": when that survives a power cut;
   * "relaxed": when it survives the process, and within 100 ms a power cut. Default "always".
   */
  durability?: "always" | "relaxed";
  /** Shared memory to reserve, in bytes; costs nothing until touched. Default 1 GiB. */
  memoryBytes?: number;
  /** Most messages at one time; their records take 100 bytes each. Default memoryBytes / 512. */
  messagesMax?: number;
  /** Most threads at one time, this one and the broker's own included: 2 to 64. Default 64. */
  threadsMax?: number;
  /** Most queues at one time: 1 to 4096. Default 4096. */
  queuesMax?: number;
  /** Twelve digits. Default "000000000000". */
  account?: string;
  /** Default "us-east-1". */
  region?: string;
  quotas?: "aws" | "throughput" | "off" | Partial<Quotas>;
  /**
   * Default: the machine's monotonic clock, which nobody can set; moments that are shown follow the
   * wall clock. A clock of your own runs at the machine's pace, and its broker can't be shared.
   */
  clock?: Clock;
  /**
   * Spans of OpenTelemetry, and trace contexts in messages, where the program has registered a tracer
   * provider; false: none, whatever the program has. Default true.
   */
  tracing?: boolean;
}

export interface CloseOptions {
  /** First wait until no queue has a visible message or one in flight. Default false. */
  drain?: boolean;
  /** How long `drain` waits at the longest, in milliseconds. Default: as long as it takes. */
  deadlineMs?: number;
}

/** Whose queue is meant. */
export interface QueueOwner {
  /** Twelve digits. Default: the broker's own account. Two accounts may have queues of one name. */
  account?: string | undefined;
}

export interface ListQueuesOptions extends QueueOwner {
  /** Only names that begin so; case counts. */
  prefix?: string | undefined;
}

/** One handle a thread; the closing of its port is how the owner learns of that thread's death. */
export interface BrokerHandle {
  readonly port: MessagePort;
}

export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** Queue attributes, with AWS's units: seconds and bytes. */
export interface QueueAttributes {
  delaySeconds?: number;
  visibilityTimeout?: number;
  receiveMessageWaitTimeSeconds?: number;
  messageRetentionPeriod?: number;
  maximumMessageSize?: number;
  fifoQueue?: true;
  contentBasedDeduplication?: boolean;
  deduplicationScope?: "queue" | "messageGroup";
  fifoThroughputLimit?: "perQueue" | "perMessageGroupId";
  /** Null removes it. The dead-letter queue must be there, of the same kind, and allow it. */
  redrivePolicy?: RedrivePolicy | null;
}

/**
 * Attributes that are stored and echoed but do not change how messages flow, by AWS's name
 * (Policy, RedriveAllowPolicy, KmsMasterKeyId, KmsDataKeyReusePeriodSeconds,
 * SqsManagedSseEnabled); the text is returned as it was set.
 */
export type StoredAttributes = Record<string, string>;

/** All that the catalogue holds of a queue. */
export interface QueueDetails {
  readonly attributes: Required<Omit<QueueAttributes, "fifoQueue" | "redrivePolicy">> &
    Pick<QueueAttributes, "fifoQueue"> & { redrivePolicy?: RedrivePolicy };
  readonly stored: Readonly<StoredAttributes>;
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** What moves messages out of a dead-letter queue. ARNs as AWS's, rates in messages a second. */
export interface MessageMoveTaskOptions {
  /** The dead-letter queue. */
  sourceArn: string;
  /** Without it each message goes back to the queue it came from. */
  destinationArn?: string;
  /** 1 to 500; without it as fast as the broker can. */
  maxNumberOfMessagesPerSecond?: number;
}

export interface ListTasksOptions {
  /** The dead-letter queue's ARN. */
  sourceArn: string;
  /** 1 to 10. Default 1. */
  maxResults?: number | undefined;
}

/** One of a dead-letter queue's last ten move tasks. */
export interface MessageMoveTask extends MessageMoveTaskOptions {
  /** Only while it runs. */
  taskHandle?: string;
  status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  approximateNumberOfMessagesMoved: number;
  approximateNumberOfMessagesToMove: number;
  /** Of a FAILED one: AWS's word. */
  failureReason?: string;
  /** Milliseconds since 1970. */
  startedTimestamp: number;
}

export type AttributeValue =
  | string
  | number
  | Uint8Array
  | { dataType: string; stringValue?: string; binaryValue?: Uint8Array };

export interface SendOptions {
  delaySeconds?: number;
  messageAttributes?: Record<string, AttributeValue>;
  /** A FIFO queue needs one: messages of a group are received in order. A Standard queue keeps it. */
  messageGroupId?: string;
  /** FIFO only; not needed where contentBasedDeduplication takes the body's SHA-256. */
  messageDeduplicationId?: string;
  /** The text of AWSTraceHeader, returned as a system attribute. */
  awsTraceHeader?: string;
  /** Who sent it, returned as SenderId. Default: the broker's account. */
  senderId?: string;
  /** Wait for room (memory, quota) instead of rejecting with CapacityExceeded or RequestThrottled. */
  waitForCapacity?: boolean;
  signal?: AbortSignal;
}

export type SendBatchOptions = Pick<SendOptions, "waitForCapacity" | "signal">;

export interface SendEntry extends Omit<SendOptions, "signal" | "waitForCapacity"> {
  body: Body;
}

/** What a message sent was given; a duplicate (FIFO) has what the original was given. */
export interface Sent {
  readonly messageId: string;
  /** FIFO: twenty digits, greater than those of all messages sent to the queue before. */
  readonly sequenceNumber?: string;
  /** Lower-case hexadecimal; computed when first read. */
  readonly md5OfBody: string;
}

export interface BatchResult<T> {
  readonly successful: readonly { index: number; value: T }[];
  readonly failed: readonly { index: number; error: SluiceError }[];
}

export interface ReceiveOptions {
  /** 1 to 10 on the wire; embedded, up to 256. Default 1. */
  maxNumberOfMessages?: number;
  waitTimeSeconds?: number;
  visibilityTimeout?: number;
  /**
   * FIFO: repeated with the same id within five minutes, a receive brings the same messages again,
   * hidden again; InvalidParameterValue once one of them was deleted or given another timeout. At most
   * ten messages. A Standard queue does not heed it.
   */
  receiveRequestAttemptId?: string;
  signal?: AbortSignal;
}

export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly bytes: Uint8Array;
  readonly receiptHandle: string;
  readonly md5OfBody: string;
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
  readonly sequenceNumber?: string;
  readonly awsTraceHeader?: string;
  readonly senderId: string;
  readonly deadLetterQueueSourceArn?: string;
  readonly messageAttributes: Readonly<Record<string, AttributeValue>>;
  delete(): Promise<void>;
  changeVisibility(visibilityTimeout: number): Promise<void>;
}

/** Where a message is in its queue's course, as `counts()` counts it. */
export type MessageState = "visible" | "inFlight" | "delayed";

export interface PeekOptions {
  /** Only messages in this state, or in one of these. Default: all three. */
  state?: MessageState | readonly MessageState[];
  /** Only messages of this group. A FIFO queue goes straight to them; a Standard queue looks at all. */
  messageGroupId?: string;
  /** The `next` of the page before, of the same queue, state and group. */
  after?: string;
  /** Most messages of the page, 1 to 1,000. Default 100. */
  limit?: number;
}

/** A message that was looked at and not received: there is no receipt of it. */
export interface PeekedMessage extends Message {
  /** Empty. `delete()` and `changeVisibility()` reject with ReceiptHandleIsInvalid. */
  readonly receiptHandle: "";
  readonly state: MessageState;
  /** When it becomes visible, in milliseconds since 1970; absent where it is. */
  readonly visibleAtMs?: number;
  /** 0 while nobody has received it. */
  readonly firstReceivedAtMs: number;
}

export interface PeekPage {
  /** Oldest first: in the order in which they came into the queue. */
  readonly messages: PeekedMessage[];
  /** Where the next page begins; absent behind the last message. */
  readonly next?: string;
}

/** What is in a queue now; exact, after expiries that are due have been applied. */
export interface QueueCounts {
  visible: number;
  inFlight: number;
  delayed: number;
  oldestSentAtMs: number | undefined;
}

/** What a queue has done since it was created: the sums behind CloudWatch's counts. */
export interface QueueTotals {
  messagesSent: number;
  sentBytes: number;
  messagesReceived: number;
  messagesDeleted: number;
  emptyReceives: number;
  deduplicatedSends: number;
}

/** What a queue is to have; what is absent stays. An empty stored text removes what was stored. */
export interface QueueChange {
  attributes?: QueueAttributes;
  stored?: StoredAttributes;
  /** All tags that it has from then on. */
  tags?: Record<string, string>;
}

/** What a new queue has besides its attributes. */
export interface NewQueueOptions extends Omit<QueueChange, "attributes">, QueueOwner {}

export interface Queue {
  /** Whose queue it is: the broker's own account, unless it was made for another one. */
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly sync: SyncQueue;
  send(body: Body, options?: SendOptions): Promise<Sent>;
  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options?: SendBatchOptions,
  ): Promise<BatchResult<Sent>>;
  receive(options?: ReceiveOptions): Promise<Message[]>;
  delete(message: Message | string): Promise<void>;
  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>>;
  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void>;
  messages(options?: ReceiveOptions): AsyncIterableIterator<Message> & AsyncDisposable;
  /**
   * A page of the queue's messages, oldest first, without receiving any: no receive count, visibility,
   * order, timer or metric changes. Pass `next` as `after` for the page behind it, until there is none.
   *
   * A walk through all pages shows each message that is in the queue, and in a state that was asked for,
   * from its first call to its last exactly once. One that changes its state, is deleted or expires
   * meanwhile is shown once or not at all, as it was when its page was made. One that comes after the first
   * call is not shown; nor are dead letters and redriven messages that come then, or come again.
   * State, receive count and times of a message are those of one moment; each page has its own.
   *
   * A page costs as much wherever it begins and however many messages there are: it looks at no more
   * than 10,000 and ends behind 4 MiB of bodies. So it may hold fewer messages than `limit`, or none, and
   * have a `next`. A cursor does not expire: what is deleted meanwhile does not hinder it.
   *
   * Rejects with InvalidParameterValue for an option that is none, and for an `after` that no page of such
   * a walk gave, or another broker did.
   */
  peek(options?: PeekOptions): Promise<PeekPage>;
  counts(): QueueCounts;
  totals(): QueueTotals;
  /**
   * What the queue has now. A Standard queue has no fifoQueue, a queue without a dead-letter queue no
   * redrivePolicy.
   */
  getAttributes(): Promise<QueueDetails["attributes"]>;
  setAttributes(attributes: QueueAttributes): Promise<void>;
  /** Everything the catalogue knows of this queue, read now. */
  details(): QueueDetails;
  /**
   * Changes typed and stored attributes and tags in one step. A change that depends on what the
   * queue has is a function of that: called again when another thread changed something meanwhile.
   */
  update(change: QueueChange | ((details: QueueDetails) => QueueChange)): Promise<void>;
  purge(): Promise<void>;
}

/**
 * The same queue at memory speed: synchronous, no promise, and no object a message unless asked
 * for. "sync" is not fsync.
 */
export interface SyncQueue {
  /** False when memory is full, or a FIFO queue's quota is used up. */
  send(body: Body, options?: Omit<SendEntry, "body">): boolean;
  /**
   * How many of the first `count` messages were accepted, in order; fewer when memory is full or a
   * FIFO queue's quota is used up. All
   * are checked before the first is sent. To a FIFO queue: entries, since each names its group.
   */
  sendBatch(bodies: readonly (Body | SendEntry)[], count?: number): number;
  /**
   * How many messages are now in `into`: 0 to `max` (default: the batch's capacity). Like the other
   * verbs that take no message in, it throws RequestThrottled when a FIFO queue's quota is used up.
   */
  receive(into: MessageBatchShape, max?: number, visibilityTimeout?: number): number;
  /** As `receive`, but blocks this thread until a message is there or `timeoutMs` have passed. */
  receiveBlocking(into: MessageBatchShape, max: number, timeoutMs: number): number;
  /** Deletes one message, or all of the batch; how many were still there to delete. */
  delete(from: MessageBatchShape, index?: number): number;
  changeVisibility(from: MessageBatchShape, visibilityTimeout: number, index?: number): number;
}

/** A reusable receive buffer (the class MessageBatch of broker/). */
export interface MessageBatchShape {
  readonly length: number;
  body(index: number): string;
  view(index: number): Uint8Array;
  receiveCount(index: number): number;
  message(index: number): Message;
}
