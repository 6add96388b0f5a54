import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const client = new SQSClient({
  endpoint: "http://127.0.0.1:9324", // <-- the line that changes
  region: "us-east-1", // any will do, as will any credentials
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
});
const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "orders" }));
await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "order 17" }));
