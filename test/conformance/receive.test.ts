/**
 * What clients rely on of what they receive, hide and delete: edge cases 49 to 60, 62 to 64, 91 and
 * 98 of the contract.
 */
import { describe, expect, test } from "vitest";
import type { WireMessage } from "../support/wire.ts";
import { bodies, contract, entries, eventually, pause } from "./contract.ts";

const invalid = "InvalidParameterValue";
const text = (StringValue: string) => ({ DataType: "String", StringValue });

contract("A receive", (sqs) => {
  test("49 and 50: shows no attributes that nobody asked for", async () => {
    const QueueUrl = await sqs().queue("plain");
    await sqs().send(QueueUrl, "a", { MessageAttributes: { city: text("Any City") } });
    const message = await sqs().one(QueueUrl);
    const members = ["Body", "MD5OfBody", "MessageId", "ReceiptHandle"];
    expect(Object.keys(message).sort()).toEqual(members);
  });

  test("51: takes the old and the new name of the system attributes, and joins them", async () => {
    const QueueUrl = await sqs().queue("names");
    await sqs().send(QueueUrl, "a");
    const asked = {
      AttributeNames: ["SenderId"],
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    };
    const { Attributes } = await sqs().one(QueueUrl, { ...asked, VisibilityTimeout: 0 });
    expect(Attributes).toEqual({
      SenderId: expect.stringMatching(/\w/),
      ApproximateReceiveCount: "1",
    });
    const all = await sqs().one(QueueUrl, { MessageSystemAttributeNames: ["All"] });
    expect(Object.keys(all.Attributes ?? {}).sort()).toEqual([
      "ApproximateFirstReceiveTimestamp",
      "ApproximateReceiveCount",
      "SenderId",
      "SentTimestamp",
    ]);
  });

  test("52: takes prefix.* for every name that begins so, with or without a dot", async () => {
    const QueueUrl = await sqs().queue("prefixes");
    const names = ["Hello", "Help.Me", "General"];
    const MessageAttributes = Object.fromEntries(names.map((name) => [name, text(name)]));
    await sqs().send(QueueUrl, "a", { MessageAttributes });
    const ask = async (...MessageAttributeNames: string[]) => {
      const message = await sqs().one(QueueUrl, { MessageAttributeNames, VisibilityTimeout: 0 });
      return Object.keys(message.MessageAttributes ?? {}).sort();
    };
    expect(await ask("Hel.*")).toEqual(["Hello", "Help.Me"]);
    expect(await ask("hel.*", "Help")).toEqual([]);
    expect(await ask("General", "Help.*")).toEqual(["General", "Help.Me"]);
    for (const every of ["All", ".*"]) expect(await ask(every)).toEqual(names.toSorted());
  });

  test("53: does not wait where it says 0, although the queue waits", async () => {
    const QueueUrl = await sqs().queue("zero", { ReceiveMessageWaitTimeSeconds: "20" });
    // It does not come back at all where time stands still and it waits.
    expect(await sqs().poll(QueueUrl, { WaitTimeSeconds: 0 })).toEqual([]);
  });

  test("54: may not wait for 21 s, also where a message is", async () => {
    const QueueUrl = await sqs().queue("waits");
    await sqs().send(QueueUrl, "a");
    for (const WaitTimeSeconds of [21, -1]) {
      await sqs().fails("ReceiveMessage", { QueueUrl, WaitTimeSeconds }, 400, invalid);
    }
    for (const MaxNumberOfMessages of [0, 11]) {
      await sqs().fails("ReceiveMessage", { QueueUrl, MaxNumberOfMessages }, 400, invalid);
    }
  });

  describe("55: that waits", () => {
    /** A long poll that waits by now. */
    const wait = async (QueueUrl: string) => {
      const seen: { answer?: readonly WireMessage[] } = {};
      const options = { WaitTimeSeconds: 20, VisibilityTimeout: 30 };
      const end = sqs()
        .poll(QueueUrl, options)
        .then((messages) => {
          seen.answer = messages;
          return bodies(messages);
        });
      await pause(300);
      return { seen, end };
    };

    test("answers as soon as a message is sent", async () => {
      const QueueUrl = await sqs().queue("wake-send");
      const { seen, end } = await wait(QueueUrl);
      expect(seen.answer).toBeUndefined();
      await sqs().send(QueueUrl, "a");
      expect(await end).toEqual(["a"]);
    });

    test("answers as soon as a delay ends", async () => {
      const QueueUrl = await sqs().queue("wake-delay");
      await sqs().send(QueueUrl, "a", { DelaySeconds: 2 });
      const { seen, end } = await wait(QueueUrl);
      await sqs().pass(1);
      expect(seen.answer).toBeUndefined();
      await sqs().pass(1);
      expect(await end).toEqual(["a"]);
    });

    test("answers as soon as a message is visible again", async () => {
      const QueueUrl = await sqs().queue("wake-lapse");
      await sqs().send(QueueUrl, "a");
      await sqs().one(QueueUrl, { VisibilityTimeout: 2 });
      const { seen, end } = await wait(QueueUrl);
      await sqs().pass(1);
      expect(seen.answer).toBeUndefined();
      await sqs().pass(1);
      expect(await end).toEqual(["a"]);
    });

    test("answers as soon as a message is made visible", async () => {
      const QueueUrl = await sqs().queue("wake-change");
      await sqs().send(QueueUrl, "a");
      const { ReceiptHandle } = await sqs().one(QueueUrl);
      const { seen, end } = await wait(QueueUrl);
      expect(seen.answer).toBeUndefined();
      const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
      await sqs().ok("ChangeMessageVisibility", change);
      expect(await end).toEqual(["a"]);
    });

    test("answers with nothing when its time is up", async () => {
      const QueueUrl = await sqs().queue("wake-never");
      const end = sqs().poll(QueueUrl, { WaitTimeSeconds: 1 });
      await pause(300);
      await sqs().pass(1);
      expect(await end).toEqual([]);
    });
  });

  test("56: with a visibility timeout of 0 counts, and leaves the message visible", async () => {
    const QueueUrl = await sqs().queue("unhidden");
    await sqs().send(QueueUrl, "a");
    const ask = { VisibilityTimeout: 0, AttributeNames: ["ApproximateReceiveCount"] };
    const first = await sqs().one(QueueUrl, ask);
    const second = await sqs().one(QueueUrl, ask);
    expect(first.Attributes).toEqual({ ApproximateReceiveCount: "1" });
    expect(second.Attributes).toEqual({ ApproximateReceiveCount: "2" });
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
  });

  test("91: may have an attempt's id on a Standard queue, where it means nothing", async () => {
    const QueueUrl = await sqs().queue("attempt");
    await sqs().send(QueueUrl, "a");
    const attempt = { ReceiveRequestAttemptId: "attempt-1" };
    await sqs().one(QueueUrl, attempt);
    expect(await sqs().receive(QueueUrl, attempt)).toEqual([]);
  });

  test("98: the counts of a queue follow its messages", async () => {
    const QueueUrl = await sqs().queue("counts");
    for (const body of ["a", "b", "c"]) await sqs().send(QueueUrl, body);
    await sqs().send(QueueUrl, "late", { DelaySeconds: 60 });
    await sqs().one(QueueUrl, { MaxNumberOfMessages: 1 });
    const suffixes = ["", "NotVisible", "Delayed"];
    const AttributeNames = suffixes.map((suffix) => `ApproximateNumberOfMessages${suffix}`);
    const counts = async () => {
      const { Attributes } = await sqs().ok("GetQueueAttributes", { QueueUrl, AttributeNames });
      return AttributeNames.map((name) => Attributes?.[name]);
    };
    await eventually(counts, ["2", "1", "1"]);
  });
});

