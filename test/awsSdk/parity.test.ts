/**
 * What a program sees of AWS's SDK without a network is what it sees over loopback: every member of every
 * answer, and every property of every exception. The same calls go each way to brokers that are alike; only
 * what no two brokers have alike (ids, handles, hosts, moments) is left out of the comparison.
 */
import * as sdk from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clocked, startClocked } from "../support/clocked.ts";
import { commandOf, inProcess, sdkClient, type Way, ways } from "../support/sdkClients.ts";

/** An action and its input. */
type Command = readonly [action: string, input: object];

function command(action: string, input: object): Command {
  return [action, input];
}

/** A client with its broker, and the calls that go its way. */
class Side {
  readonly clocked: Clocked;
  readonly client: sdk.SQSClient;

  constructor(way: Way, clocked: Clocked) {
    this.clocked = clocked;
    this.client = sdkClient(way, clocked);
  }

  /** What came of a command; what differs from broker to broker has a word for itself. */
  async ask(asked: Command): Promise<unknown> {
    try {
      return this.#plain(await this.send(asked));
    } catch (error) {
      return this.#plain(shown(error as sdk.SQSServiceException));
    }
  }

  send([action, input]: Command): Promise<object> {
    const made = commandOf(action, input);
    if (made === undefined) throw new Error(`the SDK has no ${action}`);
    return this.client.send(made);
  }

  /** A queue's URL, or that of one that there is not. */
  url(name: string): string {
    return `${this.clocked.url}/000000000000/${name}`;
  }

  #plain(value: unknown, key = ""): unknown {
    if (typeof value === "string") return this.#text(value, key);
    if (Array.isArray(value)) return value.map((element) => this.#plain(element, key));
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#plain(member, name)]),
    );
  }

  #text(value: string, key: string): string {
    if (key === "ReceiptHandle" || key === "TaskHandle") return `a ${key}`;
    if (key.endsWith("Timestamp")) return value.replace(/\d/g, "9");
    return value
      .replaceAll(this.clocked.url, "http://HOST")
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "an id");
  }
}

/** All that a program can see of an exception. */
function shown(error: sdk.SQSServiceException): object {
  const { name, message, $fault, $metadata, $response, $retryable } = error;
  const isOurs = error instanceof sdk.SQSServiceException;
  const kind = error.constructor.name;
  const isKind = Object.values(sdk).includes(error.constructor as never);
  const { statusCode, headers = {} } = ($response ?? {}) as {
    statusCode?: number;
    headers?: object;
  };
  const { connection, "keep-alive": keepAlive, date, ...told } = headers as Record<string, string>;
  const own = { ...error, $response: undefined };
  const said = { name, message, $fault, $metadata, $retryable };
  return { ...own, ...said, isOurs, isKind, kind, answer: { statusCode, told } };
}

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };

