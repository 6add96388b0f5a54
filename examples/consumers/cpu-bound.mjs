// Work that computes: `handleSync` blocks its thread, makes no promise and no object a message, and
// takes a batch at a time. Heartbeats come from the broker's own thread, so a slice that takes longer
// than the visibility timeout is not handed out again. Results come back by a queue.
import { Broker, consume } from "sluice";

const below = 200_000;
const width = 10_000;
const broker = await Broker.open();
const slices = await broker.createQueue("slices", { visibilityTimeout: 30 });
const results = await broker.createQueue("results");
for (let from = 0; from < below; from += width) slices.sync.send(`${from} ${from + width}`);

const handler = new URL("./cpu-bound.handler.mjs", import.meta.url);
const consumer = consume(slices, handler, { threads: 2, batch: 1, data: results.name });
let primes = 0;
let left = below / width;
for await (const message of results.messages()) {
  primes += Number(message.body);
  await message.delete();
  left--;
  if (left === 0) break;
}
await consumer.stop();
console.log(`${primes} primes below ${below}`);
await broker.close();

// Prints:
// 17984 primes below 200000
