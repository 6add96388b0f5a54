/**
 * What one queue promises through its asynchronous face: what was sent comes back as it was, receipts
 * mean what SQS says they mean, and every refusal has its code.
 */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { AttributeValue, Message, Queue } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await broker.createQueue("jobs", { visibilityTimeout: 30, maximumMessageSize: 262_144 });
});

afterEach(() => broker.close());

async function receiveOne(): Promise<Message> {
  const [message] = await queue.receive();
  if (message === undefined) throw new Error("nothing was there");
  return message;
}

function md5(body: string | Uint8Array): string {
  return createHash("md5").update(body).digest("hex");
}

describe("a message", () => {
  test("comes back with what it was sent with", async () => {
    const messageAttributes: Record<string, AttributeValue> = {
      city: "Any City ✓",
      count: 3,
      blob: new Uint8Array([0, 1, 255]),
      typed: { dataType: "Number.int", stringValue: "042" },
    };
    const sent = await queue.send("héllo ✓", {
      messageAttributes,
      messageGroupId: "tenant-1",
      awsTraceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
      senderId: "AIDAEXAMPLE",
    });
    const sentAtMs = clock.nowMs();
    await clock.advance(250);
    const message = await receiveOne();
    expect(message.body).toBe("héllo ✓");
    expect(Buffer.from(message.bytes).toString()).toBe("héllo ✓");
    expect(message.messageId).toBe(sent.messageId);
    expect(message.md5OfBody).toBe("21b1ae5bc147bb564254200a4731e337");
    expect(sent.md5OfBody).toBe(message.md5OfBody);
    expect({ ...message.messageAttributes }).toEqual(messageAttributes);
    expect(message.messageGroupId).toBe("tenant-1");
    expect(message.awsTraceHeader).toBe("Root=1-5759e988-bd862e3fe1be46a994272793");
    expect(message.senderId).toBe("AIDAEXAMPLE");
    expect(message.sentAtMs).toBe(sentAtMs);
    expect(message.firstReceivedAtMs).toBe(sentAtMs + 250);
    expect(message.receiveCount).toBe(1);
    expect("sequenceNumber" in message).toBe(false);
  });

  test("of bytes comes back as the same bytes", async () => {
    const bytes = new Uint8Array([0, 255, 128, 10, 195]);
    const sent = await queue.send(bytes);
    const message = await receiveOne();
    expect([...message.bytes]).toEqual([...bytes]);
    expect(message.md5OfBody).toBe(md5(bytes));
    expect(sent.md5OfBody).toBe(md5(bytes));
    expect(message.body).toBe(Buffer.from(bytes).toString());
  });

  test("has one byte at least, and may be as large as the queue allows", async () => {
    await queue.send("1");
    await queue.send("x".repeat(262_144));
    const bodies = (await queue.receive({ maxNumberOfMessages: 2 })).map(({ body }) => body.length);
    expect(bodies).toEqual([1, 262_144]);
  });

  test("without group, trace, attributes and sender has none, and the account as sender", async () => {
    await queue.send("plain");
    const message = await receiveOne();
    expect("messageGroupId" in message).toBe(false);
    expect("awsTraceHeader" in message).toBe(false);
    expect(Object.keys(message.messageAttributes)).toEqual([]);
    expect(message.senderId).toBe("000000000000");
  });

  test("keeps an attribute of any name", async () => {
    const named = JSON.parse('{"__proto__":"a","constructor":"b"}');
    await queue.send("x", { messageAttributes: named });
    const { messageAttributes } = await receiveOne();
    expect(Object.entries(messageAttributes)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  test("is an object of its own, whatever is received next", async () => {
    await queue.sendBatch(["one", "two", "three"]);
    const first = await receiveOne();
    const second = await receiveOne();
    await receiveOne();
    expect([first.body, second.body]).toEqual(["one", "two"]);
    expect(first.messageId).not.toBe(second.messageId);
  });
});

describe("a refused send", () => {
  const tooLarge = "x".repeat(262_145);
  const manyAttributes = Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => [`a${index}`, "x"]),
  );
  test.each([
    ["a body over the queue's size", () => queue.send(tooLarge), /shorter than 262144 bytes/],
    [
      "a body over the size by its attributes",
      () => queue.send("x".repeat(262_130), { messageAttributes: { name: "12345" } }),
      /shorter than 262144 bytes/,
    ],
    ["a body that is nothing", () => queue.send(undefined as unknown as string), /not undefined/],
    ["a delay over 15 minutes", () => queue.send("x", { delaySeconds: 901 }), /DelaySeconds/],
    ["a delay below 0", () => queue.send("x", { delaySeconds: -1 }), /DelaySeconds/],
    ["a delay that is no number", () => queue.send("x", { delaySeconds: Number.NaN }), /Delay/],
    ["a group of 129", () => queue.send("x", { messageGroupId: "g".repeat(129) }), /GroupId/],
    ["a deduplication id", () => queue.send("x", { messageDeduplicationId: "d" }), /queue type/],
    ["11 attributes", () => queue.send("x", { messageAttributes: manyAttributes }), /at most 10/],
    [
      "an infinite attribute",
      () => queue.send("x", { messageAttributes: { a: Number.POSITIVE_INFINITY } }),
      /finite/,
    ],
  ])("%s is InvalidParameterValue and stores nothing", async (_, call, text) => {
    await expect(call()).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringMatching(text),
      queue: "jobs",
      retryable: false,
    });
    expect(queue.counts().visible).toBe(0);
  });

  test("in a batch leaves the others alone", async () => {
    const { successful, failed } = await queue.sendBatch([
      "a",
      { body: tooLarge },
      { body: "b", delaySeconds: 1 },
      { body: "c", delaySeconds: 1_000 },
      new Uint8Array([100]),
    ]);
    expect(successful.map(({ index }) => index)).toEqual([0, 2, 4]);
    expect(failed.map(({ index, error }) => [index, error.code])).toEqual([
      [1, "InvalidParameterValue"],
      [3, "InvalidParameterValue"],
    ]);
    expect(queue.counts()).toMatchObject({ visible: 2, delayed: 1 });
    const messages = await queue.receive({ maxNumberOfMessages: 10 });
    expect(messages.map(({ body }) => body)).toEqual(["a", "d"]);
    expect(messages[0]?.messageId).toBe(successful[0]?.value.messageId);
    expect(messages[1]?.messageId).toBe(successful[2]?.value.messageId);
  });
});

