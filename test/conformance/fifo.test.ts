/**
 * What clients rely on of FIFO queues: edge cases 20, 22, 40, 61, 66, 78, 79 and 81 to 90 of the
 * contract.
 */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { bodies, type Client, contract, entries } from "./contract.ts";

const invalid = "InvalidParameterValue";
const sequence = /^\d{20}$/;

/** A FIFO queue; by default its messages' bodies tell duplicates. */
function fifo(sqs: Client, label: string, more: Record<string, string> = {}): Promise<string> {
  return sqs.queue(label, { FifoQueue: "true", ContentBasedDeduplication: "true", ...more });
}

contract("A FIFO queue", (sqs) => {
  const send = (QueueUrl: string, MessageBody: string, MessageGroupId = "g", more: object = {}) =>
    sqs().send(QueueUrl, MessageBody, { MessageGroupId, ...more });

  test("20 and 22: is made by True as by true, and shows four attributes more", async () => {
    const QueueUrl = await sqs().queue("fresh", { FifoQueue: "True" });
    const input = { QueueUrl, AttributeNames: ["All"] };
    const { Attributes = {} } = await sqs().ok("GetQueueAttributes", input);
    expect(Object.keys(Attributes)).toHaveLength(16);
    expect(Attributes).toMatchObject({
      FifoQueue: "true",
      ContentBasedDeduplication: "false",
      DeduplicationScope: "queue",
      FifoThroughputLimit: "perQueue",
    });
  });

  test("has a name that says so, and stays what it is", async () => {
    const plain = { QueueName: sqs().name("plain"), Attributes: { FifoQueue: "true" } };
    await sqs().fails("CreateQueue", plain, 400, invalid);
    await sqs().fails("CreateQueue", { QueueName: sqs().name("bare", ".fifo") }, 400, invalid);
    const QueueUrl = await fifo(sqs(), "stays");
    const set = (FifoQueue: string) => ({ QueueUrl, Attributes: { FifoQueue } });
    await sqs().ok("SetQueueAttributes", set("true"));
    await sqs().fails("SetQueueAttributes", set("false"), 400, "InvalidAttributeValue");
  });

  test("has its high throughput only with a scope to match", async () => {
    const QueueUrl = await fifo(sqs(), "throughput");
    const limit = { FifoThroughputLimit: "perMessageGroupId" };
    const alone = { QueueUrl, Attributes: limit };
    await sqs().fails("SetQueueAttributes", alone, 400, "InvalidAttributeValue");
    const Attributes = { ...limit, DeduplicationScope: "messageGroup" };
    await sqs().ok("SetQueueAttributes", { QueueUrl, Attributes });
    expect(await sqs().attribute(QueueUrl, "FifoThroughputLimit")).toBe("perMessageGroupId");
  });

  test("40: forgets duplicates when it is purged", async () => {
    const QueueUrl = await fifo(sqs(), "purged");
    const first = await send(QueueUrl, "a");
    await sqs().ok("PurgeQueue", { QueueUrl });
    const second = await send(QueueUrl, "a");
    expect(second.MessageId).not.toBe(first.MessageId);
    expect(bodies(await sqs().receive(QueueUrl, { WaitTimeSeconds: 2 }))).toEqual(["a"]);
  });

  test("61: lets nobody delete by a handle whose timeout has passed", async () => {
    const QueueUrl = await fifo(sqs(), "expired");
    await send(QueueUrl, "a");
    const { ReceiptHandle } = await sqs().one(QueueUrl, { VisibilityTimeout: 1 });
    await sqs().pass(1.3);
    const text = await sqs().fails("DeleteMessage", { QueueUrl, ReceiptHandle }, 400, invalid);
    expect(text).toBe(
      `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. ` +
        "Reason: The receipt handle has expired.",
    );
    const again = await sqs().one(QueueUrl);
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle: again.ReceiptHandle });
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle: again.ReceiptHandle });
  });

  test("61: nor after the message went to the dead-letter queue", async () => {
    const dead = await fifo(sqs(), "expired-dead");
    const deadLetterTargetArn = await sqs().attribute(dead, "QueueArn");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const QueueUrl = await fifo(sqs(), "expired-source", { RedrivePolicy });
    await send(QueueUrl, "a");
    const { ReceiptHandle } = await sqs().one(QueueUrl, { VisibilityTimeout: 1 });
    await sqs().pass(1.3);
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    const held = { QueueUrl, ReceiptHandle };
    await sqs().fails("DeleteMessage", held, 400, invalid);
    const change = { ...held, VisibilityTimeout: 1 };
    await sqs().fails("ChangeMessageVisibility", change, 400, invalid);
    const Entries = [{ Id: "old", ReceiptHandle }];
    expect(entries(await sqs().ok("DeleteMessageBatch", { QueueUrl, Entries }))).toEqual({
      successful: undefined,
      failed: [["old", invalid, true]],
    });
    expect((await sqs().one(dead)).Body).toBe("a");
  });

  test("66: delays no message by itself; 0 is tolerated, and the queue's delay holds", async () => {
    const QueueUrl = await fifo(sqs(), "delayed", { DelaySeconds: "1" });
    const input = { QueueUrl, MessageBody: "a", MessageGroupId: "g" };
    await sqs().fails("SendMessage", { ...input, DelaySeconds: 1 }, 400, invalid);
    await sqs().ok("SendMessage", { ...input, DelaySeconds: 0 });
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    expect((await sqs().one(QueueUrl)).Body).toBe("a");
  });

  describe("takes a duplicate", () => {
    test("78 and 79: for the message that it repeats, also when that one is deleted", async () => {
      const QueueUrl = await fifo(sqs(), "duplicate");
      const first = await send(QueueUrl, "a");
      expect(first.SequenceNumber).toMatch(sequence);
      const { MessageId, SequenceNumber } = first;
      expect(await send(QueueUrl, "a")).toMatchObject({ MessageId, SequenceNumber });
      const { ReceiptHandle } = await sqs().one(QueueUrl);
      await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
      expect(await send(QueueUrl, "a")).toMatchObject({ MessageId, SequenceNumber });
      expect(await sqs().receive(QueueUrl)).toEqual([]);
    });

    test("81: in the whole queue, or in its group alone", async () => {
      const ids = { MessageDeduplicationId: "once" };
      const whole = await fifo(sqs(), "whole");
      await send(whole, "a", "g1", ids);
      await send(whole, "b", "g2", ids);
      expect(await sqs().attribute(whole, "ApproximateNumberOfMessages")).toBe("1");
      const apart = await fifo(sqs(), "apart", { DeduplicationScope: "messageGroup" });
      await send(apart, "a", "g1", ids);
      await send(apart, "b", "g2", ids);
      await send(apart, "c", "g1", ids);
      expect(await sqs().attribute(apart, "ApproximateNumberOfMessages")).toBe("2");
    });

    test("82: by its id before its body, and by its body's SHA-256 where it has none", async () => {
      const QueueUrl = await fifo(sqs(), "ids");
      const first = await send(QueueUrl, "Hello");
      const other = await send(QueueUrl, "Hello", "g", { MessageDeduplicationId: "other" });
      expect(other.MessageId).not.toBe(first.MessageId);
      const digest = createHash("sha256").update("Hello").digest("hex");
      const same = await send(QueueUrl, "Bye", "g", { MessageDeduplicationId: digest });
      expect(same.MessageId).toBe(first.MessageId);
      const asked = { AttributeNames: ["MessageDeduplicationId"] };
      const messages = await sqs().receive(QueueUrl, asked);
      expect(messages.map(({ Attributes }) => Attributes)).toEqual([
        { MessageDeduplicationId: digest },
        { MessageDeduplicationId: "other" },
      ]);
    });

    test("within one batch, too", async () => {
      const QueueUrl = await fifo(sqs(), "batch-twice");
      const Entries = ["a", "b"].map((Id) => ({ Id, MessageBody: "x", MessageGroupId: "g" }));
      const { Successful } = await sqs().ok("SendMessageBatch", { QueueUrl, Entries });
      expect(Successful).toHaveLength(2);
      expect(new Set(Successful?.map(({ MessageId }) => MessageId)).size).toBe(1);
      expect(await sqs().attribute(QueueUrl, "ApproximateNumberOfMessages")).toBe("1");
    });

    test("only where something tells duplicates", async () => {
      const QueueUrl = await fifo(sqs(), "untold", { ContentBasedDeduplication: "false" });
      const input = { QueueUrl, MessageBody: "a", MessageGroupId: "g" };
      await sqs().fails("SendMessage", input, 400, invalid);
      await sqs().ok("SendMessage", { ...input, MessageDeduplicationId: "a" });
    });
  });

  test("83: needs a group for each message; a batch that lacks one fails whole", async () => {
    const QueueUrl = await fifo(sqs(), "groupless");
    await sqs().fails("SendMessage", { QueueUrl, MessageBody: "a" }, 400, "MissingParameter");
    const Entries = [
      { Id: "with", MessageBody: "a", MessageGroupId: "g" },
      { Id: "without", MessageBody: "b" },
    ];
    await sqs().fails("SendMessageBatch", { QueueUrl, Entries }, 400, invalid);
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    const bad = { QueueUrl, MessageBody: "a", MessageGroupId: "a b" };
    await sqs().fails("SendMessage", bad, 400, invalid);
  });

  test("84: gives several messages of one group, and of several groups, in order", async () => {
    const QueueUrl = await fifo(sqs(), "several");
    for (const [body, group] of ["a1", "b1", "a2", "b2"].map((body) => [body, body[0]] as const)) {
      await send(QueueUrl, body, group);
    }
    const received = bodies(await sqs().receive(QueueUrl));
    expect(received.toSorted()).toEqual(["a1", "a2", "b1", "b2"]);
    expect(received.indexOf("a1")).toBeLessThan(received.indexOf("a2"));
    expect(received.indexOf("b1")).toBeLessThan(received.indexOf("b2"));
  });

  test("85: gives nothing of a group while an earlier message of it is hidden", async () => {
    const QueueUrl = await fifo(sqs(), "locked");
    for (const body of ["1", "2", "3"]) await send(QueueUrl, body);
    const [first, second] = await sqs().receive(QueueUrl, { MaxNumberOfMessages: 2 });
    expect([first?.Body, second?.Body]).toEqual(["1", "2"]);
    const { ReceiptHandle } = second ?? {};
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle: first?.ReceiptHandle });
    expect((await sqs().one(QueueUrl)).Body).toBe("3");
  });

  test("86: opens a group at its head when the head is made visible", async () => {
    const QueueUrl = await fifo(sqs(), "reopened");
    for (const body of ["1", "2"]) await send(QueueUrl, body);
    const { ReceiptHandle } = await sqs().one(QueueUrl, { MaxNumberOfMessages: 1 });
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await sqs().ok("ChangeMessageVisibility", change);
    expect(bodies(await sqs().receive(QueueUrl))).toEqual(["1", "2"]);
  });

  test("87: gives a message whose timeout has passed before later ones", async () => {
    const QueueUrl = await fifo(sqs(), "again");
    for (const body of ["1", "2"]) await send(QueueUrl, body);
    await sqs().one(QueueUrl, { MaxNumberOfMessages: 1, VisibilityTimeout: 1 });
    const later = await sqs().receive(QueueUrl, { WaitTimeSeconds: 5 });
    expect(bodies(later)).toEqual(["1", "2"]);
  });

  test("88: lets a group that was emptied be used at once", async () => {
    const QueueUrl = await fifo(sqs(), "emptied");
    for (const body of ["1", "2", "3"]) {
      await send(QueueUrl, body);
      const { Body, ReceiptHandle } = await sqs().one(QueueUrl);
      expect(Body).toBe(body);
      await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
    }
  });

  test("89: counts messages behind a hidden one as visible", async () => {
    const QueueUrl = await fifo(sqs(), "blocked");
    for (const body of ["1", "2", "3"]) await send(QueueUrl, body);
    await sqs().one(QueueUrl, { MaxNumberOfMessages: 1 });
    expect(await sqs().attribute(QueueUrl, "ApproximateNumberOfMessages")).toBe("2");
    expect(await sqs().attribute(QueueUrl, "ApproximateNumberOfMessagesNotVisible")).toBe("1");
  });

  test("90: numbers its messages with 20 digits that rise", async () => {
    const QueueUrl = await fifo(sqs(), "sequence");
    const { SequenceNumber: sent = "" } = await send(QueueUrl, "1");
    const Entries = [{ Id: "e", MessageBody: "2", MessageGroupId: "g" }];
    const { Successful } = await sqs().ok("SendMessageBatch", { QueueUrl, Entries });
    const batched = Successful?.[0]?.SequenceNumber ?? "";
    expect(sent).toMatch(sequence);
    expect(batched).toMatch(sequence);
    expect(batched > sent).toBe(true);
    const messages = await sqs().receive(QueueUrl, { AttributeNames: ["SequenceNumber"] });
    const received = messages.map(({ Attributes }) => Attributes?.SequenceNumber);
    expect(received).toEqual([sent, batched]);
    const standard = await sqs().queue("unnumbered");
    expect(await sqs().send(standard, "1")).not.toHaveProperty("SequenceNumber");
  });

  test("gives the same messages to the same attempt, with the same handles", async () => {
    const QueueUrl = await fifo(sqs(), "attempts");
    await send(QueueUrl, "1");
    const attempt = { ReceiveRequestAttemptId: "attempt-1" };
    const first = await sqs().one(QueueUrl, attempt);
    expect(await sqs().one(QueueUrl, attempt)).toEqual(first);
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle: first.ReceiptHandle });
    await sqs().fails("ReceiveMessage", { QueueUrl, ...attempt }, 400, invalid);
  });

  test("a batch's deletions fail entry by entry", async () => {
    const QueueUrl = await fifo(sqs(), "deletions");
    await send(QueueUrl, "1");
    const { ReceiptHandle } = await sqs().one(QueueUrl);
    const Entries = [
      { Id: "good", ReceiptHandle },
      { Id: "bad", ReceiptHandle: "garbage" },
    ];
    expect(entries(await sqs().ok("DeleteMessageBatch", { QueueUrl, Entries }))).toEqual({
      successful: ["good"],
      failed: [["bad", "ReceiptHandleIsInvalid", true]],
    });
  });
});
