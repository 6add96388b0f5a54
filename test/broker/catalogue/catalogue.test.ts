/**
 * Which queues there are and what they are set to: names, attributes, tags, limits, and the rules
 * that AWS puts on making and purging.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Descriptors } from "../../../bindings/descriptors.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { BrokerOptions, QueueAttributes } from "../../../engine/types.ts";
import { Seeded } from "../../support/seeded.ts";

let clock: VirtualClock;
let broker: Broker;

async function open(options: BrokerOptions = {}): Promise<Broker> {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, clock, ...options });
  return broker;
}

beforeEach(async () => {
  await open();
});

afterEach(() => broker.close());

test("making a queue reads no other, however many there are", async () => {
  for (let number = 0; number < 50; number++) await broker.createQueue(`early-${number}`);
  const reads = vi.spyOn(Descriptors.prototype, "version");
  try {
    for (let number = 0; number < 50; number++) await broker.createQueue(`late-${number}`);
    expect(reads.mock.calls.length).toBeLessThan(50);
  } finally {
    reads.mockRestore();
  }
  expect(await broker.listQueues({ prefix: "late-" })).toHaveLength(50);
});

describe("names", () => {
  test.each([
    ["", "InvalidParameterValue"],
    ["a/b", "InvalidParameterValue"],
    ["a.b", "InvalidParameterValue"],
    ["ü", "InvalidParameterValue"],
    ["x".repeat(81), "InvalidParameterValue"],
    [undefined as unknown as string, "InvalidParameterValue"],
    ["orders.fifo", "InvalidParameterValue"],
  ])("%s is refused", async (name, code) => {
    await expect(broker.createQueue(name)).rejects.toMatchObject({ code });
  });

  test("of 80 letters, digits, hyphens and underscores are queues, and mind case", async () => {
    const names = ["x".repeat(80), "A-b_9", "a-b_9", "0"];
    for (const name of names) expect((await broker.createQueue(name)).name).toBe(name);
    expect(await broker.listQueues()).toEqual([...names].sort());
    expect(await broker.listQueues({ prefix: "A" })).toEqual(["A-b_9"]);
    expect(await broker.listQueues({ prefix: "nothing" })).toEqual([]);
  });

  test("end in .fifo exactly when the queue is one", async () => {
    const fifo = { fifoQueue: true as const };
    const invalid = { code: "InvalidParameterValue" };
    expect((await broker.createQueue("a.fifo", fifo)).isFifo).toBe(true);
    expect((await broker.createQueue("a")).isFifo).toBe(false);
    await expect(broker.createQueue("b", fifo)).rejects.toMatchObject(invalid);
    await expect(broker.createQueue("b.fifo")).rejects.toMatchObject(invalid);
  });
});

describe("a queue that is there", () => {
  test("is found by everybody, as one object, until it is deleted", async () => {
    const queue = await broker.createQueue("jobs");
    expect(await broker.createQueue("jobs")).toBe(queue);
    expect(await broker.getQueue("jobs")).toBe(queue);
    expect(broker.findQueue("jobs")).toBe(queue);
    expect(queue.arn).toBe("arn:aws:sqs:us-east-1:000000000000:jobs");
    await broker.deleteQueue("jobs");
    expect(broker.findQueue("jobs")).toBeUndefined();
    const gone = { code: "QueueDoesNotExist", queue: "jobs" };
    await expect(broker.getQueue("jobs")).rejects.toMatchObject(gone);
    await expect(broker.deleteQueue("jobs")).rejects.toMatchObject(gone);
    await expect(queue.receive()).rejects.toMatchObject(gone);
    await expect(queue.setAttributes({ delaySeconds: 1 })).rejects.toMatchObject(gone);
    await expect(queue.purge()).rejects.toMatchObject(gone);
    expect(() => queue.counts()).toThrow(expect.objectContaining(gone));
    expect(() => queue.totals()).toThrow(expect.objectContaining(gone));
    expect(() => queue.details()).toThrow(expect.objectContaining(gone));
    expect(() => queue.sync.send("x")).toThrow(expect.objectContaining(gone));
  });

  test("is made again only with attributes it has now; others need not be named", async () => {
    const queue = await broker.createQueue("jobs", { delaySeconds: 5, visibilityTimeout: 60 });
    expect(await broker.createQueue("jobs", { delaySeconds: 5 })).toBe(queue);
    await queue.setAttributes({ delaySeconds: 6 });
    const exists = {
      code: "QueueNameExists",
      message: expect.stringMatching(/DelaySeconds/),
    };
    await expect(broker.createQueue("jobs", { delaySeconds: 5 })).rejects.toMatchObject(exists);
    expect(await broker.createQueue("jobs", { delaySeconds: 6 })).toBe(queue);
    await queue.update({ stored: { Policy: "{}" } });
    await expect(
      broker.createQueue("jobs", {}, { stored: { Policy: "{ }" } }),
    ).rejects.toMatchObject({ message: expect.stringMatching(/Policy/) });
    await broker.createQueue("jobs", {}, { stored: { Policy: "{}", KmsMasterKeyId: "" } });
  });

  test("tells all that is known of it", async () => {
    const createdAtMs = clock.nowMs();
    const queue = await broker.createQueue(
      "jobs",
      { messageRetentionPeriod: 60 },
      { stored: { Policy: "{}" }, tags: { team: "größe", empty: "", __proto__x: "y" } },
    );
    expect(queue.details()).toEqual({
      attributes: {
        delaySeconds: 0,
        maximumMessageSize: 1_048_576,
        messageRetentionPeriod: 60,
        receiveMessageWaitTimeSeconds: 0,
        visibilityTimeout: 30,
        contentBasedDeduplication: false,
        deduplicationScope: "queue",
        fifoThroughputLimit: "perQueue",
      },
      stored: { Policy: "{}" },
      tags: { team: "größe", empty: "", __proto__x: "y" },
      createdAtMs,
      modifiedAtMs: createdAtMs,
    });
    await clock.advance(1_000);
    await queue.update({
      attributes: { visibilityTimeout: 0 },
      stored: { Policy: "", Other: "kept" },
      tags: { only: "this" },
    });
    expect(queue.details()).toMatchObject({
      attributes: { visibilityTimeout: 0, messageRetentionPeriod: 60 },
      stored: { Other: "kept" },
      tags: { only: "this" },
      createdAtMs,
      modifiedAtMs: createdAtMs + 1_000,
    });
    expect(await queue.getAttributes()).toMatchObject({ visibilityTimeout: 0 });
  });
});

describe("attributes", () => {
  const outOfRange: [keyof QueueAttributes, number[]][] = [
    ["delaySeconds", [-1, 901, 1.5]],
    ["maximumMessageSize", [1_023, 1_048_577]],
    ["messageRetentionPeriod", [59, 1_209_601]],
    ["receiveMessageWaitTimeSeconds", [-1, 21]],
    ["visibilityTimeout", [-1, 43_201, Number.NaN]],
  ];
  test.each(outOfRange)("%s is refused out of its range, and nothing is set", async (name, all) => {
    const queue = await broker.createQueue("jobs");
    const before = queue.details();
    for (const value of all) {
      const error = { code: "InvalidAttributeValue" };
      await expect(queue.setAttributes({ [name]: value })).rejects.toMatchObject(error);
      await expect(broker.createQueue("new", { [name]: value })).rejects.toMatchObject(error);
    }
    expect(queue.details()).toEqual(before);
    expect(broker.findQueue("new")).toBeUndefined();
  });

  test("of FIFO queues are unknown to a Standard queue", async () => {
    const queue = await broker.createQueue("jobs");
    const unknown = { code: "InvalidAttributeName" };
    await expect(queue.setAttributes({ contentBasedDeduplication: false })).rejects.toMatchObject(
      unknown,
    );
    await expect(queue.setAttributes({ deduplicationScope: "queue" })).rejects.toMatchObject(
      unknown,
    );
  });

  const scripts = [
    { script: "Latin", from: 0x61, to: 0x7a },
    { script: "Cyrillic", from: 0x410, to: 0x44f },
    { script: "five hundred Han", from: 0x4e00, to: 0x4ff3 },
  ];

  test.each(scripts)(
    "as many tags as AWS allows, of $script letters, are kept",
    async (letters) => {
      const random = new Seeded(1);
      const text = (characters: number): string => {
        const codes = Array.from({ length: characters }, () =>
          random.between(letters.from, letters.to),
        );
        return String.fromCharCode(...codes);
      };
      const tags = Object.fromEntries(Array.from({ length: 50 }, () => [text(128), text(256)]));
      const stored = { Policy: "p".repeat(8_192) };
      await broker.createQueue("jobs", {}, { tags, stored });
      const other = await Broker.attach(broker.share());
      expect((await other.getQueue("jobs")).details()).toMatchObject({ tags, stored });
      await other.close();
    },
  );

  test("that change by what is there are made again when another thread was quicker", async () => {
    const queue = await broker.createQueue("jobs", {}, { tags: { a: "1" } });
    const other = await Broker.attach(broker.share());
    const theirs = await other.getQueue("jobs");
    let calls = 0;
    await queue.update(({ tags }) => {
      // Before this change is written, the other thread's is.
      if (++calls === 1) void theirs.update({ tags: { ...tags, b: "2" } });
      return { tags: { ...tags, c: "3" } };
    });
    expect(calls).toBe(2);
    expect(queue.details().tags).toEqual({ a: "1", b: "2", c: "3" });
    await other.close();
  });

  test("and tags that take too much room are OverLimit, and the queue stays as it was", async () => {
    // 15 bits a character, and nothing that repeats.
    const random = new Seeded(1);
    const codes = Array.from({ length: 20_000 }, () => random.between(0x4e00, 0x9fff));
    const tags = { key: String.fromCharCode(...codes) };
    await expect(broker.createQueue("jobs", {}, { tags })).rejects.toMatchObject({
      code: "OverLimit",
    });
    const queue = await broker.createQueue("jobs");
    await expect(queue.update({ tags })).rejects.toMatchObject({ code: "OverLimit" });
    expect(queue.details().tags).toEqual({});
  });
});

describe("limits", () => {
  test("no more queues than the broker was opened for; a deleted one makes room", async () => {
    await broker.close();
    await open({ queuesMax: 3 });
    for (const name of ["a", "b", "c"]) {
      const queue = await broker.createQueue(name);
      queue.sync.sendBatch(Array.from({ length: 7_000 }, () => "x"));
    }
    await expect(broker.createQueue("d")).rejects.toMatchObject({ code: "OverLimit" });
    await broker.deleteQueue("b");
    const made = await broker.createQueue("d");
    expect(made.counts()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0 });
    expect(made.totals().messagesSent).toBe(0);
    expect(await broker.listQueues()).toEqual(["a", "c", "d"]);
  });

  test.each([
    [{ memoryBytes: 5 }, /memoryBytes/],
    [{ threadsMax: 1 }, /threadsMax/],
    [{ queuesMax: 5_000 }, /queuesMax/],
    [{ messagesMax: 0.5 }, /messagesMax/],
    [{ account: "12" }, /account/],
    [{ region: "US East" }, /region/],
    [{ quotas: "none" as "off" }, /quotas/],
    [{ memoryBytes: 2 * 1_048_576 }, /do not hold/],
  ])("options %j are refused", async (options, text) => {
    await expect(Broker.open(options)).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringMatching(text),
    });
  });
});

describe("with AWS's quotas", () => {
  beforeEach(async () => {
    await broker.close();
    await open({ quotas: "aws", memoryBytes: 256 * 1_048_576 });
  });

  test("a name is free 60 seconds after its queue was deleted", async () => {
    await broker.createQueue("jobs");
    await broker.deleteQueue("jobs");
    const recently = { code: "QueueDeletedRecently" };
    await expect(broker.createQueue("jobs")).rejects.toMatchObject(recently);
    await clock.advance(59_999);
    await expect(broker.createQueue("jobs")).rejects.toMatchObject(recently);
    await clock.advance(1);
    await broker.createQueue("jobs");
  });

  test("a queue is purged once in 60 seconds", async () => {
    const queue = await broker.createQueue("jobs");
    await queue.purge();
    await queue.send("x");
    await expect(queue.purge()).rejects.toMatchObject({
      code: "PurgeQueueInProgress",
      message: expect.stringMatching(/jobs/),
    });
    expect(queue.counts().visible).toBe(1);
    await clock.advance(60_000);
    await queue.purge();
    expect(queue.counts().visible).toBe(0);
  });

  test("120,000 messages are in flight at most; a short poll is told, a long one waits", async () => {
    const queue = await broker.createQueue("jobs");
    const many = Array.from({ length: 120_001 }, () => "x");
    expect(queue.sync.sendBatch(many)).toBe(120_001);
    for (let got = 0; got < 120_000; ) {
      const messages = await queue.receive({ maxNumberOfMessages: 250 });
      got += messages.length;
    }
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 120_000 });
    await expect(queue.receive()).rejects.toMatchObject({ code: "OverLimit" });
    const poll = queue.receive({ waitTimeSeconds: 1 });
    await clock.advance(1_000);
    expect(await poll).toEqual([]);
    await clock.advance(30_000);
    expect(await queue.receive({ maxNumberOfMessages: 10 })).toHaveLength(10);
  });
});
