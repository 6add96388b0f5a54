/** Without credentials the ARN of a queue means this server's queue, whichever account it names. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import { expectError, invalidValue, notFound } from "../../support/wire.ts";

const serve = serveOnce();
const ownArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const guideArn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const policyTo = (deadLetterTargetArn: string) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
});
const policyOf = async (QueueUrl: string, name: string) => {
  const { Attributes } = await serve().ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: [name],
  });
  return JSON.parse(Attributes?.[name] ?? "null");
};

describe("an ARN with another account", () => {
  test("is a dead-letter queue of this server's, whose own ARN is shown", async () => {
    const dead = await serve().createQueue("dead");
    const made = await serve().createQueue("made", policyTo(guideArn("dead")));
    expect(await serve().createQueue("made", policyTo(guideArn("dead")))).toBe(made);
    expect(await serve().createQueue("made", policyTo(ownArn("dead")))).toBe(made);
    const set = await serve().createQueue("set");
    const Attributes = policyTo(guideArn("dead"));
    await serve().ok("SetQueueAttributes", { QueueUrl: set, Attributes });
    for (const QueueUrl of [made, set]) {
      const policy = { deadLetterTargetArn: ownArn("dead"), maxReceiveCount: 1 };
      expect(await policyOf(QueueUrl, "RedrivePolicy")).toEqual(policy);
    }
    const { queueUrls } = await serve().ok("ListDeadLetterSourceQueues", { QueueUrl: dead });
    expect(queueUrls).toEqual([made, set]);
  });

  test("is a source that a RedriveAllowPolicy names", async () => {
    const sourceQueueArns = [guideArn("allowed")];
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns });
    const dead = await serve().createQueue("choosy", { RedriveAllowPolicy });
    await serve().createQueue("allowed", policyTo(guideArn("choosy")));
    const QueueName = "not-allowed";
    const Attributes = policyTo(guideArn("choosy"));
    expectError(await serve().call("CreateQueue", { QueueName, Attributes }), invalidValue);
    const shown = await policyOf(dead, "RedriveAllowPolicy");
    expect(shown.sourceQueueArns).toEqual([ownArn("allowed")]);
  });

  test("is a move task's source and destination", async () => {
    const dead = await serve().createQueue("letters");
    await serve().createQueue("source", policyTo(ownArn("letters")));
    const to = await serve().createQueue("to");
    await serve().ok("SendMessage", { QueueUrl: dead, MessageBody: "moved" });
    const SourceArn = guideArn("letters");
    await serve().ok("StartMessageMoveTask", { SourceArn, DestinationArn: guideArn("to") });
    const receive = { QueueUrl: to, WaitTimeSeconds: 20 };
    const { Messages = [] } = await serve().ok("ReceiveMessage", receive);
    expect(Messages.map(({ Body }) => Body)).toEqual(["moved"]);
    const { Results = [] } = await serve().ok("ListMessageMoveTasks", { SourceArn });
    const task = { SourceArn: ownArn("letters"), DestinationArn: ownArn("to") };
    expect(Results).toEqual([expect.objectContaining(task)]);
  });

  test("is no queue's in another region, or where the account is none", async () => {
    await serve().createQueue("near");
    for (const arn of [
      guideArn("near").replace("us-east-1", "eu-west-1"),
      guideArn("near").replace("123456789012", "12345678901"),
      guideArn("nobody"),
    ]) {
      const input = { QueueName: "far", Attributes: policyTo(arn) };
      expectError(await serve().call("CreateQueue", input), invalidValue);
      expectError(await serve().call("StartMessageMoveTask", { SourceArn: arn }), notFound);
      expectError(await serve().call("ListMessageMoveTasks", { SourceArn: arn }), notFound);
    }
  });
});
