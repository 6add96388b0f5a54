/**
 * What goes on after a restart: a broker is opened on a directory, used and closed, and opened again. Also
 * twice, since a second start reads what the first one wrote of its own.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { BrokerOptions, Message, Queue } from "../../../engine/types.ts";
import { Directory, Ruled, SMALL } from "./kept.ts";

/** Shorter segments than a program's, so that no test writes a long reserve. */
const PLAN = { isSimulated: false, segmentBytes: 4 * 1_048_576 };

let directory: Directory;
let broker: Broker;
let jobs: Queue;
let fifo: Queue;

async function open(options: BrokerOptions = {}): Promise<void> {
  ({ broker } = await Ruled.open({ directory: directory.path, ...options }, PLAN));
}

/** Ends the broker and opens another on the same directory, so often. */
async function restart(times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    await broker.close();
    await open();
  }
  jobs = await broker.getQueue("jobs");
  fifo = await broker.getQueue("jobs.fifo");
}

beforeEach(async () => {
  directory = new Directory();
  await open();
  jobs = await broker.createQueue("jobs");
  fifo = await broker.createQueue("jobs.fifo", {
    fifoQueue: true,
    contentBasedDeduplication: true,
  });
});

afterEach(async () => {
  await broker.close();
  directory[Symbol.dispose]();
});

async function shown(queue: Queue): Promise<unknown[]> {
  const { messages } = await queue.peek();
  return messages.map(({ body, state, receiveCount }) => [body, state, receiveCount]);
}

describe.each([1, 2])("after %i restarts", (times) => {
  test("messages are in their state, and what was deleted is gone", async () => {
    await jobs.sendBatch(["deleted", "in flight", "visible again", "visible"]);
    await jobs.send("delayed", { delaySeconds: 600 });
    const [deleted, , hidden] = await jobs.receive({
      maxNumberOfMessages: 3,
      visibilityTimeout: 600,
    });
    await jobs.delete(deleted as Message);
    await jobs.changeVisibility(hidden as Message, 0);
    const before = await shown(jobs);
    const totals = jobs.totals();
    await restart(times);
    expect(await shown(jobs)).toEqual(before);
    expect(jobs.counts()).toMatchObject({ visible: 2, inFlight: 1, delayed: 1 });
    expect(jobs.totals()).toEqual(totals);
  });

  test("a message is what it was, and its receipt handle is good", async () => {
    const sent = await jobs.send("x", { messageAttributes: { kind: "letter", size: 7 } });
    const [before] = (await jobs.receive({ visibilityTimeout: 600 })) as [Message];
    const { messageId, receiptHandle, sentAtMs, firstReceivedAtMs, messageAttributes } = before;
    expect(messageId).toBe(sent.messageId);
    await restart(times);
    await jobs.changeVisibility(receiptHandle, 0);
    const [after] = (await jobs.receive()) as [Message];
    expect(after).toMatchObject({ body: "x", messageId, sentAtMs, firstReceivedAtMs });
    expect(after.messageAttributes).toEqual(messageAttributes);
    expect(after.receiveCount).toBe(2);
    await jobs.delete(receiptHandle);
    await restart(times);
    expect(await shown(jobs)).toEqual([]);
  });

  test.each([100_000, 200_000, 1_000_000])("a body of %i bytes is whole", async (bytes) => {
    const body = Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => (index * 7) >> 3));
    await jobs.send(body);
    await restart(times);
    const [message] = (await jobs.receive()) as [Message];
    expect(Buffer.compare(message.bytes, body)).toBe(0);
  });

  test("a FIFO queue keeps order, groups, duplicates and sequence numbers", async () => {
    const ids = (group: string) => ({ messageGroupId: group });
    const first = await fifo.send("a1", ids("a"));
    for (const body of ["a2", "b1", "a3"]) await fifo.send(body, ids(body.slice(0, 1)));
    const [held] = (await fifo.receive({ visibilityTimeout: 600 })) as [Message];
    expect(held.body).toBe("a1");
    await restart(times);
    const again = await fifo.send("a1", ids("a"));
    expect(again).toEqual(first);
    expect(await shown(fifo)).toHaveLength(4);
    // Group a is held by what is in flight.
    expect(await fifo.receive({ maxNumberOfMessages: 10 })).toMatchObject([{ body: "b1" }]);
    await fifo.delete(held.receiptHandle);
    const rest = await fifo.receive({ maxNumberOfMessages: 10 });
    expect(rest.map(({ body }) => body)).toEqual(["a2", "a3"]);
    const last = await fifo.send("a4", ids("a"));
    expect((last.sequenceNumber ?? "") > (rest[1]?.sequenceNumber ?? "")).toBe(true);
  });

  test("queues, their attributes and tags are there, and deleted ones are not", async () => {
    await jobs.update({ attributes: { delaySeconds: 5 }, tags: { team: "shop" } });
    const gone = await broker.createQueue("gone");
    await gone.send("x");
    await broker.deleteQueue("gone");
    await jobs.sendBatch(["x", "y"]);
    await jobs.purge();
    const { createdAtMs } = jobs.details();
    await restart(times);
    expect(await broker.listQueues()).toEqual(["jobs", "jobs.fifo"]);
    expect(jobs.details()).toMatchObject({ tags: { team: "shop" }, createdAtMs });
    expect(await jobs.getAttributes()).toMatchObject({ delaySeconds: 5 });
    expect(await shown(jobs)).toEqual([]);
    const anew = await broker.createQueue("gone");
    await anew.send("y");
    await restart(times);
    expect(await shown(await broker.getQueue("gone"))).toEqual([["y", "visible", 0]]);
  });

  test("a queue that is there is answered, and nobody waits for what a former life did", async () => {
    await restart(times);
    expect(await broker.createQueue("jobs")).toBe(jobs);
    await broker.flush();
  });

  test("dead letters are where they moved, and know where they came from", async () => {
    const dead = await broker.createQueue("dead");
    await jobs.setAttributes({
      redrivePolicy: { deadLetterTargetArn: dead.arn, maxReceiveCount: 1 },
    });
    await jobs.sendBatch(["x", "y"]);
    const [message] = (await jobs.receive()) as [Message];
    await jobs.changeVisibility(message, 0);
    await broker.flush();
    // What moves must be in the log before.
    await expect
      .poll(async () => {
        await jobs.receive({ visibilityTimeout: 0, maxNumberOfMessages: 10 });
        return dead.counts().visible;
      })
      .toBeGreaterThan(0);
    await broker.flush();
    const letters = await shown(dead);
    await restart(times);
    const again = await broker.getQueue("dead");
    expect(await shown(again)).toEqual(letters);
    const [letter] = (await again.receive()) as [Message];
    expect(letter.deadLetterQueueSourceArn).toBe(jobs.arn);
  });

  test("what synchronous calls did is there behind a flush", async () => {
    jobs.sync.sendBatch(["a", "b", "c"]);
    await broker.flush();
    await restart(times);
    expect(await shown(jobs)).toHaveLength(3);
  });
});

