/**
 * What waits for the disk and what does not. The syncs of the journal's thread wait at a gate: while it is closed
 * nothing is durable, so a call that resolves then did not wait. Nothing here depends on how long
 * anything takes.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { BrokerQueue } from "../../../engine/broker/queue.ts";
import type { Message, Queue } from "../../../engine/types.ts";
import { startThread } from "../threads/start.ts";
import { PASS, WAIT } from "./gate.ts";
import { hasSettled, Ruled } from "./kept.ts";

let ruled: Ruled;
let broker: Broker;
let jobs: Queue;
let fifo: Queue;
let dead: Queue;
let messages: Message[];

beforeEach(async () => {
  ruled = await Ruled.open({ quotas: { sixtySecondRules: true } });
  ({ broker } = ruled);
  dead = await broker.createQueue("dead");
  jobs = await broker.createQueue("jobs", {
    redrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 },
  });
  fifo = await broker.createQueue("jobs.fifo", {
    fifoQueue: true,
    contentBasedDeduplication: true,
  });
  await jobs.sendBatch(["a", "b", "c", "d"]);
  messages = await jobs.receive({ maxNumberOfMessages: 3 });
  await fifo.send("first", { messageGroupId: "g" });
  await broker.flush();
});

afterEach(async () => {
  ruled.gate.set(PASS);
  await broker.close();
});

/** Closes the gate, makes the call, and waits until its effect has come to the disk. */
async function behindGate(call: () => Promise<unknown>): Promise<{ promise: Promise<unknown> }> {
  ruled.gate.set(WAIT);
  const came = ruled.gate.came();
  const promise = call();
  promise.catch(() => undefined);
  await came;
  return { promise };
}

const WAITING: readonly [string, () => Promise<unknown>][] = [
  ["send", () => jobs.send("x")],
  ["sendBatch", () => jobs.sendBatch(["x", "y"])],
  ["delete", () => jobs.delete(messages[0] as Message)],
  ["delete of a message", () => (messages[0] as Message).delete()],
  ["deleteBatch", () => jobs.deleteBatch(messages)],
  ["changeVisibility", () => jobs.changeVisibility(messages[0] as Message, 60)],
  ["receive of a FIFO queue", () => fifo.receive()],
  ["a long poll of a FIFO queue", () => fifo.receive({ waitTimeSeconds: 20 })],
  ["send to a FIFO queue", () => fifo.send("x", { messageGroupId: "g" })],
  ["createQueue", () => broker.createQueue("more")],
  ["setAttributes", () => jobs.setAttributes({ delaySeconds: 1 })],
  ["tags", () => jobs.update({ tags: { team: "shop" } })],
  ["purge", () => jobs.purge()],
  ["deleteQueue", () => broker.deleteQueue("jobs")],
  ["startMessageMoveTask", () => broker.startMessageMoveTask({ sourceArn: dead.arn })],
  ["reset", () => broker.reset()],
  [
    "flush behind a synchronous send",
    () => {
      jobs.sync.send("x");
      return broker.flush();
    },
  ],
];

test.each(WAITING)("%s waits for the disk", async (_, call) => {
  const { promise } = await behindGate(call);
  expect(await hasSettled(promise)).toBe(false);
  ruled.gate.set(PASS);
  await promise;
});

test("cancelMessageMoveTask waits for the disk", async () => {
  await dead.sendBatch(Array.from({ length: 20 }, (_, index) => `letter ${index}`));
  const { taskHandle } = await broker.startMessageMoveTask({
    sourceArn: dead.arn,
    destinationArn: jobs.arn,
    maxNumberOfMessagesPerSecond: 1,
  });
  await broker.flush();
  const { promise } = await behindGate(() => broker.cancelMessageMoveTask(taskHandle));
  expect(await hasSettled(promise)).toBe(false);
  ruled.gate.set(PASS);
  await promise;
});

test("a receive of a dead letter waits until the disk knows the move", async () => {
  await jobs.changeVisibility(messages[0] as Message, 0);
  ruled.gate.set(WAIT);
  // The journal looks by itself now and then: it may come before anybody waits for it.
  const came = ruled.gate.came();
  jobs.sync.receive(new MessageBatch(10), 10);
  expect(dead.counts().visible).toBe(1);
  const promise = dead.receive();
  await came;
  expect(await hasSettled(promise)).toBe(false);
  ruled.gate.set(PASS);
  expect(await promise).toMatchObject([{ body: "a" }]);
});

