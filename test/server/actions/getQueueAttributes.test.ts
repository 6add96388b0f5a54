/** GetQueueAttributes: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import { badAttributeName, expectError, expectQueryError, expectXml } from "../../support/wire.ts";

const serve = serveOnce();

async function attributes(QueueUrl: string, ...AttributeNames: string[]) {
  return (await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames })).Attributes;
}

test("All of a fresh Standard queue are AWS's twelve, with AWS's defaults", async () => {
  const before = Math.floor(Date.now() / 1_000);
  const QueueUrl = await serve().createQueue("fresh");
  const all = await attributes(QueueUrl, "All");
  expect(all).toEqual({
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesDelayed: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
    CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    DelaySeconds: "0",
    LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
    MaximumMessageSize: "1048576",
    MessageRetentionPeriod: "345600",
    QueueArn: "arn:aws:sqs:us-east-1:000000000000:fresh",
    ReceiveMessageWaitTimeSeconds: "0",
    SqsManagedSseEnabled: "true",
    VisibilityTimeout: "30",
  });
  expect(Number(all?.CreatedTimestamp)).toBeGreaterThanOrEqual(before);
});

test("what a queue is made with is shown as it was given, booleans in small letters", async () => {
  const given = {
    DelaySeconds: "900",
    MaximumMessageSize: "1024",
    MessageRetentionPeriod: "1209600",
    ReceiveMessageWaitTimeSeconds: "20",
    VisibilityTimeout: "43200",
    Policy: '{ "Version":"2012-10-17", "Statement":[ ] }',
    RedriveAllowPolicy: '{"redrivePermission":"byQueue","sourceQueueArns":["a"]}',
  };
  const QueueUrl = await serve().createQueue("given", { ...given, SqsManagedSseEnabled: "FALSE" });
  const all = await attributes(QueueUrl, "All");
  expect(all).toMatchObject({ ...given, SqsManagedSseEnabled: "false" });
});

test("only what is asked for is shown, and no attributes at all when nothing is", async () => {
  const QueueUrl = await serve().createQueue("asked");
  expect(await attributes(QueueUrl, "DelaySeconds", "DelaySeconds")).toEqual({ DelaySeconds: "0" });
  expect(await serve().ok("GetQueueAttributes", { QueueUrl })).toEqual({});
  const unset = { QueueUrl, AttributeNames: ["FifoQueue", "Policy", "RedrivePolicy"] };
  expect(await serve().ok("GetQueueAttributes", unset)).toEqual({});
});

test("a name that no attribute has is refused", async () => {
  const QueueUrl = await serve().createQueue("unknown");
  for (const name of ["Colour", "delaySeconds", "constructor", ""]) {
    const input = { QueueUrl, AttributeNames: ["All", name] };
    expectError(await serve().call("GetQueueAttributes", input), badAttributeName);
  }
});

test("a KMS key shows its period and switches the managed encryption off", async () => {
  const QueueUrl = await serve().createQueue("keyed", { KmsMasterKeyId: "alias/aws/sqs" });
  const names = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];
  expect(await attributes(QueueUrl, ...names)).toEqual({
    KmsMasterKeyId: "alias/aws/sqs",
    KmsDataKeyReusePeriodSeconds: "300",
    SqsManagedSseEnabled: "false",
  });
});

test("messages are counted as visible, in flight and delayed", async () => {
  const QueueUrl = await serve().createQueue("counted");
  for (const DelaySeconds of [0, 0, 0, 900]) {
    await serve().ok("SendMessage", { QueueUrl, MessageBody: "a", DelaySeconds });
  }
  await serve().ok("ReceiveMessage", { QueueUrl });
  const counts = (await attributes(QueueUrl, "All")) ?? {};
  expect([
    counts.ApproximateNumberOfMessages,
    counts.ApproximateNumberOfMessagesNotVisible,
    counts.ApproximateNumberOfMessagesDelayed,
  ]).toEqual(["2", "1", "1"]);
});

test("a form takes numbered names, and is answered by names and values", async () => {
  const QueueUrl = await serve().createQueue("form", { DelaySeconds: "5" });
  const AttributeNames = ["VisibilityTimeout", "DelaySeconds"];
  const answer = await serve().query("GetQueueAttributes", { QueueUrl, AttributeNames });
  expect(answer.text).toContain(
    "<GetQueueAttributesResult><Attribute><Name>VisibilityTimeout</Name><Value>30</Value></Attribute>" +
      "<Attribute><Name>DelaySeconds</Name><Value>5</Value></Attribute></GetQueueAttributesResult>",
  );
  expectXml(answer);
  const none = await serve().query("GetQueueAttributes", { QueueUrl });
  expect(none.text).toContain("<GetQueueAttributesResult/>");
  const wrong = { QueueUrl, AttributeNames: ["Colour"] };
  expectQueryError(await serve().query("GetQueueAttributes", wrong), badAttributeName);
});
