/**
 * Messages that move between queues while the threads that move them are killed, and move tasks seen
 * and cancelled from another thread than the one that runs them.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { MessageMoveTask, Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { startThread } from "../threads/start.ts";

const KILLS = 30;
const MESSAGES = 500;

let broker: Broker;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 256 * 1_048_576, threadsMax: 64 });
});

afterEach(() => broker.close());

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Queues that are each other's dead-letter queues, all round. */
async function circle(names: readonly string[]): Promise<Queue[]> {
  const queues: Queue[] = [];
  for (const name of names) queues.push(await broker.createQueue(name));
  for (const [index, queue] of queues.entries()) {
    const next = queues[(index + 1) % queues.length] as Queue;
    await queue.setAttributes({
      redrivePolicy: { deadLetterTargetArn: next.arn, maxReceiveCount: 1 },
    });
  }
  return queues;
}

/** Everything that is in a queue, taken out of it. */
async function drain(queue: Queue): Promise<string[]> {
  await queue.setAttributes({ redrivePolicy: null });
  const bodies: string[] = [];
  while (queue.counts().visible > 0) {
    for (const message of await queue.receive({ maxNumberOfMessages: 256 })) {
      bodies.push(message.body);
      await message.delete();
    }
  }
  return bodies;
}

describe("threads that are killed while messages go round three queues", () => {
  const random = new Seeded(chooseSeed("moveThreads"));

  test("leave each message once in one of them", async () => {
    const names = ["a", "b", "c"];
    const queues = await circle(names);
    const bodies = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`);
    expect(queues[0]?.sync.sendBatch(bodies)).toBe(MESSAGES);
    const start = () => startThread<never>(broker, "circulate", { queues: names });
    const threads = [start(), start(), start()];
    await Promise.all(threads.map(({ ready }) => ready));
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(random.between(0, 30));
      const victim = threads.shift();
      threads.push(start());
      await victim?.ready;
      await victim?.worker.terminate();
    }
    await Promise.all(
      threads.map(async ({ ready, worker }) => ready.then(() => worker.terminate())),
    );
    // The dead are seen by their ports; a claim that one of them left comes back by its timeout.
    await expect
      .poll(() => queues.reduce((sum, queue) => sum + queue.counts().visible, 0), {
        timeout: patience(120_000),
      })
      .toBe(MESSAGES);
    const received = queues.reduce((sum, queue) => sum + queue.totals().messagesReceived, 0);
    console.log(`${KILLS + threads.length} threads killed, ${received} receives of ${MESSAGES}`);
    expect(received).toBeGreaterThan(MESSAGES * 3);
    const found = (await Promise.all(queues.map(drain))).flat();
    expect(found.toSorted()).toEqual(bodies.toSorted());
  });
});

describe("a move task of another thread", () => {
  const dead = async (): Promise<Queue> => {
    const [, letters] = await circle(["jobs", "letters"]);
    if (letters === undefined) throw new Error("there are two queues");
    letters.sync.sendBatch(Array.from({ length: 100 }, (_, index) => `letter ${index}`));
    return letters;
  };
  const run = (letters: Queue) => {
    const destinationArn = letters.arn.replace(/letters$/, "jobs");
    const task = { sourceArn: letters.arn, destinationArn, maxNumberOfMessagesPerSecond: 1 };
    return startThread<string>(broker, "runTask", { task });
  };
  const lastTask = async ({ arn }: Queue): Promise<MessageMoveTask | undefined> =>
    (await broker.listMessageMoveTasks({ sourceArn: arn }))[0];

  test("is listed and cancelled here", async () => {
    const letters = await dead();
    const { result, worker } = run(letters);
    expect(await result).toBe("started");
    const task = await lastTask(letters);
    expect(task).toMatchObject({ status: "RUNNING", approximateNumberOfMessagesToMove: 100 });
    await expect
      .poll(async () => (await lastTask(letters))?.approximateNumberOfMessagesMoved)
      .toBeGreaterThan(0);
    await broker.cancelMessageMoveTask(task?.taskHandle ?? "");
    await expect.poll(async () => (await lastTask(letters))?.status).toBe("CANCELLED");
    const { visible } = letters.counts();
    expect(visible + (broker.findQueue("jobs")?.counts().visible ?? 0)).toBe(100);
    await sleep(500);
    expect(letters.counts().visible).toBe(visible);
    await worker.terminate();
  });

  test("has failed when its thread is no more, and another may start", async () => {
    const letters = await dead();
    const { result, worker } = run(letters);
    expect(await result).toBe("started");
    await worker.terminate();
    await expect
      .poll(() => lastTask(letters))
      .toMatchObject({ status: "FAILED", failureReason: "InternalFailure" });
    await broker.startMessageMoveTask({
      sourceArn: letters.arn,
      destinationArn: letters.arn.replace(/letters$/, "jobs"),
    });
    await expect.poll(async () => (await lastTask(letters))?.status).toBe("COMPLETED");
    expect(broker.findQueue("jobs")?.counts().visible).toBe(100);
  });
});
