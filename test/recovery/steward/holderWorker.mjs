/**
 * A thread that receives all that the first queue of a broker has, holds it and blocks for ever: what
 * comes of its messages is up to heartbeats. The port is its own, so that its death is seen.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Engine, Inbox } from "../../../dist/bindings/index.js";

const { share, port, visibilityMs, lookEveryMs } = workerData;
port.unref();
const engine = Engine.attach(share);
const { time, held, queues } = engine;
const countMs = Number(process.hrtime.bigint()) / 1e6;
const nowMs = time.isVirtual ? time.virtualNowMs : time.anchorMs + countMs;
const queue = queues.handle(0);
const inbox = new Inbox(100);
const slots = [];
held.lookEveryMs = lookEveryMs;
while (engine.receive(inbox, queue, 100, visibilityMs, nowMs) > 0) {
  for (let index = 0; index < inbox.count; index++) {
    held.publish(inbox, index, queue.incarnation, visibilityMs);
    slots.push(inbox.slot(index));
  }
}
parentPort.postMessage(slots);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
