// Typed payloads: one schema for whoever sends and whoever handles. The sender's call is checked by the
// compiler, the handler's message by the schema, since a queue also takes what others sent. What does
// not fit fails with a sentence that says why, and goes to the dead-letter queue.
// The schema is valibot's (npm install valibot).
// @ts-check
import { once } from "node:events";
import { Broker, consume } from "sluice";
import { sendOrder } from "./typed-payloads.schema.mjs";

const broker = await Broker.open();
const failed = await broker.createQueue("orders-failed");
const queue = await broker.createQueue("orders", {
  redrivePolicy: { deadLetterTargetArn: failed.arn, maxReceiveCount: 1 },
});
await sendOrder(queue, { id: "A-1", item: "apple", count: 3 });
await queue.send('{"id":"A-2","item":"pear","count":"many"}'); // by somebody without the schema

const handler = new URL("./typed-payloads.handler.mjs", import.meta.url);
const consumer = consume(queue, handler, { threads: 1, backoffSeconds: () => 0 });
const [, error] = await once(consumer, "failed");
const [dead] = await failed.receive({ waitTimeSeconds: 20 });
await consumer.stop();
console.log(`handled: ${consumer.stats().handled}`);
console.log(`failed: ${error.message}`);
console.log(`dead letter: ${dead?.body}`);
await broker.close();

// Prints:
// handled: 1
// failed: count: Invalid type: Expected number but received "many"
// dead letter: {"id":"A-2","item":"pear","count":"many"}
