/**
 * The thread that takes what another one reads of a journal, as the journal's own does: says all that it was shown.
 * Throws at piece number `throwsAt`, if there is one. Runs from dist/.
 */
import { parentPort, workerData } from "node:worker_threads";
import { PieceRing } from "../../bindings/index.ts";
import { replayBeside } from "../../engine/journal/readAhead.ts";
import type { Replay } from "../../engine/journal/replay.ts";
import { shown } from "./shown.ts";

export interface TakerData {
  readonly buffer: SharedArrayBuffer;
  readonly directory: string;
  readonly throwsAt?: number;
}

const { buffer, directory, throwsAt } = workerData as TakerData;
const read = replayBeside(new PieceRing(buffer, 0), { provide: () => false, onShown: () => {} });

const limited: Replay = (disk, visit) => {
  let count = 0;
  return read(disk, (batch) => {
    count++;
    if (count === throwsAt) throw new RangeError("too small");
    visit(batch);
  });
};

parentPort?.postMessage(shown(directory, limited));
