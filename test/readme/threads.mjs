import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "sluice";

const broker = isMainThread ? await Broker.open() : await Broker.attach(workerData);
const queue = await broker.createQueue("jobs"); // made by whoever comes first
if (isMainThread) {
  const handle = broker.share(); // one handle a thread
  const options = { workerData: handle, transferList: [handle.port] };
  const worker = new Worker(new URL(import.meta.url), options);
  for (let sent = 0; sent < 100_000; sent++) queue.sync.send(`job ${sent}`);
  worker.on("exit", () => broker.close());
} else {
  const batch = new MessageBatch(10);
  let handled = 0;
  while (handled < 100_000) {
    queue.sync.receiveBlocking(batch, 10, 1_000); // batch.body(0), batch.body(1), ...
    handled += queue.sync.delete(batch);
  }
  console.log(`${handled} messages came over from the other thread`);
  await broker.close();
}
