/**
 * A wall clock that was set while no broker had the directory, by days forward or back: the broker's time never
 * steps back, so nothing that was hidden, delayed or remembered ends early; it does go forward, and what ended
 * meanwhile has ended. Who starts it is told both moments.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import type { BrokerOptions, Message, Queue } from "../../../engine/types.ts";
import { fakeWall, type SettableWall } from "../../support/wall.ts";
import { Directory, Ruled } from "./kept.ts";

const DAY_MS = 86_400_000;
const DAY_SECONDS = DAY_MS / 1_000;
const PLAN = { isSimulated: false, segmentBytes: 1_048_576 };
const BEGIN_MS = 1_700_000_000_000;
const ids = { messageGroupId: "g", messageDeduplicationId: "once" };

let wall: SettableWall;
let directory: Directory;
let broker: Broker;
let told: string[] = [];

function hear({ name, message }: Error): void {
  if (name === "SluiceWarning") told.push(message);
}

async function open(options: BrokerOptions = {}): Promise<void> {
  ({ broker } = await Ruled.open({ directory: directory.path, ...options }, PLAN));
}

/** The broker ends, the clock is set to so much before or after the machine's, and another begins. */
async function restartedAt(shiftMs: number): Promise<Queue> {
  await broker.close();
  told = [];
  wall.set(shiftMs);
  await open();
  // A warning is told with the next turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  return broker.getQueue("jobs");
}

beforeEach(async () => {
  wall = fakeWall();
  process.on("warning", hear);
  directory = new Directory();
  await open();
});

afterEach(async () => {
  await broker.close();
  process.off("warning", hear);
  wall.restore();
  directory[Symbol.dispose]();
});

/** One message in each state, what is remembered of a send, and one that is kept for two weeks. */
async function fill(): Promise<{ sentAtMs: number; receiptHandle: string }> {
  const jobs = await broker.createQueue("jobs");
  const long = await broker.createQueue("long", { messageRetentionPeriod: 14 * DAY_SECONDS });
  const fifo = await broker.createQueue("jobs.fifo", { fifoQueue: true });
  await jobs.sendBatch(["in flight", "visible"]);
  const [held] = (await jobs.receive({ visibilityTimeout: 43_200 })) as [Message];
  await jobs.send("delayed", { delaySeconds: 900 });
  await long.sendBatch(["in flight", "visible"]);
  await long.receive({ visibilityTimeout: 43_200 });
  await long.send("delayed", { delaySeconds: 900 });
  await fifo.send("first", ids);
  return { sentAtMs: held.sentAtMs, receiptHandle: held.receiptHandle };
}

async function states(queue: Queue): Promise<unknown[]> {
  const { messages } = await queue.peek();
  return messages.map(({ body, state, receiveCount }) => [body, state, receiveCount]);
}

const STATES = [
  ["in flight", "inFlight", 1],
  ["visible", "visible", 0],
  ["delayed", "delayed", 0],
];

/** Whether a message of the id that was sent before is a duplicate. */
async function isRemembered(): Promise<boolean> {
  const fifo = await broker.getQueue("jobs.fifo");
  const before = fifo.totals().deduplicatedSends;
  await fifo.send("again", ids);
  return fifo.totals().deduplicatedSends > before;
}

test("forward by ten days: what ended in between has ended, and that is told", async () => {
  await fill();
  const jobs = await restartedAt(10 * DAY_MS);
  expect(told).toHaveLength(1);
  const [, last = "", now = ""] =
    /last entry is of (\S+), and the clock says (\S+)\. Messages whose retention ended/.exec(
      told[0] ?? "",
    ) ?? [];
  const apartMs = Date.parse(now) - Date.parse(last);
  expect(apartMs).toBeGreaterThanOrEqual(10 * DAY_MS);
  expect(apartMs).toBeLessThan(11 * DAY_MS);
  expect(jobs.counts()).toMatchObject({ visible: 0, inFlight: 0, delayed: 0 });
  const long = await broker.getQueue("long");
  expect(long.counts()).toMatchObject({ visible: 3, inFlight: 0, delayed: 0 });
  expect(await isRemembered()).toBe(false);
  await jobs.send("later");
  expect(await states(jobs)).toEqual([["later", "visible", 0]]);
});

test("back by ten days: nothing ends early, what is new is behind what is old, and that is told", async () => {
  const { receiptHandle } = await fill();
  const jobs = await restartedAt(-10 * DAY_MS);
  expect(told).toEqual([
    expect.stringMatching(/, and the clock says .* The broker's time goes on from the former/),
  ]);
  expect(await states(jobs)).toEqual(STATES);
  expect(await states(await broker.getQueue("long"))).toEqual(STATES);
  expect(await isRemembered()).toBe(true);
  await jobs.changeVisibility(receiptHandle, 0);
  await jobs.send("new");
  const messages = await jobs.receive({ maxNumberOfMessages: 10, visibilityTimeout: 43_200 });
  expect(messages.map(({ body }) => body).sort()).toEqual(["in flight", "new", "visible"]);
  const shown = new Map(messages.map((message) => [message.body, message]));
  const fresh = shown.get("new") as Message;
  const old = shown.get("visible") as Message;
  // People are shown moments of the clock as it is now, in the order in which they were.
  expect(fresh.sentAtMs).toBeGreaterThanOrEqual(old.sentAtMs);
  expect(fresh.sentAtMs - old.sentAtMs).toBeLessThan(DAY_MS);
  expect(Math.abs(fresh.sentAtMs - Date.now())).toBeLessThan(DAY_MS);
  // With the right clock again there is nothing to tell, and nothing has changed.
  const again = await restartedAt(0);
  expect(told).toEqual([]);
  expect(again.counts()).toMatchObject({ visible: 0, inFlight: 3, delayed: 1 });
});

test("back by an hour: as ever, and nobody is told", async () => {
  const { sentAtMs } = await fill();
  const jobs = await restartedAt(-DAY_MS / 24);
  expect(told).toEqual([]);
  expect(await states(jobs)).toEqual(STATES);
  expect(await isRemembered()).toBe(true);
  const [message] = (await jobs.receive()) as [Message];
  expect(Math.abs(message.sentAtMs + DAY_MS / 24 - sentAtMs)).toBeLessThan(DAY_MS / 24);
});

test("virtual time that begins before the log's end: a queue waits until it has come there", async () => {
  await broker.close();
  const later = new VirtualClock(BEGIN_MS + DAY_MS);
  await open({ clock: later });
  const jobs = await broker.createQueue("jobs");
  await jobs.send("delayed", { delaySeconds: 60 });
  await broker.close();
  told = [];
  const clock = new VirtualClock(BEGIN_MS);
  await open({ clock });
  const again = await broker.getQueue("jobs");
  await clock.advance(DAY_MS);
  expect(await states(again)).toEqual([["delayed", "delayed", 0]]);
  await clock.advance(60_000);
  expect(await states(again)).toEqual([["delayed", "visible", 0]]);
  expect(told).toEqual([]);
});