test("a batch of a thousand goes as one call, each with its own id", async () => {
  const bodies = Array.from({ length: 1_000 }, (_, index) => `body ${index} ${"y".repeat(200)}`);
  const { successful, failed } = await queue.sendBatch(bodies);
  expect(failed).toEqual([]);
  expect(successful.map(({ index }) => index)).toEqual(bodies.map((_, index) => index));
  expect(new Set(successful.map(({ value }) => value.messageId)).size).toBe(1_000);
  expect(queue.counts().visible).toBe(1_000);
});

describe("time", () => {
  test("hides a received message for its visibility timeout, and no longer", async () => {
    await queue.send("x");
    const first = await receiveOne();
    await clock.advance(29_999);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    const second = await receiveOne();
    expect(second.messageId).toBe(first.messageId);
    expect(second.receiveCount).toBe(2);
    expect(second.firstReceivedAtMs).toBe(first.firstReceivedAtMs);
    expect(second.receiptHandle).not.toBe(first.receiptHandle);
  });

  test("a receive's own visibility timeout beats the queue's, also when it is 0", async () => {
    await queue.send("x");
    await queue.receive({ visibilityTimeout: 0 });
    expect((await queue.receive({ visibilityTimeout: 0.5 }))[0]?.receiveCount).toBe(2);
    await clock.advance(499);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    expect((await receiveOne()).receiveCount).toBe(3);
  });

  test("delays a message by its own delay or the queue's", async () => {
    await queue.setAttributes({ delaySeconds: 5 });
    await queue.send("the queue's");
    await queue.send("its own", { delaySeconds: 1 });
    await queue.send("none", { delaySeconds: 0 });
    expect(queue.counts()).toMatchObject({ visible: 1, delayed: 2 });
    await clock.advance(1_000);
    expect(queue.counts()).toMatchObject({ visible: 2, delayed: 1 });
    await clock.advance(4_000);
    expect(queue.counts()).toMatchObject({ visible: 3, delayed: 0 });
  });

  test("ends a message after the retention period, wherever it is", async () => {
    await queue.setAttributes({ messageRetentionPeriod: 60 });
    await queue.send("in flight");
    const held = await receiveOne();
    await queue.send("delayed", { delaySeconds: 900 });
    await queue.send("visible");
    await clock.advance(59_999);
    expect(queue.counts()).toMatchObject({ visible: 2, delayed: 1 });
    await clock.advance(1);
    const nothing = { visible: 0, inFlight: 0, delayed: 0, oldestSentAtMs: undefined };
    expect(queue.counts()).toEqual(nothing);
    await held.delete();
  });

  test("counts tell the moment the oldest was sent", async () => {
    const first = clock.nowMs();
    await queue.send("a");
    await clock.advance(1_000);
    await queue.send("b");
    expect(queue.counts().oldestSentAtMs).toBe(first);
    await (await receiveOne()).delete();
    expect(queue.counts().oldestSentAtMs).toBe(first + 1_000);
  });
});

