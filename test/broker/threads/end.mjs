/**
 * A program of its own that ends by running out of things to do, with a broker closed ("close") or
 * left as it is ("leave"). Another thread joins and leaves; a long poll was answered.
 */
import { Worker } from "node:worker_threads";
import { Broker } from "../../../dist/engine/index.js";

const broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
const queue = await broker.createQueue("jobs");
const handle = broker.share();
const data = { handle, role: "send", options: { queue: "jobs", bodies: ["x"] } };
new Worker(new URL("./worker.mjs", import.meta.url), {
  workerData: data,
  transferList: [handle.port],
});
const [message] = await queue.receive({ waitTimeSeconds: 20 });
await message.delete();
if (process.argv[2] === "close") await broker.close();
console.log(message.body);
