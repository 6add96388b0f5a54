/** The main file of the thread that reads a long journal beside the one that looks at it (readAhead.ts). */
import { workerData } from "node:worker_threads";
import { PieceRing } from "../../bindings/index.ts";
import { NodeDisk } from "./nodeDisk.ts";
import { type ReadAheadData, serveReplay } from "./readAhead.ts";

const { buffer, directory } = workerData as ReadAheadData;
serveReplay(new PieceRing(buffer), () => new NodeDisk(directory));
