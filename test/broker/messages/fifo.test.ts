/**
 * FIFO queues through the asynchronous face: order and locks of groups, duplicates, ids, delays,
 * attempts and receipts, as the contract of SQS has them.
 */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, Queue, QueueAttributes, SendEntry, Sent } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await create();
});

afterEach(() => broker.close());

function create(attributes: QueueAttributes = {}, name = "orders.fifo"): Promise<Queue> {
  return broker.createQueue(name, {
    fifoQueue: true,
    contentBasedDeduplication: true,
    visibilityTimeout: 30,
    ...attributes,
  });
}

/** "a1" is a message of group a. */
function put(...bodies: string[]): Promise<Sent[]> {
  return Promise.all(bodies.map((body) => queue.send(body, { messageGroupId: body.charAt(0) })));
}

function take(most = 10): Promise<Message[]> {
  return queue.receive({ maxNumberOfMessages: most });
}

function bodies(messages: readonly Message[]): string {
  return messages.map(({ body }) => body).join(" ");
}

const invalid = { code: "InvalidParameterValue" };
const expired = { ...invalid, message: expect.stringMatching(/receipt handle has expired/) };

describe("attributes", () => {
  test("are AWS's defaults unless they are given, and change one by one", async () => {
    const plain = await broker.createQueue("plain.fifo", { fifoQueue: true });
    expect(await plain.getAttributes()).toMatchObject({
      fifoQueue: true,
      contentBasedDeduplication: false,
      deduplicationScope: "queue",
      fifoThroughputLimit: "perQueue",
    });
    await plain.setAttributes({ fifoQueue: true, contentBasedDeduplication: true });
    await plain.setAttributes({ deduplicationScope: "messageGroup" });
    await plain.setAttributes({ fifoThroughputLimit: "perMessageGroupId" });
    expect(await plain.getAttributes()).toMatchObject({
      contentBasedDeduplication: true,
      deduplicationScope: "messageGroup",
      fifoThroughputLimit: "perMessageGroupId",
    });
  });

  test("perMessageGroupId needs the scope messageGroup, in whatever order they come", async () => {
    const code = { code: "InvalidAttributeValue" };
    const limit = { fifoThroughputLimit: "perMessageGroupId" } as const;
    await expect(create(limit, "b.fifo")).rejects.toMatchObject(code);
    await expect(queue.setAttributes(limit)).rejects.toMatchObject(code);
    await queue.setAttributes({ ...limit, deduplicationScope: "messageGroup" });
    await expect(queue.setAttributes({ deduplicationScope: "queue" })).rejects.toMatchObject(code);
    expect((await queue.getAttributes()).deduplicationScope).toBe("messageGroup");
  });

  test("of another form are refused, and a Standard queue has none of them", async () => {
    const code = { code: "InvalidAttributeValue" };
    const wrong = { deduplicationScope: "group" } as unknown as QueueAttributes;
    await expect(queue.setAttributes(wrong)).rejects.toMatchObject(code);
    const standard = await broker.createQueue("jobs");
    for (const attributes of [{ fifoQueue: true }, { contentBasedDeduplication: true }] as const) {
      await expect(standard.setAttributes(attributes)).rejects.toMatchObject({
        code: "InvalidAttributeName",
      });
    }
  });
});