/** Calls in turn, each of the answers before it. */
const calls: readonly (readonly [string, (side: Side) => Command | Promise<Command>])[] = [
  ["a new queue", () => command("CreateQueue", { QueueName: "jobs", tags: { team: "a" } })],
  [
    "a queue that is there with others' attributes",
    () => command("CreateQueue", { QueueName: "jobs", Attributes: { DelaySeconds: "3" } }),
  ],
  ["a queue's name that is none", () => command("CreateQueue", { QueueName: "a b" })],
  ["a FIFO queue", () => command("CreateQueue", { QueueName: "jobs.fifo", Attributes: fifo })],
  ["a queue's URL", () => command("GetQueueUrl", { QueueName: "jobs" })],
  ["the URL of none", () => command("GetQueueUrl", { QueueName: "none" })],
  [
    "all attributes",
    (side) =>
      command("GetQueueAttributes", { QueueUrl: side.url("jobs"), AttributeNames: ["All"] }),
  ],
  [
    "attributes that are set",
    (side) =>
      command("SetQueueAttributes", {
        QueueUrl: side.url("jobs"),
        Attributes: { VisibilityTimeout: "31" },
      }),
  ],
  [
    "an attribute that is none",
    (side) =>
      command("SetQueueAttributes", {
        QueueUrl: side.url("jobs"),
        Attributes: { Colour: "blue" },
      }),
  ],
  [
    "a message with attributes",
    (side) =>
      command("SendMessage", {
        QueueUrl: side.url("jobs"),
        MessageBody: "grüße \u{1f600}",
        DelaySeconds: 0,
        MessageAttributes: {
          text: text("blue"),
          number: { DataType: "Number", StringValue: "-7.5" },
          bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255, 7]) },
        },
        MessageSystemAttributes: {
          AWSTraceHeader: text("Root=1-5759e988-bd862e3fe1be46a994272793"),
        },
      }),
  ],
  [
    "a message received with all there is",
    (side) =>
      command("ReceiveMessage", {
        QueueUrl: side.url("jobs"),
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
  ],
  ["nothing received", (side) => command("ReceiveMessage", { QueueUrl: side.url("jobs") })],
  [
    "a text as the bytes of an attribute",
    (side) =>
      command("SendMessage", {
        QueueUrl: side.url("jobs"),
        MessageBody: "plain",
        MessageAttributes: { bytes: { DataType: "Binary", BinaryValue: "grün" } },
      }),
  ],
  [
    "a message received with those",
    (side) =>
      command("ReceiveMessage", { QueueUrl: side.url("jobs"), MessageAttributeNames: ["b.*"] }),
  ],
  [
    "members that are null or undefined, and one that nobody knows",
    (side) =>
      command("SendMessage", {
        QueueUrl: side.url("jobs"),
        MessageBody: "sparse",
        DelaySeconds: null,
        MessageGroupId: undefined,
        MessageAttributes: { here: text("a"), gone: null },
        Colour: "blue",
      }),
  ],
  [
    "messages of which all are seen",
    (side) =>
      command("ReceiveMessage", {
        QueueUrl: side.url("jobs"),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
  ],
  [
    "a batch that fails in part",
    (side) =>
      command("SendMessageBatch", {
        QueueUrl: side.url("jobs"),
        Entries: [
          { Id: "a", MessageBody: "a", MessageAttributes: { x: text("y") } },
          { Id: "b", MessageBody: "\ufffe" },
          { Id: "c", MessageBody: "c", DelaySeconds: 901 },
        ],
      }),
  ],
  [
    "a batch of none",
    (side) => command("SendMessageBatch", { QueueUrl: side.url("jobs"), Entries: [] }),
  ],
  [
    "a FIFO message",
    (side) =>
      command("SendMessage", {
        QueueUrl: side.url("jobs.fifo"),
        MessageBody: "a",
        MessageGroupId: "g",
      }),
  ],
  [
    "a FIFO message received",
    (side) =>
      command("ReceiveMessage", {
        QueueUrl: side.url("jobs.fifo"),
        AttributeNames: ["All"],
        ReceiveRequestAttemptId: "one",
      }),
  ],
  [
    "a handle that is none",
    (side) => command("DeleteMessage", { QueueUrl: side.url("jobs"), ReceiptHandle: "x" }),
  ],
  [
    "a batch of deletes",
    (side) =>
      command("DeleteMessageBatch", {
        QueueUrl: side.url("jobs"),
        Entries: [{ Id: "x", ReceiptHandle: "x" }],
      }),
  ],
  [
    "a number that is out of range",
    (side) => command("ReceiveMessage", { QueueUrl: side.url("jobs"), MaxNumberOfMessages: 11 }),
  ],
  [
    "a text where a number is wanted",
    (side) => command("ReceiveMessage", { QueueUrl: side.url("jobs"), WaitTimeSeconds: "1" }),
  ],
  [
    "a number that is none",
    (side) =>
      command("ReceiveMessage", { QueueUrl: side.url("jobs"), WaitTimeSeconds: Number.NaN }),
  ],
  ["a body that is missing", (side) => command("SendMessage", { QueueUrl: side.url("jobs") })],
  ["no queue at all", () => command("SendMessage", { MessageBody: "a" })],
  ["too many at a time", (side) => tooMany(side)],
  ["tags", (side) => command("ListQueueTags", { QueueUrl: side.url("jobs") })],
  [
    "tags of a queue that has none",
    (side) => command("ListQueueTags", { QueueUrl: side.url("jobs.fifo") }),
  ],
  ["a page of queues", () => command("ListQueues", { MaxResults: 1 })],
  ["no queues", () => command("ListQueues", { QueueNamePrefix: "zzz" })],
  ["a move from nowhere", () => command("StartMessageMoveTask", { SourceArn: "arn:aws:sqs:x" })],
  ["moves", async (side) => command("ListMessageMoveTasks", { SourceArn: await moved(side) })],
  ["a purge", (side) => command("PurgeQueue", { QueueUrl: side.url("jobs") })],
  ["a second purge", (side) => command("PurgeQueue", { QueueUrl: side.url("jobs") })],
  ["a queue deleted", (side) => command("DeleteQueue", { QueueUrl: side.url("jobs") })],
  ["its name again", () => command("CreateQueue", { QueueName: "jobs" })],
  [
    "a message to where it was",
    (side) => command("SendMessage", { QueueUrl: side.url("jobs"), MessageBody: "a" }),
  ],
];

function tooMany(side: Side): Command {
  const entries = Array.from({ length: 11 }, (_, index) => ({ Id: `i${index}`, MessageBody: "a" }));
  return command("SendMessageBatch", { QueueUrl: side.url("jobs"), Entries: entries });
}

/** The source of a move that runs. */
async function moved(side: Side): Promise<string> {
  const QueueName = "dead";
  await side.send(command("CreateQueue", { QueueName }));
  const source = "arn:aws:sqs:us-east-1:000000000000:dead";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: source, maxReceiveCount: 1 });
  await side.send(command("CreateQueue", { QueueName: "src", Attributes: { RedrivePolicy } }));
  for (const MessageBody of ["a", "b"]) {
    await side.send(command("SendMessage", { QueueUrl: side.url(QueueName), MessageBody }));
  }
  await side.send(
    command("StartMessageMoveTask", {
      SourceArn: source,
      DestinationArn: "arn:aws:sqs:us-east-1:000000000000:src",
      MaxNumberOfMessagesPerSecond: 1,
    }),
  );
  return source;
}

const sides = new Map<Way, Side>();
const outcomes = new Map<Way, Map<string, unknown>>();

beforeAll(async () => {
  for (const way of ways) {
    const side = new Side(way, await startClocked());
    sides.set(way, side);
    const seen = new Map<string, unknown>();
    for (const [title, make] of calls) seen.set(title, await side.ask(await make(side)));
    outcomes.set(way, seen);
  }
});

afterAll(async () => {
  for (const { client, clocked } of sides.values()) {
    client.destroy();
    await clocked.stop();
  }
});

describe.each(inProcess)("by the %s a program sees what it sees over loopback of", (way) => {
  test.each(calls.map(([title]) => title))("%s", (title) => {
    const expected = outcomes.get("loopback")?.get(title);
    expect(expected).toHaveProperty("$metadata.httpStatusCode");
    expect(outcomes.get(way)?.get(title)).toStrictEqual(expected);
  });
});

test("the calls fail in as many ways as they succeed", () => {
  const seen = [...(outcomes.get("loopback")?.values() ?? [])] as { kind?: string }[];
  const kinds = new Set(seen.flatMap(({ kind }) => (kind === undefined ? [] : [kind])));
  expect(kinds.size).toBeGreaterThan(8);
});