describe("a receipt handle", () => {
  test("deletes while in flight, and after the timeout if nobody else received", async () => {
    await queue.sendBatch(["a", "b"]);
    const [first, second] = await queue.receive({ maxNumberOfMessages: 2 });
    await first?.delete();
    await clock.advance(30_001);
    await queue.delete(second?.receiptHandle ?? "");
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test("of garbage or of another queue is ReceiptHandleIsInvalid, in a batch for its entry", async () => {
    const other = await broker.createQueue("other");
    await queue.send("mine");
    await other.send("theirs");
    const mine = await receiveOne();
    const [theirs] = await other.receive();
    const garbage = { code: "ReceiptHandleIsInvalid" };
    await expect(queue.delete("garbage")).rejects.toMatchObject(garbage);
    await expect(queue.delete("")).rejects.toMatchObject(garbage);
    await expect(queue.delete(theirs as Message)).rejects.toMatchObject(garbage);
    await expect(queue.delete(theirs?.receiptHandle ?? "")).rejects.toMatchObject(garbage);
    await expect(queue.changeVisibility("garbage", 1)).rejects.toMatchObject(garbage);
    const { successful, failed } = await queue.deleteBatch([theirs as Message, mine, "garbage"]);
    expect(successful.map(({ index }) => index)).toEqual([1]);
    expect(failed.map(({ index, error }) => [index, error.code])).toEqual([
      [0, "ReceiptHandleIsInvalid"],
      [2, "ReceiptHandleIsInvalid"],
    ]);
    expect(queue.counts().inFlight + other.counts().inFlight).toBe(1);
  });

  test("of a queue that was deleted and made again does not reach the new one", async () => {
    await queue.send("old");
    const old = await receiveOne();
    await broker.deleteQueue("jobs");
    const again = await broker.createQueue("jobs");
    await again.send("new");
    await expect(again.delete(old)).rejects.toMatchObject({ code: "ReceiptHandleIsInvalid" });
    await expect(queue.send("x")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
    expect(again.counts().visible).toBe(1);
  });
});

describe("changing visibility", () => {
  test("counts from now, replaces the rest, and is not remembered", async () => {
    await queue.send("x");
    const message = await receiveOne();
    await message.changeVisibility(5);
    await clock.advance(4_999);
    expect(await queue.receive()).toEqual([]);
    await clock.advance(1);
    await receiveOne();
    await clock.advance(29_999);
    expect(await queue.receive()).toEqual([]);
  });

  test("to 0 shows the message at once, and hides it again after it had expired", async () => {
    await queue.send("x");
    const message = await receiveOne();
    await message.changeVisibility(0);
    expect(queue.counts().visible).toBe(1);
    await message.changeVisibility(10);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  test("is refused out of range, past 12 hours of one receive, and for a deleted message", async () => {
    await queue.send("x");
    const message = await receiveOne();
    const refused = (text: RegExp) => ({
      code: "InvalidParameterValue",
      message: expect.stringMatching(text),
    });
    await expect(message.changeVisibility(43_201)).rejects.toMatchObject(refused(/43200/));
    await expect(message.changeVisibility(-1)).rejects.toMatchObject(refused(/VisibilityTimeout/));
    await clock.advance(1);
    await expect(message.changeVisibility(43_200)).rejects.toMatchObject(
      refused(/beyond the limit \[43200 seconds\]/),
    );
    await message.changeVisibility(43_199.999);
    await message.delete();
    await expect(message.changeVisibility(1)).rejects.toMatchObject(refused(/does not exist/));
  });
});

describe("a receive", () => {
  test.each([0, 257, 1.5])("of %s messages is refused", async (maxNumberOfMessages) => {
    const error = { code: "InvalidParameterValue" };
    await expect(queue.receive({ maxNumberOfMessages })).rejects.toMatchObject(error);
  });

  test("of nothing counts as an empty receive", async () => {
    await queue.receive();
    await queue.send("x");
    await queue.receive();
    expect(queue.totals()).toMatchObject({
      emptyReceives: 1,
      messagesReceived: 1,
      messagesSent: 1,
    });
  });
});

test("a purge ends everything, and its handles stay good for nothing", async () => {
  await queue.sendBatch(["a", "b", { body: "c", delaySeconds: 100 }]);
  const held = await receiveOne();
  await queue.purge();
  const nothing = { visible: 0, inFlight: 0, delayed: 0, oldestSentAtMs: undefined };
  expect(queue.counts()).toEqual(nothing);
  await held.delete();
  await queue.send("after");
  expect((await receiveOne()).body).toBe("after");
});
