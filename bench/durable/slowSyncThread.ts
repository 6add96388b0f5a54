/** A thread that syncs beside the journal's on a slow disk; `more.delayMs` is how slow (slowDisk.ts). */
import { fdatasyncSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { SharedBlock } from "../../bindings/index.ts";
import { type SyncThreadData, serveSyncs } from "../../engine/journal/syncThreads.ts";

const data = workerData as SyncThreadData;
const { delayMs } = data.more as { readonly delayMs: number };
const clock = new SharedBlock(8);

serveSyncs(data, (file) => {
  fdatasyncSync(file);
  clock.pause(delayMs);
});
