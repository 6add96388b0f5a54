/**
 * The shapes of the test kit: what a test hands to it and gets from it, the same whether its broker is in
 * this process or behind a URL. Types only.
 */
import type { ErrorCode } from "../errors.ts";
import type { MessageState } from "../types.ts";

/**
 * A queue: its name, its URL, `ACCOUNT/NAME`, or a Queue. A name alone means the broker's own account.
 */
export type QueueRef = string | { readonly name: string; readonly account?: string };

/** How long: milliseconds, or seconds or milliseconds by name; 0 or more. */
export type TimeSpan = number | { readonly seconds: number } | { readonly ms: number };

export type { MessageState };

/** A message as it lies in a queue; looking at it changes nothing. */
export interface SeenMessage {
  readonly messageId: string;
  readonly state: MessageState;
  readonly body: string;
  /** How often it was received so far. */
  readonly receiveCount: number;
  /** Milliseconds since 1970, by the broker's clock, as are all moments here. */
  readonly sentAtMs: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
  readonly deadLetterQueueSourceArn?: string;
  /** Texts and numbers as they were sent; bytes in base64. */
  readonly messageAttributes: Readonly<Record<string, string | number>>;
}

export interface SeenCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** A part of a JSON value: objects have at least these members, lists have as many, in order; a RegExp is in a text. */
export type JsonPart = string | number | boolean | null | object;

/** What a message must have; what is absent may be anything. */
export interface MessageShape {
  /** The whole text, a pattern that is in it, or what it says as JSON. */
  readonly body?: JsonPart;
  readonly messageId?: string | RegExp;
  readonly state?: MessageState;
  readonly receiveCount?: number;
  readonly messageGroupId?: string | RegExp;
  readonly messageDeduplicationId?: string | RegExp;
  readonly deadLetterQueueSourceArn?: string | RegExp;
  /** Others may be there besides. */
  readonly messageAttributes?: Readonly<Record<string, string | number | RegExp>>;
}

/** A body's whole text, a pattern in it, a shape, or a function that says. */
export type Matcher = string | RegExp | MessageShape | ((message: SeenMessage) => boolean);