describe("order", () => {
  test("within a group is that of the sends, one group after the other", async () => {
    await put("a1", "b1", "a2", "c1", "b2", "a3");
    expect(bodies(await take())).toBe("a1 a2 a3 b1 b2 c1");
  });

  test("holds back what lies behind a message in flight, and counts it as visible", async () => {
    await put("a1", "a2", "a3", "b1");
    const [first, second] = await take(2);
    expect(bodies(await take())).toBe("b1");
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 3 });
    await second?.delete();
    expect(await take()).toEqual([]);
    await first?.delete();
    expect(bodies(await take())).toBe("a3");
  });

  test("a timeout that runs out brings the message back before later ones", async () => {
    await put("a1", "a2");
    await take(1);
    await clock.advance(29_999);
    expect(await take()).toEqual([]);
    await clock.advance(1);
    const back = await take();
    expect(bodies(back)).toBe("a1 a2");
    expect(back.map(({ receiveCount }) => receiveCount)).toEqual([2, 1]);
  });

  test("a visibility of 0 reopens the group at its head", async () => {
    await put("a1", "a2");
    const [message] = await take(1);
    await message?.changeVisibility(0);
    expect(bodies(await take(1))).toBe("a1");
  });

  test("a group that was emptied can be used again at once", async () => {
    await put("a1");
    await (await take())[0]?.delete();
    await put("a2");
    expect(bodies(await take())).toBe("a2");
  });

  test("a queue's delay holds back all, and lowering it acts on those that wait", async () => {
    await queue.setAttributes({ delaySeconds: 60 });
    await put("a1");
    await clock.advance(1_000);
    await put("a2", "b1");
    expect(queue.counts()).toMatchObject({ visible: 0, delayed: 3 });
    await clock.advance(59_000);
    expect(bodies(await take())).toBe("a1");
    await queue.setAttributes({ delaySeconds: 0 });
    expect(bodies(await take())).toBe("b1");
  });

  test("iterators keep it, and give back what they did not hand out", async () => {
    await put("a1", "a2", "b1");
    const got: string[] = [];
    for await (const message of queue.messages({ maxNumberOfMessages: 10, waitTimeSeconds: 1 })) {
      got.push(message.body);
      await message.delete();
      if (got.length === 1) break;
    }
    expect(got).toEqual(["a1"]);
    expect(bodies(await take())).toBe("a2 b1");
  });
});

describe("sequence numbers", () => {
  test("are texts of twenty digits that grow, on sends and receives alike", async () => {
    const sent = await put("a1", "b1", "a2");
    const { successful } = await queue.sendBatch([{ body: "c1", messageGroupId: "c" }]);
    const numbers = [...sent, ...successful.map(({ value }) => value)].map(
      ({ sequenceNumber = "" }) => sequenceNumber,
    );
    for (const number of numbers) expect(number).toMatch(/^\d{20}$/);
    expect(new Set(numbers).size).toBe(4);
    expect(numbers).toEqual(numbers.toSorted());
    const received = await take();
    expect(received.map(({ sequenceNumber }) => sequenceNumber).toSorted()).toEqual(numbers);
    expect(received[0]?.sequenceNumber).toBe(numbers[0]);
  });

  test("and group ids stay on the message; a Standard queue has no numbers", async () => {
    await queue.send("x", { messageGroupId: "g", messageDeduplicationId: "id-1" });
    expect((await take())[0]).toMatchObject({
      messageGroupId: "g",
      messageDeduplicationId: "id-1",
    });
    const standard = await broker.createQueue("jobs");
    expect("sequenceNumber" in (await standard.send("x"))).toBe(false);
  });
});

