/** ReceiveMessage: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  uuidPattern,
} from "../../support/wire.ts";

const serve = serveOnce();
const receive = (QueueUrl: string, input: object = {}) =>
  serve().ok("ReceiveMessage", { QueueUrl, ...input });
const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  serve().ok("SendMessage", { QueueUrl, MessageBody, ...more });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the wire form", () => {
  test("of no message is an empty object", async () => {
    const QueueUrl = await serve().createQueue("empty");
    const answer = await serve().call("ReceiveMessage", { QueueUrl });
    expect([answer.status, answer.text]).toEqual([200, "{}"]);
  });

  test("of a message, when nothing more is asked for, has four members", async () => {
    const QueueUrl = await serve().createQueue("four");
    const MessageAttributes = { city: { DataType: "String", StringValue: "Any City" } };
    const { MessageId } = await send(QueueUrl, "Hello", { MessageAttributes });
    expect(await receive(QueueUrl)).toEqual({
      Messages: [
        {
          MessageId,
          ReceiptHandle: expect.stringMatching(/^\S{10,1024}$/),
          MD5OfBody: "8b1a9953c4611296a827abf8c47804d7",
          Body: "Hello",
        },
      ],
    });
    expect(MessageId).toMatch(uuidPattern);
  });

  test("has the system attributes that are asked for, by either name of the list", async () => {
    const QueueUrl = await serve().createQueue("system");
    const before = Date.now();
    await send(QueueUrl, "Hello");
    const asked = { AttributeNames: ["SenderId", "Colour"], VisibilityTimeout: 0 };
    const first = await receive(QueueUrl, asked);
    expect(first.Messages?.[0]?.Attributes).toEqual({ SenderId: "000000000000" });
    const MessageSystemAttributeNames = ["ApproximateReceiveCount", "SequenceNumber"];
    const second = await receive(QueueUrl, { ...asked, MessageSystemAttributeNames });
    expect(second.Messages?.[0]?.Attributes).toEqual({
      SenderId: "000000000000",
      ApproximateReceiveCount: "2",
    });
    const third = await receive(QueueUrl, { AttributeNames: ["All"], VisibilityTimeout: 0 });
    const attributes = third.Messages?.[0]?.Attributes ?? {};
    expect(attributes).toEqual({
      SenderId: "000000000000",
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      ApproximateReceiveCount: "3",
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    });
    const sentAt = Number(attributes.SentTimestamp);
    expect(sentAt).toBeGreaterThanOrEqual(before);
    expect(Number(attributes.ApproximateFirstReceiveTimestamp)).toBeGreaterThanOrEqual(sentAt);
    const unknown = await receive(QueueUrl, { AttributeNames: ["Colour"] });
    expect(unknown.Messages?.[0]).not.toHaveProperty("Attributes");
  });

  test("has the attributes that are asked for, and the MD5 of exactly those", async () => {
    const QueueUrl = await serve().createQueue("filtered");
    const MessageAttributes = {
      color: { DataType: "String", StringValue: "blue" },
      count: { DataType: "Number", StringValue: "3" },
      blob: { DataType: "Binary", BinaryValue: "AQID" },
    };
    await send(QueueUrl, "Hello", { MessageAttributes });
    const ask = async (...MessageAttributeNames: string[]) => {
      const { Messages } = await receive(QueueUrl, { MessageAttributeNames, VisibilityTimeout: 0 });
      const message = Messages?.[0];
      return [message?.MessageAttributes, message?.MD5OfMessageAttributes];
    };
    expect(await ask("All")).toEqual([MessageAttributes, "d838729972a4b70e2d2acd9d59ac847c"]);
    const { color } = MessageAttributes;
    expect(await ask("col.*")).toEqual([{ color }, "da1b33cc3cbfe8b1630921e78e6b9880"]);
    expect(await ask("Color", "none")).toEqual([undefined, undefined]);
    expect(await ask()).toEqual([undefined, undefined]);
  });

  test("keeps attributes whose names are words of JavaScript", async () => {
    const QueueUrl = await serve().createQueue("words");
    const value = '{"DataType":"String","StringValue":"v"}';
    const names = ["constructor", "toString", "hasOwnProperty", "__proto__"];
    const attributes = names.map((name) => `"${name}":${value}`).join();
    await serve().send({
      headers: { "X-Amz-Target": "AmazonSQS.SendMessage" },
      body: `{"QueueUrl":"${QueueUrl}","MessageBody":"a","MessageAttributes":{${attributes}}}`,
    });
    const { Messages } = await receive(QueueUrl, { MessageAttributeNames: ["All"] });
    expect(Object.keys(Messages?.[0]?.MessageAttributes ?? {}).sort()).toEqual(names.sort());
  });
});

describe("the parameters", () => {
  test.each([
    ["MaxNumberOfMessages", 0],
    ["MaxNumberOfMessages", 11],
    ["VisibilityTimeout", -1],
    ["VisibilityTimeout", 43_201],
    ["WaitTimeSeconds", -1],
    ["WaitTimeSeconds", 21],
  ])("%s may not be %d, although a message waits", async (name, value) => {
    const QueueUrl = await serve().createQueue("ranges");
    await send(QueueUrl, "waiting");
    const answer = await serve().call("ReceiveMessage", { QueueUrl, [name]: value });
    expectError(answer, invalidValue);
  });

  test("one message is the default, ten the most", async () => {
    const QueueUrl = await serve().createQueue("many");
    for (let index = 0; index < 12; index++) await send(QueueUrl, `${index}`);
    expect((await receive(QueueUrl)).Messages).toHaveLength(1);
    expect((await receive(QueueUrl, { MaxNumberOfMessages: 10 })).Messages).toHaveLength(10);
    expect((await receive(QueueUrl, { MaxNumberOfMessages: 10 })).Messages).toHaveLength(1);
  });

  test("ReceiveRequestAttemptId means nothing on a Standard queue", async () => {
    const QueueUrl = await serve().createQueue("attempts");
    await send(QueueUrl, "once");
    const ReceiveRequestAttemptId = "attempt-1";
    expect((await receive(QueueUrl, { ReceiveRequestAttemptId })).Messages).toHaveLength(1);
    expect(await receive(QueueUrl, { ReceiveRequestAttemptId })).toEqual({});
  });
});

describe("visibility", () => {
  test("a message is hidden until its timeout, then comes again with a new handle", async () => {
    const QueueUrl = await serve().createQueue("hidden", { VisibilityTimeout: "1" });
    await send(QueueUrl, "again");
    const first = await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual({});
    await pause(1_100);
    const second = await receive(QueueUrl);
    expect(second.Messages?.[0]?.MessageId).toBe(first.Messages?.[0]?.MessageId);
    expect(second.Messages?.[0]?.ReceiptHandle).not.toBe(first.Messages?.[0]?.ReceiptHandle);
  });

  test("the request's timeout beats the queue's", async () => {
    const QueueUrl = await serve().createQueue("beaten", { VisibilityTimeout: "43200" });
    await send(QueueUrl, "again");
    await receive(QueueUrl, { VisibilityTimeout: 1 });
    expect((await receive(QueueUrl, { WaitTimeSeconds: 3 })).Messages).toHaveLength(1);
  });
});

/** How long it took until the answer was there, in milliseconds, and the bodies in it. */
async function timed(QueueUrl: string, input: object): Promise<[number, (string | undefined)[]]> {
  const start = performance.now();
  const { Messages = [] } = await receive(QueueUrl, input);
  return [performance.now() - start, Messages.map(({ Body }) => Body)];
}

