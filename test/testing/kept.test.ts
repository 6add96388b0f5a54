/**
 * The kit on a broker with a directory, whose journal is behind: what it is asked for waits until the journal has read
 * what is in its way, and then is done whole.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestKit, testing } from "../../engine/testing/index.ts";
import type { Message, Queue } from "../../engine/types.ts";
import { PASS, WAIT } from "../broker/durable/gate.ts";
import { fillRing, hasSettled, Ruled } from "../broker/durable/kept.ts";

let ruled: Ruled;
let kit: TestKit;
let jobs: Queue;
let dead: Queue;

beforeEach(async () => {
  ruled = await Ruled.open();
  const { broker } = ruled;
  dead = await broker.createQueue("dead");
  const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 5 };
  jobs = await broker.createQueue("jobs", { redrivePolicy });
  await broker.flush();
  kit = testing(broker);
});

afterEach(async () => {
  ruled.gate.set(PASS);
  await kit.close();
  await ruled.broker.close();
});

/** What the call answers, which it does not before the disk goes on. */
async function behindGate<T>(call: () => Promise<T>): Promise<T> {
  const promise = call();
  promise.catch(() => undefined);
  expect(await hasSettled(promise)).toBe(false);
  ruled.gate.set(PASS);
  return promise;
}

test.each([
  ["visible", 0],
  ["in flight", 4],
])("what is not in the log yet becomes dead letters: what is %s", async (_, received) => {
  ruled.gate.set(WAIT);
  const came = ruled.gate.came();
  jobs.sync.send("what the journal waits with");
  await came;
  jobs.sync.sendBatch(["a", "b", "c"]);
  if (received > 0) await jobs.receive({ maxNumberOfMessages: received });
  expect(await behindGate(() => kit.deadLetter("jobs"))).toBe(4);
  expect(dead.counts().visible).toBe(4);
  expect(jobs.counts()).toMatchObject({ visible: 0, inFlight: 0 });
});

describe("with a full ring of effects", () => {
  let message: Message;
  let held: number;

  beforeEach(async () => {
    message = await fillRing(ruled, jobs);
    const { visible, inFlight } = jobs.counts();
    held = visible + inFlight;
  });

  test("a reset that keeps queues empties them", async () => {
    await behindGate(() => kit.reset({ keepQueues: true }));
    await kit.expectEmpty("jobs");
  });

  test("all messages, or one, become dead letters", async () => {
    expect(await behindGate(() => kit.deadLetter("jobs", message.messageId))).toBe(1);
    expect(await kit.deadLetter("jobs")).toBe(held - 1);
    expect(dead.counts().visible).toBe(held);
  });

  test("visibility ends", async () => {
    expect(await behindGate(() => kit.endVisibility("jobs"))).toBe(1);
    expect(jobs.counts()).toMatchObject({ visible: held, inFlight: 0 });
  });

  test("retention ends", async () => {
    expect(await behindGate(() => kit.endRetention("jobs"))).toBe(held);
    await kit.expectEmpty("jobs");
  });
});
