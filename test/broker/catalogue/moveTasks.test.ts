/**
 * Message move tasks through the embedded API: back to where messages came from, to another queue,
 * at a rate, cancelled, failed, and seen from another thread. Under a clock of the test's own.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { MessageMoveTask, Queue } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;
let letters: Queue;
let jobs: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  letters = await broker.createQueue("letters");
  jobs = await source("jobs");
});

afterEach(() => broker.close());

function source(name: string): Promise<Queue> {
  const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
  return broker.createQueue(name, { visibilityTimeout: 1, redrivePolicy });
}

/** So many messages of this queue become dead letters. */
async function deadLetter(queue: Queue, count: number): Promise<void> {
  queue.sync.sendBatch(Array.from({ length: count }, (_, index) => `${queue.name} ${index}`));
  for (let left = count; left > 0; ) {
    left -= (await queue.receive({ maxNumberOfMessages: 256 })).length;
  }
  await clock.advance(1_000);
  while (queue.counts().visible > 0) {
    expect(await queue.receive({ maxNumberOfMessages: 256 })).toEqual([]);
  }
}

const start = async (more: { destinationArn?: string; rate?: number } = {}): Promise<string> => {
  const { destinationArn, rate } = more;
  const { taskHandle } = await broker.startMessageMoveTask({
    sourceArn: letters.arn,
    ...(destinationArn !== undefined && { destinationArn }),
    ...(rate !== undefined && { maxNumberOfMessagesPerSecond: rate }),
  });
  return taskHandle;
};

async function lastTask(): Promise<MessageMoveTask> {
  const [task] = await broker.listMessageMoveTasks({ sourceArn: letters.arn });
  if (task === undefined) throw new Error("there was no task");
  return task;
}

