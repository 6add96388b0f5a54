/** The main file of a thread that syncs files for the journal's (syncThreads.ts). */
import { fdatasyncSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { type SyncThreadData, serveSyncs } from "./syncThreads.ts";

serveSyncs(workerData as SyncThreadData, fdatasyncSync);
