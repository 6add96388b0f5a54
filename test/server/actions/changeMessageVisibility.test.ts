/** ChangeMessageVisibility: wire form, validation, behaviour. */
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
  invalidValue,
  missing,
} from "../../support/wire.ts";

const serve = serveOnce();
const clocked = clockedOnce();
const change = (
  QueueUrl: string,
  ReceiptHandle: unknown,
  VisibilityTimeout: unknown,
  at: Endpoint = serve(),
) => at.call("ChangeMessageVisibility", { QueueUrl, ReceiptHandle, VisibilityTimeout });

async function queueWithOne(name: string, at: Endpoint = serve()): Promise<string> {
  const QueueUrl = await at.createQueue(name);
  await at.ok("SendMessage", { QueueUrl, MessageBody: "one" });
  return QueueUrl;
}

async function received(
  QueueUrl: string,
  VisibilityTimeout = 30,
  at: Endpoint = serve(),
): Promise<string | undefined> {
  const { Messages } = await at.ok("ReceiveMessage", { QueueUrl, VisibilityTimeout });
  return Messages?.[0]?.ReceiptHandle;
}

test("0 makes a message visible at once", async () => {
  const QueueUrl = await queueWithOne("released");
  const handle = await received(QueueUrl);
  expect(await received(QueueUrl)).toBeUndefined();
  expectVoid(await change(QueueUrl, handle, 0));
  expect(await received(QueueUrl)).toBeDefined();
});

test("a longer timeout counts from now, and only for this receive", async () => {
  const QueueUrl = await queueWithOne("longer", clocked());
  const handle = await received(QueueUrl, 1, clocked());
  await clocked().pass(0.5);
  expectVoid(await change(QueueUrl, handle, 2, clocked()));
  await clocked().pass(1.999);
  expect(await received(QueueUrl, 1, clocked())).toBeUndefined();
  await clocked().pass(0.001);
  expect(await received(QueueUrl, 1, clocked())).toBeDefined();
  await clocked().pass(1);
  expect(await received(QueueUrl, 1, clocked())).toBeDefined();
});

test("a message whose timeout has passed is hidden again by its last handle", async () => {
  const QueueUrl = await queueWithOne("late", clocked());
  const handle = await received(QueueUrl, 1, clocked());
  await clocked().pass(1);
  expectVoid(await change(QueueUrl, handle, 30, clocked()));
  expect(await received(QueueUrl, 1, clocked())).toBeUndefined();
});

test("a message that was received again is shown and hidden by its first handle", async () => {
  const QueueUrl = await queueWithOne("older");
  const older = await received(QueueUrl, 0);
  expect(await received(QueueUrl)).toBeDefined();
  expectVoid(await change(QueueUrl, older, 0));
  expect(await received(QueueUrl)).toBeDefined();
  const form = { QueueUrl, ReceiptHandle: older, VisibilityTimeout: 0 };
  expectXml(await serve().query("ChangeMessageVisibility", form));
  // Visible again, it is hidden as by its last handle.
  expectVoid(await change(QueueUrl, older, 30));
  expect(await received(QueueUrl)).toBeUndefined();
});

test("a deleted message can't be changed, and the handle is what is wrong", async () => {
  const QueueUrl = await queueWithOne("deleted");
  const handle = await received(QueueUrl);
  await serve().call("DeleteMessage", { QueueUrl, ReceiptHandle: handle });
  const answer = await change(QueueUrl, handle, 10);
  expectError(answer, invalidValue);
  const text =
    `Value ${handle} for parameter ReceiptHandle is invalid. ` +
    "Reason: Message does not exist or is not available for visibility timeout change.";
  expect(answer.json.message).toBe(text);
  const Entries = [{ Id: "e", ReceiptHandle: handle, VisibilityTimeout: 0 }];
  const batch = await serve().ok("ChangeMessageVisibilityBatch", { QueueUrl, Entries });
  expect(batch.Failed).toMatchObject([{ Code: "InvalidParameterValue", Message: text }]);
});

test("garbage is no handle", async () => {
  expectError(await change(await queueWithOne("garbage"), "garbage", 10), badHandle);
});

test("a handle and a timeout are needed, and the timeout has a range", async () => {
  const QueueUrl = await queueWithOne("needed");
  const handle = await received(QueueUrl);
  expectError(await change(QueueUrl, undefined, 1), missing);
  expectError(await change(QueueUrl, handle, undefined), missing);
  expectError(await change(QueueUrl, handle, -1), invalidValue);
  expectError(await change(QueueUrl, handle, 43_201), invalidValue);
});

test("no receive hides a message for more than twelve hours in all", async () => {
  const QueueUrl = await queueWithOne("twelve", clocked());
  const handle = await received(QueueUrl, 30, clocked());
  await clocked().pass(1);
  expectError(await change(QueueUrl, handle, 43_200, clocked()), invalidValue);
  expectVoid(await change(QueueUrl, handle, 43_199, clocked()));
});

test("a form takes handle and seconds, and is answered by metadata alone", async () => {
  const QueueUrl = await serve().createQueue("form");
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "a" });
  const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl });
  const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
  const input = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
  const answer = await serve().query("ChangeMessageVisibility", input);
  expect(answer.text).toMatch(/<ChangeMessageVisibilityResponse [^>]*><ResponseMetadata>/);
  expectXml(answer);
  expect((await serve().ok("ReceiveMessage", { QueueUrl })).Messages).toHaveLength(1);
  const half = await serve().query("ChangeMessageVisibility", { QueueUrl, ReceiptHandle });
  expectQueryError(half, missing);
});
