/**
 * The numbers of Amazon SQS: every limit, range and pattern that is part of its contract.
 * A leaf of plain constants: every layer of engine/ may import it, from any thread.
 * Units are in the comments or the names; names are AWS's in camelCase. Sizes, ranges and batches of
 * ten always hold on the wire; an embedded broker may be more generous and says so where it is. Those
 * that protect AWS hold where they are switched on (`Quotas` in types.ts).
 *
 * Sources: SQS API Reference 2012-11-05 (the action and data type pages) and the SQS Developer
 * Guide, "Amazon SQS message quotas", "standard queue quotas", "FIFO queue quotas", "policy
 * quotas", "message metadata", as of November 2026.
 */

/** Whole numbers from `min` to `max`, both included. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** A numeric queue attribute: what may be set, and what a new queue has. */
export interface NumericAttribute extends NumberRange {
  readonly default: number;
  readonly unit: "seconds" | "bytes";
}

/** Numeric queue attributes that change how messages flow (API Reference, SetQueueAttributes). */
export const numericAttributes = {
  delaySeconds: { min: 0, max: 900, default: 0, unit: "seconds" },
  maximumMessageSize: { min: 1_024, max: 1_048_576, default: 1_048_576, unit: "bytes" },
  messageRetentionPeriod: { min: 60, max: 1_209_600, default: 345_600, unit: "seconds" },
  receiveMessageWaitTimeSeconds: { min: 0, max: 20, default: 0, unit: "seconds" },
  visibilityTimeout: { min: 0, max: 43_200, default: 30, unit: "seconds" },
} as const satisfies Record<string, NumericAttribute>;

/** KmsDataKeyReusePeriodSeconds: stored and echoed only (API Reference, SetQueueAttributes). */
export const kmsDataKeyReusePeriodSeconds = {
  min: 60,
  max: 86_400,
  default: 300,
  unit: "seconds",
} as const satisfies NumericAttribute;

/** Ranges of request parameters (API Reference, the page of the action in the comment). */
export const parameterRanges = {
  /** SendMessage, seconds. */
  delaySeconds: { min: 0, max: 900 },
  /** ReceiveMessage, ChangeMessageVisibility, seconds. */
  visibilityTimeout: { min: 0, max: 43_200 },
  /** ReceiveMessage, seconds. */
  waitTimeSeconds: { min: 0, max: 20 },
  /** ReceiveMessage, messages. */
  maxNumberOfMessages: { min: 1, max: 10 },
  /** ListQueues and ListDeadLetterSourceQueues, queues a page. */
  maxResults: { min: 1, max: 1_000 },
  /** RedrivePolicy, receives. */
  maxReceiveCount: { min: 1, max: 1_000 },
} as const satisfies Record<string, NumberRange>;

/** Whose queues and where, as their ARNs say: patterns, and what a broker says unless told. */
export const accounts = { pattern: /^\d{12}$/, default: "000000000000" } as const;
export const regions = { pattern: /^[a-z0-9-]{1,64}$/, default: "us-east-1" } as const;

/**
 * Callers' names, as IAM has them (IAM User Guide, "IAM and AWS STS quotas"), perhaps behind a path; a role's
 * may have its session's behind a colon.
 */
export const userNames = /^(?:[\x21-\x2e\x30-\x7e]+\/)*[\w+=,.@-]{1,64}$/;
export const roleNames =
  /^((?:[\x21-\x2e\x30-\x39\x3b-\x7e]+\/)*[\w+=,.@-]{1,64})(?::([\w+=,.@-]{2,64}))?$/;

/** Bytes of a broker's memory: Sluice's own. No more than 32 bits can address. */
export const memoryBytes = { min: 2 ** 20, max: 2 ** 32, default: 2 ** 30 } as const;

/** Bytes of what metrics keep at most: Sluice's own. From room for a day, and for all metrics of a few queues. */
export const metricsMemoryBytes = { min: 2 ** 20, max: 2 ** 32, default: 2 ** 26 } as const;

/** Lists of a request for which AWS names no number. */
export const lists = {
  /** AttributeNames, MessageAttributeNames and MessageSystemAttributeNames, each: Sluice's own. */
  maxNames: 1_000,
} as const;

/** A page of a peek: Sluice's own. */
export const peeks = {
  /** Messages a page. */
  limit: { min: 1, max: 1_000, default: 100 },
  /** Messages that a page looks at, whatever it shows of them. */
  maxLooked: 10_000,
  /** Bytes of bodies behind which a page ends. */
  maxBytes: 4_194_304,
} as const;

/** Queue names and addresses (API Reference, CreateQueue). */
export const queueNames = {
  /** 1 to 80 letters, digits, `-` and `_`; the suffix of a FIFO queue counts among the 80. */
  pattern: /^(?=.{1,80}$)[A-Za-z0-9_-]+(?:\.fifo)?$/,
  fifoSuffix: ".fifo",
  maxCharacters: 80,
  /** ListQueues without MaxResults shows no more. */
  maxListed: 1_000,
} as const;

