/** The other thread of lastIndex.test.ts: takes the index, says so, and builds it a little later. Runs from dist/. */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Engine, SharedBlock } from "../../dist/bindings/index.js";

/** Who does not wait has gone on by then. */
const LATER_MS = 100;

const { share, ended } = workerData;
const { lastIndex } = Engine.attach(share).beside();
if (!lastIndex.take()) throw new Error("somebody else builds it");
parentPort.postMessage("taken");
await sleep(LATER_MS);
new SharedBlock(ended).store(0, 1);
while (lastIndex.step());
