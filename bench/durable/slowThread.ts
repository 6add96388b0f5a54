/** The main file of a journal's thread on a slow disk; `more.delayMs` is how slow. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { bellOf } from "../../bindings/index.ts";
import type { ThreadData } from "../../engine/broker/durable/journalHost.ts";
import { JournalWork, type Order } from "../../engine/broker/durable/journalWork.ts";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import { SyncThreads } from "../../engine/journal/syncThreads.ts";
import { SlowDisk } from "./slowDisk.ts";

const { share, directory, settings, orders, more } = workerData as ThreadData;
const { batchBytes, segmentBytes } = settings;
const { delayMs } = more as { readonly delayMs: number };
const syncFile = { file: new URL("./slowSyncThread.js", import.meta.url), more: { delayMs } };

const work = new JournalWork({
  ...{ share, settings },
  openJournal: () =>
    openFileJournal({
      ...{ directory, batchBytes, segmentBytes },
      openDisk: (path) => new SlowDisk(path, delayMs, new SyncThreads(syncFile, bellOf(share))),
    }),
  logBytes: () =>
    readdirSync(directory).reduce((bytes, name) => bytes + statSync(join(directory, name)).size, 0),
  tell: (report) => parentPort?.postMessage(report),
  takeOrder: () => (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message,
});

await work.run();
orders.close();
