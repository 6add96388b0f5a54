import { once } from "node:events";
import { Broker, consume } from "sluice";

const broker = await Broker.open();
const queue = await broker.createQueue("pictures");
await queue.sendBatch(["cat.jpg", "dog.jpg", "fox.jpg"]);
const consumer = consume(queue, new URL("./resize.mjs", import.meta.url), { threads: 4 });
consumer.on("failed", (messageId, error) => console.error(messageId, error));
await once(consumer, "drained"); // nothing waits, nothing is in hand
await consumer.stop();
console.log(`${consumer.stats().handled} handled`);
await broker.close();
