/**
 * Queues of several accounts in one broker, through the embedded API: of one name and nothing else in
 * common. Under a clock of the test's own.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { Queue } from "../../../engine/types.ts";
import { startThread } from "../threads/start.ts";

const OWN = "000000000000";
const OTHER = "111122223333";
const ofOther = { account: OTHER };
const notThere = { code: "QueueDoesNotExist" };
const invalid = { code: "InvalidParameterValue" };

let clock: VirtualClock;
let broker: Broker;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, clock, quotas: "aws" });
});

afterEach(() => broker.close());

/** A dead-letter queue of this account, and one that sends its letters there. */
async function pair(account: string): Promise<{ letters: Queue; jobs: Queue }> {
  const letters = await broker.createQueue("letters", {}, { account });
  const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
  const jobs = await broker.createQueue("jobs", { redrivePolicy }, { account });
  return { letters, jobs };
}

/** A message of the queue becomes a dead letter. */
async function deadLetter(queue: Queue, body: string): Promise<void> {
  await queue.send(body);
  await queue.receive({ visibilityTimeout: 0 });
  expect(await queue.receive()).toEqual([]);
}

describe("queues of one name in two accounts", () => {
  test("have messages, attributes, tags and ARNs of their own", async () => {
    const own = await broker.createQueue("jobs", { visibilityTimeout: 7 }, { tags: { of: "own" } });
    const other = await broker.createQueue("jobs", { visibilityTimeout: 9 }, ofOther);
    expect([own.account, own.arn]).toEqual([OWN, `arn:aws:sqs:us-east-1:${OWN}:jobs`]);
    expect([other.account, other.arn]).toEqual([OTHER, `arn:aws:sqs:us-east-1:${OTHER}:jobs`]);
    await own.send("own");
    await other.send("other");
    expect((await own.receive()).map(({ body }) => body)).toEqual(["own"]);
    expect((await other.receive()).map(({ body }) => body)).toEqual(["other"]);
    await other.setAttributes({ delaySeconds: 3 });
    expect(own.details().attributes).toMatchObject({ visibilityTimeout: 7, delaySeconds: 0 });
    expect(other.details().attributes).toMatchObject({ visibilityTimeout: 9, delaySeconds: 3 });
    expect([own.details().tags, other.details().tags]).toEqual([{ of: "own" }, {}]);
  });

  test("are found and listed by their account, the broker's own where none is named", async () => {
    const other = await broker.createQueue("jobs", {}, ofOther);
    await expect(broker.getQueue("jobs")).rejects.toMatchObject(notThere);
    const own = await broker.createQueue("jobs");
    expect(await broker.getQueue("jobs")).toBe(own);
    expect(await broker.getQueue("jobs", { account: OWN })).toBe(own);
    expect(await broker.getQueue("jobs", ofOther)).toBe(other);
    for (const name of ["b", "a", "B"]) await broker.createQueue(name, {}, ofOther);
    await broker.createQueue("c");
    expect(await broker.listQueues()).toEqual(["c", "jobs"]);
    expect(await broker.listQueues(ofOther)).toEqual(["B", "a", "b", "jobs"]);
    expect(await broker.listQueues({ account: OTHER, prefix: "b" })).toEqual(["b"]);
    expect(await broker.listQueues({ account: "999999999999" })).toEqual([]);
  });

  test("are compared with those of their account when made again", async () => {
    const own = await broker.createQueue("jobs", { delaySeconds: 1 });
    const other = await broker.createQueue("jobs", { delaySeconds: 2 }, ofOther);
    expect(await broker.createQueue("jobs", { delaySeconds: 1 })).toBe(own);
    expect(await broker.createQueue("jobs", { delaySeconds: 2 }, ofOther)).toBe(other);
    const exists = { code: "QueueNameExists" };
    await expect(broker.createQueue("jobs", { delaySeconds: 2 })).rejects.toMatchObject(exists);
  });

  test("are deleted one by one, and the name rests in that account alone", async () => {
    const own = await broker.createQueue("jobs");
    const other = await broker.createQueue("jobs", {}, ofOther);
    await own.send("stays");
    await broker.deleteQueue("jobs", ofOther);
    await expect(other.send("x")).rejects.toMatchObject(notThere);
    await expect(broker.deleteQueue("jobs", ofOther)).rejects.toMatchObject(notThere);
    expect(own.counts().visible).toBe(1);
    const recently = { code: "QueueDeletedRecently" };
    await expect(broker.createQueue("jobs", {}, ofOther)).rejects.toMatchObject(recently);
    await broker.createQueue("jobs", {}, { account: "999999999999" });
    await clock.advance(60_000);
    await broker.createQueue("jobs", {}, ofOther);
    expect(own.counts().visible).toBe(1);
  });

  test("are purged one by one, also within a minute", async () => {
    const own = await broker.createQueue("jobs");
    const other = await broker.createQueue("jobs", {}, ofOther);
    for (const queue of [own, other]) await queue.send("x");
    await other.purge();
    expect([own.counts().visible, other.counts().visible]).toEqual([1, 0]);
    await own.purge();
    await expect(other.purge()).rejects.toMatchObject({ code: "PurgeQueueInProgress" });
  });

  test("are seen by other threads, which make their own", async () => {
    await broker.close();
    broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
    const own = await broker.createQueue("jobs");
    const options = { queue: "jobs", account: OTHER, body: "from the thread" };
    const thread = startThread<unknown>(broker, "ofAccount", options);
    expect(await thread.result).toEqual({ own: own.arn, lists: [["jobs"], ["jobs"]] });
    expect(own.counts().visible).toBe(0);
    const [message] = await (await broker.getQueue("jobs", ofOther)).receive();
    expect(message?.body).toBe("from the thread");
  });

  test.each([[""], ["12345678901"], ["arn:aws:iam::111122223333:root"], [111_122_223_333], [null]])(
    "are of no account %s",
    async (account) => {
      const owner = { account } as unknown as { account: string };
      await broker.createQueue("jobs");
      await expect(broker.createQueue("jobs", {}, owner)).rejects.toMatchObject(invalid);
      await expect(broker.getQueue("jobs", owner)).rejects.toMatchObject(invalid);
      await expect(broker.listQueues(owner)).rejects.toMatchObject(invalid);
      await expect(broker.deleteQueue("jobs", owner)).rejects.toMatchObject(invalid);
      expect(await broker.listQueues()).toEqual(["jobs"]);
    },
  );

  test("take no option by a name that is none", async () => {
    const owner = { acount: OTHER } as unknown as { account: string };
    await expect(broker.getQueue("jobs", owner)).rejects.toThrow(/called acount; .* account\?/);
    await expect(broker.deleteQueue("jobs", owner)).rejects.toThrow(/called acount/);
  });
});

