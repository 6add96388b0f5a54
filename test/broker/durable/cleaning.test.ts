/**
 * The cleaning of the log: segments are small here, and go while messages are sent and deleted. What is still true
 * in them is there after a restart, what was removed is not, and the log does not grow with the traffic.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Broker } from "../../../engine/broker/broker.ts";
import { durableOf } from "../../../engine/broker/durable/face.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { Directory, Ruled } from "./kept.ts";

const SEGMENT_BYTES = 256 * 1_024;
const BODY = "x".repeat(1_000);

let directory: Directory;
let broker: Broker;

async function open(): Promise<void> {
  const plan = { segmentBytes: SEGMENT_BYTES, isSimulated: false };
  ({ broker } = await Ruled.open({ directory: directory.path }, plan));
}

beforeEach(async () => {
  directory = new Directory();
  await open();
});

afterEach(async () => {
  await broker.close();
  directory[Symbol.dispose]();
});

function cleaned(): number {
  return durableOf(broker)?.numbers.get("cleaned") ?? 0;
}

/** Sends and deletes until so many more segments were taken away; answers how many bytes that took. */
async function churn(queue: Queue, segments: number): Promise<number> {
  const target = cleaned() + segments;
  let bytes = 0;
  while (cleaned() < target) {
    await queue.sendBatch(Array.from({ length: 50 }, () => BODY));
    bytes += 50 * BODY.length;
    for (let left = 50; left > 0; ) {
      const messages = await queue.receive({ maxNumberOfMessages: 10 });
      await queue.deleteBatch(messages);
      left -= messages.length;
    }
  }
  return bytes;
}

function logBytes(): number {
  return readdirSync(directory.path)
    .filter((name) => name.endsWith(".log"))
    .reduce((sum, name) => sum + statSync(join(directory.path, name)).size, 0);
}

test("what is still true in a segment outlives it", async () => {
  const old = await broker.createQueue("old", { delaySeconds: 0 });
  const fifo = await broker.createQueue("old.fifo", { fifoQueue: true });
  const work = await broker.createQueue("work");
  await old.sendBatch(["visible", "in flight", "deleted"]);
  await old.send("delayed", { delaySeconds: 600 });
  const received = await old.receive({ maxNumberOfMessages: 3, visibilityTimeout: 600 });
  const byBody = new Map(received.map((message) => [message.body, message]));
  await old.delete(byBody.get("deleted") as Message);
  await old.changeVisibility(byBody.get("visible") as Message, 0);
  const ids = { messageGroupId: "g", messageDeduplicationId: "once" };
  const sent = await fifo.send("letter", ids);
  const [letter] = (await fifo.receive()) as [Message];
  await fifo.delete(letter);
  const before = (await old.peek()).messages.map(({ body, state }) => [body, state]);

  await churn(work, 8);
  for (let life = 0; life < 2; life++) {
    await broker.close();
    await open();
    const again = await broker.getQueue("old");
    expect((await again.peek()).messages.map(({ body, state }) => [body, state])).toEqual(before);
    expect(await (await broker.getQueue("work")).peek()).toMatchObject({ messages: [] });
    const fifoAgain = await broker.getQueue("old.fifo");
    expect(await fifoAgain.send("letter", ids)).toEqual(sent);
    expect((await fifoAgain.peek()).messages).toEqual([]);
    await churn(await broker.getQueue("work"), 4);
  }
  await (await broker.getQueue("old")).delete((byBody.get("in flight") as Message).receiptHandle);
  expect((await (await broker.getQueue("old")).peek()).messages).toHaveLength(before.length - 1);
});

test("the log is as long as what is true in it, and a bit", async () => {
  const work = await broker.createQueue("work");
  const bytes = await churn(work, 20);
  expect(bytes).toBeGreaterThan(8 * SEGMENT_BYTES);
  expect(logBytes()).toBeLessThan(8 * SEGMENT_BYTES);
});
