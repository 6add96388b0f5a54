/**
 * Requests for the fuzz test, as fast-check makes them: a valid request of some action, and what is
 * then done to it. Pure data, so that a seed gives the same requests; handles are named by number
 * and filled in when a request is sent. Nothing that is made here asks to wait for long.
 */
import fc from "fast-check";

export interface Shot {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly mutations: readonly Mutation[];
}

export type Mutation =
  /** The member found by following the numbers down gets another value, or none, or a namesake. */
  | { readonly kind: "set"; readonly at: readonly number[]; readonly value: unknown }
  | { readonly kind: "drop"; readonly at: readonly number[] }
  | { readonly kind: "rename"; readonly at: readonly number[]; readonly name: string }
  /** A list becomes so many times as long. */
  | { readonly kind: "repeat"; readonly at: readonly number[]; readonly times: number }
  /** The encoded body, at a place between its begin (0) and its end (1). */
  | {
      readonly kind: "splice";
      readonly place: number;
      readonly drop: number;
      readonly text: string;
    }
  | { readonly kind: "cut"; readonly place: number }
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | { readonly kind: "path"; readonly path: string };

/** Texts that begin so stand for the handles of messages received lately. */
export const handlePrefix = "handle:";

export const queueNames = ["fuzz-a", "fuzz-b", "fuzz-c"] as const;
export const fifoName = "fuzz-d.fifo";
export const account = "000000000000";

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`;
const redrive = JSON.stringify({ deadLetterTargetArn: arnOf("fuzz-c"), maxReceiveCount: 2 });
const urlOf = (name: string) => `http://localhost/${account}/${name}`;
const standard = fc.constantFrom(...queueNames.map(urlOf));
const fifo = fc.constant(urlOf(fifoName));
const queue = fc.constantFrom(...[...queueNames, fifoName].map(urlOf));
const handle = fc.nat({ max: 63 }).map((number) => `${handlePrefix}${number}`);
const body = fc.oneof(
  { weight: 8, arbitrary: fc.string({ minLength: 1, maxLength: 60 }) },
  { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40_000 }).map((size) => "x".repeat(size)) },
);
const number = fc.integer({ min: -999_999, max: 999_999 }).map(String);
const text = fc.string({ minLength: 1, maxLength: 20 });
const name = fc.constantFrom("city", "count", "Help.Me", "blob", "a-b_c", "constructor");
const value = fc.oneof(
  fc.record({ DataType: fc.constantFrom("String", "String.id"), StringValue: text }),
  fc.record({ DataType: fc.constantFrom("Number", "Number.int"), StringValue: number }),
  fc.record({
    DataType: fc.constant("Binary"),
    BinaryValue: fc.constantFrom("AQID", "AAH/", "eA=="),
  }),
);
const attributes = fc.dictionary(name, value, { maxKeys: 4 });
const names = fc.subarray(["All", ".*", "city", "Hel.*", "SenderId", "SentTimestamp", "none"]);
const seconds = fc.integer({ min: 0, max: 30 });

const message = {
  MessageBody: body,
  DelaySeconds: fc.constantFrom(0, 0, 0, 1),
  MessageAttributes: attributes,
  MessageGroupId: fc.constantFrom("tenant-1", "tenant-2"),
};

const fifoMessage = {
  MessageBody: body,
  MessageAttributes: attributes,
  MessageGroupId: fc.constantFrom("g1", "g2", "g3"),
  MessageDeduplicationId: fc.nat({ max: 200 }).map((id) => `id-${id}`),
};

/** Optional members are there or not. */
function some<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, ...required: (keyof T)[]) {
  return fc.record(model, { requiredKeys: required });
}

/** Entries with ids of their own. */
function entries(entry: fc.Arbitrary<object>) {
  return fc
    .array(entry, { minLength: 1, maxLength: 10 })
    .map((list) => list.map((item, index) => ({ Id: `e-${index}`, ...item })));
}

