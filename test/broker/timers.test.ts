/**
 * Timers and waits in real time: they fire on time whatever the opening thread does, cost nothing
 * while nothing happens, and don't keep a program alive that has nothing left to do.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MessageBatch } from "../../engine/broker/batch.ts";
import { Broker } from "../../engine/broker/broker.ts";
import type { Queue } from "../../engine/types.ts";
import { startThread } from "./threads/start.ts";

const run = promisify(execFile);

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** Computes and does nothing else. */
function block(ms: number): void {
  const endMs = Date.now() + ms;
  while (Date.now() < endMs);
}

function program(name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const file = fileURLToPath(new URL(`./threads/${name}`, import.meta.url));
  return run(process.execPath, [file, ...args], { timeout: 30_000 });
}

test("timers of other threads fire on time while the opening thread computes", async () => {
  const thread = startThread<number[]>(broker, "timers", { queue: "jobs", rounds: 24 });
  await thread.ready;
  block(3_000);
  const late = await thread.result;
  console.log(`100 ms timers, late by at most ${Math.max(...late)} ms: ${late.join(" ")}`);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(50);
  await thread.exit;
});

test("a waiter that is busy does not keep a message from one that is not", async () => {
  const poll = queue.receive({ waitTimeSeconds: 60 });
  const thread = startThread<{ atMs: number }[]>(broker, "receive", {
    queue: "jobs",
    count: 1,
    waitTimeSeconds: 20,
  });
  await thread.ready;
  await new Promise((resolve) => setTimeout(resolve, 600));
  // This thread waits too, and comes first; but it computes from the send on.
  queue.sync.send("x");
  const sentAtMs = Date.now();
  block(2_000);
  const [got] = await thread.result;
  expect((got?.atMs ?? 0) - sentAtMs).toBeLessThan(500);
  await queue.send("for this thread");
  expect((await poll)[0]?.body).toBe("for this thread");
  await thread.exit;
});

test("a loop of nothing but sync.receive sees its own expiries", () => {
  const batch = new MessageBatch(1);
  queue.sync.send("x");
  expect(queue.sync.receive(batch, 1, 0.1)).toBe(1);
  const startMs = Date.now();
  while (queue.sync.receive(batch) === 0) if (Date.now() - startMs > 5_000) break;
  const ms = Date.now() - startMs;
  expect(batch.receiveCount(0)).toBe(2);
  expect(ms).toBeGreaterThanOrEqual(99);
  expect(ms).toBeLessThan(150);
});

test("aborted polls, however they fall, strand no message", async () => {
  const count = 400;
  const bodies = Array.from({ length: count }, (_, index) => `message ${index}`);
  const sender = startThread(broker, "send", { queue: "jobs", bodies });
  const got: string[] = [];
  let aborted = 0;
  while (got.length < count) {
    const aborter = new AbortController();
    const { signal } = aborter;
    const options = { maxNumberOfMessages: 3, waitTimeSeconds: 1, visibilityTimeout: 600, signal };
    const poll = queue.receive(options);
    setTimeout(() => aborter.abort(), aborted % 3);
    const messages = await poll.catch((error: Error) => {
      expect(error.name).toBe("AbortError");
      aborted++;
      return [];
    });
    for (const message of messages) {
      got.push(message.body);
      await message.delete();
    }
  }
  console.log(`${aborted} polls were aborted`);
  expect(new Set(got).size).toBe(count);
  expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  await sender.exit;
});

test("a hundred idle long polls take under 50 ms of processor time in 5 s", async () => {
  const { stdout } = await program("idle.mjs");
  const { cpuMs, aborted } = JSON.parse(stdout) as { cpuMs: number; aborted: number };
  console.log(`100 idle long polls in two threads' brokers: ${cpuMs} ms in 5 s`);
  expect(aborted).toBe(100);
  expect(cpuMs).toBeLessThan(50);
});

test.each(["close", "leave"])("a program ends by itself: %s", async (how) => {
  const startMs = Date.now();
  const { stdout, stderr } = await program("end.mjs", how);
  expect([stdout.trim(), stderr]).toEqual(["x", ""]);
  expect(Date.now() - startMs).toBeLessThan(5_000);
});
