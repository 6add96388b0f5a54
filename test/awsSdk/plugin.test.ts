/**
 * The plugin beyond what it has in common with a connection (parity.test.ts): what it needs not, what it
 * leaves as it is, aborting, retries, and what it refuses.
 */
import { getEventListeners } from "node:events";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  RequestThrottled,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import { Md5 } from "@smithy/core/checksum";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plugin } from "../../engine/awsSdk/index.ts";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { SluiceError } from "../../engine/errors.ts";
import type { Queue } from "../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;
const QueueUrl = "http://localhost/000000000000/jobs";
const clients: SQSClient[] = [];

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ clock, quotas: "aws" });
  queue = await broker.createQueue("jobs");
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await broker.close();
});

function connect(config: SQSClientConfig = {}): SQSClient {
  const client = new SQSClient(config);
  client.middlewareStack.use(plugin(broker));
  clients.push(client);
  return client;
}

const wait = (WaitTimeSeconds = 20) => new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds });
const send = (MessageBody = "a") => new SendMessageCommand({ QueueUrl, MessageBody });

/** Lets everything happen that needs no time. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a client with the plugin", () => {
  test("looks up no region, no credentials and no endpoint, and sends nothing", async () => {
    const never = (): never => {
      throw new Error("it was asked for");
    };
    const requestHandler = { handle: never, metadata: { handlerProtocol: "none" } };
    const client = connect({
      region: async () => never(),
      credentials: async () => never(),
      endpoint: async () => never(),
      requestHandler: requestHandler as unknown as Required<SQSClientConfig>["requestHandler"],
    });
    await client.send(send());
    const { Messages } = await client.send(wait(0));
    expect(Messages).toHaveLength(1);
    await expect(client.send(new GetQueueUrlCommand({ QueueName: "none" }))).rejects.toThrow(
      QueueDoesNotExist,
    );
  });

  test("has the SDK check the MD5 of what it sends and receives", async () => {
    const seen: string[] = [];
    class Counted extends Md5 {
      override update(data: Uint8Array): void {
        seen.push(Buffer.from(data).toString());
        super.update(data);
      }
    }
    const client = connect({ md5: Counted });
    await client.send(send("one"));
    const Entries = [{ Id: "x", MessageBody: "two" }];
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(seen).toEqual(["one", "two", "one", "two"]);
  });

  test("tells the SDK's log of its commands", async () => {
    const told: object[] = [];
    const nothing = () => {};
    const info = (entry: object) => told.push(entry);
    const logger = { debug: nothing, info, warn: nothing, error: nothing };
    await connect({ logger }).send(send());
    expect(told).toMatchObject([
      { clientName: "SQSClient", commandName: "SendMessageCommand", input: { MessageBody: "a" } },
    ]);
  });

  test("keeps nothing of its input and changes nothing in it", async () => {
    const BinaryValue = new Uint8Array([1, 2, 3]);
    const input = {
      QueueUrl,
      MessageBody: "a",
      DelaySeconds: undefined,
      MessageAttributes: { bytes: { DataType: "Binary", BinaryValue, StringValue: undefined } },
    };
    const before = structuredClone(input);
    await connect().send(new SendMessageCommand(input));
    expect(input).toStrictEqual(before);
    BinaryValue.fill(9);
    const [message] = await queue.receive();
    expect(message?.messageAttributes.bytes).toMatchObject({
      binaryValue: new Uint8Array([1, 2, 3]),
    });
  });

  test("shows an attribute of any name, on an object like any other", async () => {
    const client = connect();
    const attribute = { DataType: "String", StringValue: "a" };
    const MessageAttributes = { ["__proto__"]: attribute, constructor: attribute };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a", MessageAttributes }));
    const asked = { QueueUrl, MessageAttributeNames: ["All"] };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(asked));
    const shown = Messages[0]?.MessageAttributes ?? {};
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
    expect(Object.entries(shown).toSorted()).toEqual([
      ["__proto__", attribute],
      ["constructor", attribute],
    ]);
  });

  test("has the event loop to others while it makes a long answer", async () => {
    for (let count = 0; count < 8; count++) await queue.send("x".repeat(100_000));
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const asked = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages } = await connect().send(asked);
    isOver = true;
    expect(Messages).toHaveLength(8);
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  test("pages through queues with the SDK's own paginator's token", async () => {
    await broker.createQueue("other");
    const client = connect();
    const first = await client.send(new ListQueuesCommand({ MaxResults: 1 }));
    expect(first.QueueUrls).toEqual([QueueUrl]);
    const { NextToken } = first;
    const second = await client.send(new ListQueuesCommand({ MaxResults: 1, NextToken }));
    expect(second.QueueUrls).toEqual(["http://localhost/000000000000/other"]);
    expect(second).not.toHaveProperty("NextToken");
  });

  test("names queues by the origin that it is given", async () => {
    const client = new SQSClient({});
    clients.push(client);
    client.middlewareStack.use(plugin(broker, { origin: "https://sqs.test:8080" }));
    const { QueueUrl: url } = await client.send(new CreateQueueCommand({ QueueName: "named" }));
    expect(url).toBe("https://sqs.test:8080/000000000000/named");
  });

  test("is answered by the broker that it was given last", async () => {
    const client = connect();
    const other = await Broker.open();
    client.middlewareStack.use(plugin(other));
    await expect(client.send(send())).rejects.toThrow(QueueDoesNotExist);
    await other.close();
  });
});

describe("a command that is aborted", () => {
  test("before it begins does nothing", async () => {
    const abortSignal = AbortSignal.abort();
    await expect(connect().send(send(), { abortSignal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(queue.counts().visible).toBe(0);
  });

  test("while it waits rejects at once, with the reason, and takes no message", async () => {
    const aborter = new AbortController();
    const polled = connect().send(wait(), { abortSignal: aborter.signal });
    await settle();
    const reason = new Error("enough");
    aborter.abort(reason);
    await expect(polled).rejects.toMatchObject({
      name: "AbortError",
      message: "Request aborted",
      cause: reason,
    });
    await queue.send("after");
    const [message] = await queue.receive();
    expect([message?.body, message?.receiveCount]).toEqual(["after", 1]);
  });

  test("by a signal that has no events rejects as well", async () => {
    const signal: { aborted: boolean; onabort: (() => void) | null } = {
      aborted: false,
      onabort: null,
    };
    const abortSignal = signal as unknown as AbortSignal;
    const polled = connect().send(wait(), { abortSignal });
    await settle();
    signal.aborted = true;
    signal.onabort?.();
    await expect(polled).rejects.toMatchObject({ name: "AbortError" });
    expect(signal.onabort).toBeNull();
  });

  test.each(Array.from({ length: 12 }, (_, turns) => turns))(
    "%d turns after a message came strands none",
    async (turns) => {
      const aborter = new AbortController();
      const polled = connect().send(wait(), { abortSignal: aborter.signal });
      await settle();
      queue.sync.send("a");
      for (let turn = 0; turn < turns; turn++) await undefined;
      aborter.abort();
      const outcome = await polled.then(
        ({ Messages = [] }) => Messages.length,
        ({ name }: Error) => name,
      );
      const left = queue.counts();
      const { visible, inFlight } = left;
      const seen = [outcome, visible, inFlight];
      expect([
        [1, 0, 1],
        ["AbortError", 1, 0],
      ]).toContainEqual(seen);
    },
  );

  test("leaves nothing on a signal that lives longer", async () => {
    const client = connect();
    const { signal: abortSignal } = new AbortController();
    for (let count = 0; count < 20; count++) {
      await client.send(send(), { abortSignal });
      await client.send(wait(), { abortSignal });
    }
    expect(getEventListeners(abortSignal, "abort").length).toBeLessThanOrEqual(1);
  });
});

describe("a command that is refused", () => {
  /** As many sends as a second has room for, and what the next one comes to. */
  async function throttled(config: SQSClientConfig): Promise<unknown> {
    const fifo = await broker.createQueue("jobs.fifo", {
      fifoQueue: true,
      contentBasedDeduplication: true,
    });
    const client = connect(config);
    const input = { QueueUrl: fifo.name, MessageGroupId: "g" };
    for (let count = 0; count < 300; count++) {
      await client.send(new SendMessageCommand({ ...input, MessageBody: String(count) }));
    }
    return client.send(new SendMessageCommand({ ...input, MessageBody: "more" }));
  }

  /** Waits by the broker's clock, for `seconds`. */
  const strategy = (seconds: number, delays: number[]) => {
    const token = {
      getRetryCount: () => delays.length,
      getRetryDelay: () => 0,
      getRetryCost: () => 0,
    };
    return {
      acquireInitialRetryToken: async () => token,
      refreshRetryTokenForRetry: async (_token: unknown, told: { errorType: string }) => {
        expect(told.errorType).toBe("THROTTLING");
        if (delays.length === 2) throw new Error("enough");
        delays.push(seconds);
        await clock.advance(seconds * 1_000);
        return token;
      },
      recordSuccess: () => {},
    };
  };

  test("is tried again as the client's strategy wants it", async () => {
    const delays: number[] = [];
    const sent = await throttled({ retryStrategy: strategy(1, delays) });
    expect(delays).toHaveLength(1);
    expect(sent).toMatchObject({ $metadata: { attempts: 2 } });
  });

  test("for as often as that wants it, and then rejects with the exception", async () => {
    const delays: number[] = [];
    const sent = throttled({ retryStrategy: strategy(0, delays) });
    await expect(sent).rejects.toThrow(RequestThrottled);
    await expect(sent).rejects.toMatchObject({ $metadata: { attempts: 3 } });
    expect(delays).toHaveLength(2);
  });

  test("and not tried again where nothing would change", async () => {
    const asked = new GetQueueUrlCommand({ QueueName: "none" });
    await expect(connect().send(asked)).rejects.toMatchObject({ $metadata: { attempts: 1 } });
  });

  test("by a broker that is closed is an exception of the SDK's", async () => {
    const client = connect({ maxAttempts: 1 });
    await broker.close();
    await expect(client.send(send())).rejects.toMatchObject({
      name: "BrokerClosed",
      $metadata: { httpStatusCode: 503 },
    });
  });

  test("with the plugin on itself alone rejects with the broker's own error", async () => {
    const client = new SQSClient({});
    clients.push(client);
    const asked = new GetQueueUrlCommand({ QueueName: "none" });
    asked.middlewareStack.use(plugin(broker));
    await expect(client.send(asked)).rejects.toThrow(SluiceError);
  });
});

describe("the plugin refuses", () => {
  test("a client of another service, and says what would do", async () => {
    const client = new CloudWatchClient({ region: "us-east-1" });
    client.middlewareStack.use(plugin(broker));
    await expect(client.send(new ListMetricsCommand({}))).rejects.toThrow(
      /plugin is for SQSClient, not for CloudWatchClient; requestHandler/,
    );
    client.destroy();
  });

  test("what is no broker", () => {
    expect(() => plugin({} as Broker)).toThrow(TypeError);
  });

  test.each(["localhost", "http://", "http://a/b", "http://a b"])("%s for an origin", (origin) => {
    expect(() => plugin(broker, { origin })).toThrow(/origin is like/);
  });
});
