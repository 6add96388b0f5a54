/**
 * A thread that sleeps on its doorbell is woken by every ring, though another wait on the same word is
 * pending: one that the thread itself began, or a thread that had the number before and lives on.
 * Node hands a notification for one to the wait that came first, and the sleeper would go on sleeping.
 * Real threads; what counts is whether the sleep was ended by a ring or by its timeout.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  HEADER,
  HEADER_THREADS_BASE,
  THREAD_BYTES,
  THREAD_DOORBELL,
} from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import type { EngineShare } from "../../bindings/shapes.ts";

let engine: Engine;
let queue: number;
let workers: Worker[];

beforeEach(async () => {
  workers = [];
  engine = await Engine.open(
    { memoryBytes: 64 * 1_048_576, threadsMax: 4, queuesMax: 4, messagesMax: 1_000 },
    { secret: new Uint8Array(32), epoch: 1, isClockVirtual: false },
  );
  const settings = {
    visibilityMs: 30_000,
    delayMs: 0,
    retentionMs: 1e9,
    maximumBytes: 1_048_576,
    inFlightMax: 0,
  };
  const entryBytes = engine.queues.writeImage(settings, new Uint8Array([1, 2, 3]));
  queue = engine.createQueue(engine.queues.catalogueVersion(), entryBytes);
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
});

function shareOne(): EngineShare {
  const share = engine.share();
  if (share === undefined) throw new Error("no thread is left");
  return share;
}

/** A thread that plays `role` (doorbellWorker.mjs), up to where it says so. */
async function start(share: EngineShare, role: string): Promise<Worker> {
  const file = new URL("./doorbellWorker.mjs", import.meta.url);
  const worker = new Worker(file, { workerData: { share, queue, role }, execArgv: [] });
  workers.push(worker);
  await once(worker, "message");
  return worker;
}

/** Rings when the thread has had time to fall asleep; what ended its sleep. */
async function wake(sleeper: Worker, ring: () => unknown): Promise<string> {
  const ended = once(sleeper, "message");
  await new Promise((resolve) => setTimeout(resolve, 200));
  ring();
  const [end] = await ended;
  return end;
}

function send(): void {
  const handle = engine.queues.handle(queue);
  expect(engine.outbox.sendShort(handle, ["x"], 0, 1, 256, 1_000_000)).toBe(1);
}

test.each([
  ["a send", send],
  ["a ring for all that wait", () => engine.wakeAll(queue)],
  ["a ring for every other thread", () => engine.doorbell.ringOthers()],
])("%s wakes a thread that sleeps while a wait of its own is pending", async (_, ring) => {
  expect(await wake(await start(shareOne(), "sleep beside a wait"), ring)).toBe("rung");
});

test("a thread that leaves and lives on leaves no wait behind", async () => {
  const share = shareOne();
  await start(share, "leave");
  const words = new Int32Array(share.memory.buffer);
  const threads = words[(HEADER + HEADER_THREADS_BASE) >> 2] as number;
  const doorbell = (threads + share.thread * THREAD_BYTES + THREAD_DOORBELL) >> 2;
  expect(Atomics.notify(words, doorbell)).toBe(0);
});

test("a send wakes who sleeps under the number of a thread that left and lives on", async () => {
  const share = shareOne();
  await start(share, "leave");
  engine.release(share.thread);
  const next = shareOne();
  expect(next.thread).toBe(share.thread);
  expect(await wake(await start(next, "sleep"), send)).toBe("rung");
});
