/**
 * Dead-letter queues through the embedded API: which policies are taken, when a message moves, what
 * it carries there, and the tasks that bring messages back. Under a clock of the test's own.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Message, Queue } from "../../../engine/types.ts";

const VISIBILITY_S = 10;
const PREFIX = "arn:aws:sqs:us-east-1:000000000000:";

let clock: VirtualClock;
let broker: Broker;
let letters: Queue;
let jobs: Queue;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock });
  letters = await broker.createQueue("letters", { visibilityTimeout: VISIBILITY_S });
  jobs = await source("jobs", 2);
});

afterEach(() => broker.close());

function source(name: string, maxReceiveCount: number, to = letters): Promise<Queue> {
  const redrivePolicy = { deadLetterTargetArn: to.arn, maxReceiveCount };
  return broker.createQueue(name, { visibilityTimeout: VISIBILITY_S, redrivePolicy });
}

/** Receives all there is and lets it become visible again. */
async function fail(queue: Queue): Promise<Message[]> {
  const messages = await queue.receive({ maxNumberOfMessages: 256 });
  await clock.advance(VISIBILITY_S * 1_000);
  return messages;
}

async function receiveOne(queue: Queue): Promise<Message> {
  const [message, ...others] = await queue.receive({ maxNumberOfMessages: 10 });
  if (message === undefined) throw new Error("nothing was there");
  expect(others).toEqual([]);
  return message;
}

/** Sends so many messages and lets them fail until they are dead letters. */
async function deadLetter(queue: Queue, count: number): Promise<void> {
  expect(queue.sync.sendBatch(Array.from({ length: count }, (_, index) => `job ${index}`))).toBe(
    count,
  );
  const { redrivePolicy } = queue.details().attributes;
  for (let turn = 0; turn < (redrivePolicy?.maxReceiveCount ?? 0); turn++) {
    for (let left = count; left > 0; ) {
      left -= (await queue.receive({ maxNumberOfMessages: 256 })).length;
    }
    await clock.advance(VISIBILITY_S * 1_000);
  }
  while (queue.counts().visible > 0) {
    expect(await queue.receive({ maxNumberOfMessages: 256 })).toEqual([]);
  }
}

describe("a letter's source", () => {
  test("is named in every thread when it is deleted, and when its name is another queue's", async () => {
    await deadLetter(jobs, 1);
    await broker.deleteQueue("jobs");
    const other = await Broker.attach(broker.share());
    const there = await other.getQueue("letters");
    const [letter] = await there.receive();
    expect(letter?.deadLetterQueueSourceArn).toBe(jobs.arn);
    await letter?.changeVisibility(0);
    await broker.createQueue("jobs");
    expect((await receiveOne(letters)).deadLetterQueueSourceArn).toBe(jobs.arn);
    await other.close();
  });

  test("is named when it was set to another dead-letter queue before, or to none", async () => {
    const elsewhere = await broker.createQueue("elsewhere");
    await deadLetter(jobs, 1);
    const redrivePolicy = { deadLetterTargetArn: elsewhere.arn, maxReceiveCount: 1 };
    await jobs.setAttributes({ redrivePolicy });
    await deadLetter(jobs, 1);
    await jobs.setAttributes({ redrivePolicy: null });
    await broker.deleteQueue("jobs");
    for (const queue of [letters, elsewhere]) {
      expect((await receiveOne(queue)).deadLetterQueueSourceArn).toBe(jobs.arn);
    }
  });

  test("is named for the last hundred that were deleted", async () => {
    for (let index = 0; index < 101; index++) {
      const queue = await source(`source-${index}`, 1);
      await deadLetter(queue, 1);
      await broker.deleteQueue(queue.name);
    }
    const arns = (await letters.receive({ maxNumberOfMessages: 256 })).map(
      ({ deadLetterQueueSourceArn }) => deadLetterQueueSourceArn,
    );
    const named = Array.from({ length: 100 }, (_, index) => `${PREFIX}source-${index + 1}`);
    expect(arns).toEqual([undefined, ...named]);
  });
});

