/**
 * What the main file of a journal's thread does: opens the journal of a directory and works on it
 * (journalWork.ts) until the broker has ended; what goes wrong is told before. The benchmark has a file of its
 * own, whose disk is slower.
 */
import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import { type BellPlace, bellOf, type Engine } from "../../../bindings/index.ts";
import type { Disk } from "../../journal/disk.ts";
import { type FileJournalOptions, openFileJournal } from "../../journal/fileJournal.ts";
import { lockNamed } from "../../journal/lock.ts";
import { replayBeside } from "../../journal/readAhead.ts";
import type { ThreadData } from "./journalStart.ts";
import { JournalWork, type Order } from "./journalWork.ts";
import { logBytes } from "./logBytes.ts";

/** What the opener gives its thread when there is a memory; once. */
export function takeThreadData(): Promise<ThreadData> {
  return new Promise((resolve) => parentPort?.once("message", resolve));
}

/** `openDisk` gets who is rung when a sync is done that went on beside. */
export async function runJournal(
  { share, directory, settings, orders, lockName }: ThreadData,
  openDisk: (directory: string, bell: BellPlace) => Disk,
): Promise<void> {
  const { batchBytes, segmentBytes } = settings;
  const work = new JournalWork({
    ...{ share, settings },
    openJournal: (engine) =>
      openFileJournal({
        ...{ directory, batchBytes, segmentBytes },
        openDisk: (path) => openDisk(path, bellOf(share)),
        ...(lockName !== undefined && readingOf(engine, directory, lockName)),
      }),
    lastIndexOf: (engine) => (lockName === undefined ? undefined : engine.beside()?.lastIndex),
    logBytes: () => logBytes(directory),
    tell: (report) => parentPort?.postMessage(report),
    takeOrder: () => (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message,
  });
  await work.run();
  orders.close();
}

/** The opener has the directory already, and reads it. */
function readingOf(
  engine: Engine,
  directory: string,
  lockName: string,
): Pick<FileJournalOptions, "lock" | "replay"> {
  const beside = engine.beside();
  if (beside === undefined) throw new Error("There is no memory to read into.");
  const { ring, fresh } = beside;
  const meanwhile = {
    provide: fresh.provide,
    onShown: (bytes: number): void => fresh.onLoaded(bytes),
  };
  return { lock: lockNamed(directory, lockName), replay: replayBeside(ring, meanwhile) };
}
