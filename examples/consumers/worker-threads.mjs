// Worker threads of your own beside a consumer's: they join the broker by a handle and send, the
// consumer's threads handle, and no message goes from thread to thread by a port.
import { once } from "node:events";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Broker, consume } from "sluice";

const MESSAGES = 5_000;

async function produce() {
  const broker = await Broker.attach(workerData);
  const queue = await broker.getQueue("jobs");
  for (let number = 0; number < MESSAGES; number++) {
    // False: memory is full. The asynchronous `send` waits for room where it is told to.
    if (!queue.sync.send(`${number}`)) await queue.send(`${number}`, { waitForCapacity: true });
  }
  await broker.close();
}

async function main() {
  const broker = await Broker.open();
  const queue = await broker.createQueue("jobs");
  const sum = new BigInt64Array(new SharedArrayBuffer(8));
  const handler = new URL("./worker-threads.handler.mjs", import.meta.url);
  const consumer = consume(queue, handler, { threads: 2, batch: 100, data: { sum } });
  await consumer.ready;

  const producers = [1, 2].map(() => {
    const handle = broker.share(); // one a thread; its port goes with it
    const options = { workerData: handle, transferList: [handle.port] };
    return new Worker(new URL(import.meta.url), options);
  });
  await Promise.all(producers.map((producer) => once(producer, "exit")));

  await once(consumer, "drained");
  const { handled, byThread } = consumer.stats();
  console.log(`${handled} jobs handled in ${byThread.length} threads, their sum is ${sum[0]}`);
  await consumer.stop();
  await broker.close();
}

await (isMainThread ? main() : produce());

// Prints:
// 10000 jobs handled in 2 threads, their sum is 24995000