describe("a duplicate", () => {
  test("gets the original's identity and is not enqueued, for five minutes", async () => {
    const id = { messageGroupId: "a", messageDeduplicationId: "once" };
    const first = await queue.send("a1", id);
    await (await take())[0]?.delete();
    await clock.advance(299_999);
    const again = await queue.send("another body", id);
    expect(again).toMatchObject({
      messageId: first.messageId,
      sequenceNumber: first.sequenceNumber,
      md5OfBody: createHash("md5").update("another body").digest("hex"),
    });
    await queue.send("a third body", id);
    expect(await take()).toEqual([]);
    const totals = { messagesSent: 1, messagesDeleted: 1, deduplicatedSends: 2 };
    expect(queue.totals()).toMatchObject(totals);
    await clock.advance(1);
    const later = await queue.send("a2", id);
    expect(later.messageId).not.toBe(first.messageId);
    expect(bodies(await take())).toBe("a2");
  });

  test("by its body, where the queue says so; the digest is the id that receivers see", async () => {
    const digest = "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969";
    const [first, second] = await Promise.all([
      queue.send("Hello", { messageGroupId: "a", messageAttributes: { one: 1 } }),
      queue.send(Buffer.from("Hello"), { messageGroupId: "b" }),
    ]);
    expect(second.messageId).toBe(first.messageId);
    const explicit = { messageGroupId: "c", messageDeduplicationId: digest };
    expect((await queue.send("other", explicit)).messageId).toBe(first.messageId);
    const own = await queue.send("Hello", { messageGroupId: "a", messageDeduplicationId: "own" });
    expect(own.messageId).not.toBe(first.messageId);
    const received = await take();
    expect(received.map(({ messageDeduplicationId }) => messageDeduplicationId)).toEqual([
      digest,
      "own",
    ]);
  });

  test("counts within its group where the scope is messageGroup", async () => {
    const grouped = await create({ deduplicationScope: "messageGroup" }, "grouped.fifo");
    const id = { messageDeduplicationId: "same" };
    const first = await grouped.send("1", { messageGroupId: "a", ...id });
    const other = await grouped.send("2", { messageGroupId: "b", ...id });
    const again = await grouped.send("3", { messageGroupId: "a", ...id });
    expect(again.messageId).toBe(first.messageId);
    expect(other.messageId).not.toBe(first.messageId);
  });

  test("within one batch is told the first's identity", async () => {
    const entry = { body: "same", messageGroupId: "a" };
    const { successful, failed } = await queue.sendBatch([entry, entry, { ...entry, body: "b" }]);
    expect(failed).toEqual([]);
    const ids = successful.map(({ value }) => value.messageId);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(bodies(await take())).toBe("same b");
  });

  test("of what a purge removed is none", async () => {
    const [first] = await put("a1");
    await queue.purge();
    const [second] = await put("a1");
    expect(second?.messageId).not.toBe(first?.messageId);
    expect(bodies(await take())).toBe("a1");
  });
});

describe("a send", () => {
  const longest = `${"x".repeat(96)}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`;

  test("takes ids of 1 to 128 letters, digits and punctuation", async () => {
    expect(longest).toHaveLength(128);
    await queue.send("x", { messageGroupId: longest, messageDeduplicationId: longest });
    expect((await take())[0]).toMatchObject({
      messageGroupId: longest,
      messageDeduplicationId: longest,
    });
    for (const bad of ["", "a b", "é", "a\tb", `${longest}x`]) {
      await expect(queue.send("x", { messageGroupId: bad })).rejects.toMatchObject(invalid);
      const id = { messageGroupId: "a", messageDeduplicationId: bad };
      await expect(queue.send("x", id)).rejects.toMatchObject(invalid);
    }
  });

  test("without a group is MissingParameter, and fails a whole batch", async () => {
    await expect(queue.send("x")).rejects.toMatchObject({ code: "MissingParameter" });
    const batch: (string | SendEntry)[] = [{ body: "a1", messageGroupId: "a" }, "b1"];
    await expect(queue.sendBatch(batch)).rejects.toMatchObject(invalid);
    expect(queue.counts().visible).toBe(0);
  });

  test("without an id is refused where bodies are not compared, and fails a batch", async () => {
    await queue.setAttributes({ contentBasedDeduplication: false });
    await expect(put("a1")).rejects.toMatchObject(invalid);
    const entry = { body: "x", messageGroupId: "a" };
    const batch = [{ ...entry, messageDeduplicationId: "1" }, entry];
    await expect(queue.sendBatch(batch)).rejects.toMatchObject(invalid);
    expect(queue.counts().visible).toBe(0);
    const standard = await broker.createQueue("jobs");
    const id = { messageDeduplicationId: "1" };
    await expect(standard.send("x", id)).rejects.toMatchObject(invalid);
  });

  test("has no delay of its own but 0, at which the queue's delay still holds", async () => {
    const entry = { messageGroupId: "a" };
    await expect(queue.send("x", { ...entry, delaySeconds: 1 })).rejects.toMatchObject(invalid);
    await queue.setAttributes({ delaySeconds: 5 });
    await queue.send("x", { ...entry, delaySeconds: 0 });
    expect(await take()).toEqual([]);
    await clock.advance(5_000);
    expect(bodies(await take())).toBe("x");
  });

  test("of an entry that can't be leaves the others in order", async () => {
    const entries = ["a1", "a2", "a3"].map((body) => ({ body, messageGroupId: "a" }));
    (entries[1] as SendEntry).delaySeconds = 3;
    const { successful, failed } = await queue.sendBatch(entries);
    expect(successful.map(({ index }) => index)).toEqual([0, 2]);
    expect(failed).toMatchObject([{ index: 1, error: invalid }]);
    expect(bodies(await take())).toBe("a1 a3");
  });

  test("of a body larger than staging is deduplicated and ordered like any other", async () => {
    const large = "x".repeat(500_000);
    const [first] = await put("a1");
    const big = await queue.send(large, { messageGroupId: "a" });
    expect((await queue.send(large, { messageGroupId: "a" })).messageId).toBe(big.messageId);
    await put("a2");
    const got = await take();
    expect(got.map(({ body }) => body.length)).toEqual([2, 500_000, 2]);
    expect(got.map(({ messageId }) => messageId).slice(0, 2)).toEqual([
      first?.messageId,
      big.messageId,
    ]);
  });
});