describe("a move task", () => {
  test("brings each message back to its own queue, as a new one", async () => {
    const others = await source("others");
    await deadLetter(jobs, 30);
    await deadLetter(others, 20);
    const [before] = await letters.receive({ visibilityTimeout: 0 });
    const handle = await start();
    const startedTimestamp = clock.nowMs();
    expect(await lastTask()).toMatchObject({
      taskHandle: handle,
      status: "RUNNING",
      approximateNumberOfMessagesToMove: 50,
    });
    await clock.advance(0);
    expect(await lastTask()).toEqual({
      status: "COMPLETED",
      sourceArn: letters.arn,
      approximateNumberOfMessagesMoved: 50,
      approximateNumberOfMessagesToMove: 50,
      startedTimestamp,
    });
    expect(letters.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(jobs.counts().visible).toBe(30);
    expect(others.counts().visible).toBe(20);
    const back = await jobs.receive({ maxNumberOfMessages: 256 });
    expect(back.map(({ body }) => body).sort()).toEqual(
      Array.from({ length: 30 }, (_, index) => `jobs ${index}`).sort(),
    );
    expect(new Set(back.map(({ messageId }) => messageId)).size).toBe(30);
    for (const message of back) {
      expect(message.messageId).not.toBe(before?.messageId);
      expect(message).toMatchObject({ receiveCount: 1, sentAtMs: startedTimestamp });
      expect("deadLetterQueueSourceArn" in message).toBe(false);
    }
  });

  test("brings a FIFO queue's messages back in the order in which they died", async () => {
    const dead = await broker.createQueue("dead.fifo", { fifoQueue: true });
    const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 };
    const fifo = await broker.createQueue("jobs.fifo", {
      fifoQueue: true,
      contentBasedDeduplication: true,
      visibilityTimeout: 1,
      redrivePolicy,
    });
    for (let index = 0; index < 30; index++) {
      await fifo.send(`job ${index}`, { messageGroupId: `group-${index % 3}` });
    }
    await fifo.receive({ maxNumberOfMessages: 256 });
    await clock.advance(1_000);
    expect(fifo.counts().visible).toBe(30);
    expect(await fifo.receive({ maxNumberOfMessages: 256 })).toEqual([]);
    expect(dead.counts().visible).toBe(30);
    await broker.startMessageMoveTask({ sourceArn: dead.arn });
    await clock.advance(0);
    const [task] = await broker.listMessageMoveTasks({ sourceArn: dead.arn });
    expect(task).toMatchObject({ status: "COMPLETED", approximateNumberOfMessagesMoved: 30 });
    const back = await fifo.receive({ maxNumberOfMessages: 256 });
    for (const group of [0, 1, 2]) {
      const own = back.filter(({ messageGroupId }) => messageGroupId === `group-${group}`);
      const bodies = Array.from({ length: 10 }, (_, index) => `job ${group + index * 3}`);
      expect(own.map(({ body }) => body)).toEqual(bodies);
    }
  });

  test("moves all to the queue it is told, at the rate it is told", async () => {
    const to = await broker.createQueue("to");
    await deadLetter(jobs, 1_000);
    const startedAtMs = clock.nowMs();
    await start({ destinationArn: to.arn, rate: 50 });
    for (let second = 1; second <= 19; second++) {
      await clock.advance(1_000);
      const { visible } = to.counts();
      expect(Math.abs(visible - 50 * second)).toBeLessThanOrEqual(3);
      expect((await lastTask()).approximateNumberOfMessagesMoved).toBe(visible);
    }
    expect(await lastTask()).toMatchObject({
      status: "RUNNING",
      destinationArn: to.arn,
      maxNumberOfMessagesPerSecond: 50,
    });
    await clock.advance(1_100);
    expect(await lastTask()).toMatchObject({ status: "COMPLETED" });
    expect(to.counts().visible).toBe(1_000);
    expect(clock.nowMs() - startedAtMs).toBe(20_100);
  });

  test("that was cancelled leaves the rest where it is", async () => {
    await deadLetter(jobs, 100);
    const handle = await start({ rate: 10 });
    await clock.advance(3_000);
    expect(await broker.cancelMessageMoveTask(handle)).toBe(jobs.counts().visible);
    await clock.advance(3_000);
    expect(jobs.counts().visible).toBe(30);
    expect(letters.counts().visible).toBe(70);
    const task = await lastTask();
    expect(task).toMatchObject({ status: "CANCELLED", approximateNumberOfMessagesMoved: 30 });
    expect("taskHandle" in task).toBe(false);
    await expect(broker.cancelMessageMoveTask(handle)).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });

  test("fails when its destination is deleted, and loses nothing", async () => {
    const to = await broker.createQueue("to");
    await deadLetter(jobs, 100);
    await start({ destinationArn: to.arn, rate: 10 });
    await clock.advance(2_000);
    await broker.deleteQueue("to");
    await clock.advance(2_000);
    expect(await lastTask()).toMatchObject({
      status: "FAILED",
      failureReason: "AWS.SimpleQueueService.NonExistentQueue",
      approximateNumberOfMessagesMoved: 20,
    });
    expect(letters.counts().visible).toBe(80);
  });

  test("fails at a message that nobody's consumer failed at, and keeps it", async () => {
    await letters.send("sent here");
    await start();
    await clock.advance(0);
    expect(await lastTask()).toMatchObject({
      status: "FAILED",
      failureReason: "CouldNotDetermineMessageSource",
    });
    expect(await letters.receive()).toMatchObject([{ body: "sent here", receiveCount: 1 }]);
  });

  test("brings messages to the queue that was created again under their source's name", async () => {
    const others = await source("others");
    await deadLetter(jobs, 15);
    await deadLetter(others, 5);
    await broker.deleteQueue("jobs");
    const again = await source("jobs");
    await deadLetter(again, 3);
    await broker.deleteQueue("jobs");
    const last = await source("jobs");
    await start();
    await clock.advance(0);
    expect(await lastTask()).toMatchObject({
      status: "COMPLETED",
      approximateNumberOfMessagesMoved: 23,
    });
    const bodies = (await last.receive({ maxNumberOfMessages: 256 })).map(({ body }) => body);
    expect(bodies.filter((body) => body.startsWith("jobs"))).toHaveLength(18);
    expect(others.counts().visible).toBe(5);
    expect(letters.counts().visible).toBe(0);
  });

  test("fails where a source is gone and no other has its name, and keeps its messages", async () => {
    await source("others");
    await deadLetter(jobs, 3);
    await broker.deleteQueue("jobs");
    await start();
    await clock.advance(0);
    expect(await lastTask()).toMatchObject({
      status: "FAILED",
      failureReason: "CouldNotDetermineMessageSource",
    });
    expect(letters.counts().visible).toBe(3);
  });

  test("leaves messages in flight alone, and those that come while it runs", async () => {
    await deadLetter(jobs, 3);
    await letters.receive({ visibilityTimeout: 600 });
    await start({ rate: 1 });
    await letters.send("late");
    await clock.advance(5_000);
    expect(await lastTask()).toMatchObject({
      status: "COMPLETED",
      approximateNumberOfMessagesMoved: 2,
    });
    expect(letters.counts()).toMatchObject({ visible: 1, inFlight: 1 });
  });

  test("ends with its queue", async () => {
    await deadLetter(jobs, 100);
    await start({ rate: 10 });
    await clock.advance(1_000);
    await broker.deleteQueue("letters");
    await clock.advance(5_000);
    expect(jobs.counts().visible).toBe(10);
    await expect(broker.listMessageMoveTasks({ sourceArn: letters.arn })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });

  test("is one at a time for a queue, and the last ten are listed, newest first", async () => {
    await deadLetter(jobs, 20);
    const handle = await start({ rate: 1 });
    await expect(start()).rejects.toMatchObject({ code: "InvalidParameterValue" });
    await broker.cancelMessageMoveTask(handle);
    const started: number[] = [];
    for (let turn = 0; turn < 12; turn++) {
      await clock.advance(1);
      started.unshift(clock.nowMs());
      await broker.cancelMessageMoveTask(await start({ rate: 1 }));
    }
    const tasks = await broker.listMessageMoveTasks({ sourceArn: letters.arn, maxResults: 10 });
    expect(tasks.map(({ startedTimestamp }) => startedTimestamp)).toEqual(started.slice(0, 10));
  });

  test.each([
    ["from a queue that is not there", { sourceArn: "none" }, "ResourceNotFoundException"],
    ["to a queue that is not there", { destinationArn: "none" }, "ResourceNotFoundException"],
    ["from nobody's dead-letter queue", { sourceArn: "jobs" }, "InvalidParameterValue"],
    ["at no rate at all", { maxNumberOfMessagesPerSecond: 0 }, "InvalidParameterValue"],
    ["faster than AWS", { maxNumberOfMessagesPerSecond: 501 }, "InvalidParameterValue"],
  ])("is refused %s", async (_, change, code) => {
    const arn = (name: string): string => letters.arn.replace(/letters$/, name);
    const { sourceArn = "letters", destinationArn, ...rate } = change as Record<string, string>;
    const options = {
      sourceArn: arn(sourceArn),
      ...(destinationArn !== undefined && { destinationArn: arn(destinationArn) }),
      ...rate,
    };
    await expect(broker.startMessageMoveTask(options)).rejects.toMatchObject({ code });
  });

  test("is not cancelled by a handle that is none, or of a task that is not there", async () => {
    const garbage = broker.cancelMessageMoveTask("garbage");
    await expect(garbage).rejects.toMatchObject({ code: "InvalidParameterValue" });
    const other = Buffer.from(JSON.stringify({ taskId: "x", sourceArn: letters.arn }));
    const unknown = broker.cancelMessageMoveTask(other.toString("base64"));
    await expect(unknown).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });
});