test("a close takes what nobody waited for", async () => {
  jobs.sync.sendBatch(["a", "b", "c"]);
  await restart();
  expect(await shown(jobs)).toHaveLength(3);
});

test("a handle of a life that is over never deletes what came later", async () => {
  await jobs.send("x");
  const [old] = (await jobs.receive({ visibilityTimeout: 0 })) as [Message];
  const { receiptHandle } = old;
  await jobs.delete(old);
  await restart();
  await jobs.sendBatch(["y", "z"]);
  await jobs.delete(receiptHandle);
  expect(await shown(jobs)).toHaveLength(2);
});

test("one broker has a directory, and another one is told whose it is", async () => {
  await broker.close();
  const options = { ...SMALL, directory: directory.path };
  broker = await Broker.open(options);
  await expect(Broker.open(options)).rejects.toMatchObject({
    code: "InternalFailure",
    message: expect.stringContaining(String(process.pid)),
  });
  // The first one is not disturbed.
  await (await broker.getQueue("jobs")).send("x");
  await restart();
});

test("a program that ends without a close loses nothing that was acknowledged, relaxed or not", async () => {
  await broker.close();
  await open({ durability: "relaxed" });
  jobs = await broker.getQueue("jobs");
  await jobs.sendBatch(["a", "b"]);
  await restart();
  expect(await shown(jobs)).toHaveLength(2);
});

test.each([
  [{ directory: "" }, "InvalidParameterValue", /directory is the path/],
  [{ directory: 7 }, "InvalidParameterValue", /directory is the path/],
  [{ durability: "always" }, "InvalidParameterValue", /no directory/],
  [{ directory: "x", durability: "soon" }, "InvalidParameterValue", /"always" or "relaxed"/],
  [{ directory: "x", clock: { nowMs: () => 0 } }, "UnsupportedOperation", /clock of your own/],
])("%j is refused with a sentence", async (options, code, sentence) => {
  await expect(Broker.open(options as BrokerOptions)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(sentence),
  });
});
