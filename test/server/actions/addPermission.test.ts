/** AddPermission: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { grant, revoke } from "../../../engine/server/wire/permissions.ts";
import { serveOnce } from "../../support/serve.ts";
import {
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
const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const one = { Label: "one", AWSAccountIds: ["111111111111"], Actions: ["SendMessage"] };
const add = (QueueUrl: string, input: object) =>
  serve().call("AddPermission", { QueueUrl, ...one, ...input });

async function policyOf(QueueUrl: string): Promise<unknown> {
  const AttributeNames = ["Policy"];
  const { Attributes } = await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames });
  return Attributes === undefined ? undefined : JSON.parse(Attributes.Policy ?? "");
}

const statement = (name: string) => ({
  Sid: "one",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111111111111:root" },
  Action: "SQS:SendMessage",
  Resource: arn(name),
});

describe("the wire form", () => {
  test("of JSON is three members, and no answer", async () => {
    const QueueUrl = await serve().createQueue("json");
    expectVoid(await add(QueueUrl, {}));
    expect(await policyOf(QueueUrl)).toEqual({
      Version: "2008-10-17",
      Id: `${arn("json")}/SQSDefaultPolicy`,
      Statement: [statement("json")],
    });
  });

  test("of a form is numbered accounts and actions, and an answer of metadata alone", async () => {
    const QueueUrl = await serve().createQueue("form");
    const answer = await serve().query("AddPermission", { QueueUrl, ...one });
    expect(answer.text).toMatch(/<AddPermissionResponse [^>]*><ResponseMetadata>/);
    expectXml(answer);
    expect(await policyOf(QueueUrl)).toMatchObject({ Statement: [statement("form")] });
  });
});

describe("the validation", () => {
  test.each(["Label", "AWSAccountIds", "Actions"])("misses %s", async (name) => {
    const QueueUrl = await serve().createQueue("incomplete");
    expectError(await add(QueueUrl, { [name]: undefined }), missing);
    const input = { QueueUrl, ...one, [name]: undefined };
    expectQueryError(await serve().query("AddPermission", input), missing);
  });

  test.each([
    ["a label of 81 characters", { Label: "l".repeat(81) }],
    ["a label with a sign", { Label: "a.b" }],
    ["no label", { Label: "" }],
    ["an account of 11 digits", { AWSAccountIds: ["11111111111"] }],
    ["an ARN for an account", { AWSAccountIds: ["arn:aws:iam::111111111111:root"] }],
    ["an action that only the owner has", { Actions: ["DeleteQueue"] }],
    ["a batch, which its action implies", { Actions: ["SendMessageBatch"] }],
    ["an action in small letters", { Actions: ["sendmessage"] }],
  ])("refuses %s", async (_, input) => {
    const QueueUrl = await serve().createQueue("wrong");
    expectError(await add(QueueUrl, input), invalidValue);
    expect(await policyOf(QueueUrl)).toBeUndefined();
  });

  test("refuses more than seven actions, more than 20 statements, more than 8,192 bytes", async () => {
    const QueueUrl = await serve().createQueue("limits");
    expectError(await add(QueueUrl, { Actions: Array(8).fill("SendMessage") }), overLimit);
    for (let index = 0; index < 20; index++) {
      expectVoid(await add(QueueUrl, { Label: `label-${index}` }));
    }
    expectError(await add(QueueUrl, { Label: "more" }), overLimit);
    const [Principal, Action, Resource] = ["*", "sqs:*", "*"];
    const statement = { Sid: "s".repeat(7_950), Effect: "Deny", Principal, Action, Resource };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    expectError(await add(await serve().createQueue("bytes", { Policy }), {}), overLimit);
  });

  test("refuses more than 50 principals, and counts those that were there", async () => {
    const QueueUrl = await serve().createQueue("principals");
    const accounts = (count: number) => ({ AWSAccountIds: Array(count).fill("222222222222") });
    expectError(await add(QueueUrl, accounts(51)), overLimit);
    expectVoid(await add(QueueUrl, accounts(49)));
    expectError(await add(QueueUrl, { Label: "more", ...accounts(2) }), overLimit);
    expectVoid(await add(QueueUrl, { Label: "more", ...accounts(1) }));
  });

  test("refuses a label that is there already, and a queue that is not", async () => {
    const QueueUrl = await serve().createQueue("twice");
    expectVoid(await add(QueueUrl, {}));
    const again = await add(QueueUrl, { Actions: ["ReceiveMessage"] });
    expectError(again, invalidValue);
    expect(again.json.message).toContain("Already exists");
    expectError(await add("none", {}), noQueue);
  });
});

test("a policy that a program stored and that is none refuses, and is no fault", () => {
  const permission = { label: "a", accounts: ["111111111111"], actions: ["*"] };
  for (const text of ["garbage", "[]"]) {
    const wrong = expect.objectContaining({ code: "InvalidAttributeValue" });
    expect(() => grant(text, arn("q"), permission)).toThrow(wrong);
    expect(() => revoke(text, "a")).toThrow(wrong);
  }
  const odd = '{"Statement":[null,"a"]}';
  expect(() => grant(odd, arn("q"), permission)).toThrow("Statement[0] is no JSON object");
  expect(() => revoke("{}", "a")).toThrow("label");
});

describe("a permission", () => {
  test("for several accounts and actions has lists of them", async () => {
    const QueueUrl = await serve().createQueue("lists");
    const input = {
      AWSAccountIds: ["111111111111", "222222222222"],
      Actions: ["*", "ChangeMessageVisibility"],
    };
    expectVoid(await add(QueueUrl, input));
    expect(await policyOf(QueueUrl)).toMatchObject({
      Statement: [
        {
          Principal: {
            AWS: ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"],
          },
          Action: ["SQS:*", "SQS:ChangeMessageVisibility"],
        },
      ],
    });
  });

  test("extends the policy that the owner has set, and leaves the rest of it alone", async () => {
    const own = { Sid: "own", Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Id: "mine", Statement: own });
    const QueueUrl = await serve().createQueue("extended", { Policy });
    expectVoid(await add(QueueUrl, {}));
    expect(await policyOf(QueueUrl)).toEqual({
      Version: "2012-10-17",
      Id: "mine",
      Statement: [own, statement("extended")],
    });
  });
});
