/**
 * A wall clock that is set, back by an hour and forward by five days, while a broker is open: nothing
 * that is counted notices, in the thread that opened the broker and in others, attached before and
 * afterwards; moments that people are shown follow it. The monotonic clock is the machine's.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { fakeWall, type SettableWall } from "../../support/wall.ts";
import { makeMoments, playScene, readMoments, SEEN } from "./wallScene.ts";
import type { Act, WallThreadData } from "./wallThread.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let wall: SettableWall;
let broker: Broker;
let threads: WallThread[];

beforeEach(async () => {
  wall = fakeWall();
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, quotas: "aws" });
  threads = [];
});

afterEach(async () => {
  for (const thread of threads) await thread.end();
  await broker.close();
  wall.restore();
});

/** A wall clock is read to a millisecond; one that was set is found again to another. */
function isNear(ms: number): (actual: number) => boolean {
  return (actual) => Math.abs(actual - ms) <= 2;
}

/** Each moment that this thread's broker shows, and that those of others do. */
async function momentsOf(...others: WallThread[]): Promise<{ name: string; moment: number }[]> {
  const seen = [await readMoments(broker)];
  for (const thread of others) {
    seen.push((await thread.act({ kind: "moments" })) as Record<string, number>);
  }
  return seen.flatMap((moments) =>
    Object.entries(moments).map(([name, moment]) => ({ name, moment })),
  );
}

/** Whether a number for one more thread is free. */
function shareOne(): boolean {
  try {
    broker.share().port.close();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "OverLimit" });
    return false;
  }
}

class WallThread {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when it has attached. */
  static async start(): Promise<WallThread> {
    const handle = broker.share();
    const workerData: WallThreadData = { handle, words: wall.words };
    const file = new URL("../../../dist/test/broker/threads/wallThread.js", import.meta.url);
    const worker = new Worker(file, { workerData, transferList: [handle.port], execArgv: [] });
    await once(worker, "message");
    const thread = new WallThread(worker);
    threads.push(thread);
    return thread;
  }

  async act(act: Act): Promise<unknown> {
    this.#worker.postMessage(act);
    const [seen] = await once(this.#worker, "message");
    return seen;
  }

  async end(): Promise<void> {
    const end: Act = { kind: "end" };
    this.#worker.postMessage(end);
    await once(this.#worker, "exit");
  }
}

describe.each([
  ["back by an hour", -HOUR_MS],
  ["forward by five days", 5 * DAY_MS],
])("a wall clock that is set %s", (_, shiftMs) => {
  test("does not trouble the thread that opened the broker", async () => {
    expect(await playScene(broker, "own", () => wall.set(shiftMs))).toEqual(SEEN);
  });

  test("does not trouble a thread that attached before", async () => {
    const thread = await WallThread.start();
    expect(await thread.act({ kind: "scene", name: "theirs", shiftMs })).toEqual(SEEN);
    expect(Date.now() - performance.timeOrigin - performance.now()).toBeCloseTo(shiftMs, -4);
  });

  test("does not trouble a thread that attaches afterwards, nor what others began", async () => {
    const unread = await broker.createQueue("unread");
    await unread.send("unread");
    const hidden = await broker.createQueue("hidden");
    await hidden.send("hidden");
    await hidden.receive({ visibilityTimeout: 900 });
    wall.set(shiftMs);
    const thread = await WallThread.start();
    expect(await thread.act({ kind: "scene", name: "theirs", shiftMs })).toEqual(SEEN);
    expect(unread.counts().visible).toBe(1);
    expect(hidden.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  test("is what moments are shown by, in every thread, and all of them", async () => {
    await makeMoments(broker);
    const early = await WallThread.start();
    const before = await readMoments(broker);
    expect(await readMoments(broker)).toEqual(before);
    expect(await early.act({ kind: "moments" })).toEqual(before);
    for (const moment of Object.values(before)) {
      expect(Math.abs(Date.now() - moment)).toBeLessThan(HOUR_MS / 2);
    }
    wall.set(shiftMs);
    const late = await WallThread.start();
    for (const { name, moment } of await momentsOf(early, late)) {
      expect(moment - (before[name] ?? 0), name).toSatisfy(isNear(shiftMs));
    }
    wall.set(0);
    for (const { name, moment } of await momentsOf(early, late)) {
      expect(moment - (before[name] ?? 0), name).toSatisfy(isNear(0));
    }
  });
});

test("a wall clock that the steward reads otherwise ends no message", async () => {
  await broker.close();
  // The steward's is the machine's, five days ahead of this thread's.
  wall.set(-5 * DAY_MS);
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 3 });
  const queue = await broker.createQueue("jobs");
  await queue.send("kept for four days");
  const thread = await WallThread.start();
  await thread.end();
  threads = [];
  // The number comes back when the steward has released it; before, it let time pass for all queues.
  await expect.poll(shareOne).toBe(true);
  expect(queue.counts().visible).toBe(1);
});

test("timers that a program's tests fake don't hold a broker up", async () => {
  const queue = await broker.createQueue("jobs");
  vi.useFakeTimers();
  try {
    await queue.send("hidden");
    await queue.receive({ visibilityTimeout: 0.1 });
    expect(await queue.receive({ waitTimeSeconds: 900 })).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
