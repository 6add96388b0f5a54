/**
 * What a receipt handle stands for once its receive is no more the last of its message: on a Standard
 * queue for the message all the same, on a FIFO queue for nothing, also in the dead-letter queue.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, Queue, Sent } from "../../../engine/types.ts";

const VISIBILITY_MS = 30_000;

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
});

afterEach(() => broker.close());

describe("of a Standard queue", () => {
  beforeEach(async () => {
    queue = await broker.createQueue("jobs", { visibilityTimeout: VISIBILITY_MS / 1_000 });
  });

  async function receiveOne(): Promise<Message> {
    const [message] = await queue.receive();
    if (message === undefined) throw new Error("nothing was there");
    return message;
  }

  /** The same message received twice: by its first handle and its last, each as object and text. */
  async function twice(): Promise<{ first: Message; last: Message }> {
    await queue.send("a");
    const first = await receiveOne();
    await clock.advance(VISIBILITY_MS);
    return { first, last: await receiveOne() };
  }

  test("deletes what somebody else received since, and again without effect", async () => {
    for (const of of [(message: Message) => message, (message: Message) => message.receiptHandle]) {
      const { first, last } = await twice();
      await queue.delete(of(first));
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
      await queue.delete(of(last));
      await queue.delete(of(first));
      const pair = [await twice(), await twice()];
      const handles = pair.map(({ first: older }) => of(older));
      const { successful, failed } = await queue.deleteBatch(handles);
      expect([successful.length, failed]).toEqual([2, []]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    }
    expect(queue.totals().messagesDeleted).toBe(10);
  });

  test("hides or shows what somebody else received since", async () => {
    const { first, last } = await twice();
    await queue.changeVisibility(first.receiptHandle, 0);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
    // Visible again: as the latest handle would.
    await first.changeVisibility(40);
    await clock.advance(39_999);
    expect(queue.counts().inFlight).toBe(1);
    await first.changeVisibility(5);
    await clock.advance(5_000);
    const third = await receiveOne();
    expect(third.receiveCount).toBe(3);
    await last.changeVisibility(60);
    await clock.advance(59_999);
    expect(queue.counts().inFlight).toBe(1);
    await first.delete();
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test("deletes what is visible again after several receives", async () => {
    const { first } = await twice();
    await clock.advance(VISIBILITY_MS);
    expect(queue.counts().visible).toBe(1);
    await first.delete();
    expect(queue.counts().visible).toBe(0);
  });

  test("of a message that is gone can't change it, and the error names the handle", async () => {
    const { first, last } = await twice();
    await last.delete();
    for (const message of [first, last]) {
      await expect(message.changeVisibility(5)).rejects.toMatchObject({
        code: "InvalidParameterValue",
        message:
          `Value ${message.receiptHandle} for parameter ReceiptHandle is invalid. Reason: ` +
          "Message does not exist or is not available for visibility timeout change.",
      });
    }
  });

  test("of a message that was purged, or whose time was over, reaches no other in its place", async () => {
    const { first } = await twice();
    await queue.purge();
    await queue.send("in its place");
    await first.delete();
    await expect(first.changeVisibility(0)).rejects.toThrow(/does not exist/);
    expect(queue.counts().visible).toBe(1);
  });
});

describe("of a FIFO queue", () => {
  beforeEach(async () => {
    queue = await create("orders.fifo");
  });

  function create(name: string): Promise<Queue> {
    const visibilityTimeout = VISIBILITY_MS / 1_000;
    const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;
    return broker.createQueue(name, { ...fifo, visibilityTimeout });
  }

  /** "a1" is a message of group a. */
  function put(...bodies: string[]): Promise<Sent[]> {
    return Promise.all(bodies.map((body) => queue.send(body, { messageGroupId: body.charAt(0) })));
  }

  function take(): Promise<Message[]> {
    return queue.receive({ maxNumberOfMessages: 10 });
  }

  /** What AWS says of this handle once its time is over. */
  function over({ receiptHandle }: Message) {
    const message =
      `Value ${receiptHandle} for parameter ReceiptHandle is invalid. ` +
      "Reason: The receipt handle has expired.";
    return { code: "InvalidParameterValue", message };
  }

  test("names its handle when it is over", async () => {
    await put("a1");
    const [a1] = (await take()) as [Message];
    await clock.advance(VISIBILITY_MS);
    for (const handle of [a1, a1.receiptHandle]) {
      await expect(queue.delete(handle)).rejects.toMatchObject(over(a1));
      await expect(queue.changeVisibility(handle, 0)).rejects.toMatchObject(over(a1));
      const { failed } = await queue.deleteBatch([handle]);
      expect(failed).toMatchObject([{ index: 0, error: over(a1) }]);
    }
  });

  describe("whose message moved to the dead-letter queue", () => {
    /** A queue whose messages move at their second receive, and where they go; one has moved. */
    async function moved(hide: (message: Message) => Promise<void>) {
      const letters = await create("letters.fifo");
      const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
      await queue.setAttributes({ redrivePolicy });
      await put("a1", "b1");
      const [a1, b1] = (await take()) as [Message, Message];
      await b1.delete();
      await hide(a1);
      expect(await take()).toEqual([]);
      expect(letters.counts().visible).toBe(1);
      return { letters, a1, b1 };
    }
    const wait = () => clock.advance(VISIBILITY_MS);

    test.each([
      ["when its time ran out", wait],
      ["when it was made visible", (message: Message) => message.changeVisibility(0)],
    ])("%s is over there, too", async (_, hide) => {
      const { letters, a1, b1 } = await moved(hide);
      for (const handle of [a1, a1.receiptHandle]) {
        await expect(queue.delete(handle)).rejects.toMatchObject(over(a1));
        await expect(queue.changeVisibility(handle, 9)).rejects.toMatchObject(over(a1));
      }
      const { successful, failed } = await queue.deleteBatch([b1, a1]);
      expect(successful).toEqual([{ index: 0, value: undefined }]);
      expect(failed).toMatchObject([{ index: 1, error: over(a1) }]);
      const [letter] = await letters.receive();
      expect(letter?.messageId).toBe(a1.messageId);
      await expect(queue.delete(a1)).rejects.toMatchObject(over(a1));
    });

    test("and is no error once the message is nowhere any more", async () => {
      const { letters, a1, b1 } = await moved(wait);
      const [letter] = await letters.receive();
      await letter?.delete();
      await queue.delete(a1);
      // Another message in its slot is another message.
      await put("c1", "d1");
      await queue.delete(a1);
      await queue.delete(b1);
      const { failed } = await queue.deleteBatch([a1, b1]);
      expect(failed).toEqual([]);
      await expect(a1.changeVisibility(5)).rejects.toThrow(/does not exist/);
      expect(queue.counts().visible).toBe(2);
    });

    test("and is no error once that queue was purged, deleted or kept it too long", async () => {
      for (const end of [
        (letters: Queue) => letters.purge(),
        () => broker.deleteQueue("letters.fifo"),
        (letters: Queue) => letters.setAttributes({ messageRetentionPeriod: 60 }),
      ]) {
        const { letters, a1 } = await moved(wait);
        await clock.advance(61_000);
        await expect(queue.delete(a1)).rejects.toMatchObject(over(a1));
        await end(letters);
        await queue.delete(a1);
        for (const name of await broker.listQueues()) await broker.deleteQueue(name);
        queue = await create("orders.fifo");
      }
    });

    test("is over where its queue is its own dead-letter queue", async () => {
      const redrivePolicy = { deadLetterTargetArn: queue.arn, maxReceiveCount: 1 };
      await queue.setAttributes({ redrivePolicy });
      await put("a1");
      const [a1] = (await take()) as [Message];
      await clock.advance(VISIBILITY_MS);
      await take();
      await expect(queue.delete(a1)).rejects.toMatchObject(over(a1));
      await expect(a1.changeVisibility(1)).rejects.toMatchObject(over(a1));
    });
  });

  test("of a message that was purged deletes nothing, and is no error", async () => {
    await put("a1");
    const [a1] = (await take()) as [Message];
    await clock.advance(VISIBILITY_MS);
    await queue.purge();
    await queue.delete(a1);
    await expect(a1.changeVisibility(1)).rejects.toThrow(/does not exist/);
  });
});
