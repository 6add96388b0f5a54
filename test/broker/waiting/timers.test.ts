/**
 * Timers and waits in real time: they fire whatever the opening thread does, cost nothing while
 * nothing happens, and don't keep a program alive that has nothing left to do.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import type { Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { expectWithin } from "../../support/timing.ts";
import { startThread } from "../threads/start.ts";

const run = promisify(execFile);

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** A word that another thread sets; this one comes to nothing else until then. */
class Word {
  readonly word = new Int32Array(new SharedArrayBuffer(4));

  block(): void {
    expect(Atomics.wait(this.word, 0, 0, patience())).not.toBe("timed-out");
  }
}

function program(name: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const file = fileURLToPath(new URL(`../threads/${name}`, import.meta.url));
  return run(process.execPath, [file, ...args], { timeout: patience() });
}

test("timers of other threads fire while the opening thread does not come", async () => {
  const done = new Word();
  const options = { queue: "jobs", rounds: 24, done: done.word };
  const thread = startThread<number[]>(broker, "timers", options);
  await thread.ready;
  done.block();
  const late = await thread.result;
  console.log(`100 ms timers, late by so many ms: ${late.join(" ")}`);
  expect(late).toHaveLength(24);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expectWithin("the latest timer was late by", Math.max(...late), 50);
  await thread.exit;
});

test("a waiter that is busy does not keep a message from one that is not", async () => {
  const poll = queue.receive({ waitTimeSeconds: Number.POSITIVE_INFINITY });
  const done = new Word();
  const thread = startThread<{ atMs: number }[]>(broker, "receive", {
    queue: "jobs",
    count: 1,
    waitTimeSeconds: Number.POSITIVE_INFINITY,
    done: done.word,
  });
  await thread.ready;
  await new Promise((resolve) => setTimeout(resolve, 600));
  // This thread waits too, and comes first; but it does not come before the other has the message.
  queue.sync.send("x");
  const sentAtMs = Date.now();
  done.block();
  const [got] = await thread.result;
  expectWithin("the message came after", (got?.atMs ?? 0) - sentAtMs, 500);
  await queue.send("for this thread");
  expect((await poll)[0]?.body).toBe("for this thread");
  await thread.exit;
});

test("a loop of nothing but sync.receive sees its own expiries, at their moment", async () => {
  let nowMs = 1_000;
  const batch = new MessageBatch(1);
  await using own = await Broker.open({
    memoryBytes: 64 * 1_048_576,
    clock: { nowMs: () => nowMs },
  });
  const { sync } = await own.createQueue("own");
  sync.send("x");
  expect(sync.receive(batch, 1, 0.1)).toBe(1);
  let looks = 0;
  for (nowMs++; sync.receive(batch) === 0 && looks < 1_000; nowMs++) looks++;
  expect(looks).toBe(99);
  expect(batch.receiveCount(0)).toBe(2);
});

test("a loop of nothing but sync.receive sees its own expiries by the machine's clock", () => {
  const batch = new MessageBatch(1);
  queue.sync.send("x");
  // Before the receive: the thread may be put aside between the two.
  const startMs = Date.now();
  expect(queue.sync.receive(batch, 1, 0.1)).toBe(1);
  while (queue.sync.receive(batch) === 0) if (Date.now() - startMs > patience()) break;
  const ms = Date.now() - startMs;
  expect(batch.receiveCount(0)).toBe(2);
  expect(ms).toBeGreaterThanOrEqual(99);
  expectWithin("100 ms were over after", ms, 150);
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

test("a hundred idle long polls sleep, and hardly ever wake", async () => {
  const { stdout } = await program("idle.mjs");
  const idle = JSON.parse(stdout) as { cpuMs: number; sleeps: number; aborted: number };
  console.log(
    `100 idle long polls, two threads' brokers: ${idle.sleeps} times to sleep in a second`,
  );
  expect(idle.aborted).toBe(100);
  // Some 6, of which 2 are the steward's; one loop that looks every 10 ms would make it 100.
  expect(idle.sleeps).toBeGreaterThan(0);
  expect(idle.sleeps).toBeLessThan(60);
  expectWithin("their processor time", idle.cpuMs, 50);
});

test.each(["close", "leave"])("a program ends by itself: %s", async (how) => {
  const startMs = Date.now();
  const { stdout, stderr } = await program("end.mjs", how);
  expect([stdout.trim(), stderr]).toEqual(["x", ""]);
  expectWithin("it ended after", Date.now() - startMs, 5_000);
});
