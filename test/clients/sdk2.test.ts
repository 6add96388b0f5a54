/**
 * aws-sdk 2, which programs of many years use still, against `sluice serve` in a child process: over AWS
 * JSON, as its last versions speak, and over the query protocol, as those before 2.1492 did. The package
 * compares the MD5 of bodies itself. Needs a build.
 */
import { createRequire } from "node:module";
import SQS, { type Types } from "aws-sdk/clients/sqs.js";
import { describe, expect, test } from "vitest";
import { type Serve, serveOnce } from "../support/serve.ts";
import { queryModel, type ServiceModel } from "./sdk2/queryModel.ts";

const serve = serveOnce();
const model = createRequire(import.meta.url)(
  "aws-sdk/apis/sqs-2012-11-05.min.json",
) as ServiceModel;

function clientOf(protocol: string, { url }: Pick<Serve, "url">): SQS {
  const options = {
    ...{ endpoint: url, region: "us-east-1", accessKeyId: "any", secretAccessKey: "any" },
    maxRetries: 0,
    ...(protocol === "query" && { apiConfig: queryModel(model) }),
  };
  return new SQS(options as Types.ClientConfiguration);
}

describe.each(["json", "query"])("aws-sdk 2 over %s", (protocol) => {
  const client = () => clientOf(protocol, serve());

  async function newQueue(name: string, Attributes: Record<string, string> = {}): Promise<string> {
    const QueueName = name.replace(/(?=\.fifo$)|$/, `-${protocol}`);
    const { QueueUrl } = await client().createQueue({ QueueName, Attributes }).promise();
    expect(QueueUrl).toBe(`${serve().url}/000000000000/${QueueName}`);
    return QueueUrl as string;
  }

  test("speaks it, and is answered in it", async () => {
    const QueueUrl = await newQueue("spoken");
    const request = client().sendMessage({ QueueUrl, MessageBody: "a" });
    const { $response } = await request.promise();
    const { headers } = $response.httpResponse as { headers: Record<string, string> };
    const expected = { json: "application/x-amz-json-1.0", query: "text/xml" }[protocol];
    expect(headers["content-type"]).toBe(expected);
    expect($response.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("sends, receives and deletes, with attributes; its own check of digests passes", async () => {
    const QueueUrl = await newQueue("messages");
    const MessageAttributes = {
      city: { DataType: "String", StringValue: "Any City" },
      weight: { DataType: "Number", StringValue: "1.5" },
      bytes: { DataType: "Binary", BinaryValue: Buffer.of(0, 1, 255) },
    };
    const body = "héllo <&> ✓ \r\n";
    const sent = await client()
      .sendMessage({ QueueUrl, MessageBody: body, MessageAttributes })
      .promise();
    const input = {
      ...{ QueueUrl, AttributeNames: ["All"], MessageAttributeNames: ["All"], WaitTimeSeconds: 20 },
    };
    const { Messages: [message] = [] } = await client().receiveMessage(input).promise();
    expect(message).toMatchObject({
      ...{ MessageId: sent.MessageId, Body: body, MD5OfBody: sent.MD5OfMessageBody },
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: "1", SenderId: expect.any(String) },
    });
    const values = Object.entries(message?.MessageAttributes ?? {}).map(([name, value]) => {
      return [name, value.DataType, value.StringValue ?? [...(value.BinaryValue as Buffer)]];
    });
    expect(values.sort()).toEqual([
      ["bytes", "Binary", [0, 1, 255]],
      ["city", "String", "Any City"],
      ["weight", "Number", "1.5"],
    ]);
    const handle = { QueueUrl, ReceiptHandle: message?.ReceiptHandle as string };
    await client()
      .changeMessageVisibility({ ...handle, VisibilityTimeout: 60 })
      .promise();
    await client().deleteMessage(handle).promise();
    const answer = await client().receiveMessage({ QueueUrl }).promise();
    expect(answer.Messages ?? []).toEqual([]);
  });

  test("sends, hides and deletes batches, of which some fail", async () => {
    const QueueUrl = await newQueue("batches");
    const Entries = ["a", "b", ""].map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    const sent = await client().sendMessageBatch({ QueueUrl, Entries }).promise();
    expect(sent.Successful.map(({ Id }) => Id)).toEqual(["0", "1"]);
    expect(sent.Failed).toMatchObject([{ Id: "2", SenderFault: true }]);
    const input = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 };
    const { Messages = [] } = await client().receiveMessage(input).promise();
    expect(Messages.map(({ Body }) => Body).sort()).toEqual(["a", "b"]);
    const handles = Messages.map(({ ReceiptHandle = "" }, index) => ({
      Id: `${index}`,
      ReceiptHandle,
    }));
    const hidden = await client()
      .changeMessageVisibilityBatch({
        QueueUrl,
        Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
      })
      .promise();
    expect(hidden.Successful.length).toBe(2);
    const wrong = { Id: "wrong", ReceiptHandle: "none" };
    const deleted = await client()
      .deleteMessageBatch({ QueueUrl, Entries: [...handles, wrong] })
      .promise();
    expect(deleted.Successful.map(({ Id }) => Id)).toEqual(["0", "1"]);
    expect(deleted.Failed).toMatchObject([{ Id: "wrong", Code: "ReceiptHandleIsInvalid" }]);
  });

  test("has a FIFO queue's numbers, and sees a duplicate", async () => {
    const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };
    const QueueUrl = await newQueue("ordered.fifo", fifo);
    const message = { QueueUrl, MessageBody: "a", MessageGroupId: "g" };
    const first = await client().sendMessage(message).promise();
    const second = await client().sendMessage(message).promise();
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(second.MessageId).toBe(first.MessageId);
  });

  test("manages queues: attributes, tags, permissions, dead letters, moves, pages, deletion", async () => {
    const QueueUrl = await newQueue("managed", { VisibilityTimeout: "31" });
    const dead = await newQueue("managed-dead");
    const all = { AttributeNames: ["All"] };
    const { Attributes: its } = await client()
      .getQueueAttributes({ QueueUrl: dead, ...all })
      .promise();
    const deadLetterTargetArn = its?.QueueArn as string;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 });
    await client().setQueueAttributes({ QueueUrl, Attributes: { RedrivePolicy } }).promise();
    const { Attributes } = await client()
      .getQueueAttributes({ QueueUrl, ...all })
      .promise();
    expect(Attributes).toMatchObject({ VisibilityTimeout: "31", RedrivePolicy });
    const sources = await client().listDeadLetterSourceQueues({ QueueUrl: dead }).promise();
    expect(sources.queueUrls).toEqual([QueueUrl]);
    await client()
      .tagQueue({ QueueUrl, Tags: { team: "a", size: "b" } })
      .promise();
    await client()
      .untagQueue({ QueueUrl, TagKeys: ["size"] })
      .promise();
    expect((await client().listQueueTags({ QueueUrl }).promise()).Tags).toEqual({ team: "a" });
    const permission = { Label: "l", AWSAccountIds: ["123456789012"], Actions: ["SendMessage"] };
    await client()
      .addPermission({ QueueUrl, ...permission })
      .promise();
    await client().removePermission({ QueueUrl, Label: "l" }).promise();
    const moved = await client().startMessageMoveTask({ SourceArn: deadLetterTargetArn }).promise();
    expect(moved.TaskHandle).toMatch(/^\S+$/);
    const tasks = await client().listMessageMoveTasks({ SourceArn: deadLetterTargetArn }).promise();
    expect(tasks.Results?.[0]).toMatchObject({ SourceArn: deadLetterTargetArn });
    const QueueNamePrefix = "managed";
    const page = await client().listQueues({ QueueNamePrefix, MaxResults: 1 }).promise();
    expect(page.QueueUrls?.length).toBe(1);
    expect(page.NextToken).toMatch(/^\S+$/);
    const QueueName = `managed-${protocol}`;
    expect((await client().getQueueUrl({ QueueName }).promise()).QueueUrl).toBe(QueueUrl);
    await client().purgeQueue({ QueueUrl }).promise();
    await client().deleteQueue({ QueueUrl }).promise();
    await expect(client().getQueueUrl({ QueueName }).promise()).rejects.toMatchObject({
      ...{ code: "AWS.SimpleQueueService.NonExistentQueue", statusCode: 400 },
    });
  });
});
