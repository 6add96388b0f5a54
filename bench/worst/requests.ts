/**
 * The most work that one request of an action can make, as far as anybody thought of: requests that
 * are right and as large as they may be, and requests that are wrong and as large as a body may be.
 * Pure; bench/worst/worst.ts sends them.
 */
export type Protocol = "json" | "query";

export interface WorstRequest {
  readonly action: string;
  /** What is large in it. */
  readonly what: string;
  readonly isValid: boolean;
  readonly protocol: Protocol;
  readonly body: string;
}

const MIB = 1_048_576;
/** What a body may have, less what stands around the text that fills it. */
const FULL = 7 * MIB - 1_024;
/** What is counted before it is parsed has more than that. */
const UNCOUNTED = 65_000;
const MANY = 9_000;

/** What the requests are about, made beforehand. */
export interface Subjects {
  readonly queueUrl: string;
  /** A dead-letter queue's. */
  readonly sourceArn: string;
  /** Of a queue with ten messages of a megabyte each. */
  readonly fullUrl: string;
  /** The same, of letters beyond ASCII. */
  readonly wideUrl: string;
  /** The same, nearly all of it in attributes. */
  readonly attributesUrl: string;
  /** Of a queue with one message of a megabyte. */
  readonly signsUrl: string;
  readonly handle: string;
}

type Input = Readonly<Record<string, unknown>>;

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function textOf(length: number, seed: number): string {
  return String(seed).padEnd(length, "abcdefghijklmnopqrstuvwxyz");
}

function mapOf(count: number, value: (index: number) => unknown, length = 1): Input {
  return Object.fromEntries(numbers(count).map((index) => [textOf(length, index), value(index)]));
}

/** An action's input as a form; enough of the query protocol for what is below. */
function formOf(action: string, input: Input): string {
  const fields = [`Action=${action}`];
  const add = (path: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) add(`${path}.${index + 1}`, item);
    } else if (typeof value === "object" && value !== null) {
      addMembers(`${path}.`, value as Input);
    } else fields.push(`${path}=${encodeURIComponent(String(value))}`);
  };
  const addMembers = (path: string, members: Input): void => {
    for (const [name, value] of Object.entries(members)) {
      if (!/^(Message|MessageSystem)?Attributes$|^tags$/i.test(name)) add(`${path}${name}`, value);
      else {
        const key = /tags/i.test(name) ? "Key" : "Name";
        const entries = Object.entries(value as Input).map(([half, Value]) => ({
          [key]: half,
          Value,
        }));
        add(`${path}${name}`, entries);
      }
    }
  };
  addMembers("", input);
  return fields.join("&");
}

