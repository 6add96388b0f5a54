/**
 * Which options each call of the embedded face has. A name that a call does not have is refused, with
 * the one that was probably meant: an option that is passed over in silence is a fault that shows
 * only in production. Pure; the check costs a walk over the names given.
 */
import { type ErrorCode, SluiceError } from "../../errors.ts";
import { nearest } from "../../suggestion.ts";
import type {
  AttributeValue,
  BrokerOptions,
  CloseOptions,
  ListQueuesOptions,
  ListTasksOptions,
  MessageMoveTaskOptions,
  NewQueueOptions,
  PeekOptions,
  QueueAttributes,
  QueueChange,
  QueueOwner,
  Quotas,
  ReceiveOptions,
  RedrivePolicy,
  SendBatchOptions,
  SendEntry,
  SendOptions,
} from "../../types.ts";

/** What a call takes, as its caller knows it, and the names in it. */
export interface Names {
  /** Behind "no": `option of receive`. */
  readonly kind: string;
  readonly all: ReadonlySet<string>;
  readonly code: ErrorCode;
}

/** The compiler sees to it that a type's names are all here, and no others. */
function names<T>(
  kind: string,
  members: { readonly [Name in keyof Required<T>]: true },
  code: ErrorCode = "InvalidParameterValue",
): Names {
  return { kind, all: new Set(Object.keys(members)), code };
}

const entry = {
  delaySeconds: true,
  messageAttributes: true,
  messageGroupId: true,
  messageDeduplicationId: true,
  awsTraceHeader: true,
  senderId: true,
} as const;

const wait = { waitForCapacity: true, signal: true } as const;

export const openNames = names<BrokerOptions>("option of Broker.open", {
  directory: true,
  durability: true,
  memoryBytes: true,
  messagesMax: true,
  threadsMax: true,
  queuesMax: true,
  account: true,
  region: true,
  quotas: true,
  clock: true,
  tracing: true,
});

export const quotaNames = names<Quotas>("switch of quotas", {
  fifoThroughput: true,
  inFlightCap: true,
  sixtySecondRules: true,
});

export const attributeNames = names<QueueAttributes>(
  "queue attribute",
  {
    delaySeconds: true,
    visibilityTimeout: true,
    receiveMessageWaitTimeSeconds: true,
    messageRetentionPeriod: true,
    maximumMessageSize: true,
    fifoQueue: true,
    contentBasedDeduplication: true,
    deduplicationScope: true,
    fifoThroughputLimit: true,
    redrivePolicy: true,
  },
  "InvalidAttributeName",
);

export const policyNames = names<RedrivePolicy>("member of redrivePolicy", {
  deadLetterTargetArn: true,
  maxReceiveCount: true,
});

export const newQueueNames = names<NewQueueOptions>("option of createQueue", {
  account: true,
  stored: true,
  tags: true,
});

export const ownerNames = names<QueueOwner>("option of a queue's name", { account: true });

export const changeNames = names<QueueChange>("part of a queue's change", {
  attributes: true,
  stored: true,
  tags: true,
});

export const listQueuesNames = names<ListQueuesOptions>("option of listQueues", {
  account: true,
  prefix: true,
});

export const closeNames = names<CloseOptions>("option of close", {
  drain: true,
  deadlineMs: true,
});

export const moveTaskNames = names<MessageMoveTaskOptions>("option of startMessageMoveTask", {
  sourceArn: true,
  destinationArn: true,
  maxNumberOfMessagesPerSecond: true,
});

export const listTasksNames = names<ListTasksOptions>("option of listMessageMoveTasks", {
  sourceArn: true,
  maxResults: true,
});

/** `body` as well, so that an entry can be sent alone: `send(entry.body, entry)`. */
export const sendNames = names<SendOptions & SendEntry>("option of send", {
  body: true,
  ...entry,
  ...wait,
});

export const sendBatchNames = names<SendBatchOptions>("option of sendBatch", wait);

/** Of an entry, and of `sync.send`: there is no waiting for one of many, nor in a synchronous call. */
export const entryNames = names<SendEntry>("option of a message", { body: true, ...entry });

export const valueNames = names<Extract<AttributeValue, { dataType: string }>>(
  "member of a message attribute",
  { dataType: true, stringValue: true, binaryValue: true },
);

export const receiveNames = names<ReceiveOptions>("option of receive", {
  maxNumberOfMessages: true,
  waitTimeSeconds: true,
  visibilityTimeout: true,
  receiveRequestAttemptId: true,
  signal: true,
});

export const peekNames = names<PeekOptions>("option of peek", {
  state: true,
  messageGroupId: true,
  after: true,
  limit: true,
});

function refused(code: ErrorCode, message: string, queue: string | undefined): SluiceError {
  return new SluiceError(code, message, queue === undefined ? {} : { queue });
}

/** Throws for what is no object, and for a name that is not among these. */
export function checkNames(given: object, { kind, all, code }: Names, queue?: string): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const what = Array.isArray(given) ? "an array" : String(given);
    throw refused(
      "InvalidParameterValue",
      `An object is needed that has each ${kind} by its name, not ${what}.`,
      queue,
    );
  }
  for (const name in given) {
    // What is inherited was hardly written for this call.
    if (all.has(name) || !Object.hasOwn(given, name)) continue;
    const near = nearest(name, all);
    const hint =
      near === undefined ? `. Known: ${[...all].join(", ")}.` : `; did you mean ${near}?`;
    throw refused(code, `There is no ${kind} called ${name}${hint}`, queue);
  }
}
