// Fan-out: everybody who wants to know has a queue of his own, and the sender puts a copy into each.
// Who is slow or away misses nothing and holds nobody up. Here by AWS's SDK (npm install
// @aws-sdk/client-sqs); run it with AWS_ENDPOINT_URL=http://127.0.0.1:9324 beside `sluice serve`.
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

const credentials = { accessKeyId: "any", secretAccessKey: "any" };
const client = new SQSClient({ region: "us-east-1", credentials });

async function createQueue(QueueName) {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
  return QueueUrl;
}

const subscribers = {
  billing: await createQueue("billing"),
  shipping: await createQueue("shipping"),
  statistics: await createQueue("statistics"),
};

async function publish(event) {
  const MessageBody = JSON.stringify(event);
  await Promise.all(
    Object.values(subscribers).map((QueueUrl) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody })),
    ),
  );
}

await publish({ type: "order placed", order: 17 });

for (const [name, QueueUrl] of Object.entries(subscribers)) {
  const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
  const [message] = (await client.send(receive)).Messages;
  const { type, order } = JSON.parse(message.Body);
  console.log(`${name}: ${type}, ${order}`);
  const { ReceiptHandle } = message;
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

// Prints:
// billing: order placed, 17
// shipping: order placed, 17
// statistics: order placed, 17
