/**
 * A clock of the program's own that answers what is no moment: refused when the broker is opened and
 * wherever it is read afterwards, with a sentence that says what it answered; nothing else is lost.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Clock } from "../../../engine/types.ts";

const MIB = 1_048_576;

/** What is no moment, and how it is named. */
const WRONG: readonly [unknown, string][] = [
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
  [-1, "-1"],
  [10_000_000_000_001, "10000000000001"],
  ["5", "5 (string)"],
  [5n, "5 (bigint)"],
  [undefined, "undefined (undefined)"],
  [null, "null (object)"],
  [new Date(5), "(object)"],
];

function clockOf(read: () => unknown): Clock {
  return { nowMs: read } as Clock;
}

describe("a clock is refused when the broker is opened", () => {
  test.each(WRONG)("that answers %s", async (value, name) => {
    const error = await Broker.open({ clock: clockOf(() => value) }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "InvalidParameterValue" });
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).toContain("a number from 0 to 10000000000000");
  });

  test.each([[null], [5], [{}], ["now"]])("that is none: %s", async (clock) => {
    const opened = Broker.open({ clock: clock as unknown as Clock });
    await expect(opened).rejects.toMatchObject({
      code: "InvalidParameterValue",
      message: expect.stringContaining("an object with nowMs()"),
    });
  });

  test("but not at the first and the last moment there is", async () => {
    for (const nowMs of [0, 10_000_000_000_000]) {
      await using broker = await Broker.open({ clock: { nowMs: () => nowMs }, quotas: "aws" });
      const queue = await broker.createQueue("q.fifo", { fifoQueue: true });
      await queue.send("x", { messageGroupId: "g", messageDeduplicationId: "d" });
      const [message] = await queue.receive();
      expect(message?.sentAtMs).toBe(nowMs);
    }
  });
});

describe("a clock that answers wrongly later on", () => {
  let answer: unknown;
  let broker: Broker;
  const wrong = {
    code: "InvalidParameterValue",
    message: expect.stringMatching(/^The clock that this broker was opened with answered NaN\./),
  };

  beforeEach(async () => {
    answer = undefined;
    const clock = clockOf(() => answer ?? performance.now());
    broker = await Broker.open({ memoryBytes: 64 * MIB, clock, quotas: "aws" });
  });

  afterEach(() => broker.close());

  test("is refused by each verb that reads it, and the broker goes on", async () => {
    const queue = await broker.createQueue("jobs");
    const fifo = await broker.createQueue("jobs.fifo", { fifoQueue: true });
    const ids = { messageGroupId: "g", messageDeduplicationId: "d" };
    await queue.sendBatch(["one", "two"]);
    await fifo.send("one", ids);
    const [held] = await queue.receive();
    const [first] = await fifo.receive();
    if (held === undefined || first === undefined) throw new Error("nothing was received");
    const batch = new MessageBatch(1);
    answer = Number.NaN;
    const calls: Record<string, () => unknown> = {
      send: () => queue.send("x"),
      sendBatch: () => queue.sendBatch(["x"]),
      "send to a FIFO queue": () => fifo.send("x", { ...ids, messageDeduplicationId: "e" }),
      receive: () => queue.receive(),
      "long poll": () => queue.receive({ waitTimeSeconds: 20 }),
      "next of messages": () => queue.messages().next(),
      changeVisibility: () => held.changeVisibility(5),
      "delete from a FIFO queue": () => first.delete(),
      counts: () => queue.counts(),
      purge: () => queue.purge(),
      setAttributes: () => queue.setAttributes({ delaySeconds: 1 }),
      createQueue: () => broker.createQueue("more"),
      deleteQueue: () => broker.deleteQueue("jobs"),
      "sync.send": () => queue.sync.send("x"),
      "sync.sendBatch": () => queue.sync.sendBatch(["x"]),
      "sync.receive": () => queue.sync.receive(batch),
      "sync.receiveBlocking": () => queue.sync.receiveBlocking(batch, 1, 5_000),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expect((async () => call())(), name).rejects.toMatchObject(wrong);
    }
    answer = undefined;
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 1 });
    await first.delete();
    await queue.send("three");
    expect(await queue.receive({ maxNumberOfMessages: 10 })).toHaveLength(2);
    expect(await broker.listQueues()).toEqual(["jobs", "jobs.fifo"]);
  });

  test("ends the polls that wait for it", async () => {
    const queue = await broker.createQueue("jobs");
    const polls = [
      queue.receive({ waitTimeSeconds: 0.05 }),
      queue.receive({ waitTimeSeconds: 900 }),
    ];
    answer = Number.NaN;
    for (const poll of polls) await expect(poll).rejects.toMatchObject(wrong);
    answer = undefined;
    await queue.send("x");
    expect(await queue.receive()).toHaveLength(1);
  });

  test("fails a move task, which no call of its own can be told", async () => {
    const letters = await broker.createQueue("letters");
    const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
    await broker.createQueue("jobs", { redrivePolicy });
    await letters.sendBatch(["one", "two"]);
    const sourceArn = letters.arn;
    await broker.startMessageMoveTask({ sourceArn, maxNumberOfMessagesPerSecond: 1 });
    answer = Number.NaN;
    await expect
      .poll(async () => (await broker.listMessageMoveTasks({ sourceArn }))[0])
      .toMatchObject({ status: "FAILED", failureReason: "InternalFailure" });
    answer = undefined;
    expect(letters.counts().visible).toBe(2);
  });

  test("does not keep a broker open", async () => {
    await broker.createQueue("jobs");
    answer = Number.NaN;
    await expect(broker.close({ drain: true })).rejects.toMatchObject(wrong);
    await expect(broker.createQueue("more")).rejects.toMatchObject({ code: "BrokerClosed" });
    broker = await Broker.open({ memoryBytes: 64 * MIB });
  });
});

test("a VirtualClock keeps within what a broker can count", async () => {
  expect(() => new VirtualClock(10_000_000_000_001)).toThrow(RangeError);
  const clock = new VirtualClock(9_999_999_999_999);
  await expect(clock.advance(2)).rejects.toThrow(/goes on to 10\^13 ms/);
  expect(clock.nowMs()).toBe(9_999_999_999_999);
  await clock.advance(1);
  expect(clock.nowMs()).toBe(10_000_000_000_000);
});