describe("a long poll", () => {
  test("answers when its time is over, with nothing", async () => {
    const QueueUrl = await serve().createQueue("idle");
    const [ms, bodies] = await timed(QueueUrl, { WaitTimeSeconds: 1 });
    expect(bodies).toEqual([]);
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(2_000);
  });

  test.each([
    ["a send", async (QueueUrl: string) => send(QueueUrl, "wake")],
    [
      "a batch",
      (QueueUrl: string) =>
        serve().ok("SendMessageBatch", { QueueUrl, Entries: [{ Id: "a", MessageBody: "wake" }] }),
    ],
  ])("answers at once upon %s", async (name, wake) => {
    const QueueUrl = await serve().createQueue(`woken-by-${name.replace(" ", "-")}`);
    const poll = timed(QueueUrl, { WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
    await pause(300);
    await wake(QueueUrl);
    const [ms, bodies] = await poll;
    expect(bodies).toEqual(["wake"]);
    expect(ms).toBeLessThan(2_000);
  });

  test("answers when a delay or a visibility timeout ends, or is made 0", async () => {
    const QueueUrl = await serve().createQueue("due");
    await send(QueueUrl, "due", { DelaySeconds: 1 });
    const [, delayed] = await timed(QueueUrl, { WaitTimeSeconds: 20, VisibilityTimeout: 1 });
    expect(delayed).toEqual(["due"]);
    const { Messages } = await receive(QueueUrl, { WaitTimeSeconds: 20 });
    expect(Messages).toHaveLength(1);
    const poll = timed(QueueUrl, { WaitTimeSeconds: 20 });
    await pause(100);
    await serve().call("ChangeMessageVisibility", {
      QueueUrl,
      ReceiptHandle: Messages?.[0]?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    const [ms, released] = await poll;
    expect(released).toEqual(["due"]);
    expect(ms).toBeLessThan(5_000);
  });

  test("is the queue's own default, which an explicit 0 overrides", async () => {
    const QueueUrl = await serve().createQueue("polled", { ReceiveMessageWaitTimeSeconds: "1" });
    expect((await timed(QueueUrl, {}))[0]).toBeGreaterThan(900);
    expect((await timed(QueueUrl, { WaitTimeSeconds: 0 }))[0]).toBeLessThan(500);
  });

  test("whose client has gone takes no message", async () => {
    const QueueUrl = await serve().createQueue("left");
    const leaving = new AbortController();
    const poll = serve().send({
      headers: { "X-Amz-Target": "AmazonSQS.ReceiveMessage" },
      body: JSON.stringify({ QueueUrl, WaitTimeSeconds: 20 }),
      signal: leaving.signal,
    });
    const gone = expect(poll).rejects.toThrow();
    await pause(300);
    leaving.abort();
    await gone;
    await pause(100);
    await send(QueueUrl, "kept");
    expect((await receive(QueueUrl)).Messages?.[0]?.Body).toBe("kept");
  });

  test("is one of a hundred, of which each gets its own message", async () => {
    const QueueUrl = await serve().createQueue("hundred");
    const polls = Array.from({ length: 100 }, () => receive(QueueUrl, { WaitTimeSeconds: 20 }));
    await pause(300);
    for (let index = 0; index < 100; index++) await send(QueueUrl, `${index}`);
    const answers = await Promise.all(polls);
    const bodies = answers.flatMap(({ Messages = [] }) => Messages.map(({ Body }) => Number(Body)));
    expect(bodies.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

test("a form takes numbered names of both lists, and is answered by messages", async () => {
  const QueueUrl = await serve().createQueue("form");
  const MessageAttributes = {
    count: { DataType: "Number.int", StringValue: "3" },
    blob: { DataType: "Binary", BinaryValue: "AQID" },
  };
  const { MessageId } = await send(QueueUrl, "<Hello>", { MessageAttributes });
  const input = {
    QueueUrl,
    AttributeNames: ["SenderId"],
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    MessageAttributeNames: ["blob", "cou.*"],
  };
  const answer = await serve().query("ReceiveMessage", input);
  const message = answer.xml.result.Messages?.[0];
  expect(answer.text).toContain(
    `<ReceiveMessageResult><Message><MessageId>${MessageId}</MessageId>` +
      `<ReceiptHandle>${message?.ReceiptHandle}</ReceiptHandle>` +
      `<MD5OfBody>${message?.MD5OfBody}</MD5OfBody><Body>&lt;Hello&gt;</Body>` +
      "<Attribute><Name>SenderId</Name><Value>000000000000</Value></Attribute>" +
      "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>" +
      `<MD5OfMessageAttributes>${message?.MD5OfMessageAttributes}</MD5OfMessageAttributes>`,
  );
  expect(answer.text).toContain(
    "<MessageAttribute><Name>blob</Name><Value><BinaryValue>AQID</BinaryValue>" +
      "<DataType>Binary</DataType></Value></MessageAttribute>",
  );
  expectXml(answer);
  expect(message?.MessageAttributes).toEqual(MessageAttributes);
  const wrong = { QueueUrl, MaxNumberOfMessages: 11 };
  expectQueryError(await serve().query("ReceiveMessage", wrong), invalidValue);
});