test("so does one of a message that a move task brought, and not one that comes later", async () => {
  await dead.sendBatch(["letter", "other letter"]);
  jobs.sync.receive(new MessageBatch(1), 1);
  await broker.flush();
  ruled.gate.set(WAIT);
  const task = broker.startMessageMoveTask({ sourceArn: dead.arn, destinationArn: jobs.arn });
  await expect.poll(() => jobs.counts().visible).toBe(2);
  const received = jobs.receive();
  expect(await hasSettled(received)).toBe(false);
  ruled.gate.set(PASS);
  expect(await received).toMatchObject([{ body: "letter" }]);
  await task;
  await broker.flush();
  ruled.gate.set(WAIT);
  expect(await jobs.receive()).toMatchObject([{ body: "other letter" }]);
});

test("in relaxed durability a call waits until it is written, and flush until it is synced", async () => {
  const relaxed = await Ruled.open({ durability: "relaxed" });
  const queue = await relaxed.broker.createQueue("jobs");
  relaxed.gate.set(WAIT);
  const came = relaxed.gate.came();
  await queue.send("x");
  const flushed = relaxed.broker.flush();
  await came;
  expect(await hasSettled(flushed)).toBe(false);
  relaxed.gate.set(PASS);
  await flushed;
  await relaxed.broker.close();
});

describe("with the gate closed", () => {
  beforeEach(() => {
    ruled.gate.set(WAIT);
  });

  test("synchronous calls return", async () => {
    const batch = new MessageBatch(10);
    expect(jobs.sync.send("x")).toBe(true);
    expect(jobs.sync.sendBatch(["y", "z"])).toBe(2);
    expect(jobs.sync.receive(batch, 2)).toBe(2);
    expect(jobs.sync.changeVisibility(batch, 60, 0)).toBe(1);
    expect(jobs.sync.delete(batch)).toBe(2);
    expect(fifo.sync.receive(batch)).toBe(1);
    expect(fifo.sync.delete(batch)).toBe(1);
  });

  test("a Standard queue gives messages out", async () => {
    expect(await jobs.receive()).toMatchObject([{ body: "d" }]);
  });

  test("a duplicate waits for its original, which nobody waits for", async () => {
    const came = ruled.gate.came();
    fifo.sync.send("twice", { messageGroupId: "g" });
    const promise = fifo.send("twice", { messageGroupId: "g" });
    await came;
    expect(await hasSettled(promise)).toBe(false);
    ruled.gate.set(PASS);
    await promise;
    expect(fifo.totals().deduplicatedSends).toBe(1);
  });

  test("whoever finds a message gone waits for its removal, which nobody waits for", async () => {
    const batch = new MessageBatch(1);
    const came = ruled.gate.came();
    jobs.sync.receive(batch);
    const again = batch.message(0);
    jobs.sync.delete(batch);
    const promise = jobs.delete(again);
    await came;
    expect(await hasSettled(promise)).toBe(false);
    ruled.gate.set(PASS);
    await promise;
  });

  test("another thread's calls wait as well", async () => {
    ruled.gate.set(PASS);
    const thread = startThread<string>(broker, "sendOne", { queue: "jobs" });
    await thread.ready;
    const { promise } = await behindGate(async () => thread.worker.postMessage("go"));
    await promise;
    expect(await hasSettled(thread.result)).toBe(false);
    ruled.gate.set(PASS);
    expect(await thread.result).toBe("none");
    await thread.exit;
  });
});

test("what a queue has not done yet was done by who had its number before, and is durable", async () => {
  const { member, queue } = BrokerQueue.internalsOf(jobs);
  const { durable } = member.engine;
  await behindGate(() => jobs.send("x"));
  const last = durable.operation(queue.number);
  expect(durable.isDurable(queue.number, last)).toBe(false);
  expect(durable.isDurable(queue.number, last + 1)).toBe(true);
});
