/**
 * What people do with an object to look at it, keep it or hand it on: console.log, JSON.stringify,
 * structuredClone, a spread. It shows what the object is about and nothing of how it is made.
 */
import { format, inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { startThread } from "../threads/start.ts";

const START_MS = 1_767_225_600_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MD5 = "5d41402abc4b2a76b9719d911017c592";

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, clock: new VirtualClock(START_MS) });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

async function received(body: string | Uint8Array, options = {}): Promise<Message> {
  await queue.send(body, options);
  const [message] = await queue.receive();
  if (message === undefined) throw new Error("nothing was there");
  return message;
}

/** Nothing of the insides has got into it. */
function expectClean(text: string): void {
  expect(text).not.toMatch(/#|member|engine|shared|internals|packed|\[Getter|Inbox|Outbox/i);
}

describe("a message", () => {
  const plain = {
    messageId: expect.stringMatching(uuid),
    body: "hello",
    receiptHandle: expect.any(String),
    md5OfBody: MD5,
    receiveCount: 1,
    sentAtMs: START_MS,
    firstReceivedAtMs: START_MS,
    senderId: "000000000000",
    messageAttributes: {},
  };

  test("is cloned, spread and made JSON with all that it says", async () => {
    const message = await received("hello");
    expect(structuredClone(message)).toEqual(plain);
    expect({ ...message, messageAttributes: { ...message.messageAttributes } }).toEqual(plain);
    expect(JSON.parse(JSON.stringify(message))).toEqual(plain);
    expect(structuredClone(message).messageId).toBe(message.messageId);
  });

  test("has what else it came with, bytes in base64 in JSON", async () => {
    const binary = new Uint8Array([0, 1, 255]);
    const message = await received(new Uint8Array([104, 105]), {
      messageGroupId: "g",
      awsTraceHeader: "Root=1",
      messageAttributes: { city: "Ulm", count: 3, blob: binary },
    });
    const more = {
      body: "hi",
      messageGroupId: "g",
      awsTraceHeader: "Root=1",
      md5OfBody: "49f68a5c8493ec2c0bf489821c21fc3b",
    };
    const clone = structuredClone(message);
    expect(clone).toMatchObject({ ...plain, ...more, messageAttributes: expect.anything() });
    expect([...clone.bytes]).toEqual([104, 105]);
    expect([...(clone.messageAttributes.blob as Uint8Array)]).toEqual([0, 1, 255]);
    expect(JSON.parse(JSON.stringify({ message })).message).toEqual({
      ...plain,
      ...more,
      bytes: "aGk=",
      messageAttributes: {
        city: "Ulm",
        count: 3,
        blob: { dataType: "Binary", binaryValue: "AAH/" },
      },
    });
  });

  test("is printed as what it says", async () => {
    const message = await received("hello", { messageAttributes: { city: "Ulm" } });
    const text = format(message);
    expect(text).toMatch(/^Message {\n/);
    expect(text).toContain("body: 'hello'");
    expect(text).toContain(`messageId: '${message.messageId}'`);
    expect(text).toContain("messageAttributes: { city: 'Ulm' }");
    expectClean(text);
    expect(inspect({ a: { b: { c: message } } })).toContain("[Message]");
    expect(inspect({ message }, { depth: 0 })).toContain("[Message]");
  });

  test("is deleted by its clone's receipt handle", async () => {
    const { receiptHandle } = structuredClone(await received("hello"));
    await queue.delete(receiptHandle);
    expect(queue.counts().inFlight).toBe(0);
  });

  test("can be looked at when its broker was closed", async () => {
    const thread = startThread<{ inspected: string; json: string }>(broker, "looksAfterClose");
    const { inspected, json } = await thread.result;
    expect(inspected).toContain("body: 'for the thread'");
    expect(JSON.parse(json)).toMatchObject({ body: "for the thread", receiveCount: 1 });
    await thread.exit;
  });
});

describe("a sent", () => {
  test("is cloned, printed and made JSON with what it was given", async () => {
    const sent = await queue.send("hello");
    const shown = { messageId: expect.stringMatching(uuid), md5OfBody: MD5 };
    expect(structuredClone(sent)).toEqual(shown);
    expect(JSON.parse(JSON.stringify(sent))).toEqual(shown);
    expect(format(sent)).toMatch(
      /^Sent {\s+messageId: '[0-9a-f-]{36}',\s+md5OfBody: '[0-9a-f]{32}'\s+}$/,
    );
  });

  test("of a FIFO queue and of a batch, too", async () => {
    const fifo = await broker.createQueue("jobs.fifo", {
      fifoQueue: true,
      contentBasedDeduplication: true,
    });
    const result = await fifo.sendBatch([{ body: "hello", messageGroupId: "g" }]);
    const value = {
      messageId: expect.stringMatching(uuid),
      md5OfBody: MD5,
      sequenceNumber: "18850000000000000001",
    };
    expect(structuredClone(result)).toEqual({ successful: [{ index: 0, value }], failed: [] });
    expectClean(inspect(result, { depth: 5 }));
  });
});

test("a queue, its synchronous face and a broker show whose they are", () => {
  const arn = "arn:aws:sqs:us-east-1:000000000000:jobs";
  const shown = { name: "jobs", arn, isFifo: false };
  expect(structuredClone(queue)).toEqual(shown);
  expect(JSON.parse(JSON.stringify({ queue })).queue).toEqual(shown);
  expect(format(queue)).toBe(`Queue {\n  name: 'jobs',\n  arn: '${arn}',\n  isFifo: false\n}`);
  expect(format(queue.sync)).toBe("SyncQueue { queue: 'jobs' }");
  expect(JSON.stringify(queue.sync)).toBe('{"queue":"jobs"}');
  expect(structuredClone(queue.sync)).toEqual({});
  const home = { account: "000000000000", region: "us-east-1" };
  expect(structuredClone(broker)).toEqual(home);
  expect(JSON.parse(JSON.stringify(broker))).toEqual(home);
  expect(format(broker)).toBe("Broker { account: '000000000000', region: 'us-east-1' }");
});

test("a batch shows the messages in it", () => {
  const batch = new MessageBatch(5);
  expect(format(batch)).toBe("MessageBatch { capacity: 5, messages: [] }");
  queue.sync.sendBatch(["one", "two"]);
  queue.sync.receive(batch);
  const { capacity, messages } = JSON.parse(JSON.stringify(batch));
  expect([capacity, messages.map(({ body }: Message) => body)]).toEqual([5, ["one", "two"]]);
  const text = inspect(batch, { depth: 5 });
  expect(text).toMatch(/^MessageBatch {\s+capacity: 5,\s+messages: \[\s+Message {/);
  expectClean(text);
  expect(structuredClone(batch)).toEqual({ capacity: 5 });
  expect(queue.sync.delete(batch)).toBe(2);
});

test("an error has its message in JSON, and its code when it is printed", async () => {
  const error = await broker.getQueue("nobody").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SluiceError);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "SluiceError",
    code: "QueueDoesNotExist",
    message: "The specified queue does not exist.",
    retryable: false,
    queue: "nobody",
  });
  expect(format(error)).toMatch(
    /^SluiceError: The specified queue does not exist\.\n[\s\S]*code: 'QueueDoesNotExist'/,
  );
  expect(structuredClone(error)).toMatchObject({ message: "The specified queue does not exist." });
});