const settings = some({
  DelaySeconds: fc.constantFrom("0", "1"),
  VisibilityTimeout: fc.constantFrom("0", "1", "30", "43200"),
  MaximumMessageSize: fc.constantFrom("1024", "65536", "1048576"),
  MessageRetentionPeriod: fc.constantFrom("60", "345600"),
  ReceiveMessageWaitTimeSeconds: fc.constant("0"),
  Policy: fc.constantFrom(
    "",
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}',
    '{"Statement":{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*"}}',
  ),
  KmsMasterKeyId: fc.constantFrom("", "alias/aws/sqs"),
  RedrivePolicy: fc.constantFrom("", redrive, redrive),
  RedriveAllowPolicy: fc.constantFrom("", '{"redrivePermission":"denyAll"}'),
});
const tagSet = fc.dictionary(
  fc.constantFrom("team", "stage", "cost:centre"),
  fc.constantFrom("", "red", "über 1_.:/=+-@"),
  { maxKeys: 3 },
);

type Inputs = readonly (readonly [weight: number, action: string, input: fc.Arbitrary<object>])[];

const valid: Inputs = [
  [8, "SendMessage", some({ QueueUrl: standard, ...message }, "QueueUrl", "MessageBody")],
  [4, "SendMessage", fc.record({ QueueUrl: fifo, ...fifoMessage })],
  [
    6,
    "SendMessageBatch",
    fc.record({ QueueUrl: standard, Entries: entries(some(message, "MessageBody")) }),
  ],
  [3, "SendMessageBatch", fc.record({ QueueUrl: fifo, Entries: entries(fc.record(fifoMessage)) })],
  [
    10,
    "ReceiveMessage",
    some(
      {
        QueueUrl: queue,
        MaxNumberOfMessages: fc.integer({ min: 1, max: 10 }),
        VisibilityTimeout: seconds,
        AttributeNames: names,
        MessageSystemAttributeNames: names,
        MessageAttributeNames: names,
        ReceiveRequestAttemptId: fc.constant("attempt-1"),
      },
      "QueueUrl",
      "MaxNumberOfMessages",
    ),
  ],
  [6, "DeleteMessage", fc.record({ QueueUrl: queue, ReceiptHandle: handle })],
  [
    4,
    "DeleteMessageBatch",
    fc.record({ QueueUrl: queue, Entries: entries(fc.record({ ReceiptHandle: handle })) }),
  ],
  [
    3,
    "ChangeMessageVisibility",
    fc.record({ QueueUrl: queue, ReceiptHandle: handle, VisibilityTimeout: seconds }),
  ],
  [
    3,
    "ChangeMessageVisibilityBatch",
    fc.record({
      QueueUrl: queue,
      Entries: entries(fc.record({ ReceiptHandle: handle, VisibilityTimeout: seconds })),
    }),
  ],
  [
    3,
    "CreateQueue",
    some(
      { QueueName: fc.constantFrom(...queueNames), Attributes: fc.constant({}), tags: tagSet },
      "QueueName",
    ),
  ],
  [
    1,
    "CreateQueue",
    fc.record({
      QueueName: fc.constant(fifoName),
      Attributes: fc.record({
        FifoQueue: fc.constant("true"),
        ContentBasedDeduplication: fc.constantFrom("true", "false"),
      }),
    }),
  ],
  [1, "DeleteQueue", fc.record({ QueueUrl: queue })],
  [1, "PurgeQueue", fc.record({ QueueUrl: queue })],
  [2, "GetQueueUrl", fc.record({ QueueName: fc.constantFrom(...queueNames) })],
  [
    2,
    "ListQueues",
    some({
      QueueNamePrefix: fc.constantFrom("", "fuzz"),
      MaxResults: fc.integer({ min: 1, max: 1_000 }),
    }),
  ],
  [
    2,
    "GetQueueAttributes",
    fc.record({ QueueUrl: queue, AttributeNames: fc.constantFrom(["All"], [], ["QueueArn"]) }),
  ],
  [2, "SetQueueAttributes", fc.record({ QueueUrl: queue, Attributes: settings })],
  [1, "ListDeadLetterSourceQueues", fc.record({ QueueUrl: queue })],
  [
    2,
    "StartMessageMoveTask",
    some(
      {
        SourceArn: fc.constant(arnOf("fuzz-c")),
        DestinationArn: fc.constant(arnOf("fuzz-a")),
        MaxNumberOfMessagesPerSecond: fc.constantFrom(1, 500),
      },
      "SourceArn",
    ),
  ],
  [1, "ListMessageMoveTasks", fc.record({ SourceArn: fc.constant(arnOf("fuzz-c")) })],
  [2, "TagQueue", fc.record({ QueueUrl: queue, Tags: tagSet })],
  [2, "UntagQueue", fc.record({ QueueUrl: queue, TagKeys: fc.constantFrom(["team"], ["a", "b"]) })],
  [2, "ListQueueTags", fc.record({ QueueUrl: queue })],
  [
    3,
    "AddPermission",
    fc.record({
      QueueUrl: queue,
      Label: fc.nat({ max: 1 }).map((label) => `label-${label}`),
      AWSAccountIds: fc.constant(["111111111111"]),
      Actions: fc.constantFrom(["*"], ["SendMessage", "ReceiveMessage"]),
    }),
  ],
  [
    3,
    "RemovePermission",
    fc.record({ QueueUrl: queue, Label: fc.nat({ max: 1 }).map((label) => `label-${label}`) }),
  ],
];

