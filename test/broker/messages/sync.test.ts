/**
 * The synchronous face: counts instead of promises, one reusable batch instead of objects.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { expectWithin } from "../../support/timing.ts";

let clock: VirtualClock;
let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  queue = await broker.createQueue("jobs", { visibilityTimeout: 30 });
});

afterEach(() => broker.close());

function bodies(batch: MessageBatch): string[] {
  return Array.from({ length: batch.length }, (_, index) => batch.body(index));
}

describe("sendBatch and receive", () => {
  test("carry texts of every length and alphabet, and bytes, in order", () => {
    const texts = [
      "a",
      "größe",
      "x".repeat(700),
      "y".repeat(20_000),
      "日本語".repeat(50),
      "é",
      "z",
    ];
    const all = [...texts, new Uint8Array([104, 105]), "w".repeat(400_000), "end"];
    expect(queue.sync.sendBatch(all)).toBe(10);
    const batch = new MessageBatch(16);
    expect(queue.sync.receive(batch)).toBe(10);
    expect(bodies(batch)).toEqual([...texts, "hi", "w".repeat(400_000), "end"]);
    expect([...batch.view(7)]).toEqual([104, 105]);
    expect(queue.sync.delete(batch)).toBe(10);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test("send the first so many, and receive no more than asked for or than fit", () => {
    expect(queue.sync.sendBatch(["a", "b", "c", "d"], 3)).toBe(3);
    expect(queue.sync.receive(new MessageBatch(10), 1)).toBe(1);
    expect(queue.sync.receive(new MessageBatch(1), 10)).toBe(1);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 2 });
  });

  test("move thousands in one call", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `message ${index}`);
    expect(queue.sync.sendBatch(many)).toBe(5_000);
    const batch = new MessageBatch(256);
    const got: string[] = [];
    while (queue.sync.receive(batch) > 0) {
      got.push(...bodies(batch));
      queue.sync.delete(batch);
    }
    expect(got).toEqual(many);
  });

  test("refuse a batch with a body that is too large before any of it is sent", async () => {
    await queue.setAttributes({ maximumMessageSize: 1_024 });
    const ok = "x".repeat(1_024);
    expect(() => queue.sync.sendBatch([ok, `${ok}!`])).toThrow(/shorter than 1024 bytes/);
    expect(() => queue.sync.sendBatch(["a", 5 as unknown as string])).toThrow(/not number/);
    expect(queue.counts().visible).toBe(0);
    expect(queue.sync.sendBatch([ok, "é".repeat(512)])).toBe(2);
  });
});

describe("send", () => {
  test("takes options", async () => {
    expect(queue.sync.send("later", { delaySeconds: 1, messageGroupId: "g" })).toBe(true);
    expect(queue.sync.send("now")).toBe(true);
    expect(queue.counts()).toMatchObject({ visible: 1, delayed: 1 });
    await clock.advance(1_000);
    const batch = new MessageBatch(2);
    queue.sync.receive(batch);
    expect(batch.message(1).messageGroupId).toBe("g");
    expect("messageGroupId" in batch.message(0)).toBe(false);
  });
});

describe("a batch", () => {
  test("keeps what it holds while other batches and receives come and go", async () => {
    queue.sync.sendBatch(["a1", "a2", "b1", "b2", "c1"]);
    const first = new MessageBatch(2);
    const second = new MessageBatch(2);
    queue.sync.receive(first);
    const view = first.view(0);
    queue.sync.receive(second);
    const [third] = await queue.receive();
    expect([...bodies(first), ...bodies(second), third?.body]).toEqual([
      "a1",
      "a2",
      "b1",
      "b2",
      "c1",
    ]);
    expect(Buffer.from(view).toString()).toBe("a1");
    expect(queue.sync.delete(first)).toBe(2);
    expect(queue.sync.delete(second, 1)).toBe(1);
    expect(queue.counts().inFlight).toBe(2);
  });

  test("gives messages that stay, with their receipts", async () => {
    queue.sync.sendBatch(["a", "b"]);
    const batch = new MessageBatch(2);
    queue.sync.receive(batch);
    const message = batch.message(1);
    expect(batch.receiveCount(1)).toBe(1);
    expect(queue.sync.receive(batch)).toBe(0);
    expect(batch.length).toBe(0);
    expect(message.body).toBe("b");
    await queue.delete(message.receiptHandle);
    expect(queue.counts().inFlight).toBe(1);
  });

  test("knows its bounds, and the queue it was filled from", async () => {
    expect(() => new MessageBatch(0)).toThrow(RangeError);
    expect(() => new MessageBatch(257)).toThrow(RangeError);
    const batch = new MessageBatch(2);
    expect(() => batch.body(0)).toThrow(RangeError);
    queue.sync.send("a");
    queue.sync.receive(batch);
    expect(() => batch.body(1)).toThrow(/there is no 1/);
    expect(() => queue.sync.delete(batch, 1)).toThrow(RangeError);
    const other = await broker.createQueue("other");
    const error = expect.objectContaining({ code: "ReceiptHandleIsInvalid" });
    expect(() => other.sync.delete(batch)).toThrow(error);
    const lookalike = { ...batch, length: 1 } as unknown as MessageBatch;
    expect(() => queue.sync.receive(lookalike)).toThrow(/MessageBatch/);
  });
});

describe("a batch whose messages were received again", () => {
  /** One batch that holds the earlier receive of three messages, in flight with somebody else. */
  async function older(): Promise<MessageBatch> {
    queue.sync.sendBatch(["a", "b", "c"]);
    const batch = new MessageBatch(3);
    queue.sync.receive(batch, 3, 10);
    await clock.advance(10_000);
    expect(queue.sync.receive(new MessageBatch(3), 3, 10)).toBe(3);
    return batch;
  }

  test("still deletes them", async () => {
    const batch = await older();
    expect(queue.sync.delete(batch, 1)).toBe(1);
    expect(queue.counts().inFlight).toBe(2);
    expect(queue.sync.delete(batch)).toBe(2);
    expect(queue.sync.delete(batch)).toBe(0);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  test("still hides and shows them", async () => {
    const batch = await older();
    expect(queue.sync.changeVisibility(batch, 0, 1)).toBe(1);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 2 });
    expect(queue.sync.changeVisibility(batch, 20)).toBe(3);
    await clock.advance(19_999);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 3 });
  });
});

