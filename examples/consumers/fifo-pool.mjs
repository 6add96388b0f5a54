// A pool over a FIFO queue: a group's messages are handled one after the other and in order, whichever
// thread has them; messages of different groups at the same time. A receive takes what it can of one
// group before it goes to the next, so where handlers wait for something, a batch of 1 gives each of
// `concurrency` handlers a group of its own.
import { once } from "node:events";
import { Broker, consume } from "sluice";

const customers = 10;
const orders = 20;
const broker = await Broker.open();
const queue = await broker.createQueue("orders.fifo", {
  fifoQueue: true,
  contentBasedDeduplication: true,
});
for (let order = 1; order <= orders; order++) {
  for (let customer = 0; customer < customers; customer++) {
    const body = JSON.stringify({ customer, order });
    await queue.send(body, { messageGroupId: `customer-${customer}` });
  }
}

// What the threads tell us: the last order of each customer, and how many were wrong, at work, at most.
const words = (count) => new Int32Array(new SharedArrayBuffer(4 * count));
const data = { last: words(customers), wrong: words(1), atWork: words(1), most: words(1) };
const handler = new URL("./fifo-pool.handler.mjs", import.meta.url);
const consumer = consume(queue, handler, { threads: 2, batch: 1, concurrency: 4, data });
await once(consumer, "drained");
await consumer.stop();

console.log(`${consumer.stats().handled} orders, ${data.wrong[0]} out of turn`);
console.log(`several at the same time: ${data.most[0] > 1}`);
await broker.close();

// Prints:
// 200 orders, 0 out of turn
// several at the same time: true
