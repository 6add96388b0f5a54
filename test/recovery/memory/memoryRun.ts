/**
 * What the memory tests and the soak share: brokers of a size, the threads of memoryWorker.mjs, and
 * the soak itself, which is the same code for a minute and for ten.
 */
import { Worker } from "node:worker_threads";
import { expect } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { QueueAttributes } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { Gauges } from "../witness/gauges.ts";

export const MIB = 1_048_576;

/** Small heaps, so that what they hold settles soon and what leaks ends the thread. */
const HEAP = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };

/** A thread that plays `role` in this broker: what it returns. */
export function play<T>(
  broker: Broker,
  role: string,
  options: Record<string, unknown>,
): Promise<T> {
  const handle = broker.share();
  const worker = new Worker(new URL("./memoryWorker.mjs", import.meta.url), {
    workerData: { handle, role, options },
    transferList: [handle.port],
    execArgv: [],
    resourceLimits: HEAP,
  });
  return new Promise((resolve, reject) => {
    let result: T;
    worker.once("message", (message: { result: T }) => {
      result = message.result;
    });
    worker.once("error", reject);
    worker.once("exit", () => resolve(result));
  });
}

/** A word that threads read until it is set. */
export function signal(): { word: Int32Array; raise: () => void } {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const raise = (): void => {
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
  };
  return { word, raise };
}

/** Asks again and again until `isSo`, at most so long; how long it took. */
export async function until(isSo: () => boolean, mostMs = patience()): Promise<number> {
  const startMs = performance.now();
  while (!isSo()) {
    if (performance.now() - startMs > mostMs) throw new Error(`not so after ${mostMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Math.round(performance.now() - startMs);
}

const THREADS = 3;
const LOOK_MS = 1_000;
const SOAK_ATTRIBUTES: QueueAttributes = { visibilityTimeout: 1, messageRetentionPeriod: 60 };

/** Resident memory of the process after the first fifth and at the end of so many seconds. */
export async function soak(seconds: number): Promise<void> {
  const broker = await Broker.open({ memoryBytes: 128 * MIB, threadsMax: 8, queuesMax: 8 });
  const gauges = new Gauges(broker);
  const names = ["one", "two"];
  for (const name of names) await broker.createQueue(name, SOAK_ATTRIBUTES);
  const stop = signal();
  const working = Array.from({ length: THREADS }, (_, thread) =>
    play<number>(broker, "soak", { queue: names[thread % 2], thread, stop: stop.word }),
  );
  // A thread that fails ends the soak at once.
  const failed = Promise.all(working);
  const settledAt = Math.floor(seconds / 5);
  let settled = 0;
  let last = 0;
  const looks: string[] = [];
  for (let second = 1; second <= seconds; second++) {
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    // Queues come and go meanwhile, and one is purged.
    await broker.createQueue("passing", SOAK_ATTRIBUTES).then((queue) => queue.send("x"));
    await broker.deleteQueue("passing");
    if (second % 10 === 0) await (await broker.getQueue("two")).purge();
    // The mean of three looks: collections come and go.
    last = (last * 2 + process.memoryUsage.rss()) / (second === 1 ? 1 : 3);
    if (second === settledAt) settled = last;
    if (second % settledAt === 0) {
      const { heapUsed, external } = process.memoryUsage();
      const parts = [last, heapUsed, external].map((bytes) => (bytes / MIB).toFixed(1));
      looks.push(`${parts.join(" / ")} (${gauges.touched().pages} pages)`);
    }
  }
  stop.raise();
  const cycles = await failed;
  console.log(
    `soak of ${seconds} s: ${cycles.join(" + ")} cycles, resident ${(settled / MIB).toFixed(1)} MiB ` +
      `after ${settledAt} s; each ${settledAt} s, with this thread's heap and what lies beside it ` +
      `and touched pages of the arena: ${looks.join(", ")}; ` +
      `touched ${JSON.stringify(gauges.touched())}, free ${JSON.stringify(gauges.free())}`,
  );
  gauges.close();
  await broker.close();
  expect(last / settled).toBeLessThanOrEqual(1.05);
}
