/** DeleteMessage: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import type { Endpoint } from "../../support/endpoint.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  badHandle,
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  missing,
} from "../../support/wire.ts";

const serve = serveOnce();
const clocked = clockedOnce();
const remove = (QueueUrl: string, ReceiptHandle?: string, at: Endpoint = serve()) =>
  at.call("DeleteMessage", { QueueUrl, ReceiptHandle });

async function received(
  QueueUrl: string,
  VisibilityTimeout = 30,
  at: Endpoint = serve(),
): Promise<string> {
  const { Messages } = await at.ok("ReceiveMessage", { QueueUrl, VisibilityTimeout });
  const handle = Messages?.[0]?.ReceiptHandle;
  if (handle === undefined) throw new Error("no message");
  return handle;
}

async function queueWithOne(name: string, at: Endpoint = serve()): Promise<string> {
  const QueueUrl = await at.createQueue(name);
  await at.ok("SendMessage", { QueueUrl, MessageBody: "one" });
  return QueueUrl;
}

async function countOf(QueueUrl: string, at: Endpoint = serve()): Promise<number> {
  const { Attributes = {} } = await at.ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  return Object.values(Attributes).reduce((sum, text) => sum + Number(text), 0);
}

test("a message in flight is deleted, and deleting it again is no error", async () => {
  const QueueUrl = await queueWithOne("once");
  const handle = await received(QueueUrl);
  expectVoid(await remove(QueueUrl, handle));
  expect(await countOf(QueueUrl)).toBe(0);
  expectVoid(await remove(QueueUrl, handle));
});

test("a message that is visible again is deleted by its last handle", async () => {
  const QueueUrl = await queueWithOne("late", clocked());
  const handle = await received(QueueUrl, 1, clocked());
  await clocked().pass(1);
  expectVoid(await remove(QueueUrl, handle, clocked()));
  expect(await countOf(QueueUrl, clocked())).toBe(0);
});

test("a message that was received again is deleted by its first handle", async () => {
  const QueueUrl = await queueWithOne("older");
  const older = await received(QueueUrl, 0);
  const newer = await received(QueueUrl);
  expectVoid(await remove(QueueUrl, older));
  expect(await countOf(QueueUrl)).toBe(0);
  expectVoid(await remove(QueueUrl, newer));
  expectVoid(await remove(QueueUrl, older));
});

test("a form's first handle deletes as well", async () => {
  const QueueUrl = await queueWithOne("older-form");
  const ReceiptHandle = await received(QueueUrl, 0);
  await received(QueueUrl);
  expectXml(await serve().query("DeleteMessage", { QueueUrl, ReceiptHandle }));
  expect(await countOf(QueueUrl)).toBe(0);
});

test("a handle is needed", async () => {
  expectError(await remove(await queueWithOne("needed")), missing);
});

test.each(["", "garbage", "AQEB1234", "x".repeat(5_000), "é"])(
  "the handle %j was never given out",
  async (handle) => {
    expectError(await remove(await serve().createQueue("garbage"), handle), badHandle);
  },
);

test("a handle that was changed by one letter was never given out", async () => {
  const QueueUrl = await queueWithOne("forged");
  const handle = await received(QueueUrl);
  const last = handle.at(-1) === "A" ? "B" : "A";
  const middle = handle.at(9) === "A" ? "B" : "A";
  expectError(await remove(QueueUrl, handle.slice(0, -1) + last), badHandle);
  expectError(await remove(QueueUrl, handle.slice(0, 9) + middle + handle.slice(10)), badHandle);
  expect(await countOf(QueueUrl)).toBe(1);
});

test("a handle of another queue was never given out by this one", async () => {
  const QueueUrl = await queueWithOne("mine");
  const handle = await received(QueueUrl);
  expectError(await remove(await queueWithOne("yours"), handle), badHandle);
  expect(await countOf(QueueUrl)).toBe(1);
});

test("a form takes the handle, and is answered by metadata alone", async () => {
  const QueueUrl = await serve().createQueue("form");
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "a" });
  const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl, VisibilityTimeout: 0 });
  const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
  const answer = await serve().query("DeleteMessage", { QueueUrl, ReceiptHandle });
  expect(answer.text).toMatch(/<DeleteMessageResponse [^>]*><ResponseMetadata>/);
  expectXml(answer);
  expect(await serve().ok("ReceiveMessage", { QueueUrl })).toEqual({});
  const garbage = { QueueUrl, ReceiptHandle: "garbage" };
  expectQueryError(await serve().query("DeleteMessage", garbage), badHandle);
});
