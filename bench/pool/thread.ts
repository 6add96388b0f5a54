/** A producer, or a consumer loop written by hand, of bench/pool/pool.ts; runs from dist/. */
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch, type Queue } from "../../engine/index.ts";
import { compute } from "../handlers/compute.ts";
import type { Job, Part } from "./pool.ts";

const { handle, bytes } = workerData as Part;
const port = parentPort;
if (port === null) throw new Error("bench/pool/thread.ts runs in a worker thread");
const broker = await Broker.attach(handle);
const text = "message ".padEnd(bytes, "abcdefghijklmnopqrstuvwxyz");
const BATCH = 10;

function produce(queue: Queue, messages: number): void {
  const bodies = Array.from({ length: BATCH }, () => text);
  for (let left = messages; left > 0; ) left -= queue.sync.sendBatch(bodies);
}

/** Ends when the queue is empty for a second. */
function consumeLoop(queue: Queue, computeUs: number): void {
  const batch = new MessageBatch(BATCH);
  for (;;) {
    const count = queue.sync.receiveBlocking(batch, BATCH, 1_000);
    if (count === 0) return;
    if (computeUs > 0) for (let index = 0; index < count; index++) compute(computeUs);
    queue.sync.delete(batch);
  }
}

port.on("message", (job: Job) => {
  void broker.getQueue(job.queue).then((queue) => {
    if (job.kind === "produce") produce(queue, job.messages);
    else consumeLoop(queue, job.computeUs);
    port.postMessage("done");
  });
});
port.postMessage("attached");
