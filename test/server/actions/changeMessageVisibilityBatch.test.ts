/** ChangeMessageVisibilityBatch: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  badEntryId,
  emptyBatch,
  expectError,
  expectQueryError,
  expectXml,
  malformed,
  sameEntryId,
  tooManyEntries,
} from "../../support/wire.ts";

const serve = serveOnce();
const change = (QueueUrl: string, Entries: unknown) =>
  serve().call("ChangeMessageVisibilityBatch", { QueueUrl, Entries });

async function handles(QueueUrl: string, count: number): Promise<string[]> {
  const Entries = Array.from({ length: count }, (_, index) => ({
    Id: `${index}`,
    MessageBody: `${index}`,
  }));
  await serve().ok("SendMessageBatch", { QueueUrl, Entries });
  const input = { QueueUrl, MaxNumberOfMessages: 10 };
  const { Messages = [] } = await serve().ok("ReceiveMessage", input);
  return Messages.map(({ ReceiptHandle }) => ReceiptHandle);
}

test("ten messages are made visible, and each is told", async () => {
  const QueueUrl = await serve().createQueue("ten");
  const entries = (await handles(QueueUrl, 10)).map((ReceiptHandle, index) => ({
    Id: `e${index}`,
    ReceiptHandle,
    VisibilityTimeout: index < 7 ? 0 : 100,
  }));
  const answer = await change(QueueUrl, entries);
  expect([answer.status, answer.json]).toEqual([
    200,
    { Successful: entries.map(({ Id }) => ({ Id })) },
  ]);
  const input = { QueueUrl, MaxNumberOfMessages: 10 };
  expect((await serve().ok("ReceiveMessage", input)).Messages).toHaveLength(7);
});

test("entries name messages that were received again, in JSON and in a form", async () => {
  const QueueUrl = await serve().createQueue("older");
  const older = await handles(QueueUrl, 2);
  const input = { QueueUrl, MaxNumberOfMessages: 10 };
  const Entries = older.map((ReceiptHandle, index) => ({
    Id: `${index}`,
    ReceiptHandle,
    VisibilityTimeout: 0,
  }));
  for (const action of ["call", "query", "call"] as const) {
    const call = serve()[action]("ChangeMessageVisibilityBatch", { QueueUrl, Entries });
    expect((await call).status).toBe(200);
    expect((await serve().ok("ReceiveMessage", input)).Messages).toHaveLength(2);
  }
});

test("an entry fails alone", async () => {
  const QueueUrl = await serve().createQueue("partly");
  const [first, second] = await handles(QueueUrl, 2);
  await serve().call("DeleteMessage", { QueueUrl, ReceiptHandle: second });
  const { json } = await change(QueueUrl, [
    { Id: "garbage", ReceiptHandle: "garbage", VisibilityTimeout: 1 },
    { Id: "range", ReceiptHandle: first, VisibilityTimeout: 43_201 },
    { Id: "good", ReceiptHandle: first, VisibilityTimeout: 1 },
    { Id: "deleted", ReceiptHandle: second, VisibilityTimeout: 1 },
    { Id: "timeless", ReceiptHandle: first },
    { Id: "handless", VisibilityTimeout: 1 },
  ]);
  expect(json.Successful).toEqual([{ Id: "good" }]);
  expect(json.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
    ["garbage", "ReceiptHandleIsInvalid", true],
    ["range", "InvalidParameterValue", true],
    ["deleted", "InvalidParameterValue", true],
    ["timeless", "MissingParameter", true],
    ["handless", "MissingParameter", true],
  ]);
});

test("the batch as a whole is checked", async () => {
  const QueueUrl = await serve().createQueue("checked");
  const entry = (Id: string) => ({ Id, ReceiptHandle: "h", VisibilityTimeout: 1 });
  expectError(await change(QueueUrl, []), emptyBatch);
  const eleven = Array.from({ length: 11 }, (_, index) => entry(`${index}`));
  expectError(await change(QueueUrl, eleven), tooManyEntries);
  expectError(await change(QueueUrl, [entry("")]), badEntryId);
  expectError(await change(QueueUrl, [entry("a"), entry("a")]), sameEntryId);
  expectError(await change(QueueUrl, [{ ...entry("a"), VisibilityTimeout: "1" }]), malformed);
});

test("a form takes numbered entries, and is answered by repeated elements", async () => {
  const QueueUrl = await serve().createQueue("form");
  const [ReceiptHandle] = await handles(QueueUrl, 1);
  const Entries = [
    { Id: "good", ReceiptHandle, VisibilityTimeout: 0 },
    { Id: "bad", ReceiptHandle: "garbage", VisibilityTimeout: 0 },
  ];
  const answer = await serve().query("ChangeMessageVisibilityBatch", { QueueUrl, Entries });
  expect(answer.text).toContain(
    "<ChangeMessageVisibilityBatchResult><ChangeMessageVisibilityBatchResultEntry><Id>good</Id>" +
      "</ChangeMessageVisibilityBatchResultEntry><BatchResultErrorEntry><Id>bad</Id>" +
      "<SenderFault>true</SenderFault><Code>ReceiptHandleIsInvalid</Code><Message>",
  );
  expectXml(answer);
  const none = await serve().query("ChangeMessageVisibilityBatch", { QueueUrl });
  expectQueryError(none, emptyBatch);
});
