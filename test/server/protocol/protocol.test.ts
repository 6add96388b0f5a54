/**
 * What holds for every action: the envelope, the ways in, the names of actions, how a queue is
 * addressed, and the two types of check that come before any action.
 */
import { describe, expect, test } from "vitest";
import { actionNames, findAction } from "../../../engine/server/router.ts";
import { formHeaders, formOf, readXml } from "../../support/query.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  expectEnvelope,
  expectError,
  malformed,
  missing,
  noQueue,
  unknownAction,
} from "../../support/wire.ts";

const serve = serveOnce([
  ...["--account", "123456789012", "--region", "eu-west-1"],
  ...["--allow-host", "sqs.test"],
]);

describe("the way in", () => {
  test("GET /health answers 200 once the server takes requests", async () => {
    const answer = await serve().send({ method: "GET", path: "/health" });
    expect([answer.status, answer.text]).toEqual([200, '{"status":"ok"}']);
    const head = await serve().send({ method: "HEAD", path: "/health?x=1" });
    expect([head.status, head.text]).toEqual([200, ""]);
  });

  test("every answer has a request id of its own, a type and a length", async () => {
    const first = await serve().call("ListQueues", {});
    const second = await serve().call("ListQueues", {});
    expectEnvelope(first);
    expect(first.headers["x-amzn-requestid"]).not.toBe(second.headers["x-amzn-requestid"]);
  });

  test("any path takes POST", async () => {
    for (const path of ["/", "/123456789012/some-queue", "/a/b?c=d"]) {
      const headers = { "X-Amz-Target": "AmazonSQS.ListQueues" };
      const answer = await serve().send({ path, headers, body: "{}" });
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  test("another method is no action", async () => {
    const put = await serve().send({ method: "PUT", body: "{}" });
    expectError(put, [405, unknownAction[1], unknownAction[2]]);
  });

  test("a client that asks first whether it may send its body gets to send it", async () => {
    const headers = { "X-Amz-Target": "AmazonSQS.ListQueues", Expect: "100-continue" };
    expect((await serve().send({ headers, body: "{}" })).status).toBe(200);
  });
});

describe("an action", () => {
  test("that nobody has, or none at all, is unknown", async () => {
    expectError(await serve().call("MakeCoffee", {}), unknownAction);
    expectError(await serve().call("constructor", {}), unknownAction);
    expectError(await serve().send({ body: "{}" }), unknownAction);
    const headers = { "X-Amz-Target": "DynamoDB_20120810.ListTables" };
    expectError(await serve().send({ headers, body: "{}" }), unknownAction);
  });
});

describe("a request", () => {
  test.each([
    ["a string for a number", "ReceiveMessage", { WaitTimeSeconds: "1" }],
    ["a fraction for a whole number", "ReceiveMessage", { WaitTimeSeconds: 1.5 }],
    ["a number for a string", "SendMessage", { MessageBody: 1 }],
    ["an array for a map", "CreateQueue", { QueueName: "q", Attributes: [] }],
    ["a number in a map of strings", "CreateQueue", { Attributes: { DelaySeconds: 1 } }],
    ["a string for a list", "GetQueueAttributes", { AttributeNames: "All" }],
    ["a number in a list of strings", "GetQueueAttributes", { AttributeNames: [1] }],
    ["a string for a structure", "SendMessage", { MessageAttributes: { a: "b" } }],
    ["a null in a list", "GetQueueAttributes", { AttributeNames: [null] }],
    ["no base64", "SendMessage", { MessageAttributes: { a: { BinaryValue: "%" } } }],
    ["a string among entries", "SendMessageBatch", { Entries: ["a"] }],
    ["a wrong type deep in an entry", "SendMessageBatch", { Entries: [{ Id: 1 }] }],
    ["a number for a QueueUrl", "PurgeQueue", { QueueUrl: 7 }],
  ])("with %s can't be read", async (_, action, input) => {
    expectError(await serve().call(action, input), malformed);
  });

  test("may have members that nobody knows, and nulls for absent ones", async () => {
    const QueueUrl = await serve().createQueue("lenient");
    const absent = { DelaySeconds: null, MessageAttributes: null, MessageGroupId: null };
    const input = { QueueUrl, MessageBody: "a", ...absent, Colour: { of: ["it"] } };
    expect((await serve().call("SendMessage", input)).status).toBe(200);
    expectError(await serve().call("SendMessage", { ...input, MessageBody: null }), missing);
  });
});

describe("a queue", () => {
  test("has a URL with the host that the client used, and the account", async () => {
    const answer = await serve().call("CreateQueue", { QueueName: "q" }, { Host: "sqs:81" });
    expect(answer.json.QueueUrl).toBe("http://sqs:81/123456789012/q");
    const { Attributes } = await serve().ok("GetQueueAttributes", {
      QueueUrl: answer.json.QueueUrl,
      AttributeNames: ["QueueArn"],
    });
    expect(Attributes).toEqual({ QueueArn: "arn:aws:sqs:eu-west-1:123456789012:q" });
  });

  test.each([
    "https://sqs.us-east-1.amazonaws.com/123456789012/found",
    "http://elsewhere/123456789012/found",
    "/123456789012/found",
    "http://localhost:9324/queue/found",
    "/queue/found",
    "http://localhost:9324/queue/us-east-1/123456789012/found",
    "http://localhost:9324/123456789012/found/",
    "http://localhost:9324//123456789012//found//",
    "//123456789012/found",
    "  http://localhost:9324/123456789012/found\n",
    "http://localhost:9324/123456789012/found?Action=GetQueueUrl&a=/b",
    "http://localhost:9324/123456789012/found/?",
    "http://localhost:9324/123456789012/found#top",
    "http://localhost:9324/123456789012/%66ound",
    "http://localhost:9324/999999999999/found",
    "http://localhost:9324//999999999999//found/",
    "found",
    " found ",
    "found/",
  ])("is found by the path of %s", async (QueueUrl) => {
    await serve().createQueue("found");
    const answer = await serve().call("GetQueueAttributes", { QueueUrl });
    expect([answer.status, answer.text]).toEqual([200, "{}"]);
  });

  test.each([
    ["another name", "http://localhost/123456789012/lost"],
    ["another case", "http://localhost/123456789012/FOUND"],
    ["no path", "http://found"],
    ["no more than a query string", "http://localhost/?found"],
    ["ten thousand characters", `http://localhost/${"x/".repeat(5_000)}found`],
    ["no text", ""],
    ["no member at all", undefined],
    ["a name that objects have", "constructor"],
  ])("is not found by %s", async (_, QueueUrl) => {
    await serve().createQueue("found");
    expectError(await serve().call("GetQueueAttributes", { QueueUrl }), noQueue);
    expectError(await serve().call("SendMessage", { QueueUrl, MessageBody: "a" }), noQueue);
  });
});

const queueActions = actionNames.filter((name) => "QueueUrl" in findAction(name, "").members);

/** Something of the right type for all that an action needs besides its queue. */
function neededBy(action: string): object {
  const samples = { string: "x", integer: 0, list: ["x"], map: { x: "y" } } as const;
  const { members } = findAction(action, "");
  const needed = Object.entries(members).filter(([, { required }]) => required);
  return Object.fromEntries(
    needed.map(([name, { type }]) => [name, samples[type as keyof typeof samples]]),
  );
}

describe("every action on a queue", () => {
  const noSuchQueue = [noQueue[2], noQueue[2]];

  /** The codes of old clients, over JSON and over the query protocol. */
  const codesOf = async (action: string, QueueUrl: string | undefined, path: string) => {
    const input = { ...neededBy(action), QueueUrl };
    const headers = { "X-Amz-Target": `AmazonSQS.${action}` };
    const json = await serve().send({ path, headers, body: JSON.stringify(input) });
    await serve().createQueue("anyhow");
    const body = formOf(action, input);
    const { text } = await serve().send({ path, headers: formHeaders, body });
    return [`${json.headers["x-amzn-query-error"]}`.split(";")[0], readXml(action, text).code];
  };

  test("is one of the 17 that are tried here", () => {
    expect(queueActions).toHaveLength(17);
  });

  test.each(queueActions)(
    "%s finds it by any spelling of its URL, and by its path",
    async (name) => {
      expect(await codesOf(name, "http://localhost/123456789012/lost", "/")).toEqual(noSuchQueue);
      expect(await codesOf(name, "", "/")).toEqual(noSuchQueue);
      const spellings: readonly [string | undefined, string][] = [
        [" http://localhost//123456789012/anyhow/?a=b ", "/"],
        ["http://localhost/queue/anyhow/", "/"],
        ["", "/123456789012/anyhow"],
        [undefined, "//123456789012/anyhow/?a=b"],
        ["", "/queue/anyhow"],
        ["http://localhost/123456789012/anyhow", "/123456789012/lost"],
      ];
      for (const [url, path] of spellings) {
        await serve().createQueue("anyhow");
        const codes = await codesOf(name, url, path);
        expect([url, path, ...codes]).not.toContain(noQueue[2]);
      }
    },
  );
});
