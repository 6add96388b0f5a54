// The outbox: an order and the message about it are written in one transaction of the program's own
// database, here a file that is replaced as a whole; a relay sends what stands in the outbox and then
// marks it. No order without its message, no message without its order, whenever the program dies.
// What it does not give is "once": who dies between the send and the mark sends again. A FIFO queue
// drops that by its deduplication id for five minutes; after them, and with a Standard queue, the
// consumer has to (idempotent-consumer.mjs).
import { mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const folder = await mkdtemp(join(tmpdir(), "outbox-"));
const file = join(folder, "orders.json");

async function read() {
  return JSON.parse(await readFile(file, "utf8").catch(() => '{"orders":[],"outbox":[]}'));
}

/** All of `change` or nothing of it: written beside the file, on the disk, then in its place. */
async function transaction(change) {
  const database = await read();
  change(database);
  const beside = await open(`${file}.new`, "w");
  await beside.writeFile(JSON.stringify(database));
  await beside.sync();
  await beside.close();
  await rename(`${file}.new`, file);
}

// Where there is no AWS: `sluice serve`, and AWS_ENDPOINT_URL with its URL.
const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const sqs = new SQSClient({ region: "us-east-1", credentials });
const queue = { QueueName: "orders.fifo", Attributes: { FifoQueue: "true" } };
const { QueueUrl } = await sqs.send(new CreateQueueCommand(queue));

/** Sends what is not marked, oldest first. `dies`: between the first send and its mark. */
async function relay(dies = false) {
  for (const { id, MessageBody } of (await read()).outbox.filter(({ isSent }) => !isSent)) {
    const once = { MessageDeduplicationId: `order-${id}`, MessageGroupId: "orders" };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...once }));
    if (dies) return console.log(`died after sending order ${id}`);
    await transaction(({ outbox }) => {
      outbox.find((row) => row.id === id).isSent = true;
    });
  }
}

for (const item of ["book", "lamp"]) {
  await transaction(({ orders, outbox }) => {
    const id = orders.length + 1;
    orders.push({ id, item });
    outbox.push({ id, MessageBody: JSON.stringify({ id, item }), isSent: false });
  });
}
await relay(true);
await relay(); // another process, later: begins with the order that was sent already

const received = [];
const poll = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 };
while (received.length < 2) {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(poll));
  for (const { Body, ReceiptHandle } of Messages) {
    received.push(Body);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}
const left = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
console.log(received.join(" "), "and", left.Messages?.length ?? 0, "more");
console.log((await read()).outbox.every(({ isSent }) => isSent) ? "all marked" : "some not marked");
await rm(folder, { recursive: true });

// Prints:
// died after sending order 1
// {"id":1,"item":"book"} {"id":2,"item":"lamp"} and 0 more
// all marked
