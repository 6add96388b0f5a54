/** A thread of test/recovery/waking/fairness.test.ts: cycles through the queue as fast as it can. */
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { handle, words, counter, size } = workerData;
const broker = await Broker.attach(handle);
const queue = await broker.getQueue("contended");
const batch = new MessageBatch(size);
const bodies = Array.from({ length: size }, () => "x".repeat(64));
parentPort?.postMessage("ready");
Atomics.wait(words, 0, 0);
while (Atomics.load(words, 0) === 1) {
  queue.sync.sendBatch(bodies);
  queue.sync.receive(batch);
  queue.sync.delete(batch);
  Atomics.add(words, counter, 1);
}
await broker.close();
