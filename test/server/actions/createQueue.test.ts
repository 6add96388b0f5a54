/** CreateQueue: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  badAttributeName,
  badAttributeValue,
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  missing,
  overLimit,
  queueExists,
} from "../../support/wire.ts";

const serve = serveOnce();
const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
  serve().call("CreateQueue", { QueueName, Attributes });

describe("the wire form", () => {
  test("is a name in and a URL out", async () => {
    const answer = await serve().call("CreateQueue", { QueueName: "plain" });
    expect([answer.status, answer.json]).toEqual([
      200,
      { QueueUrl: `${serve().url}/000000000000/plain` },
    ]);
  });

  test("takes tags by their lower-case name", async () => {
    const tagged = { QueueName: "tagged", tags: { team: "blue" } };
    expect((await serve().call("CreateQueue", tagged)).status).toBe(200);
    expect((await serve().call("CreateQueue", { ...tagged, tags: 1 })).status).toBe(400);
  });
});

describe("the name", () => {
  test.each(["a", "A-b_9", "x".repeat(80)])("may be %s", async (name) => {
    expect((await create(name)).status).toBe(200);
  });

  test.each(["", "a b", "a/b", "a.b", "é", "x".repeat(81), ".fifo"])(
    "may not be %j",
    async (name) => {
      expectError(await create(name), invalidValue);
    },
  );

  test("must be there", async () => {
    expectError(await serve().call("CreateQueue", {}), missing);
  });

  test("ends in .fifo exactly when FifoQueue is true", async () => {
    expectError(await create("a.fifo"), invalidValue);
    expectError(await create("a", { FifoQueue: "true" }), invalidValue);
  });
});

describe("the attributes", () => {
  test.each([
    ["DelaySeconds", "901"],
    ["DelaySeconds", "-1"],
    ["DelaySeconds", ""],
    ["DelaySeconds", " 6"],
    ["DelaySeconds", "5.4"],
    ["DelaySeconds", "1e2"],
    ["MaximumMessageSize", "1023"],
    ["MaximumMessageSize", "1048577"],
    ["MessageRetentionPeriod", "59"],
    ["MessageRetentionPeriod", "1209601"],
    ["ReceiveMessageWaitTimeSeconds", "21"],
    ["VisibilityTimeout", "43201"],
    ["VisibilityTimeout", "x"],
    ["KmsDataKeyReusePeriodSeconds", "59"],
    ["KmsDataKeyReusePeriodSeconds", "86401"],
    ["SqsManagedSseEnabled", "yes"],
    ["Policy", "file://queue-policy.json"],
    ["Policy", "[]"],
    ["Policy", '{"Version":"2020-01-01","Statement":[]}'],
    ["Policy", '{"Version":"2012-10-17"}'],
    ["Policy", '{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}'],
    ["Policy", `{"Version":"2012-10-17","Statement":[],"Id":"${"x".repeat(8_192)}"}`],
    ["Policy", `{"Version":"2012-10-17","Statement":[],"Id":"${"é".repeat(4_096)}"}`],
    ["RedriveAllowPolicy", "x"],
    ["RedriveAllowPolicy", '{"redrivePermission":"allowAll","more":1}'],
    ["RedrivePolicy", "x"],
  ])("%s may not be %j", async (name, value) => {
    expectError(await create("wrong", { [name]: value }), badAttributeValue);
  });

  test.each([
    ["RedriveAllowPolicy", '{"redrivePermission":"some"}'],
    ["RedriveAllowPolicy", '{"redrivePermission":"byQueue"}'],
    ["RedriveAllowPolicy", '{"redrivePermission":"denyAll","sourceQueueArns":["a"]}'],
    ["RedrivePolicy", '{"maxReceiveCount":3}'],
    ["RedrivePolicy", '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq"}'],
    ["RedrivePolicy", '{"deadLetterTargetArn":"a","maxReceiveCount":0}'],
    ["RedrivePolicy", '{"deadLetterTargetArn":"a","maxReceiveCount":1001}'],
    ["RedrivePolicy", '{"deadLetterTargetArn":"a","maxReceiveCount":"many"}'],
  ])("%s may not say %j", async (name, value) => {
    expectError(await create("wrong", { [name]: value }), invalidValue);
  });

  test.each([
    ["Colour", "red"],
    ["constructor", "1"],
    ["QueueArn", "arn"],
    ["CreatedTimestamp", "1"],
    ["FifoQueue", "false"],
    ["ContentBasedDeduplication", "true"],
    ["DeduplicationScope", "queue"],
    ["FifoThroughputLimit", "perQueue"],
  ])("%s=%s is no attribute of a Standard queue", async (name, value) => {
    expectError(await create("wrong", { [name]: value }), badAttributeName);
  });

  test("shows nothing of what a text without letters left out", async () => {
    const QueueUrl = await serve().createQueue("managed", {
      SqsManagedSseEnabled: "true",
      Policy: "",
    });
    const all = { QueueUrl, AttributeNames: ["All"] };
    const { Attributes = {} } = await serve().ok("GetQueueAttributes", all);
    expect(Attributes.SqsManagedSseEnabled).toBe("true");
    expect(Object.keys(Attributes).filter((name) => /Kms|Policy/.test(name))).toEqual([]);
  });

  test("may not ask for two kinds of encryption", async () => {
    const both = { KmsMasterKeyId: "alias/aws/sqs", SqsManagedSseEnabled: "true" };
    expectError(await create("wrong", both), badAttributeName);
  });

  test("may not hold a policy of more than 20 statements", async () => {
    const one = { Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: Array(21).fill(one) });
    expectError(await create("wrong", { Policy }), overLimit);
  });

  test("that are refused leave no queue", async () => {
    await create("refused", { DelaySeconds: "901" });
    const answer = await serve().call("GetQueueUrl", { QueueName: "refused" });
    expect(answer.status).toBe(400);
  });

  test("name a dead-letter queue that is there, by a number that may travel as text", async () => {
    const arn = "arn:aws:sqs:us-east-1:000000000000:letters";
    const RedrivePolicy = `{"maxReceiveCount":"3","deadLetterTargetArn":"${arn}"}`;
    expectError(await create("b", { RedrivePolicy }), invalidValue);
    await create("letters", {});
    expect((await create("b", { RedrivePolicy })).status).toBe(200);
    // The same policy, as it is shown.
    const shown = `{"deadLetterTargetArn":"${arn}","maxReceiveCount":3}`;
    expect((await create("b", { RedrivePolicy: shown })).status).toBe(200);
    const other = `{"deadLetterTargetArn":"${arn}","maxReceiveCount":4}`;
    expectError(await create("b", { RedrivePolicy: other }), queueExists);
  });
});

describe("a queue that exists", () => {
  test("is found by what it was made with, and by its name alone", async () => {
    const attributes = { DelaySeconds: "5", SqsManagedSseEnabled: "True", VisibilityTimeout: "60" };
    const first = await create("twice", attributes);
    expect((await create("twice", attributes)).json).toEqual(first.json);
    expect((await create("twice")).json).toEqual(first.json);
    expect((await create("twice", { SqsManagedSseEnabled: "true" })).status).toBe(200);
  });

  test("is compared with what it is now, not with what it was made with", async () => {
    const QueueUrl = await serve().createQueue("changed", { VisibilityTimeout: "60" });
    await serve().ok("SetQueueAttributes", { QueueUrl, Attributes: { VisibilityTimeout: "61" } });
    expect((await create("changed", { VisibilityTimeout: "61" })).status).toBe(200);
    const answer = await create("changed", { VisibilityTimeout: "60" });
    expectError(answer, queueExists);
    expect(answer.json.message).toContain("VisibilityTimeout");
  });

  test("is not compared with defaults for what is left out, but is for what is supplied", async () => {
    await create("customised", { DelaySeconds: "7", SqsManagedSseEnabled: "false" });
    expect((await create("customised", { VisibilityTimeout: "30" })).status).toBe(200);
    expectError(await create("customised", { DelaySeconds: "0" }), queueExists);
    expectError(await create("customised", { SqsManagedSseEnabled: "true" }), queueExists);
    expectError(await create("customised", { Policy: '{"Statement":[]}' }), queueExists);
  });

  test("keeps its tags, which are not compared", async () => {
    const QueueName = "colourful";
    await serve().ok("CreateQueue", { QueueName, tags: { colour: "red" } });
    const again = await serve().call("CreateQueue", { QueueName, tags: { colour: "blue" } });
    expect(again.status).toBe(200);
  });
});

test("a form takes numbered attributes and tags, and is answered by the URL", async () => {
  const input = { Attributes: { DelaySeconds: "5", VisibilityTimeout: "60" }, tags: { a: "b" } };
  const answer = await serve().query("CreateQueue", { QueueName: "form", ...input });
  const QueueUrl = `${serve().url}/000000000000/form`;
  expect(answer.text).toContain(
    `<CreateQueueResult><QueueUrl>${QueueUrl}</QueueUrl></CreateQueueResult>`,
  );
  expectXml(answer);
  const AttributeNames = Object.keys(input.Attributes);
  const { Attributes } = await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames });
  expect(Attributes).toEqual(input.Attributes);
  expect((await serve().ok("ListQueueTags", { QueueUrl })).Tags).toEqual(input.tags);
  expectQueryError(await serve().query("CreateQueue", {}), missing);
  const other = await serve().query("CreateQueue", {
    QueueName: "form",
    Attributes: { DelaySeconds: "6" },
  });
  expectQueryError(other, queueExists);
});
