/** SetQueueAttributes: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  badAttributeName,
  badAttributeValue,
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  invalidValue,
  missing,
  noQueue,
  overLimit,
} from "../../support/wire.ts";

const serve = serveOnce();
const statement = { Effect: "Deny", Principal: "*", Action: "sqs:SendMessage", Resource: "*" };
const clocked = clockedOnce();
const set = (QueueUrl: string, Attributes: object) =>
  serve().call("SetQueueAttributes", { QueueUrl, Attributes });
const all = async (QueueUrl: string) =>
  (await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes ?? {};

describe("a change", () => {
  test("is void, seen at once, and dated", async () => {
    const QueueUrl = await clocked().createQueue("changed");
    const asked = { QueueUrl, AttributeNames: ["All"] };
    const read = async () => (await clocked().ok("GetQueueAttributes", asked)).Attributes ?? {};
    const before = await read();
    await clocked().pass(5);
    const Attributes = { VisibilityTimeout: "60", DelaySeconds: "5" };
    expectVoid(await clocked().call("SetQueueAttributes", { QueueUrl, Attributes }));
    const after = await read();
    expect(after).toMatchObject(Attributes);
    expect(after.CreatedTimestamp).toBe(before.CreatedTimestamp);
    const since = Number(after.LastModifiedTimestamp) - Number(before.LastModifiedTimestamp);
    expect(since).toBe(5);
  });

  test("holds for messages that are sent and received after it", async () => {
    const QueueUrl = await serve().createQueue("delaying");
    await set(QueueUrl, { DelaySeconds: "900" });
    await serve().ok("SendMessage", { QueueUrl, MessageBody: "later" });
    await set(QueueUrl, { DelaySeconds: "0", VisibilityTimeout: "0" });
    await serve().ok("SendMessage", { QueueUrl, MessageBody: "now" });
    for (const count of ["1", "2"]) {
      const { Messages } = await serve().ok("ReceiveMessage", {
        QueueUrl,
        AttributeNames: ["ApproximateReceiveCount"],
      });
      expect(Messages?.map(({ Body }) => Body)).toEqual(["now"]);
      expect(Messages?.[0]?.Attributes).toEqual({ ApproximateReceiveCount: count });
    }
  });

  test("is made whole or not at all", async () => {
    const QueueUrl = await serve().createQueue("whole");
    const before = await all(QueueUrl);
    expectError(await set(QueueUrl, { DelaySeconds: "9", Colour: "red" }), badAttributeName);
    expectError(
      await set(QueueUrl, { DelaySeconds: "9", VisibilityTimeout: "x" }),
      badAttributeValue,
    );
    expect(await all(QueueUrl)).toEqual(before);
  });

  test("of nothing is a missing parameter, on no queue an unknown one", async () => {
    const QueueUrl = await serve().createQueue("whole");
    expectError(await set(QueueUrl, {}), missing);
    expectError(await serve().call("SetQueueAttributes", { QueueUrl }), missing);
    expectError(await set(`${QueueUrl}x`, { DelaySeconds: "1" }), noQueue);
  });

  test.each(["QueueArn", "ApproximateNumberOfMessages", "LastModifiedTimestamp", "FifoQueue"])(
    "of %s is refused",
    async (name) => {
      const QueueUrl = await serve().createQueue("whole");
      expectError(await set(QueueUrl, { [name]: "true" }), badAttributeName);
    },
  );

  test("of the dead-letter queue is shown with a number, and removed by an empty text", async () => {
    const QueueUrl = await serve().createQueue("whole");
    const arn = "arn:aws:sqs:us-east-1:000000000000:whole";
    const RedrivePolicy = `{"maxReceiveCount": "3", "deadLetterTargetArn": "${arn}"}`;
    expectVoid(await set(QueueUrl, { RedrivePolicy }));
    expect((await all(QueueUrl)).RedrivePolicy).toBe(
      `{"deadLetterTargetArn":"${arn}","maxReceiveCount":3}`,
    );
    expectError(await set(QueueUrl, { RedrivePolicy: '{"maxReceiveCount":3}' }), invalidValue);
    expectVoid(await set(QueueUrl, { RedrivePolicy: "" }));
    expect(await all(QueueUrl)).not.toHaveProperty("RedrivePolicy");
    expectVoid(await set(QueueUrl, { RedrivePolicy: "" }));
  });
});

describe("stored texts", () => {
  test("are echoed as they were sent, and removed by an empty text", async () => {
    const QueueUrl = await serve().createQueue("stored");
    const texts = {
      Policy:
        '{"Version": "2008-10-17",\n "Statement": [{"Sid": "é", "Effect": "Deny",' +
        ' "Principal": "*", "Action": "*", "Resource": "*"}]}',
      RedriveAllowPolicy: '{"redrivePermission" : "denyAll"}',
    };
    expectVoid(await set(QueueUrl, texts));
    expect(await all(QueueUrl)).toMatchObject(texts);
    expectVoid(await set(QueueUrl, { Policy: "", RedriveAllowPolicy: "" }));
    const after = await all(QueueUrl);
    expect(after).not.toHaveProperty("Policy");
    expect(after).not.toHaveProperty("RedriveAllowPolicy");
  });

  test("of a KMS key go with it, and the managed encryption stays off", async () => {
    const QueueUrl = await serve().createQueue("keyed");
    await set(QueueUrl, { KmsMasterKeyId: "key", KmsDataKeyReusePeriodSeconds: "60" });
    expect(await all(QueueUrl)).toMatchObject({
      KmsMasterKeyId: "key",
      KmsDataKeyReusePeriodSeconds: "60",
      SqsManagedSseEnabled: "false",
    });
    await set(QueueUrl, { KmsMasterKeyId: "" });
    const after = await all(QueueUrl);
    expect(after).not.toHaveProperty("KmsMasterKeyId");
    expect(after).not.toHaveProperty("KmsDataKeyReusePeriodSeconds");
    expect(after.SqsManagedSseEnabled).toBe("false");
    await set(QueueUrl, { KmsMasterKeyId: "key" });
    expect((await all(QueueUrl)).KmsDataKeyReusePeriodSeconds).toBe("300");
  });

  test("of a KMS key go when the managed encryption is switched on", async () => {
    const QueueUrl = await serve().createQueue("managed", { KmsMasterKeyId: "key" });
    await set(QueueUrl, { SqsManagedSseEnabled: "true" });
    const after = await all(QueueUrl);
    expect(after.SqsManagedSseEnabled).toBe("true");
    expect(after).not.toHaveProperty("KmsMasterKeyId");
  });
});

test("a form takes numbered attributes, and is answered by metadata alone", async () => {
  const QueueUrl = await serve().createQueue("form");
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const input = { QueueUrl, Attributes: { DelaySeconds: "5", Policy } };
  const answer = await serve().query("SetQueueAttributes", input);
  expect(answer.text).toMatch(/<SetQueueAttributesResponse [^>]*><ResponseMetadata>/);
  expectXml(answer);
  const AttributeNames = ["DelaySeconds", "Policy"];
  const { Attributes } = await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames });
  expect(Attributes).toEqual(input.Attributes);
  expectQueryError(await serve().query("SetQueueAttributes", { QueueUrl }), missing);
});

test("a policy has at most 20 statements, 7 actions in each, 50 principals and 10 conditions", async () => {
  const QueueUrl = await serve().createQueue("crowded");
  const set = (...some: object[]) => {
    const Statement = some.map((members) => {
      const { Principal, Action, ...others } = statement;
      const principal = "NotPrincipal" in members ? {} : { Principal };
      const action = "NotAction" in members ? {} : { Action };
      return { ...others, ...principal, ...action, ...members };
    });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    return serve().call("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  };
  const AWS = Array.from({ length: 25 }, (_, index) => `${100_000_000_000 + index}`);
  const half = { Principal: { AWS }, Action: Array(7).fill("sqs:SendMessage") };
  expect((await set(half, half)).status).toBe(200);
  expectError(await set(half, half, { Principal: "*" }), overLimit);
  expectError(await set(half, half, { NotPrincipal: { Service: "s3.amazonaws.com" } }), overLimit);
  expectError(await set({ Action: Array(8).fill("sqs:SendMessage") }), overLimit);
  expectError(await set({ NotAction: Array(8).fill("sqs:SendMessage") }), overLimit);
  expect((await set(...Array(20).fill({}))).status).toBe(200);
  expectError(await set(...Array(21).fill({})), overLimit);
  const keys = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`aws:key-${index}`, ["a", "b"]]),
    );
  const five = { Condition: { StringEquals: keys(2), ArnLike: keys(3) } };
  expect((await set(five, five)).status).toBe(200);
  expectError(await set(five, five, { Condition: { Null: { "aws:key": "true" } } }), overLimit);
  expectError(await set({ Condition: { StringLike: keys(11) } }), overLimit);
});

test("what is wrong with a policy is named with its place in it", async () => {
  const QueueUrl = await serve().createQueue("mistaken");
  const set = (Policy: string) =>
    serve().call("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  const of = (members: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [statement, { ...statement, ...members }] });
  const mistakes: [policy: string, sentence: string][] = [
    [of({ Effect: "allow" }), 'Statement[1].Effect is "Allow" or "Deny".'],
    [of({ Principal: undefined }), "Statement[1] has neither Principal nor NotPrincipal."],
    [
      of({ Conditions: {} }),
      'Statement[1] has the unknown member "Conditions"; did you mean Condition?',
    ],
  ];
  for (const [policy, sentence] of mistakes) {
    const answer = await set(policy);
    expectError(answer, badAttributeValue);
    const reason = `Invalid value for the parameter Policy. Reason: ${sentence}`;
    expect(answer.json.message).toBe(reason);
  }
});
