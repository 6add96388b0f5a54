/** ReceiveMessage: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import { patience } from "../../support/patience.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  uuidPattern,
} from "../../support/wire.ts";

const serve = serveOnce();
const clocked = clockedOnce();
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
    const QueueUrl = await clocked().createQueue("hidden", { VisibilityTimeout: "1" });
    const receive = () => clocked().ok("ReceiveMessage", { QueueUrl });
    await clocked().ok("SendMessage", { QueueUrl, MessageBody: "again" });
    const first = await receive();
    await clocked().pass(0.999);
    expect(await receive()).toEqual({});
    await clocked().pass(0.001);
    const second = await receive();
    expect(second.Messages?.[0]?.MessageId).toBe(first.Messages?.[0]?.MessageId);
    expect(second.Messages?.[0]?.ReceiptHandle).not.toBe(first.Messages?.[0]?.ReceiptHandle);
  });

  test("the request's timeout beats the queue's", async () => {
    const QueueUrl = await clocked().createQueue("beaten", { VisibilityTimeout: "43200" });
    await clocked().ok("SendMessage", { QueueUrl, MessageBody: "again" });
    await clocked().ok("ReceiveMessage", { QueueUrl, VisibilityTimeout: 1 });
    await clocked().pass(1);
    const { Messages } = await clocked().ok("ReceiveMessage", { QueueUrl });
    expect(Messages).toHaveLength(1);
  });
});

/** A long poll that waits by now, on the server whose time stands still: the bodies it brings. */
async function waiting(QueueUrl: string, input: object = {}) {
  const asked = { QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10, ...input };
  const seen = { isOver: false };
  const end = clocked()
    .ok("ReceiveMessage", asked)
    .then(({ Messages = [] }) => {
      seen.isOver = true;
      return Messages.map(({ Body }) => Body);
    });
  await pause(300);
  return { seen, end };
}

/** Whether what is sent after a client left its long poll so many milliseconds ago stays. */
async function staysAfter(ms: number): Promise<boolean> {
  const QueueUrl = await serve().createQueue(`left-${ms}`);
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
  await pause(ms);
  await send(QueueUrl, "kept");
  return (await receive(QueueUrl)).Messages?.[0]?.Body === "kept";
}

describe("a long poll", () => {
  test("answers when its time is over, with nothing", async () => {
    const QueueUrl = await serve().createQueue("idle");
    const start = performance.now();
    expect(await receive(QueueUrl, { WaitTimeSeconds: 1 })).toEqual({});
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  test.each([
    ["a send", "SendMessage", { MessageBody: "wake" }],
    ["a batch", "SendMessageBatch", { Entries: [{ Id: "a", MessageBody: "wake" }] }],
  ])("answers upon %s, before any time has passed", async (name, action, input) => {
    const QueueUrl = await clocked().createQueue(`woken-by-${name.replace(" ", "-")}`);
    const { seen, end } = await waiting(QueueUrl);
    expect(seen.isOver).toBe(false);
    await clocked().ok(action, { QueueUrl, ...input });
    expect(await end).toEqual(["wake"]);
  });

  test("answers when a delay or a visibility timeout ends, or is made 0", async () => {
    const QueueUrl = await clocked().createQueue("due");
    await clocked().ok("SendMessage", { QueueUrl, MessageBody: "due", DelaySeconds: 2 });
    for (const what of ["delay", "timeout"]) {
      const { seen, end } = await waiting(QueueUrl, { VisibilityTimeout: 2 });
      await clocked().pass(1);
      expect(seen.isOver, what).toBe(false);
      await clocked().pass(1);
      expect(await end, what).toEqual(["due"]);
    }
    await clocked().pass(2);
    const { Messages } = await clocked().ok("ReceiveMessage", { QueueUrl });
    const { end } = await waiting(QueueUrl);
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await clocked().ok("ChangeMessageVisibility", change);
    expect(await end).toEqual(["due"]);
  });

  test("is the queue's own default, which an explicit 0 overrides", async () => {
    const QueueUrl = await clocked().createQueue("polled", { ReceiveMessageWaitTimeSeconds: "1" });
    const { seen, end } = await waiting(QueueUrl, { WaitTimeSeconds: undefined });
    expect(seen.isOver).toBe(false);
    await clocked().pass(1);
    expect(await end).toEqual([]);
    expect(await clocked().ok("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 0 })).toEqual({});
  });

  test("whose client has gone takes no message", async () => {
    // The server is told in its own time, but it is told.
    let ms = 100;
    for (; !(await staysAfter(ms)); ms *= 2) expect(ms).toBeLessThan(patience());
  });

  test("is one of a hundred, of which each gets its own message", async () => {
    const QueueUrl = await clocked().createQueue("hundred");
    const asked = { QueueUrl, WaitTimeSeconds: 20 };
    const polls = Array.from({ length: 100 }, () => clocked().ok("ReceiveMessage", asked));
    await pause(300);
    for (let index = 0; index < 100; index++) {
      await clocked().ok("SendMessage", { QueueUrl, MessageBody: `${index}` });
    }
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
