/** The main file of a journal's thread on a slow disk; `more.delayMs` is how slow. */
import { runJournal, takeThreadData } from "../../engine/broker/durable/journalMain.ts";
import { SyncThreads } from "../../engine/journal/syncThreads.ts";
import { SlowDisk } from "./slowDisk.ts";

const data = await takeThreadData();
const { delayMs } = data.more as { readonly delayMs: number };
const file = new URL("./slowSyncThread.js", import.meta.url);

await runJournal(
  data,
  (path, bell) => new SlowDisk(path, delayMs, new SyncThreads({ file, more: { delayMs } }, bell)),
);