contract("A message received", (sqs) => {
  const received = async (label: string, more: object = {}) => {
    const QueueUrl = await sqs().queue(label);
    await sqs().send(QueueUrl, "a");
    const { ReceiptHandle } = await sqs().one(QueueUrl, more);
    return { QueueUrl, ReceiptHandle };
  };
  const change = (handle: object, VisibilityTimeout: number) =>
    sqs().ok("ChangeMessageVisibility", { ...handle, VisibilityTimeout });

  test("57: is hidden again for this receive alone", async () => {
    const held = await received("once");
    await change(held, 1);
    await sqs().pass(1.2);
    const again = await sqs().one(held.QueueUrl);
    expect(again.Body).toBe("a");
    await sqs().pass(1.2);
    expect(await sqs().receive(held.QueueUrl)).toEqual([]);
  });

  test("58: is hidden again by its last handle after its timeout", async () => {
    const held = await received("late", { VisibilityTimeout: 1 });
    await sqs().pass(1.3);
    await change(held, 60);
    expect(await sqs().receive(held.QueueUrl)).toEqual([]);
  });

  test("59: can't be hidden once it is deleted", async () => {
    const held = await received("deleted");
    await sqs().ok("DeleteMessage", held);
    const input = { ...held, VisibilityTimeout: 10 };
    const text = await sqs().fails("ChangeMessageVisibility", input, 400, invalid);
    expect(text).toBe(
      `Value ${held.ReceiptHandle} for parameter ReceiptHandle is invalid. ` +
        "Reason: Message does not exist or is not available for visibility timeout change.",
    );
  });

  test("60: can be deleted twice, alone and in a batch", async () => {
    const held = await received("twice");
    await sqs().ok("DeleteMessage", held);
    await sqs().ok("DeleteMessage", held);
    const { QueueUrl, ReceiptHandle } = held;
    const Entries = [{ Id: "again", ReceiptHandle }];
    expect(entries(await sqs().ok("DeleteMessageBatch", { QueueUrl, Entries }))).toEqual({
      successful: ["again"],
      failed: undefined,
    });
  });

  test("61: can be deleted after its timeout, while nobody received it since", async () => {
    const held = await received("lapsed", { VisibilityTimeout: 1 });
    await sqs().pass(1.3);
    await sqs().ok("DeleteMessage", held);
    expect(await sqs().receive(held.QueueUrl)).toEqual([]);
  });

  test("62: a handle that is garbage is 404, and in a batch fails its entry", async () => {
    const { QueueUrl, ReceiptHandle } = await received("garbage");
    const bad = "ReceiptHandleIsInvalid";
    const garbage = { QueueUrl, ReceiptHandle: "garbage" };
    await sqs().fails("DeleteMessage", garbage, 404, bad);
    const hide = { ...garbage, VisibilityTimeout: 1 };
    await sqs().fails("ChangeMessageVisibility", hide, 404, bad);
    const Entries = [
      { Id: "bad", ReceiptHandle: "garbage" },
      { Id: "good", ReceiptHandle },
    ];
    const expected = { successful: ["good"], failed: [["bad", bad, true]] };
    const deleted = await sqs().ok("DeleteMessageBatch", { QueueUrl, Entries });
    expect(entries(deleted)).toEqual(expected);
  });

  test("63: an old handle deletes after another receive", async () => {
    const held = await received("old", { VisibilityTimeout: 0 });
    const newer = await sqs().one(held.QueueUrl);
    await sqs().ok("DeleteMessage", held);
    const inFlight = () => sqs().attribute(held.QueueUrl, "ApproximateNumberOfMessagesNotVisible");
    await eventually(inFlight, "0");
    await sqs().ok("DeleteMessage", { ...held, ReceiptHandle: newer.ReceiptHandle });
  });

  test("63: an old handle deletes after another receive, in a batch", async () => {
    const { QueueUrl, ReceiptHandle } = await received("old-batch", { VisibilityTimeout: 0 });
    await sqs().one(QueueUrl);
    const Entries = [{ Id: "old", ReceiptHandle }];
    const deleted = await sqs().ok("DeleteMessageBatch", { QueueUrl, Entries });
    expect(entries(deleted)).toEqual({ successful: ["old"], failed: undefined });
    const inFlight = () => sqs().attribute(QueueUrl, "ApproximateNumberOfMessagesNotVisible");
    await eventually(inFlight, "0");
  });

  test("63: an old handle deletes what is visible again", async () => {
    const held = await received("old-visible", { VisibilityTimeout: 0 });
    await sqs().one(held.QueueUrl, { VisibilityTimeout: 0 });
    await sqs().ok("DeleteMessage", held);
    expect(await sqs().receive(held.QueueUrl)).toEqual([]);
  });

  test("63: an old handle changes the visibility of what is in flight or visible again", async () => {
    const held = await received("old-change", { VisibilityTimeout: 0 });
    await sqs().one(held.QueueUrl);
    await change(held, 0);
    await sqs().one(held.QueueUrl);
    const { QueueUrl, ReceiptHandle } = held;
    const Entries = [{ Id: "old", ReceiptHandle, VisibilityTimeout: 0 }];
    await sqs().ok("ChangeMessageVisibilityBatch", { QueueUrl, Entries });
    await sqs().one(QueueUrl, { VisibilityTimeout: 0 });
    await change(held, 60);
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    await change(held, 1);
    expect((await sqs().one(QueueUrl)).Body).toBe("a");
  });

  test("64: is hidden for 12 hours at most, from its receive and not from its send", async () => {
    const QueueUrl = await sqs().queue("twelve");
    await sqs().send(QueueUrl, "a");
    await sqs().pass(2.1);
    const { ReceiptHandle } = await sqs().one(QueueUrl);
    const held = { QueueUrl, ReceiptHandle };
    await change(held, 43_199);
    await sqs().pass(2.1);
    const input = { ...held, VisibilityTimeout: 43_200 };
    await sqs().fails("ChangeMessageVisibility", input, 400, invalid);
    await change(held, 0);
    expect(bodies(await sqs().receive(QueueUrl))).toEqual(["a"]);
  });

  test("a batch of changes fails entry by entry", async () => {
    const { QueueUrl, ReceiptHandle } = await received("changes");
    const Entries = [
      { Id: "good", ReceiptHandle, VisibilityTimeout: 0 },
      { Id: "range", ReceiptHandle, VisibilityTimeout: 43_201 },
      { Id: "bad", ReceiptHandle: "garbage", VisibilityTimeout: 0 },
    ];
    const answer = await sqs().ok("ChangeMessageVisibilityBatch", { QueueUrl, Entries });
    expect(entries(answer)).toEqual({
      successful: ["good"],
      failed: [
        ["range", invalid, true],
        ["bad", "ReceiptHandleIsInvalid", true],
      ],
    });
    expect(bodies(await sqs().receive(QueueUrl))).toEqual(["a"]);
  });
});