describe("dead letters", () => {
  test("stay in their account, and a refusal does not tell what another one has", async () => {
    await broker.createQueue("letters", {}, ofOther);
    const jobs = await broker.createQueue("jobs");
    const toOther = (name: string) => ({
      redrivePolicy: {
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:${OTHER}:${name}`,
        maxReceiveCount: 1,
      },
    });
    const reasons = new Set<string>();
    for (const name of ["letters", "nobody", "nobody.fifo"]) {
      for (const call of [
        () => broker.createQueue("new", toOther(name)),
        () => jobs.setAttributes(toOther(name)),
      ]) {
        const error = await call().then(
          () => undefined,
          (refusal) => refusal,
        );
        expect(error).toMatchObject(invalid);
        reasons.add(error.message.replaceAll(name, "NAME"));
      }
    }
    expect([...reasons]).toHaveLength(1);
    expect([...reasons][0]).toMatch(/owner should be same as the source\.$/);
    expect(jobs.details().attributes.redrivePolicy).toBeUndefined();
    expect(await broker.listQueues()).toEqual(["jobs"]);
  });

  test("go to their account's queue, and say where they came from", async () => {
    const own = await pair(OWN);
    const other = await pair(OTHER);
    await deadLetter(other.jobs, "other's");
    expect(own.letters.counts().visible).toBe(0);
    const [letter] = await other.letters.receive({ visibilityTimeout: 0 });
    expect(letter).toMatchObject({ body: "other's", deadLetterQueueSourceArn: other.jobs.arn });
    expect(await broker.listDeadLetterSourceQueues("letters", ofOther)).toEqual(["jobs"]);
    await own.jobs.setAttributes({ redrivePolicy: null });
    expect(await broker.listDeadLetterSourceQueues("letters")).toEqual([]);
    expect(await broker.listDeadLetterSourceQueues("letters", ofOther)).toEqual(["jobs"]);
    await broker.deleteQueue("jobs", ofOther);
    const [again] = await other.letters.receive();
    expect(again?.deadLetterQueueSourceArn).toBe(other.jobs.arn);
  });

  test("wait for the dead-letter queue of their own account to be made again", async () => {
    const { jobs } = await pair(OWN);
    await broker.deleteQueue("letters");
    await broker.createQueue("letters", {}, ofOther);
    await jobs.send("stays");
    for (let receive = 0; receive < 3; receive++) {
      expect(await jobs.receive({ visibilityTimeout: 0 })).toHaveLength(1);
    }
    await clock.advance(60_000);
    const letters = await broker.createQueue("letters");
    expect(await jobs.receive()).toEqual([]);
    expect(letters.counts().visible).toBe(1);
  });
});

describe("a move task", () => {
  test("is its queue's, and brings nothing to another account", async () => {
    const own = await pair(OWN);
    const other = await pair(OTHER);
    await deadLetter(other.jobs, "other's");
    await deadLetter(own.jobs, "own");
    const sourceArn = other.letters.arn;
    const destinationArn = own.jobs.arn;
    const notFound = { code: "ResourceNotFoundException" };
    const across = broker.startMessageMoveTask({ sourceArn, destinationArn });
    await expect(across).rejects.toMatchObject(notFound);
    await broker.startMessageMoveTask({ sourceArn });
    await clock.advance(1_000);
    expect(await broker.listMessageMoveTasks({ sourceArn })).toMatchObject([
      { sourceArn, status: "COMPLETED", approximateNumberOfMessagesMoved: 1 },
    ]);
    expect(await broker.listMessageMoveTasks({ sourceArn: own.letters.arn })).toEqual([]);
    expect([other.jobs.counts().visible, own.jobs.counts().visible]).toEqual([1, 0]);
    expect(own.letters.counts().visible).toBe(1);
  });

  test("is cancelled by a handle that names its own queue, and by no other", async () => {
    const own = await pair(OWN);
    const other = await pair(OTHER);
    for (const body of ["a", "b"]) await deadLetter(other.jobs, body);
    const sourceArn = other.letters.arn;
    const slow = { sourceArn, maxNumberOfMessagesPerSecond: 1 };
    const { taskHandle } = await broker.startMessageMoveTask(slow);
    const { taskId } = JSON.parse(Buffer.from(taskHandle, "base64").toString());
    const forged = JSON.stringify({ taskId, sourceArn: own.letters.arn });
    const refused = broker.cancelMessageMoveTask(Buffer.from(forged).toString("base64"));
    await expect(refused).rejects.toMatchObject({ code: "ResourceNotFoundException" });
    expect(await broker.listMessageMoveTasks({ sourceArn })).toMatchObject([{ status: "RUNNING" }]);
    expect(await broker.cancelMessageMoveTask(taskHandle)).toBe(0);
  });

  test("knows a source that is gone by its name in its own account alone", async () => {
    const { letters, jobs } = await pair(OTHER);
    await deadLetter(jobs, "a");
    await broker.deleteQueue("jobs", ofOther);
    const own = await broker.createQueue("jobs");
    const redrivePolicy = { deadLetterTargetArn: letters.arn, maxReceiveCount: 1 };
    await broker.createQueue("more", { redrivePolicy }, ofOther);
    await broker.startMessageMoveTask({ sourceArn: letters.arn });
    await clock.advance(1_000);
    const [task] = await broker.listMessageMoveTasks({ sourceArn: letters.arn });
    expect(task?.failureReason).toBe("CouldNotDetermineMessageSource");
    expect([own.counts().visible, letters.counts().visible]).toEqual([0, 1]);
  });
});
