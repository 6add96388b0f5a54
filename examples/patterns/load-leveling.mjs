// Load leveling: a burst waits in the queue, and five threads work it off at the pace that they
// have. None is given more than it asks for, so the quick take more than the slow.
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "sluice";

const WORKERS = 5;
const JOBS = 10_000;

const broker = isMainThread ? await Broker.open() : await Broker.attach(workerData);
const queue = await broker.createQueue("jobs", { visibilityTimeout: 60 });
const results = await broker.createQueue("results");

async function lead() {
  const exits = Array.from({ length: WORKERS }, () => {
    const handle = broker.share();
    const options = { workerData: handle, transferList: [handle.port] };
    const worker = new Worker(new URL(import.meta.url), options);
    return new Promise((resolve) => worker.once("exit", resolve));
  });
  for (let job = 1; job <= JOBS; job++) queue.sync.send(String(job)); // the burst
  await Promise.all(exits);
  const shares = await results.receive({ maxNumberOfMessages: WORKERS });
  const sum = shares.reduce((total, { body }) => total + Number(body), 0);
  console.log(`${shares.length} workers did ${sum} jobs, ${queue.counts().visible} are left`);
}

/** Works until nothing has come for a second; waiting blocks this thread, and costs nothing. */
async function work() {
  const batch = new MessageBatch(10);
  let done = 0;
  while (queue.sync.receiveBlocking(batch, 10, 1_000) > 0) {
    for (let index = 0; index < batch.length; index++) {
      if (Math.sqrt(Number(batch.body(index))) > 0) done += 1;
    }
    queue.sync.delete(batch);
  }
  await results.send(String(done));
}

await (isMainThread ? lead() : work());
await broker.close();

// Prints:
// 5 workers did 10000 jobs, 0 are left
