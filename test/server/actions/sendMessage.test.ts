/** SendMessage: wire form, validation, behaviour. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import { Serve, serveOnce } from "../../support/serve.ts";
import {
  badContents,
  capacity,
  expectEnvelope,
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  malformed,
  missing,
  uuidPattern,
  type WireMessage,
} from "../../support/wire.ts";

const serve = serveOnce();
const clocked = clockedOnce();
const send = (QueueUrl: string, input: object) =>
  serve().call("SendMessage", { QueueUrl, MessageBody: "body", ...input });
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

async function receive(QueueUrl: string): Promise<WireMessage> {
  const { Messages } = await serve().ok("ReceiveMessage", {
    QueueUrl,
    AttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  const [message] = Messages ?? [];
  if (message === undefined) throw new Error("no message");
  return message;
}

describe("the wire form", () => {
  test("is a body in, an id and the body's MD5 out", async () => {
    const QueueUrl = await serve().createQueue("plain");
    const answer = await send(QueueUrl, { MessageBody: "Hello" });
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        MessageId: expect.stringMatching(uuidPattern),
        MD5OfMessageBody: "8b1a9953c4611296a827abf8c47804d7",
      },
    ]);
    expectEnvelope(answer);
  });

  test("has the digests of attributes when there are any", async () => {
    const QueueUrl = await serve().createQueue("digested");
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const answer = await send(QueueUrl, {
      MessageAttributes: { city: { DataType: "String", StringValue: "Any City" } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
    });
    expect(answer.json.MD5OfMessageAttributes).toBe("a6ffb68ea212e1f864e24e589a1bda87");
    expect(answer.json.MD5OfMessageSystemAttributes).toBe("5ae4d5d7636402d80f4eb6d213245a88");
    expect((await receive(QueueUrl)).Attributes?.AWSTraceHeader).toBe(trace);
  });
});

describe("the body", () => {
  test.each([
    ["whitespace", " \t\r\n "],
    ["line ends of all kinds", "a\r\nb\rc\n"],
    ["letters of all sizes", "héllo ✓ 😀 \u{10ffff} \ud7ff\ue000\ufffd"],
    ["what JSON escapes", '{"a":"\\u0041\\"\\\\"}\u2028\u2029'],
    ["DEL and the controls after it", "\u007f\u0080\u009f"],
  ])("of %s comes back as it was sent", async (_, MessageBody) => {
    const QueueUrl = await serve().createQueue("bodies");
    const sent = await send(QueueUrl, { MessageBody });
    expect(sent.json.MD5OfMessageBody).toBe(md5(MessageBody));
    const message = await receive(QueueUrl);
    expect([message.Body, message.MD5OfBody]).toEqual([MessageBody, md5(MessageBody)]);
    await serve().call("DeleteMessage", { QueueUrl, ReceiptHandle: message.ReceiptHandle });
  });

  test.each([
    ["U+0000", "a\u0000"],
    ["U+0008", "\b"],
    ["U+000B", "\u000b"],
    ["U+001F", "\u001f"],
    ["U+FFFE", "\ufffe"],
    ["U+FFFF", "\uffff"],
    ["a lone high surrogate", "\ud800"],
    ["a lone low surrogate", "a\udc00b"],
  ])("may not have %s", async (_, MessageBody) => {
    const QueueUrl = await serve().createQueue("bodies");
    expectError(await send(QueueUrl, { MessageBody }), badContents);
  });

  test("must be there and not be empty", async () => {
    const QueueUrl = await serve().createQueue("bodies");
    const empty = await send(QueueUrl, { MessageBody: "" });
    expectError(empty, missing);
    expect(empty.json.message).toContain("MessageBody");
    expectError(await serve().call("SendMessage", { QueueUrl }), missing);
    expectError(await send(QueueUrl, { MessageBody: { a: 1 } }), malformed);
  });
});

describe("the size", () => {
  test("of exactly 1 MiB is accepted, a byte more is not", async () => {
    const QueueUrl = await serve().createQueue("large");
    expect((await send(QueueUrl, { MessageBody: "x".repeat(1_048_576) })).status).toBe(200);
    expect((await receive(QueueUrl)).MD5OfBody).toBe(md5("x".repeat(1_048_576)));
    expectError(await send(QueueUrl, { MessageBody: "x".repeat(1_048_577) }), invalidValue);
    expectError(await send(QueueUrl, { MessageBody: `é${"x".repeat(1_048_575)}` }), invalidValue);
  });

  test("is bounded by the queue, and counts names, types and values of attributes", async () => {
    const QueueUrl = await serve().createQueue("small", { MaximumMessageSize: "1024" });
    const MessageAttributes = {
      name: { DataType: "Binary", BinaryValue: Buffer.alloc(14).toString("base64") },
    };
    const fitting = { MessageBody: "x".repeat(1_000), MessageAttributes };
    expect((await send(QueueUrl, fitting)).status).toBe(200);
    const more = await send(QueueUrl, { ...fitting, MessageBody: "x".repeat(1_001) });
    expectError(more, invalidValue);
    expect(more.json.message).toContain("1024");
  });

  test("does not count system attributes", async () => {
    const QueueUrl = await serve().createQueue("small", { MaximumMessageSize: "1024" });
    const StringValue = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const answer = await send(QueueUrl, {
      MessageBody: "x".repeat(1_024),
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue } },
    });
    expect(answer.status).toBe(200);
  });
});

describe("the parameters", () => {
  test.each([901, 3_600, 86_400, -1])("DelaySeconds may not be %d", async (DelaySeconds) => {
    const QueueUrl = await serve().createQueue("parameters");
    expectError(await send(QueueUrl, { DelaySeconds }), invalidValue);
  });

  test("a delay hides the message for as long, and 0 overrides the queue's", async () => {
    const QueueUrl = await clocked().createQueue("delayed", { DelaySeconds: "900" });
    const receive = async () => (await clocked().ok("ReceiveMessage", { QueueUrl })).Messages;
    for (const [MessageBody, DelaySeconds] of [["later", 1] as const, ["now", 0] as const]) {
      await clocked().ok("SendMessage", { QueueUrl, MessageBody, DelaySeconds });
    }
    expect((await receive())?.[0]?.Body).toBe("now");
    await clocked().pass(0.999);
    expect(await receive()).toBeUndefined();
    await clocked().pass(0.001);
    expect((await receive())?.[0]?.Body).toBe("later");
  });

  test("MessageGroupId is kept on a Standard queue, MessageDeduplicationId refused", async () => {
    const QueueUrl = await serve().createQueue("grouped");
    expect((await send(QueueUrl, { MessageGroupId: "tenant-1" })).status).toBe(200);
    expect((await receive(QueueUrl)).Attributes?.MessageGroupId).toBe("tenant-1");
    expectError(await send(QueueUrl, { MessageDeduplicationId: "d" }), invalidValue);
    expectError(await send(QueueUrl, { MessageGroupId: "x".repeat(129) }), invalidValue);
    expectError(await send(QueueUrl, { MessageGroupId: "a b" }), invalidValue);
    expectError(await send(QueueUrl, { MessageGroupId: "" }), invalidValue);
  });

  test.each([
    ["another name", { Other: { DataType: "String", StringValue: "Root=1" } }],
    ["another type", { AWSTraceHeader: { DataType: "Binary", BinaryValue: "AAAA" } }],
    ["no trace", { AWSTraceHeader: { DataType: "String", StringValue: "hello" } }],
  ])("a system attribute of %s is refused", async (_, MessageSystemAttributes) => {
    const QueueUrl = await serve().createQueue("parameters");
    expectError(await send(QueueUrl, { MessageSystemAttributes }), invalidValue);
  });

  test("X-Amzn-Trace-Id does what AWSTraceHeader does, unless that is there or it makes no sense", async () => {
    const QueueUrl = await serve().createQueue("traced");
    const input = { QueueUrl, MessageBody: "body" };
    const trace = "Root=1-67891233-abcdef012345678912345678";
    const traced = await serve().call("SendMessage", input, { "X-Amzn-Trace-Id": trace });
    expect(traced.status).toBe(200);
    expect((await receive(QueueUrl)).Attributes?.AWSTraceHeader).toBe(trace);
    const own = "Root=1-5759e988-bd862e3fe1be46a994272793";
    const AWSTraceHeader = { DataType: "String", StringValue: own };
    const both = { ...input, MessageSystemAttributes: { AWSTraceHeader } };
    await serve().call("SendMessage", both, { "X-Amzn-Trace-Id": trace });
    expect((await receive(QueueUrl)).Attributes?.AWSTraceHeader).toBe(own);
    await serve().call("SendMessage", input, { "X-Amzn-Trace-Id": "nonsense" });
    expect((await receive(QueueUrl)).Attributes).not.toHaveProperty("AWSTraceHeader");
  });
});

test("a full memory refuses with a status that SDKs retry, and keeps what it has", async () => {
  const small = await Serve.start(["--memory", "64MiB"]);
  try {
    const QueueUrl = await small.createQueue("full");
    const input = { QueueUrl, MessageBody: "x".repeat(1_000_000) };
    let accepted = 0;
    let answer = await small.call("SendMessage", input);
    for (; answer.status === 200 && accepted < 100; accepted++) {
      answer = await small.call("SendMessage", input);
    }
    expectError(answer, capacity);
    expect(accepted).toBeGreaterThan(0);
    const names = { QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] };
    const { Attributes } = await small.ok("GetQueueAttributes", names);
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: String(accepted) });
    await small.call("PurgeQueue", { QueueUrl });
    expect((await small.call("SendMessage", input)).status).toBe(200);
  } finally {
    await small.stop("SIGKILL");
  }
});

test("a form takes attributes of both kinds, and is answered by id and digests", async () => {
  const QueueUrl = await serve().createQueue("form");
  const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  const input = {
    QueueUrl,
    MessageBody: "Hello",
    MessageAttributes: {
      city: { DataType: "String", StringValue: "Any City" },
      pop: { DataType: "Number.int", StringValue: "42" },
      bin: { DataType: "Binary.png", BinaryValue: "AAH/" },
    },
    MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } },
  };
  const answer = await serve().query("SendMessage", input);
  expect(answer.text).toContain(
    `<SendMessageResult><MessageId>${answer.xml.result.MessageId}</MessageId>` +
      "<MD5OfMessageBody>8b1a9953c4611296a827abf8c47804d7</MD5OfMessageBody>" +
      "<MD5OfMessageAttributes>ce5bca3fe8c6982c772b26032ef181c0</MD5OfMessageAttributes>" +
      "<MD5OfMessageSystemAttributes>5ae4d5d7636402d80f4eb6d213245a88" +
      "</MD5OfMessageSystemAttributes></SendMessageResult>",
  );
  expectXml(answer);
  const bad = { QueueUrl, MessageBody: "\ufffe" };
  expectQueryError(await serve().query("SendMessage", bad), badContents);
});