describe("changeVisibility", () => {
  test("applies to one message or all, and says to how many", async () => {
    queue.sync.sendBatch(["a", "b", "c"]);
    const batch = new MessageBatch(3);
    queue.sync.receive(batch, 3, 10);
    expect(queue.sync.changeVisibility(batch, 0, 1)).toBe(1);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 2 });
    expect(queue.sync.changeVisibility(batch, 5)).toBe(3);
    await clock.advance(5_000);
    expect(queue.counts().visible).toBe(3);
    const again = new MessageBatch(3);
    queue.sync.receive(again);
    expect(again.receiveCount(0)).toBe(2);
    expect(queue.sync.delete(again, 2)).toBe(1);
    expect(queue.sync.changeVisibility(batch, 0)).toBe(2);
  });
});

test("receiveBlocking under a clock that only this thread moves says so", () => {
  const batch = new MessageBatch(1);
  const error = expect.objectContaining({ code: "UnsupportedOperation" });
  expect(() => queue.sync.receiveBlocking(batch, 1, 1_000)).toThrow(error);
  queue.sync.send("x");
  expect(queue.sync.receiveBlocking(batch, 1, 1_000)).toBe(1);
  expect(queue.sync.receiveBlocking(batch, 1, 0)).toBe(0);
});

test("receiveBlocking under the machine's clock returns when its time is up or a timer fires", async () => {
  const real = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  const jobs = await real.createQueue("jobs");
  const batch = new MessageBatch(1);
  const start = performance.now();
  expect(jobs.sync.receiveBlocking(batch, 1, 80)).toBe(0);
  // A broker counts whole milliseconds, and the one that a wait begins in as a whole one.
  expect(performance.now() - start).toBeGreaterThanOrEqual(79);
  jobs.sync.send("x", { delaySeconds: 0.05 });
  expect(jobs.sync.receiveBlocking(batch, 1, patience())).toBe(1);
  expectWithin("80 ms and 50 ms were over after", performance.now() - start, 1_000);
  await real.close();
});
