// A handler written for AWS Lambda, unedited, on this machine: batches of an SQS queue, of which the
// function names those that failed. What fails twice is in the dead-letter queue.
import { once } from "node:events";
import { Broker } from "sluice";
import { lambda } from "sluice/lambda";

const broker = await Broker.open();
const dead = await broker.createQueue("orders-failed");
const redrivePolicy = { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 };
const queue = await broker.createQueue("orders", { redrivePolicy });
await queue.sendBatch(['{"id":1,"count":2}', "no order", '{"id":2,"count":5}']);

const consumer = lambda(queue, new URL("./orders.handler.mjs", import.meta.url), {
  threads: 1,
  timeout: 30,
  batchSize: 10,
  functionResponseTypes: ["ReportBatchItemFailures"],
  backoffSeconds: () => 0.1, // on AWS: when the visibility timeout is over
});
consumer.on("error", (error) => console.error(error));
await once(consumer, "drained");
await consumer.stop();

const [letter] = await dead.receive();
console.log(`${consumer.stats().handled} orders handled, dead letter: ${letter.body}`);
await broker.close();

// Prints:
// [orders 1] order 1: 2 pieces
// [orders 1] order 2: 5 pieces
// 2 orders handled, dead letter: no order
