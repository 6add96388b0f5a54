/** What clients rely on of queues: edge cases 16 to 24, 28, 31, 32 and 34 to 39 of the contract. */
import { describe, expect, test } from "vitest";
import { contract } from "./contract.ts";

const exists = "QueueAlreadyExists";

contract("SQS", (sqs) => {
  test("16: CreateQueue without attributes finds a customised queue", async () => {
    const QueueUrl = await sqs().queue("custom", { VisibilityTimeout: "77" });
    const QueueName = QueueUrl.split("/").at(-1);
    expect(await sqs().ok("CreateQueue", { QueueName })).toEqual({ QueueUrl });
  });

  test("17: CreateQueue compares with what was set since", async () => {
    const before = { VisibilityTimeout: "77" };
    const QueueUrl = await sqs().queue("changed", before);
    const QueueName = QueueUrl.split("/").at(-1);
    const after = { VisibilityTimeout: "78" };
    await sqs().ok("SetQueueAttributes", { QueueUrl, Attributes: after });
    await sqs().fails("CreateQueue", { QueueName, Attributes: before }, 400, exists);
    expect(await sqs().ok("CreateQueue", { QueueName, Attributes: after })).toEqual({ QueueUrl });
  });

  test.each([
    { FifoQueue: "false" },
    { ContentBasedDeduplication: "true" },
    { DeduplicationScope: "queue" },
    { FifoThroughputLimit: "perQueue" },
  ])("18 and 19: a Standard queue may not have %o", async (Attributes) => {
    const input = { QueueName: sqs().name("standard"), Attributes };
    await sqs().fails("CreateQueue", input, 400, "InvalidAttributeName");
  });

  test.each(["5.4", " 6", "1e2", "-1", "901", ""])("21: %j is no DelaySeconds", async (text) => {
    const input = { QueueName: sqs().name("number"), Attributes: { DelaySeconds: text } };
    await sqs().fails("CreateQueue", input, 400, "InvalidAttributeValue");
  });

  test("22 to 24: All shows exactly these attributes of a new Standard queue", async () => {
    const QueueUrl = await sqs().queue("fresh");
    const input = { QueueUrl, AttributeNames: ["All"] };
    const { Attributes } = await sqs().ok("GetQueueAttributes", input);
    const QueueName = QueueUrl.split("/").at(-1);
    expect(Attributes).toEqual({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
      DelaySeconds: "0",
      LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      QueueArn: expect.stringMatching(new RegExp(`^arn:aws:sqs:[\\w-]+:\\d{12}:${QueueName}$`)),
      ReceiveMessageWaitTimeSeconds: "0",
      SqsManagedSseEnabled: "true",
      VisibilityTimeout: "30",
    });
  });

  test("28: an empty Policy removes the attribute", async () => {
    const statement = { Effect: "Deny", Principal: "*", Action: "sqs:SendMessage", Resource: "*" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const QueueUrl = await sqs().queue("policy", { Policy });
    expect(await sqs().attribute(QueueUrl, "Policy")).toBe(Policy);
    await sqs().ok("SetQueueAttributes", { QueueUrl, Attributes: { Policy: "" } });
    expect(await sqs().attribute(QueueUrl, "Policy")).toBeUndefined();
  });

  describe("a list of queues", () => {
    test("31: has a token only where a page was asked for and more is there", async () => {
      const prefix = sqs().name("page");
      const QueueUrls: string[] = [];
      for (const letter of ["a", "b", "c"]) {
        const { QueueUrl = "" } = await sqs().ok("CreateQueue", {
          QueueName: `${prefix}${letter}`,
        });
        QueueUrls.push(QueueUrl);
      }
      const all = { QueueNamePrefix: prefix };
      expect(await sqs().ok("ListQueues", all)).toEqual({ QueueUrls });
      const first = await sqs().ok("ListQueues", { ...all, MaxResults: 2 });
      expect(first).toEqual({
        QueueUrls: QueueUrls.slice(0, 2),
        NextToken: expect.stringMatching(/\S/),
      });
      const { NextToken } = first;
      const last = await sqs().ok("ListQueues", { ...all, MaxResults: 2, NextToken });
      expect(last).toEqual({ QueueUrls: QueueUrls.slice(2) });
      expect((await sqs().ok("ListQueues", { ...all, MaxResults: 3 })).NextToken).toBeUndefined();
      for (const QueueUrl of QueueUrls) await sqs().ok("DeleteQueue", { QueueUrl });
    });

    test("32: minds the case of its prefix", async () => {
      const QueueUrl = await sqs().queue("CASE");
      const name = QueueUrl.split("/").at(-1) ?? "";
      const list = (QueueNamePrefix: string) => sqs().ok("ListQueues", { QueueNamePrefix });
      expect(await list(name)).toEqual({ QueueUrls: [QueueUrl] });
      expect(await list(name.replace("CASE", "case"))).toEqual({});
    });
  });

  test("34 and 35: labels are told apart, and with the last the Policy goes", async () => {
    const QueueUrl = await sqs().queue("labels");
    const arn = await sqs().attribute(QueueUrl, "QueueArn");
    const grant = { AWSAccountIds: ["111111111111"], Actions: ["SendMessage"] };
    const Label = "first";
    await sqs().ok("AddPermission", { QueueUrl, Label, ...grant });
    expect(JSON.parse((await sqs().attribute(QueueUrl, "Policy")) ?? "")).toEqual({
      Version: "2008-10-17",
      Id: `${arn}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: Label,
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::111111111111:root" },
          Action: "SQS:SendMessage",
          Resource: arn,
        },
      ],
    });
    const bad = "InvalidParameterValue";
    await sqs().fails("AddPermission", { QueueUrl, Label, ...grant }, 400, bad);
    await sqs().fails("RemovePermission", { QueueUrl, Label: "second" }, 400, bad);
    await sqs().ok("RemovePermission", { QueueUrl, Label });
    expect(await sqs().attribute(QueueUrl, "Policy")).toBeUndefined();
  });

  test("36: no tags are a missing parameter, and are not listed", async () => {
    const QueueUrl = await sqs().queue("tagless");
    expect(await sqs().ok("ListQueueTags", { QueueUrl })).toEqual({});
    await sqs().fails("TagQueue", { QueueUrl, Tags: {} }, 400, "MissingParameter");
    expect(await sqs().ok("ListQueueTags", { QueueUrl })).toEqual({});
  });

  test("37: a deleted queue's name rests for 60 seconds", async () => {
    const QueueUrl = await sqs().queue("rest");
    await sqs().ok("DeleteQueue", { QueueUrl });
    const QueueName = QueueUrl.split("/").at(-1);
    const code = "AWS.SimpleQueueService.QueueDeletedRecently";
    await sqs().fails("CreateQueue", { QueueName }, 400, code);
    await sqs().fails("PurgeQueue", { QueueUrl }, 400, "AWS.SimpleQueueService.NonExistentQueue");
  });

  test("38: a second purge within 60 seconds is refused by the queue's name", async () => {
    const QueueUrl = await sqs().queue("purges");
    await sqs().ok("PurgeQueue", { QueueUrl });
    const code = "AWS.SimpleQueueService.PurgeQueueInProgress";
    const text = await sqs().fails("PurgeQueue", { QueueUrl }, 403, code);
    expect(text).toContain(QueueUrl.split("/").at(-1));
  });

  test("39: a purge takes messages in flight and delayed ones, too", async () => {
    const QueueUrl = await sqs().queue("purged");
    await sqs().send(QueueUrl, "in flight");
    const { ReceiptHandle } = await sqs().one(QueueUrl, { VisibilityTimeout: 1 });
    await sqs().send(QueueUrl, "delayed", { DelaySeconds: 1 });
    await sqs().send(QueueUrl, "visible");
    await sqs().ok("PurgeQueue", { QueueUrl });
    await sqs().pass(1.3);
    expect(await sqs().receive(QueueUrl)).toEqual([]);
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
  });
});
