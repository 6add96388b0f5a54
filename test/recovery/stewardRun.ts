/** What the tests of the steward share: threads that play the roles of stewardWorker.mjs. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { BrokerHandle } from "../../engine/types.ts";

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