/** JSON with every letter of one member's text as an escape of six. */
function escaped(input: Input, name: string): string {
  const text = String(input[name]);
  const letters = [...text].map(
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const body = JSON.stringify({ ...input, [name]: "@" });
  return body.replace('"@"', () => `"${letters.join("")}"`);
}

/** A smallest right input of every action. */
function smallest(subjects: Subjects): ReadonlyMap<string, Input> {
  const { queueUrl: QueueUrl, sourceArn: SourceArn, handle: ReceiptHandle } = subjects;
  const Id = "a";
  return new Map<string, Input>([
    ["AddPermission", { QueueUrl, Label: "l", AWSAccountIds: ["111111111111"], Actions: ["*"] }],
    ["CancelMessageMoveTask", { TaskHandle: "none" }],
    ["ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }],
    [
      "ChangeMessageVisibilityBatch",
      { QueueUrl, Entries: [{ Id, ReceiptHandle, VisibilityTimeout: 0 }] },
    ],
    ["CreateQueue", { QueueName: "worst" }],
    ["DeleteMessage", { QueueUrl, ReceiptHandle }],
    ["DeleteMessageBatch", { QueueUrl, Entries: [{ Id, ReceiptHandle }] }],
    ["DeleteQueue", { QueueUrl: "none" }],
    ["GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] }],
    ["GetQueueUrl", { QueueName: "worst" }],
    ["ListDeadLetterSourceQueues", { QueueUrl }],
    ["ListMessageMoveTasks", { SourceArn }],
    ["ListQueues", {}],
    ["ListQueueTags", { QueueUrl }],
    ["PurgeQueue", { QueueUrl }],
    ["ReceiveMessage", { QueueUrl, VisibilityTimeout: 0 }],
    ["RemovePermission", { QueueUrl, Label: "l" }],
    ["SendMessage", { QueueUrl, MessageBody: "a" }],
    ["SendMessageBatch", { QueueUrl, Entries: [{ Id, MessageBody: "a" }] }],
    ["SetQueueAttributes", { QueueUrl, Attributes: { DelaySeconds: "0" } }],
    ["StartMessageMoveTask", { SourceArn }],
    ["TagQueue", { QueueUrl, Tags: { a: "b" } }],
    ["UntagQueue", { QueueUrl, TagKeys: ["a"] }],
  ]);
}

/** What can be done to any action: a body full of something. */
function fillings(action: string, input: Input): WorstRequest[] {
  const json = JSON.stringify(input);
  const form = formOf(action, input);
  const within = (filling: string) =>
    `${json.slice(0, -1)}${json === "{}" ? "" : ","}"x":${filling}}`;
  const make = (isValid: boolean, protocol: Protocol, what: string, body: string): WorstRequest => {
    return {
      action,
      what,
      isValid,
      protocol,
      body: protocol === "query" ? `${form}&${body}` : body,
    };
  };
  const nested = (length: number) => within("[".repeat(length / 2) + "]".repeat(length / 2));
  const objects = (length: number) => within(`[${"{},".repeat(length / 3 - 1)}{}]`);
  const keys = (length: number) =>
    within(
      JSON.stringify(mapOf(length / 12, () => 1, 6))
        .slice(0, length - 8)
        .replace(/,[^,]*$/, "}"),
    );
  const fields = (count: number, below: string) =>
    numbers(count)
      .map((at) => `${at}.${below}=`)
      .join("&");
  const deep = "a.b.c.d.e.f.g.h.i.".slice(0, -1);
  return [
    make(
      true,
      "json",
      "a member that nobody knows, of escapes",
      within(`"${"\\u0041".repeat(FULL / 6)}"`),
    ),
    make(true, "json", "64 KiB of brackets", nested(UNCOUNTED)),
    make(true, "json", "64 KiB of objects", objects(UNCOUNTED)),
    make(true, "json", "64 KiB of keys", keys(UNCOUNTED)),
    make(true, "query", "9,000 fields", fields(MANY, "x")),
    make(true, "query", "1,900 fields ten levels deep", fields(1_900, deep)),
    make(false, "query", "9,000 fields ten levels deep", fields(MANY, deep)),
    make(false, "json", "7 MiB of brackets", nested(FULL)),
    make(false, "json", "7 MiB of objects", objects(FULL)),
    make(false, "json", "7 MiB of letters beyond ASCII", within(`"${"é".repeat(FULL / 2 - 100)}"`)),
    make(false, "json", "7 MiB of escaped quotes", within(`"${'\\"'.repeat(FULL / 2 - 100)}"`)),
    make(false, "json", "7 MiB that are no JSON", "x".repeat(FULL)),
    make(false, "query", "7 MiB of blanks", `x=${"+".repeat(FULL - 2_000)}`),
    make(false, "query", "7 MiB of percent signs", `x=${"%41".repeat(FULL / 3 - 1_000)}`),
    make(false, "query", "7 MiB of letters beyond ASCII", `x=${"é".repeat(FULL / 2 - 1_000)}`),
    make(false, "query", "7 MiB of ampersands", "&".repeat(FULL - 2_000)),
    make(false, "query", "7 MiB of a name", "a.".repeat(FULL / 2 - 1_000)),
  ];
}

/** The input over both protocols. */
function both(action: string, what: string, isValid: boolean, input: Input): WorstRequest[] {
  return [
    { action, what, isValid, protocol: "json", body: JSON.stringify(input) },
    { action, what, isValid, protocol: "query", body: formOf(action, input) },
  ];
}

function sends(subjects: Subjects): WorstRequest[] {
  const { queueUrl: QueueUrl } = subjects;
  const body = (letter: string) => letter.repeat(MIB / Buffer.byteLength(letter));
  const StringValue = textOf(10_000, 1);
  const MessageAttributes = mapOf(10, () => ({ DataType: "String", StringValue }), 256);
  const entry = (Id: number) => ({ Id: String(Id), MessageBody: "a", MessageAttributes });
  const Entries = numbers(10).map(entry);
  const letter = { QueueUrl, MessageBody: body("A") };
  const number = { DataType: "Number", StringValue: "1".repeat(MIB) };
  const name = "SendMessage";
  const many = (count: number) => mapOf(count, () => ({ DataType: "String", StringValue: "a" }));
  return [
    {
      action: name,
      what: "1 MiB as escapes",
      isValid: true,
      protocol: "json",
      body: escaped(letter, "MessageBody"),
    },
    {
      action: name,
      what: "1 MiB as escapes that stay",
      isValid: true,
      protocol: "json",
      body: escaped({ QueueUrl, MessageBody: body("é") }, "MessageBody"),
    },
    {
      action: name,
      what: "1 MiB of line feeds as escapes",
      isValid: true,
      protocol: "json",
      body: escaped({ QueueUrl, MessageBody: body("\n") }, "MessageBody"),
    },
    ...["A", "&", '"', "é", "\u{1f600}"].flatMap((sign) =>
      both(name, `1 MiB of ${sign}`, true, { QueueUrl, MessageBody: body(sign) }),
    ),
    ...both(`${name}Batch`, "ten with ten attributes, 1 MiB in all", true, { QueueUrl, Entries }),
    ...both(name, "1 MiB and one byte", false, { QueueUrl, MessageBody: `${body("&")}&` }),
    ...both(name, "a number of a million digits", false, {
      QueueUrl,
      MessageBody: "a",
      MessageAttributes: { number },
    }),
    ...both(name, "2,000 attributes", false, {
      QueueUrl,
      MessageBody: "a",
      MessageAttributes: many(2_000),
    }),
    ...both(name, "2,000 system attributes", false, {
      QueueUrl,
      MessageBody: "a",
      MessageSystemAttributes: many(2_000),
    }),
    ...["SendMessage", "DeleteMessage", "ChangeMessageVisibility"].flatMap((one) =>
      both(`${one}Batch`, "1,000 entries", false, {
        QueueUrl,
        Entries: numbers(1_000).map((Id) => ({ Id: String(Id) })),
      }),
    ),
  ];
}

function receives(subjects: Subjects): WorstRequest[] {
  const { fullUrl, signsUrl, wideUrl, attributesUrl, queueUrl } = subjects;
  const action = "ReceiveMessage";
  const names = numbers(1_000).map((index) => `${textOf(200, index)}.*`);
  const more = { VisibilityTimeout: 0, MaxNumberOfMessages: 10 };
  const lists = {
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MessageAttributeNames: names,
  };
  return [
    ...both(action, "one message of 1 MiB", true, { QueueUrl: signsUrl, ...more }),
    ...both(action, "ten messages of 1 MiB", true, { QueueUrl: fullUrl, ...more }),
    ...both(action, "ten of 1 MiB beyond ASCII", true, { QueueUrl: wideUrl, ...more }),
    ...both(action, "ten of 1 MiB of attributes", true, {
      QueueUrl: attributesUrl,
      ...more,
      MessageAttributeNames: ["All"],
    }),
    ...both(action, "a thousand names in each list", true, {
      QueueUrl: signsUrl,
      ...more,
      ...lists,
    }),
    ...both(action, "9,000 names", false, {
      QueueUrl: queueUrl,
      MessageAttributeNames: numbers(MANY),
    }),
  ];
}

function settings(subjects: Subjects): WorstRequest[] {
  const { queueUrl: QueueUrl } = subjects;
  const action = (count: number) => numbers(count).map((index) => `sqs:${textOf(100, index)}`);
  const statement = { Effect: "Deny", Principal: "*", Resource: "*" };
  const Policy = JSON.stringify({
    Statement: numbers(9).map(() => ({ ...statement, Action: action(6) })),
  });
  const brackets = "[".repeat(MIB);
  const tags = mapOf(50, () => textOf(256, 2), 128);
  const many = mapOf(4_000, () => "x", 5);
  const Attributes = { Policy: Policy.slice(0, 8_192), DelaySeconds: "0" };
  return [
    ...both("CreateQueue", "all that a queue may have", true, {
      QueueName: "worst",
      tags,
      Attributes: { DelaySeconds: "0" },
    }),
    ...both("CreateQueue", "4,000 tags", false, { QueueName: "worst", tags: many }),
    ...both("CreateQueue", "4,000 attributes", false, { QueueName: "worst", Attributes: many }),
    ...both("CreateQueue", "a name of a megabyte", false, { QueueName: "x".repeat(MIB) }),
    ...both("SetQueueAttributes", "a policy of 8 KiB", true, { QueueUrl, Attributes }),
    ...["Policy", "RedrivePolicy", "RedriveAllowPolicy"].flatMap((name) =>
      both("SetQueueAttributes", `a ${name} of brackets`, false, {
        QueueUrl,
        Attributes: { [name]: brackets },
      }),
    ),
    ...both("SetQueueAttributes", "4,000 attributes", false, { QueueUrl, Attributes: many }),
    ...both("TagQueue", "50 tags of full length", true, { QueueUrl, Tags: tags }),
    ...both("TagQueue", "4,000 tags", false, { QueueUrl, Tags: many }),
    ...both("TagQueue", "a tag of a megabyte", false, { QueueUrl, Tags: { a: "x".repeat(MIB) } }),
    ...both("UntagQueue", "50 keys of full length", true, { QueueUrl, TagKeys: Object.keys(tags) }),
    ...both("UntagQueue", "9,000 keys", false, { QueueUrl, TagKeys: numbers(MANY).map(String) }),
    ...both("GetQueueAttributes", "a thousand names", true, {
      QueueUrl,
      AttributeNames: Array(1_000).fill("QueueArn"),
    }),
    ...both("GetQueueAttributes", "9,000 names", false, {
      QueueUrl,
      AttributeNames: Array(MANY).fill("QueueArn"),
    }),
    ...both("AddPermission", "9,000 accounts", false, {
      QueueUrl,
      Label: "l",
      Actions: ["*"],
      AWSAccountIds: numbers(MANY).map(String),
    }),
    ...both("AddPermission", "9,000 actions", false, {
      QueueUrl,
      Label: "l",
      AWSAccountIds: ["1"],
      Actions: numbers(MANY).map(String),
    }),
    ...both("DeleteQueue", "a URL of a megabyte of slashes", false, { QueueUrl: "/".repeat(MIB) }),
  ];
}

/** All of them, by their actions. */
export function worstRequests(subjects: Subjects): readonly WorstRequest[] {
  const all = [...smallest(subjects)].flatMap(([action, input]) => fillings(action, input));
  return [...all, ...sends(subjects), ...receives(subjects), ...settings(subjects)];
}