export const actionNames = [...new Set(valid.map(([, action]) => action))];

/** Values that fit nothing; no whole number between 2 and 20, which might be seconds to wait. */
const weird = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 21, 43_201, 2 ** 31, 2 ** 53, 1e300),
  fc.constantFrom<unknown>("", " ", "0", "-1", "5.4", "1e2", "901", "true", "\u0000", "\ufffe"),
  fc.constantFrom<unknown>("\ud800", "__proto__", "constructor", "x".repeat(5_000), "{}", "[", "%"),
  fc.constantFrom<unknown>([], {}, [null], [[]], { a: { b: { c: [] } } }, Array(20).fill("All")),
  fc.string({ maxLength: 30, unit: "binary" }),
  fc.string({ maxLength: 200 }),
  fc.jsonValue({ maxDepth: 2 }).filter((json) => typeof json !== "number"),
);

const at = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 });
const place = fc.double({ min: 0, max: 1, noNaN: true });
const memberNames = [
  "QueueUrl",
  "Entries",
  "Id",
  "MessageBody",
  "Attributes",
  "__proto__",
  "toJSON",
];

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("set" as const), at, value: weird }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("drop" as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("rename" as const),
      at,
      name: fc.oneof(fc.constantFrom(...memberNames), fc.string({ maxLength: 10 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("repeat" as const),
      at,
      times: fc.integer({ min: 2, max: 12 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("splice" as const),
      place,
      drop: fc.nat({ max: 8 }),
      text: fc.oneof(
        fc.string({ maxLength: 6 }),
        fc.constantFrom(
          "&",
          "=",
          "%",
          "%zz",
          "%ff",
          ".",
          "..1",
          ".01",
          ".0x1",
          "s.1",
          ".member.1",
          '"',
          "{",
          "}",
          "\u00ff",
          "\\ud800",
        ),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("header" as const),
      name: fc.constantFrom(
        "Content-Type",
        "X-Amz-Target",
        "Accept",
        "X-Amzn-Trace-Id",
        "Origin",
        "Authorization",
      ),
      value: fc.oneof(
        fc.constantFrom("AmazonSQS.", "AmazonSQS.SendMessage", "application/json", "text/plain"),
        fc.constantFrom("application/x-www-form-urlencoded", "Root=1-5759e988;Sampled=1"),
        fc.string({ maxLength: 40 }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("path" as const),
      path: fc.oneof(
        fc.constantFrom("/", "//", "/health", `/${account}/fuzz-a`, `/${account}/none`, "/?a=b"),
        fc.webPath().map((path) => `/${path}`),
        fc.webQueryParameters().map((query) => `/?Action=ListQueues&${query}`),
      ),
    }),
  },
);

const request = fc.oneof(
  ...valid.map(([weight, action, input]) => ({
    weight,
    arbitrary: input.map((members) => ({ action, input: members as Shot["input"] })),
  })),
);

/** Two of five requests are left as they are. */
export const shots: fc.Arbitrary<Shot> = fc
  .tuple(
    request,
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
    ),
  )
  .map(([valid, mutations]) => ({ ...valid, mutations }));
