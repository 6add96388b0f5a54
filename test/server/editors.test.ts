/**
 * The actions that add to what a queue has or take from it, in two threads of one broker at once, as
 * two servers would do them: no change of either is lost. Worker threads run from dist/.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import type { Queue } from "../../engine/types.ts";
import { startThread } from "../broker/threads/start.ts";

type Call = readonly [action: string, input: object];

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** Numbers as texts: the first thread has the even ones, the other the odd ones. */
function half(thread: number, count: number): string[] {
  return Array.from({ length: count / 2 }, (_, index) => String(2 * index + thread));
}

/** Both threads begin when both are there. */
async function inTwoThreads(callsOf: (thread: number) => readonly Call[]): Promise<void> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const threads = [0, 1].map((thread) =>
    startThread(broker, "act", { calls: callsOf(thread), gate, threads: 2 }),
  );
  await Promise.all(threads.map(({ result }) => result));
  await Promise.all(threads.map(({ exit }) => exit));
}

test("tags are added and taken away by two threads at once, and none is lost", async () => {
  const count = 50;
  const QueueUrl = "jobs";
  await inTwoThreads((thread) =>
    half(thread, count).map((key) => ["TagQueue", { QueueUrl, Tags: { [key]: "x" } }]),
  );
  expect(Object.keys(queue.details().tags)).toHaveLength(count);
  await inTwoThreads((thread) =>
    half(thread, count).map((key) => ["UntagQueue", { QueueUrl, TagKeys: [key] }]),
  );
  expect(queue.details().tags).toEqual({});
});

test("permissions are given and taken away by two threads at once, and none is lost", async () => {
  const count = 20;
  const QueueUrl = "jobs";
  const given = { AWSAccountIds: ["111111111111"], Actions: ["SendMessage"] };
  await inTwoThreads((thread) =>
    half(thread, count).map((Label) => ["AddPermission", { QueueUrl, Label, ...given }]),
  );
  const { Statement } = JSON.parse(queue.details().stored.Policy ?? "{}");
  expect(Statement).toHaveLength(count);
  await inTwoThreads((thread) =>
    half(thread, count).map((Label) => ["RemovePermission", { QueueUrl, Label }]),
  );
  expect(queue.details().stored).toEqual({});
});
