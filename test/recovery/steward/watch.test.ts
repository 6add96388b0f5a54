/**
 * The watch over the steward: a steward that ends, ends again and again, or does not answer. Here
 * the watch runs in the test's thread, so that its steward can be reached; the last test has both in
 * threads of their own, as a broker has.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import type { EngineExports } from "../../../bindings/exports.ts";
import { Engine, type EngineShare } from "../../../bindings/index.ts";
import { wasm } from "../../../bindings/webassembly.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { takeWelcome } from "../../../engine/broker/threads/attachment.ts";
import { Watch } from "../../../engine/broker/threads/watch.ts";
import { verify } from "../../support/builds.ts";
import { patience } from "../../support/patience.ts";
import { sleep } from "../waking/wakeRun.ts";

const STEWARD = fileURLToPath(
  new URL("../../../dist/engine/broker/threads/stewardThread.js", import.meta.url),
);
const SIZES = { memoryBytes: 16 * 1_048_576, messagesMax: 1_000, threadsMax: 8, queuesMax: 4 };
const ARENA = (layout.HEADER + layout.HEADER_ARENA) >> 2;

let engine: Engine;
let watch: Watch;
let words: Int32Array;
let steward: EngineShare;
let stewards: Worker[];
let told: string[];
let lost: Error | undefined;

beforeEach(async () => {
  // The watch's looks come when a test says so.
  vi.useFakeTimers({ toFake: ["setInterval"] });
  const secret = new Uint8Array(32);
  engine = await Engine.open(SIZES, { secret, epoch: 1, isClockVirtual: false });
  steward = engine.share(true) as EngineShare;
  words = new Int32Array(steward.memory.buffer);
  stewards = [];
  told = [];
  lost = undefined;
  watch = new Watch(steward, {
    startSteward: () => {
      const worker = new Worker(STEWARD, { workerData: steward, execArgv: [] });
      stewards.push(worker);
      return worker;
    },
    tellOpener: (word) => told.push(typeof word === "string" ? word : word.text),
    onLost: (error) => {
      lost = error;
    },
  });
});

afterEach(async () => {
  if (lost === undefined) await watch.end();
  vi.useRealTimers();
});

/**
 * A thread that there is as far as the memory and the watch know; closing its port is its death. It
 * has slots in stock, which its recovery gives back, for which that takes the arena's lock.
 */
function guest(): { thread: number; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  const { module, memory, thread } = engine.share() as EngineShare;
  const instance = new wasm.Instance(module, { env: { memory } });
  (instance.exports as EngineExports).prepare(thread, 0, 1);
  watch.join(port1, thread);
  return { thread, port: port2 };
}

function stateOf(thread: number): number {
  const base = words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] as number;
  return words[(base + thread * layout.THREAD_BYTES + layout.THREAD_STATE) >> 2] as number;
}

async function until(isSo: () => boolean, mostMs = patience()): Promise<void> {
  const endMs = performance.now() + mostMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`not so after ${mostMs} ms`);
    await sleep(1);
  }
}

/** The arena's lock in this thread's hand. */
async function hold(thread: number): Promise<void> {
  await until(() => Atomics.compareExchange(words, ARENA, 0, thread + 1) === 0);
}

/** The steward there is now runs: a thread that dies is recovered. */
async function settled(): Promise<void> {
  const { thread, port } = guest();
  port.close();
  await until(() => stateOf(thread) === layout.THREAD_FREE);
}

describe("a steward that ends", () => {
  test("is replaced by one that mends what it held and does what it was told", async () => {
    await settled();
    const { thread, port } = guest();
    await hold(steward.thread);
    // The steward now sleeps for a lock that is its own: nothing but its end can free it.
    port.close();
    await until(() => ((words[ARENA] as number) & layout.LOCK_WAITERS) !== 0);
    await sleep(50);
    expect(stateOf(thread)).toBe(layout.THREAD_DEAD);
    await stewards[0]?.terminate();
    await until(() => stateOf(thread) === layout.THREAD_FREE);
    expect(words[ARENA]).toBe(0);
    expect(stewards).toHaveLength(2);
    expect(told).toEqual([
      expect.stringMatching(/^It was replaced\. Its thread ended with code 1/),
    ]);
    await settled();
    expect(verify(steward)).toBe(0);
  });

  test("again and again is given up, and the opener is told", async () => {
    for (let loss = 0; loss < 4; loss++) {
      expect(lost).toBeUndefined();
      await settled();
      await stewards[loss]?.terminate();
      await until(() => stewards.length === loss + 2 || lost !== undefined);
    }
    expect(lost?.message).toMatch(/ended with code 1/);
    expect(stewards).toHaveLength(4);
  });
});

describe("a steward that does not answer", () => {
  /** So many looks, each of which asks the steward. */
  async function look(times: number): Promise<void> {
    for (let turn = 0; turn < times; turn++) {
      vi.advanceTimersByTime(1_000);
      await sleep(20);
    }
  }

  test("ten looks long is ended and replaced; one that answers is not", async () => {
    await settled();
    let answers = 0;
    stewards[0]?.on("message", ({ kind }) => {
      if (kind === "here") answers++;
    });
    for (let asked = 1; asked <= 30; asked++) {
      await look(1);
      await until(() => answers === asked);
    }
    expect(stewards).toHaveLength(1);
    const owner = guest();
    const { thread, port } = guest();
    await hold(owner.thread);
    port.close();
    await until(() => ((words[ARENA] as number) & layout.LOCK_WAITERS) !== 0);
    await look(10);
    expect(stewards).toHaveLength(1);
    await look(2);
    await until(() => stewards.length === 2);
    expect(stateOf(thread)).toBe(layout.THREAD_DEAD);
    // The successor waits for the same lock, until its owner is dead.
    owner.port.close();
    await until(() => [thread, owner.thread].every((one) => stateOf(one) === layout.THREAD_FREE));
    expect(told).toHaveLength(1);
    expect(verify(steward)).toBe(0);
  });

  test("does not keep the broker from closing", async () => {
    await settled();
    const owner = guest();
    const { port } = guest();
    await hold(owner.thread);
    port.close();
    await until(() => ((words[ARENA] as number) & layout.LOCK_WAITERS) !== 0);
    // The lock is held to the end of this test, and its steward sleeps for it.
    await watch.end();
    expect((words[ARENA] as number) & ~layout.LOCK_WAITERS).toBe(owner.thread + 1);
  });
});

test("a broker whose stewards all end tells its callers, and those that wait", async () => {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 4 });
  const jobs = await broker.createQueue("jobs");
  const poll = jobs
    .receive({ waitTimeSeconds: Number.POSITIVE_INFINITY })
    .catch(({ code }: { code: string }) => code);
  const warnings: string[] = [];
  process.on("warning", ({ message }) => warnings.push(message));
  const handle = broker.share();
  // No steward starts on a memory that it does not know.
  const { memory } = takeWelcome(handle).share;
  new Int32Array(memory.buffer)[(layout.HEADER + layout.HEADER_MAGIC) >> 2] = 0;
  const closed = once(handle.port, "close");
  expect(await poll).toBe("InternalFailure");
  await closed;
  await expect(jobs.send("x")).rejects.toMatchObject({
    code: "InternalFailure",
    message: expect.stringMatching(/steward is gone.*not made by a Sluice broker/),
  });
  expect(warnings.filter((text) => text.includes("It was replaced"))).toHaveLength(3);
  process.removeAllListeners("warning");
  await broker.close();
});