/** A message (Developer Guide, "message quotas" and "message metadata"). */
export const messages = {
  /** Body and attributes together, of one message and of one batch. */
  maxBytes: 1_048_576,
  /** A body has at least one byte. */
  minBytes: 1,
  /** The total time one receive may hide a message, in seconds: 12 hours. */
  maxInvisibleSeconds: 43_200,
  /** Finds what is neither letter, digit nor punctuation, and so may not stand in a MessageGroupId,
   * MessageDeduplicationId or ReceiveRequestAttemptId. */
  notInIdPattern: /[^!-~]/,
  maxIdCharacters: 128,
} as const;

/** A message's attributes (Developer Guide, "message attributes"). */
export const messageAttributes = {
  maxCount: 10,
  /** Letters and digits of any script, as AWS was seen to take them, though it documents A to z.
   * Where dots may stand, and the reserved prefixes, are checked apart. */
  namePattern: /^[\p{L}\p{M}\p{Nd}_.-]{1,256}$/u,
  maxNameCharacters: 256,
  /** In any case; names beginning so are AWS's own. */
  reservedPrefixes: ["aws.", "amazon."],
  maxDataTypeCharacters: 256,
  /** One of three, and behind a dot any of the characters that a body may have. */
  dataTypePattern:
    /^(?:String|Number|Binary)(?:\.[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+)?$/u,
  /** Significant digits of a Number. */
  maxNumberDigits: 38,
  /** Decimal exponents of a Number's magnitude: 10^-128 to 10^126. */
  minNumberExponent: -128,
  maxNumberExponent: 126,
} as const;

/** A batch (API Reference, SendMessageBatch and its kin). */
export const batches = {
  maxEntries: 10,
  entryIdPattern: /^[A-Za-z0-9_-]{1,80}$/,
  /** The sum over a batch of sends; no queue's MaximumMessageSize changes it. */
  maxBytes: 1_048_576,
} as const;

/** FIFO queues (Developer Guide, "FIFO queue quotas" and "exactly-once processing"). */
export const fifo = {
  /** How long a deduplication id and a receive attempt id are remembered, in seconds. */
  deduplicationSeconds: 300,
  /** Calls a second an action, batched or not, without high throughput. */
  callsPerSecond: 300,
  /** What AWS counts as one call: a message, or a batch of so many. */
  messagesPerCall: 10,
} as const;

/** Calls a second an action of a FIFO queue with high throughput, by region; elsewhere 2,400. */
const highThroughputCalls: Readonly<Record<string, number>> = {
  "us-east-1": 70_000,
  "us-west-2": 70_000,
  "eu-west-1": 70_000,
  "us-east-2": 19_000,
  "eu-central-1": 19_000,
  "ap-south-1": 9_000,
  "ap-southeast-1": 9_000,
  "ap-southeast-2": 9_000,
  "ap-northeast-1": 9_000,
  "eu-west-2": 4_500,
  "sa-east-1": 4_500,
};

/** Calls a second an action that a FIFO queue with high throughput takes in this region. */
export function highThroughputCallsPerSecond(region: string): number {
  return highThroughputCalls[region] ?? 2_400;
}

/** Calls a second an action that a FIFO queue takes, whose throughput limit is by group or not. */
export function fifoCallsPerSecond(isByGroup: boolean, region: string): number {
  return isByGroup ? highThroughputCallsPerSecond(region) : fifo.callsPerSecond;
}

/** Limits that protect AWS rather than its user: switches in Sluice (Developer Guide, quotas). */
export const protections = {
  maxInFlight: 120_000,
  /** Between two purges of a queue, in seconds. */
  purgeSeconds: 60,
  /** Between a queue's deletion and a new one with its name, in seconds. */
  recreateSeconds: 60,
} as const;

/** A queue's Policy (Developer Guide, "policy quotas"). */
export const policies = {
  maxBytes: 8_192,
  maxStatements: 20,
  maxPrincipals: 50,
  maxConditions: 10,
  maxActions: 7,
  /** RedriveAllowPolicy with byQueue. */
  maxSourceQueueArns: 10,
  versions: ["2008-10-17", "2012-10-17"],
  /** A permission's label, which becomes its statement's Sid (API Reference, AddPermission). */
  labelPattern: /^[A-Za-z0-9_-]{1,80}$/,
} as const;

/** Message move tasks (API Reference, StartMessageMoveTask and ListMessageMoveTasks). */
export const moveTasks = {
  messagesPerSecond: { min: 1, max: 500 },
  /** Tasks an answer lists. */
  maxResults: { min: 1, max: 10 },
  maxListed: 10,
} as const;

/** A queue's tags (API Reference, TagQueue; Developer Guide, "cost allocation tags"). */
export const tags = {
  maxCount: 50,
  maxKeyCharacters: 128,
  maxValueCharacters: 256,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  reservedPrefix: "aws:",
} as const;