describe("a message that was received too often", () => {
  test("moves on the receive after the last one allowed, which does not show it", async () => {
    const sent = await jobs.send("poison", { messageGroupId: "tenant" });
    const sentAtMs = clock.nowMs();
    await clock.advance(7);
    expect(await fail(jobs)).toHaveLength(1);
    expect(await fail(jobs)).toMatchObject([{ receiveCount: 2 }]);
    expect(letters.counts().visible).toBe(0);
    expect(await fail(jobs)).toEqual([]);
    expect(jobs.counts()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0 });
    const letter = await receiveOne(letters);
    expect(letter).toMatchObject({
      messageId: sent.messageId,
      body: "poison",
      messageGroupId: "tenant",
      receiveCount: 3,
      sentAtMs,
      firstReceivedAtMs: sentAtMs + 7,
      deadLetterQueueSourceArn: jobs.arn,
    });
    expect(letters.totals().messagesSent).toBe(0);
  });

  test("makes way for those behind it in the same receive", async () => {
    await deadLetter(jobs, 1);
    await jobs.send("poison");
    await fail(jobs);
    await fail(jobs);
    expect(jobs.counts().visible).toBe(1);
    await jobs.send("fine");
    expect(await jobs.receive({ maxNumberOfMessages: 1 })).toMatchObject([{ body: "fine" }]);
    expect(letters.counts().visible).toBe(2);
  });

  test("wakes who waits for the dead-letter queue", async () => {
    await jobs.send("poison");
    await fail(jobs);
    await fail(jobs);
    const waiting = letters.receive({ waitTimeSeconds: 20 });
    await jobs.receive();
    expect(await waiting).toMatchObject([{ body: "poison" }]);
  });

  test("keeps its age for retention; the queue's age counts from the move", async () => {
    await letters.setAttributes({ messageRetentionPeriod: 60 });
    await jobs.send("poison");
    await fail(jobs);
    await fail(jobs);
    await jobs.receive();
    expect(letters.counts()).toMatchObject({ visible: 1, oldestSentAtMs: clock.nowMs() });
    await clock.advance(39_000);
    expect(letters.counts().visible).toBe(1);
    await clock.advance(1_000);
    expect(letters.counts().visible).toBe(0);
  });

  test("old receipts of it name no message any more", async () => {
    await jobs.send("poison");
    await fail(jobs);
    const [last] = await fail(jobs);
    await jobs.receive();
    await last?.delete();
    expect(letters.counts().visible).toBe(1);
  });

  test("is received again in a queue that is its own dead-letter queue", async () => {
    const own = await broker.createQueue("own", { visibilityTimeout: VISIBILITY_S });
    const redrivePolicy = { deadLetterTargetArn: own.arn, maxReceiveCount: 1 };
    await own.setAttributes({ redrivePolicy });
    const { messageId } = await own.send("poison");
    const counts: number[] = [];
    for (let turn = 0; turn < 10; turn++) {
      counts.push(...(await fail(own)).map(({ receiveCount }) => receiveCount));
    }
    expect(counts).toEqual([1, 2, 3, 4, 5]);
    expect(await receiveOne(own)).toMatchObject({ messageId, deadLetterQueueSourceArn: own.arn });
  });

  test("goes round between two queues that are each other's dead-letter queues", async () => {
    const redrivePolicy = { deadLetterTargetArn: jobs.arn, maxReceiveCount: 1 };
    await letters.setAttributes({ redrivePolicy });
    await jobs.send("poison");
    const seen: string[] = [];
    for (let turn = 0; turn < 14; turn++) {
      for (const queue of [jobs, letters]) {
        for (const { receiveCount } of await queue.receive()) {
          seen.push(`${queue.name} ${receiveCount}`);
        }
      }
      await clock.advance(VISIBILITY_S * 1_000);
    }
    expect(seen.slice(0, 7)).toEqual([
      ...["jobs 1", "jobs 2", "letters 3", "jobs 4", "jobs 5", "letters 6", "jobs 7"],
    ]);
    expect(jobs.counts().visible + letters.counts().visible).toBe(1);
  });

  test("stays while its dead-letter queue is gone, and moves when that is there again", async () => {
    await jobs.send("poison");
    await broker.deleteQueue("letters");
    for (let turn = 0; turn < 4; turn++) await fail(jobs);
    expect((await fail(jobs)).map(({ receiveCount }) => receiveCount)).toEqual([5]);
    const again = await broker.createQueue("letters");
    expect(await fail(jobs)).toEqual([]);
    expect(await receiveOne(again)).toMatchObject({ body: "poison", receiveCount: 6 });
  });

  test("stays once the policy is removed", async () => {
    await jobs.send("poison");
    await jobs.setAttributes({ redrivePolicy: null });
    expect("redrivePolicy" in jobs.details().attributes).toBe(false);
    for (let turn = 0; turn < 4; turn++) expect(await fail(jobs)).toHaveLength(1);
  });

  test("moves while the dead-letter queue holds a backlog, and in any number", async () => {
    await deadLetter(jobs, 2_500);
    expect(letters.counts().visible).toBe(2_500);
    expect(jobs.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe("a redrive policy", () => {
  test.each([
    ["a target that is not there", { deadLetterTargetArn: `${PREFIX}none`, maxReceiveCount: 3 }],
    [
      "a target in another region",
      { deadLetterTargetArn: "arn:aws:sqs:eu-west-1:000000000000:letters", maxReceiveCount: 3 },
    ],
    [
      "a target in another account",
      { deadLetterTargetArn: "arn:aws:sqs:us-east-1:111111111111:letters", maxReceiveCount: 3 },
    ],
    ["no receive at all", { deadLetterTargetArn: `${PREFIX}letters`, maxReceiveCount: 0 }],
    ["too many receives", { deadLetterTargetArn: `${PREFIX}letters`, maxReceiveCount: 1001 }],
    ["half a receive", { deadLetterTargetArn: `${PREFIX}letters`, maxReceiveCount: 2.5 }],
  ])("with %s is refused, and nothing changes", async (_, redrivePolicy) => {
    const refusal = { code: "InvalidParameterValue" };
    await expect(broker.createQueue("new", { redrivePolicy })).rejects.toMatchObject(refusal);
    await expect(jobs.setAttributes({ redrivePolicy })).rejects.toMatchObject(refusal);
    expect(await broker.listQueues()).toEqual(["jobs", "letters"]);
    expect(jobs.details().attributes.redrivePolicy?.maxReceiveCount).toBe(2);
  });

  test("is refused where the dead-letter queue does not allow it, and only when it is set", async () => {
    const allow = (policy: object) =>
      letters.update({ stored: { RedriveAllowPolicy: JSON.stringify(policy) } });
    const set = () =>
      jobs.setAttributes({
        redrivePolicy: { deadLetterTargetArn: letters.arn, maxReceiveCount: 3 },
      });
    await allow({ redrivePermission: "denyAll" });
    await expect(set()).rejects.toMatchObject({ code: "InvalidParameterValue" });
    await allow({ redrivePermission: "byQueue", sourceQueueArns: [`${PREFIX}others`] });
    await expect(set()).rejects.toMatchObject({ code: "InvalidParameterValue" });
    await deadLetter(jobs, 1);
    expect(letters.counts().visible).toBe(1);
    await allow({ redrivePermission: "byQueue", sourceQueueArns: [jobs.arn] });
    await set();
    await allow({ redrivePermission: "allowAll" });
    await set();
  });

  test("is one of the attributes that an existing queue is compared by", async () => {
    expect((await source("jobs", 2)).name).toBe("jobs");
    await expect(source("jobs", 3)).rejects.toMatchObject({ code: "QueueNameExists" });
  });

  test("tells the dead-letter queue its sources", async () => {
    await source("a", 5);
    expect(await broker.listDeadLetterSourceQueues("letters")).toEqual(["a", "jobs"]);
    expect(await broker.listDeadLetterSourceQueues("jobs")).toEqual([]);
    await expect(broker.listDeadLetterSourceQueues("none")).rejects.toMatchObject({
      code: "QueueDoesNotExist",
    });
  });
});