describe("a receipt", () => {
  test("is over at its due time, for deletes and changes, alone and in a batch", async () => {
    await put("a1", "b1");
    const [a1, b1] = (await take()) as [Message, Message];
    await b1.changeVisibility(60);
    await clock.advance(30_000);
    await expect(a1.delete()).rejects.toMatchObject(expired);
    await expect(a1.changeVisibility(10)).rejects.toMatchObject(expired);
    const { successful, failed } = await queue.deleteBatch([a1, b1, "garbage"]);
    expect(successful).toEqual([{ index: 1, value: undefined }]);
    expect(failed).toMatchObject([
      { index: 0, error: expired },
      { index: 2, error: { code: "ReceiptHandleIsInvalid" } },
    ]);
    const [again] = await take();
    await expect(a1.delete()).rejects.toMatchObject(expired);
    await again?.delete();
    await again?.delete();
    await expect(again?.changeVisibility(1)).rejects.toMatchObject(invalid);
  });
});

describe("a receive attempt", () => {
  const attempt = { maxNumberOfMessages: 10, receiveRequestAttemptId: "attempt-1" };

  test("repeated brings the same messages and receipts, hidden again", async () => {
    await put("a1", "a2", "b1");
    const first = await queue.receive(attempt);
    await clock.advance(20_000);
    const second = await queue.receive(attempt);
    const handles = (messages: Message[]) => messages.map(({ receiptHandle }) => receiptHandle);
    expect(bodies(second)).toBe(bodies(first));
    expect(handles(second)).toEqual(handles(first));
    await clock.advance(20_000);
    await second[0]?.delete();
  });

  test("is no longer valid once a message of it was deleted or hidden again", async () => {
    await put("a1", "a2");
    const [first] = await queue.receive(attempt);
    await first?.delete();
    await expect(queue.receive(attempt)).rejects.toMatchObject({
      ...invalid,
      message: expect.stringMatching(/not valid anymore/),
    });
  });

  test("has an id like other ids, and a Standard queue does not heed it", async () => {
    for (const receiveRequestAttemptId of ["", "a b", "x".repeat(129)]) {
      await expect(queue.receive({ receiveRequestAttemptId })).rejects.toMatchObject(invalid);
    }
    const standard = await broker.createQueue("jobs");
    await standard.send("x");
    const heedless = { receiveRequestAttemptId: "a b" };
    expect(await standard.receive(heedless)).toHaveLength(1);
    expect(await standard.receive(heedless)).toEqual([]);
  });
});
