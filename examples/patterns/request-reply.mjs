// Request and reply: the request says where the answer is wanted and under which correlation id. One
// reader of the reply queue hands each answer to whoever waits for its id, so that answers may come
// in any order. Here by AWS's SDK (npm install @aws-sdk/client-sqs); run it with
// AWS_ENDPOINT_URL=http://127.0.0.1:9324 beside `sluice serve`. With a pool as the service, in one
// process: examples/consumers/request-reply.mjs.
import { randomUUID } from "node:crypto";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const client = new SQSClient({ region: "us-east-1", credentials });
const closing = new AbortController();

async function createQueue(QueueName) {
  return (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl;
}

async function send(QueueUrl, MessageBody, attributes) {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [
      name,
      { DataType: "String", StringValue },
    ]),
  );
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
}

/** Hands each message of a queue to `handle`, with its attributes as texts, until closing. */
async function listen(QueueUrl, handle) {
  const options = { QueueUrl, MessageAttributeNames: ["All"], MaxNumberOfMessages: 10 };
  while (!closing.signal.aborted) {
    const receive = new ReceiveMessageCommand({ ...options, WaitTimeSeconds: 20 });
    const abortSignal = closing.signal;
    const { Messages = [] } = await client.send(receive, { abortSignal }).catch((error) => {
      if (error.name !== "AbortError") throw error;
      return {};
    });
    for (const { Body, MessageAttributes, ReceiptHandle } of Messages) {
      const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [
        name,
        StringValue,
      ]);
      await handle(Body, Object.fromEntries(attributes));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

// The service: answers where the request says.
const requests = await createQueue("square-requests");
const service = listen(requests, (body, { ReplyTo, CorrelationId }) =>
  send(ReplyTo, String(Number(body) ** 2), { CorrelationId }),
);

// The client: remembers who waits for which id.
const replies = await createQueue("square-replies");
const waiting = new Map();
const reader = listen(replies, (body, { CorrelationId }) => {
  waiting.get(CorrelationId)?.(body);
  waiting.delete(CorrelationId);
});

async function request(body) {
  const CorrelationId = randomUUID();
  const reply = new Promise((resolve) => waiting.set(CorrelationId, resolve));
  await send(requests, body, { CorrelationId, ReplyTo: replies });
  return reply;
}

const answers = await Promise.all(["2", "3", "12"].map(request));
console.log(`the squares of 2, 3 and 12 are ${answers.join(", ")}`);
closing.abort();
await Promise.all([service, reader]);

// Prints:
// the squares of 2, 3 and 12 are 4, 9, 144
