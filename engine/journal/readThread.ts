/** The main file of the thread that reads a long journal beside the one that looks at it (readAhead.ts). */
import { workerData } from "node:worker_threads";
import { FreshMemory, PieceRing } from "../../bindings/index.ts";
import { NodeDisk } from "./nodeDisk.ts";
import { type ReadAheadData, serveReplay } from "./readAhead.ts";

const { buffer, directory, share } = workerData as ReadAheadData;
const meanwhile = share && new FreshMemory(share).provide;
serveReplay(new PieceRing(buffer, meanwhile), () => new NodeDisk(directory));
