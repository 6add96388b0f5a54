/** DeleteMessageBatch: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  badEntryId,
  emptyBatch,
  expectError,
  expectQueryError,
  expectXml,
  sameEntryId,
  tooManyEntries,
} from "../../support/wire.ts";

const serve = serveOnce();
const remove = (QueueUrl: string, Entries: unknown) =>
  serve().call("DeleteMessageBatch", { QueueUrl, Entries });

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

test("ten messages are deleted, and each is told", async () => {
  const QueueUrl = await serve().createQueue("ten");
  const entries = (await handles(QueueUrl, 10)).map((ReceiptHandle, index) => ({
    Id: `e${index}`,
    ReceiptHandle,
  }));
  const successful = { Successful: entries.map(({ Id }) => ({ Id })) };
  const answer = await remove(QueueUrl, entries);
  expect([answer.status, answer.json]).toEqual([200, successful]);
  expect((await remove(QueueUrl, entries)).json).toEqual(successful);
  const names = { QueueUrl, AttributeNames: ["ApproximateNumberOfMessagesNotVisible"] };
  const { Attributes } = await serve().ok("GetQueueAttributes", names);
  expect(Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: "0" });
});

test("entries name messages that were received again, in JSON and in a form", async () => {
  const QueueUrl = await serve().createQueue("older");
  for (const action of ["call", "query"] as const) {
    const older = await handles(QueueUrl, 2);
    const Entries = older.map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
    const change = Entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await serve().ok("ChangeMessageVisibilityBatch", { QueueUrl, Entries: change });
    const input = { QueueUrl, MaxNumberOfMessages: 10 };
    expect((await serve().ok("ReceiveMessage", input)).Messages).toHaveLength(2);
    expect((await serve()[action]("DeleteMessageBatch", { QueueUrl, Entries })).status).toBe(200);
    const AttributeNames = ["ApproximateNumberOfMessagesNotVisible"];
    const left = await serve().ok("GetQueueAttributes", { QueueUrl, AttributeNames });
    expect(left.Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: "0" });
  }
});

test("a handle that is garbage or absent fails alone", async () => {
  const QueueUrl = await serve().createQueue("partly");
  const [ReceiptHandle] = await handles(QueueUrl, 1);
  const { json } = await remove(QueueUrl, [
    { Id: "garbage", ReceiptHandle: "garbage" },
    { Id: "good", ReceiptHandle },
    { Id: "absent" },
  ]);
  expect(json.Successful).toEqual([{ Id: "good" }]);
  expect(json.Failed).toEqual([
    {
      Id: "garbage",
      SenderFault: true,
      Code: "ReceiptHandleIsInvalid",
      Message: expect.stringMatching(/\w/),
    },
    { Id: "absent", SenderFault: true, Code: "MissingParameter", Message: expect.any(String) },
  ]);
});

test("the batch as a whole is checked", async () => {
  const QueueUrl = await serve().createQueue("checked");
  const entry = (Id: string) => ({ Id, ReceiptHandle: "h" });
  expectError(await remove(QueueUrl, []), emptyBatch);
  const eleven = Array.from({ length: 11 }, (_, index) => entry(`${index}`));
  expectError(await remove(QueueUrl, eleven), tooManyEntries);
  expectError(await remove(QueueUrl, [entry("a b")]), badEntryId);
  expectError(await remove(QueueUrl, [entry("a"), entry("a")]), sameEntryId);
});

test("a form takes numbered entries, and is answered by repeated elements", async () => {
  const QueueUrl = await serve().createQueue("form");
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "a" });
  const { Messages } = await serve().ok("ReceiveMessage", { QueueUrl });
  const Entries = [
    { Id: "bad", ReceiptHandle: "garbage" },
    { Id: "good", ReceiptHandle: Messages?.[0]?.ReceiptHandle },
  ];
  const answer = await serve().query("DeleteMessageBatch", { QueueUrl, Entries });
  expect(answer.text).toContain(
    "<DeleteMessageBatchResult><DeleteMessageBatchResultEntry><Id>good</Id>" +
      "</DeleteMessageBatchResultEntry><BatchResultErrorEntry><Id>bad</Id>" +
      "<SenderFault>true</SenderFault><Code>ReceiptHandleIsInvalid</Code><Message>",
  );
  expectXml(answer);
  expectQueryError(await serve().query("DeleteMessageBatch", { QueueUrl }), emptyBatch);
});
