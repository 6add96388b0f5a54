/**
 * The main file of the journal's thread, which the opener of a broker with a directory starts. What it does
 * stands in journalWork.ts. It ends when its work has; what goes wrong in it is told before.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { bellOf } from "../../../bindings/index.ts";
import { openFileJournal } from "../../journal/fileJournal.ts";
import { NodeDisk } from "../../journal/nodeDisk.ts";
import { SyncThreads } from "../../journal/syncThreads.ts";
import type { ThreadData } from "./journalHost.ts";
import { JournalWork, type Order } from "./journalWork.ts";

const { share, directory, settings, orders } = workerData as ThreadData;
const { batchBytes, segmentBytes } = settings;
const syncFile = new URL("../../journal/syncThread.js", import.meta.url);

/** Of the segments; files that come or go meanwhile count as nothing. */
function logBytes(): number {
  let bytes = 0;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".log")) continue;
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

const work = new JournalWork({
  share,
  settings,
  openJournal: () =>
    openFileJournal({
      ...{ directory, batchBytes, segmentBytes },
      openDisk: (path) => new NodeDisk(path, new SyncThreads({ file: syncFile }, bellOf(share))),
    }),
  logBytes,
  tell: (report) => parentPort?.postMessage(report),
  takeOrder: () => (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message,
});

await work.run();
orders.close();
