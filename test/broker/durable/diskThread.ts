/**
 * The journal's thread with a test's disk: simulated or in a directory, behind a gate, with small segments or a
 * fault. Started in the stead of journalThread.ts; runs from dist/.
 */
import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import { takeThreadData } from "../../../engine/broker/durable/journalMain.ts";
import { JournalWork, type Order } from "../../../engine/broker/durable/journalWork.ts";
import { FileJournal } from "../../../engine/journal/fileJournal.ts";
import { SimulatedDisk } from "../../journal/simulatedDisk.ts";
import { Seeded } from "../../support/seeded.ts";
import { FaultyDisk } from "./faultyDisk.ts";
import { Gate, GatedDisk } from "./gate.ts";
import type { DiskPlan } from "./kept.ts";

const { share, directory, settings, orders, more } = await takeThreadData();
const { gate, fault, room, segmentBytes, isSimulated } = more as DiskPlan;
const simulated = new SimulatedDisk(new Seeded(1));
simulated.fault = fault;

/** Room is the test's to give and to take: a word of shared memory, in bytes; 0 is as much as it likes. */
function lookAtRoom(): void {
  const bytes = room === undefined ? 0 : Atomics.load(room, 0);
  simulated.capacityBytes = bytes === 0 ? Number.POSITIVE_INFINITY : bytes;
}

class RoomyDisk extends GatedDisk {
  override write(file: number, bytes: Uint8Array, at: number): number {
    lookAtRoom();
    return super.write(file, bytes, at);
  }

  override freeBytes(): number {
    lookAtRoom();
    return super.freeBytes();
  }
}

const disk = isSimulated ? simulated : new FaultyDisk(directory, fault);
const sizes = {
  segmentBytes,
  batchBytes: Math.min(settings.batchBytes, segmentBytes / 2),
  lowBytes: 2 * segmentBytes,
};
const work = new JournalWork({
  share,
  settings: { ...settings, ...sizes },
  openJournal: async () => new FileJournal(new RoomyDisk(disk, new Gate(gate)), sizes),
  logBytes: () => 0,
  tell: (report) => parentPort?.postMessage(report),
  takeOrder: () => (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message,
});

await work.run();
orders.close();