export interface WaitOptions {
  /** How long to wait at the longest, in milliseconds of the machine's time. Default 5000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export const messageActions = [
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "DeleteMessageBatch",
  "ChangeMessageVisibility",
] as const;

/** Each has a verb of the embedded API. A ChangeMessageVisibilityBatch is one of these an entry. */
export type MessageAction = (typeof messageActions)[number];

interface FaultAny {
  /** Of which queue alone. Default: any. */
  readonly queue?: QueueRef;
  /** Above 0, at most 1. Default 1. */
  readonly probability?: number;
  /** How often it may happen. Default: any number of times. */
  readonly count?: number;
  /** How many that it would have met go by first. Default 0. */
  readonly skip?: number;
  /** Of the numbers that the probability is held against: 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
}

/** Which calls it meets. */
interface FaultOfCalls extends FaultAny {
  /** Default: all of messageActions. */
  readonly action?: MessageAction | readonly MessageAction[];
}

export type FaultRule =
  /** The call is refused with this code of AWS's; nothing was done. `entries`: entries of a batch, each by itself. */
  | (FaultOfCalls & {
      readonly fault: "error";
      readonly code: ErrorCode;
      readonly message?: string;
      readonly entries?: boolean;
    })
  /** As `error` with RequestThrottled. */
  | (FaultOfCalls & { readonly fault: "throttle"; readonly entries?: boolean })
  /** The call waits so long first, by the broker's clock. Not those of `queue.sync`, which can't wait. */
  | (FaultOfCalls & { readonly fault: "delay"; readonly delayMs: number })
  /** A message that is received stays visible, so that it is received once more. Standard queues alone. */
  | (FaultAny & { readonly fault: "duplicate" })
  /** A deletion is answered as if it had been done, and the message comes back by its timeout. */
  | (FaultAny & { readonly fault: "loseDelete" });

export interface FaultState {
  readonly id: number;
  readonly rule: FaultRule;
  /** How often it has happened. */
  readonly hits: number;
}

export type SpyKind =
  | "sent"
  | "received"
  | "deleted"
  | "visibilityChanged"
  | "deadLettered"
  | "fault";

/** Something that happened to a message, or (a fault) to a call. */
export interface SpyEvent {
  /** 1, 2, 3, ... as the spy saw them. */
  readonly number: number;
  readonly kind: SpyKind;
  /** By the broker's clock. */
  readonly atMs: number;
  readonly queue: string;
  readonly account: string;
  /** Absent of a fault of a whole call. */
  readonly messageId?: string;
  /** Of what was sent, received or dead-lettered. */
  readonly body?: string;
  /** Of what was received or dead-lettered. */
  readonly receiveCount?: number;
  /** Seconds. */
  readonly visibilityTimeout?: number;
  /** Of what was dead-lettered: the name of the queue it went to. */
  readonly to?: string;
  /** Of a fault: which. */
  readonly fault?: FaultRule["fault"];
  readonly action?: MessageAction;
}

/** What a queue has counted since the spy began, all threads together. */
export interface SpyTotals {
  readonly sent: number;
  readonly received: number;
  readonly deleted: number;
  /** To its dead-letter queue, or by a redrive. */
  readonly moved: number;
  /** Their retention ended. */
  readonly expired: number;
}

export interface SpyFilter {
  readonly queue?: QueueRef;
  readonly kind?: SpyKind | readonly SpyKind[];
}

export interface Spy {
  /** What it has seen, in order. */
  events(filter?: SpyFilter): Promise<readonly SpyEvent[]>;
  /** Of one queue, from the engine's own counts: also what no event tells of. */
  totals(queue: QueueRef): Promise<SpyTotals>;
  /** Forgets what it has seen; goes on. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export interface Fault {
  readonly id: number;
  /** How often it has happened. */
  hits(): Promise<number>;
  /** Ends it; calls that it delays go on at once. */
  remove(): Promise<void>;
}

export interface ResetOptions {
  /** Keeps the queues and ends only what is in them. Default false. */
  readonly keepQueues?: boolean;
}

export interface TestKit {
  /**
   * Every queue is deleted (`keepQueues`: emptied), every fault removed, the spy's events forgotten. The
   * same names can be created at once. Queues of a server's configuration are made again.
   */
  reset(options?: ResetOptions): Promise<void>;
  /** The broker's time, in milliseconds since 1970. */
  now(): Promise<number>;
  /**
   * Moves the broker's time on; answers what it is then. What falls due on the way has happened: messages
   * are visible again, have expired, delays are over. Rejects with UnsupportedOperation where the
   * broker runs on a clock that can't be moved.
   */
  advance(time: TimeSpan): Promise<number>;
  counts(queue: QueueRef): Promise<SeenCounts>;
  /** What is in the queue, oldest first, at most `limit` (default 1000) messages; changes nothing. */
  messages(queue: QueueRef, limit?: number): Promise<readonly SeenMessage[]>;
  /** Until nothing is visible, in flight or delayed; rejects with what is left. */
  waitForEmpty(queue: QueueRef, options?: WaitOptions): Promise<void>;
  /** The first message that matches, which may come yet; rejects with what is there instead. */
  expectMessage(queue: QueueRef, matcher: Matcher, options?: WaitOptions): Promise<SeenMessage>;
  /** No message matches now. */
  expectNoMessage(queue: QueueRef, matcher: Matcher): Promise<void>;
  /** These messages and no others, in any order (of a FIFO queue: in this order). */
  expectMessages(
    queue: QueueRef,
    matchers: readonly Matcher[],
    options?: WaitOptions,
  ): Promise<void>;
  /** Nothing is visible, in flight or delayed now. */
  expectEmpty(queue: QueueRef): Promise<void>;
  /** The counts that are named, now. */
  expectCounts(queue: QueueRef, counts: Partial<SeenCounts>): Promise<void>;
  /** A message that came from this queue to its dead-letter queue. */
  expectDeadLetter(queue: QueueRef, matcher: Matcher, options?: WaitOptions): Promise<SeenMessage>;
  /** Begins to note what happens; where one has begun already, it is begun anew. */
  spy(): Promise<Spy>;
  fault(rule: FaultRule): Promise<Fault>;
  faults(): Promise<readonly FaultState[]>;
  clearFaults(): Promise<void>;
  /** Messages in flight, or this one, are visible again now; how many. */
  endVisibility(queue: QueueRef, messageId?: string): Promise<number>;
  /** What is in the queue expires now; how many messages. */
  endRetention(queue: QueueRef): Promise<number>;
  /** Messages that are visible or in flight, or this one, go to the dead-letter queue now; how many. */
  deadLetter(queue: QueueRef, messageId?: string): Promise<number>;
  /** Ends what it has begun: faults and spy. The broker stays open. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
