// Two accounts and one queue: a shop lets its partner's account send to its queue and receive from it,
// and nothing else. Both must agree: the queue's policy allows the partner's account, and the partner's
// own policy allows its user. Here by AWS's SDK (npm install @aws-sdk/client-sqs); run it with
// AWS_ENDPOINT_URL=http://127.0.0.1:9324 beside
//   sluice serve --credentials examples/accounts/credentials.yaml
import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";

function clientOf(accessKeyId, secretAccessKey) {
  const credentials = { accessKeyId, secretAccessKey };
  return new SQSClient({ region: "us-east-1", credentials });
}

const shop = clientOf("EXAMPLEOWNER", "the-shop-keeps-this-to-itself");
const partner = clientOf("EXAMPLEPARTNER", "the-partner-keeps-this-to-itself");

async function attempt(what, command) {
  try {
    await partner.send(command);
    console.log(`${what}: allowed`);
  } catch (error) {
    console.log(`${what}: ${error.name}`);
  }
}

const { QueueUrl } = await shop.send(new CreateQueueCommand({ QueueName: "my-queue" }));
const parcel = new SendMessageCommand({ QueueUrl, MessageBody: "parcel 17 is on its way" });
await attempt("before the shop allows it", parcel);

const policy = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "AllowCrossAccountAccess",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::987654321098:root" },
      Action: ["sqs:SendMessage", "sqs:ReceiveMessage"],
      Resource: "arn:aws:sqs:us-east-1:123456789012:my-queue",
    },
  ],
};
const Attributes = { Policy: JSON.stringify(policy) };
await shop.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));

await attempt("to send", parcel);
await attempt("to empty the queue", new PurgeQueueCommand({ QueueUrl }));
const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
const [message] = (await shop.send(receive)).Messages;
console.log(`the shop reads: ${message.Body}`);

// Prints:
// before the shop allows it: AccessDenied
// to send: allowed
// to empty the queue: AccessDenied
// the shop reads: parcel 17 is on its way
