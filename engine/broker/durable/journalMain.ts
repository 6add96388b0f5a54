/**
 * What the main file of a journal's thread does: opens the journal of a directory and works on it
 * (journalWork.ts) until the broker has ended; what goes wrong is told before. The benchmark has a file of its
 * own, whose disk is slower.
 */
import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import { type BellPlace, bellOf, PieceRing } from "../../../bindings/index.ts";
import type { Disk } from "../../journal/disk.ts";
import { openFileJournal } from "../../journal/fileJournal.ts";
import { replayBeside } from "../../journal/readAhead.ts";
import type { ThreadData } from "./journalHost.ts";
import { JournalWork, type Order } from "./journalWork.ts";
import { logBytes } from "./logBytes.ts";

/** `openDisk` gets who is rung when a sync is done that went on beside. */
export async function runJournal(
  { share, directory, settings, orders, ahead }: ThreadData,
  openDisk: (directory: string, bell: BellPlace) => Disk,
): Promise<void> {
  const { batchBytes, segmentBytes } = settings;
  const work = new JournalWork({
    ...{ share, settings },
    openJournal: () =>
      openFileJournal({
        ...{ directory, batchBytes, segmentBytes },
        openDisk: (path) => openDisk(path, bellOf(share)),
        ...(ahead !== undefined && { replay: replayBeside(new PieceRing(ahead)) }),
      }),
    logBytes: () => logBytes(directory),
    tell: (report) => parentPort?.postMessage(report),
    takeOrder: () => (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message,
  });
  await work.run();
  orders.close();
}
