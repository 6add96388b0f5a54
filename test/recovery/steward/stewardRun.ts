/**
 * What the tests of the steward share: threads that play the roles of stewardWorker.mjs, and a round
 * of deaths while the opening thread computes.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { BrokerHandle } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { expectWithin } from "../../support/timing.ts";
import { LONGEST_MS } from "../waking/wakeRun.ts";

const WAYS = ["terminate", "exit", "error", "heap", "terminate", "exit", "error", "heap"];

/** A heap that an owner fills in a moment; what a victim's is stands in stewardWorker.mjs. */
const OWNER_HEAP_MB = 16;
const HEAP_MB = 256;

export function start(
  role: string,
  options: Record<string, unknown>,
  handles: readonly BrokerHandle[],
): Worker {
  const worker = new Worker(new URL("./stewardWorker.mjs", import.meta.url), {
    workerData: { role, options },
    transferList: handles.map(({ port }) => port),
    execArgv: [],
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: role === "owner" ? OWNER_HEAP_MB : HEAP_MB },
  });
  worker.on("error", () => undefined);
  return worker;
}

/** The next thing that this thread posts. */
export async function says<T>(worker: Worker): Promise<T> {
  const [word] = (await once(worker, "message")) as [T];
  return word;
}

/** How a thread ended, how long what it held stayed its own, how much that was, what is left of it. */
export interface Death {
  readonly way: string;
  readonly ms: number;
  readonly held: number;
  readonly left: number;
}

/** Kills eight threads, one after the other, while this thread blocks and comes to nothing else. */
export async function raceDeaths(): Promise<Death[]> {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 16 });
  const handle = broker.share();
  const handles = WAYS.map(() => broker.share());
  const [go, over] = [new SharedArrayBuffer(4), new SharedArrayBuffer(4)];
  const options = { handle, handles, ways: WAYS, go, over, patienceMs: patience() };
  const watcher = start("watcher", options, [handle, ...handles]);
  await says(watcher);
  const results = says<{ result: Death[] }>(watcher);
  Atomics.store(new Int32Array(go), 0, 1);
  Atomics.notify(new Int32Array(go), 0);
  Atomics.wait(new Int32Array(over), 0, 0, WAYS.length * patience());
  const { result } = await results;
  await watcher.terminate();
  await broker.close();
  return result;
}

export function checkDeaths(deaths: readonly Death[]): void {
  expect(deaths.map(({ way }) => way)).toEqual(WAYS);
  for (const { way, ms, held, left } of deaths) {
    expect(held).toBeGreaterThanOrEqual(30);
    expect(left).toBe(0);
    expectWithin(`${way}, what was held was free after`, ms, LONGEST_MS);
  }
}
