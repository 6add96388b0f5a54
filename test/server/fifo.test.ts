/**
 * FIFO queues over the wire: parameters, attributes and errors in JSON, and the same fields in the
 * query protocol. What they mean is in test/broker/messages/fifo.test.ts.
 */
import { expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { Server } from "../../engine/server/http/server.ts";
import { Endpoint } from "../support/endpoint.ts";
import { serveOnce } from "../support/serve.ts";
import {
  badAttributeName,
  badAttributeValue,
  expectError,
  expectQueryError,
  expectVoid,
  invalidValue,
  missing,
  queueExists,
  throttled,
  type WireAnswer,
} from "../support/wire.ts";

const serve = serveOnce(["--quotas", "off"]);
const all = { MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] };
let made = 0;

/** A FIFO queue of its own for each test. */
function create(attributes: Record<string, string> = {}): Promise<string> {
  const known = { FifoQueue: "true", ContentBasedDeduplication: "true", ...attributes };
  return serve().createQueue(`queue-${++made}.fifo`, known);
}

function receive(QueueUrl: string, more: object = {}): Promise<WireAnswer> {
  return serve().ok("ReceiveMessage", { QueueUrl, ...all, ...more });
}

function texts({ Messages = [] }: WireAnswer): string[] {
  return Messages.map(({ Body }) => Body);
}

test("a FIFO queue shows four attributes that a Standard queue has not", async () => {
  const QueueUrl = await serve().createQueue("plain.fifo", { FifoQueue: "True" });
  const asked = { QueueUrl, AttributeNames: ["All"] };
  const { Attributes = {} } = await serve().ok("GetQueueAttributes", asked);
  expect(Attributes).toMatchObject({
    FifoQueue: "true",
    ContentBasedDeduplication: "false",
    DeduplicationScope: "queue",
    FifoThroughputLimit: "perQueue",
  });
  expect(Object.keys(Attributes)).toHaveLength(16);
});

test("attributes of FIFO are set one by one, and refused as AWS refuses them", async () => {
  const QueueUrl = await create();
  const set = (Attributes: Record<string, string>) =>
    serve().call("SetQueueAttributes", { QueueUrl, Attributes });
  expectVoid(await set({ FifoQueue: "true" }));
  expectError(await set({ FifoQueue: "false" }), badAttributeValue);
  expectError(await set({ ContentBasedDeduplication: "perhaps" }), badAttributeValue);
  expectError(await set({ DeduplicationScope: "group" }), badAttributeValue);
  expectError(await set({ FifoThroughputLimit: "perMessageGroupId" }), badAttributeValue);
  const high = { DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" };
  expectVoid(await set({ ...high, ContentBasedDeduplication: "FALSE" }));
  const { Attributes } = await serve().ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["All"],
  });
  expect(Attributes).toMatchObject({ ...high, ContentBasedDeduplication: "false" });
  const standard = await serve().createQueue("standard");
  for (const name of ["FifoQueue", "ContentBasedDeduplication"]) {
    const wrong = { QueueUrl: standard, Attributes: { [name]: "true" } };
    expectError(await serve().call("SetQueueAttributes", wrong), badAttributeName);
  }
});

test("a FIFO queue that exists is found by its attributes, another value is a conflict", async () => {
  const QueueUrl = await create();
  const again = { QueueName: QueueUrl.slice(QueueUrl.lastIndexOf("/") + 1) };
  const found = await serve().call("CreateQueue", { ...again, Attributes: { FifoQueue: "true" } });
  expect(found.json.QueueUrl).toBe(QueueUrl);
  const other = { FifoQueue: "true", ContentBasedDeduplication: "false" };
  expectError(await serve().call("CreateQueue", { ...again, Attributes: other }), queueExists);
  expectError(await serve().call("CreateQueue", again), invalidValue);
});

test("sends and receives carry group, id and sequence number", async () => {
  const QueueUrl = await create();
  const sent = await serve().ok("SendMessage", {
    QueueUrl,
    MessageBody: "Hello",
    MessageGroupId: "a",
  });
  const batch = await serve().ok("SendMessageBatch", {
    QueueUrl,
    Entries: [
      { Id: "x", MessageBody: "two", MessageGroupId: "a", MessageDeduplicationId: "id-2" },
      { Id: "y", MessageBody: "Hello", MessageGroupId: "b" },
    ],
  });
  const numbers = [sent, ...(batch.Successful ?? [])].map(
    ({ SequenceNumber = "" }) => SequenceNumber,
  );
  for (const number of numbers) expect(number).toMatch(/^\d{20}$/);
  expect((numbers[1] ?? "") > (numbers[0] ?? "")).toBe(true);
  expect(batch.Successful?.[1]).toMatchObject({
    MessageId: sent.MessageId,
    SequenceNumber: sent.SequenceNumber,
  });
  const { Messages = [] } = await receive(QueueUrl);
  expect(Messages.map(({ Attributes }) => Attributes)).toMatchObject([
    {
      MessageGroupId: "a",
      MessageDeduplicationId: "185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969",
      SequenceNumber: numbers[0],
    },
    { MessageGroupId: "a", MessageDeduplicationId: "id-2", SequenceNumber: numbers[1] },
  ]);
});

test("a send without its group is a missing parameter, in a batch an invalid one", async () => {
  const QueueUrl = await create({ ContentBasedDeduplication: "false" });
  const send = (more: object) =>
    serve().call("SendMessage", { QueueUrl, MessageBody: "x", ...more });
  expectError(await send({ MessageDeduplicationId: "1" }), missing);
  expectError(await send({ MessageGroupId: "a" }), invalidValue);
  const ids = { MessageGroupId: "a", MessageDeduplicationId: "1" };
  expectError(await send({ ...ids, MessageGroupId: "a b" }), invalidValue);
  expectError(await send({ ...ids, MessageGroupId: "" }), invalidValue);
  expectError(await send({ ...ids, MessageDeduplicationId: "x".repeat(129) }), invalidValue);
  expectError(await send({ ...ids, DelaySeconds: 1 }), invalidValue);
  const good = { Id: "good", MessageBody: "x", ...ids };
  for (const lack of ["MessageGroupId", "MessageDeduplicationId"]) {
    const Entries = [good, { ...good, Id: "bad", [lack]: undefined }];
    expectError(await serve().call("SendMessageBatch", { QueueUrl, Entries }), invalidValue);
  }
  expect(await receive(QueueUrl)).toEqual({});
  expect((await send({ ...ids, DelaySeconds: 0 })).status).toBe(200);
});

test("a batch's bad entry fails alone", async () => {
  const QueueUrl = await create();
  const entry = (Id: string, more: object = {}) => ({
    Id,
    MessageBody: Id,
    MessageGroupId: "a",
    ...more,
  });
  const { Successful, Failed } = await serve().ok("SendMessageBatch", {
    QueueUrl,
    Entries: [entry("one"), entry("two", { DelaySeconds: 5 }), entry("three")],
  });
  expect(Successful?.map(({ Id }) => Id)).toEqual(["one", "three"]);
  expect(Failed).toMatchObject([{ Id: "two", Code: "InvalidParameterValue", SenderFault: true }]);
  expect(texts(await receive(QueueUrl))).toEqual(["one", "three"]);
});

test("an id to deduplicate by is refused on a Standard queue, an attempt's is not heeded", async () => {
  const QueueUrl = await serve().createQueue("standard-ids");
  const send = { QueueUrl, MessageBody: "x", MessageDeduplicationId: "1" };
  expectError(await serve().call("SendMessage", send), invalidValue);
  const Entries = [{ Id: "e", MessageBody: "x", MessageDeduplicationId: "1" }];
  const { Failed } = await serve().ok("SendMessageBatch", { QueueUrl, Entries });
  expect(Failed).toMatchObject([{ Id: "e", Code: "InvalidParameterValue" }]);
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "x" });
  expect(texts(await receive(QueueUrl, { ReceiveRequestAttemptId: "1" }))).toEqual(["x"]);
  expect(await receive(QueueUrl, { ReceiveRequestAttemptId: "1" })).toEqual({});
});

test("a receive with an attempt id may be repeated, until a message of it is gone", async () => {
  const QueueUrl = await create();
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "x", MessageGroupId: "a" });
  const first = await receive(QueueUrl, { ReceiveRequestAttemptId: "try" });
  const again = await receive(QueueUrl, { ReceiveRequestAttemptId: "try" });
  expect(again).toEqual(first);
  const ReceiptHandle = first.Messages?.[0]?.ReceiptHandle ?? "";
  await serve().call("DeleteMessage", { QueueUrl, ReceiptHandle });
  const stale = { QueueUrl, ReceiveRequestAttemptId: "try" };
  expectError(await serve().call("ReceiveMessage", stale), invalidValue);
  const bad = { QueueUrl, ReceiveRequestAttemptId: "a b" };
  expectError(await serve().call("ReceiveMessage", bad), invalidValue);
});

test("a receipt whose time is over is invalid, alone and in a batch", async () => {
  const QueueUrl = await create({ VisibilityTimeout: "0" });
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "x", MessageGroupId: "a" });
  const ReceiptHandle = (await receive(QueueUrl)).Messages?.[0]?.ReceiptHandle ?? "";
  expectError(await serve().call("DeleteMessage", { QueueUrl, ReceiptHandle }), invalidValue);
  const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 5 };
  expectError(await serve().call("ChangeMessageVisibility", change), invalidValue);
  const Entries = [{ Id: "e", ReceiptHandle, VisibilityTimeout: 5 }];
  for (const action of ["DeleteMessageBatch", "ChangeMessageVisibilityBatch"]) {
    const { Failed } = await serve().ok(action, { QueueUrl, Entries });
    expect(Failed).toMatchObject([{ Id: "e", Code: "InvalidParameterValue", SenderFault: true }]);
  }
});

test("a receipt is over, too, when its message went to the dead-letter queue", async () => {
  const dead = await create();
  const { Attributes } = await serve().ok("GetQueueAttributes", {
    QueueUrl: dead,
    AttributeNames: ["QueueArn"],
  });
  const policy = { deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 };
  const QueueUrl = await create({ VisibilityTimeout: "0", RedrivePolicy: JSON.stringify(policy) });
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "x", MessageGroupId: "a" });
  const ReceiptHandle = (await receive(QueueUrl)).Messages?.[0]?.ReceiptHandle ?? "";
  expect(texts(await receive(QueueUrl))).toEqual([]);
  const text =
    `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. ` +
    "Reason: The receipt handle has expired.";
  const input = { QueueUrl, ReceiptHandle };
  const change = { ...input, VisibilityTimeout: 5 };
  for (const [action, fields] of [
    ["DeleteMessage", input],
    ["ChangeMessageVisibility", change],
  ] as const) {
    const answer = await serve().call(action, fields);
    expectError(answer, invalidValue);
    expect(answer.json.message).toBe(text);
    const form = await serve().query(action, fields);
    expectQueryError(form, invalidValue);
    expect(form.xml.message).toBe(text);
    const Entries = [{ Id: "e", ReceiptHandle, VisibilityTimeout: 5 }];
    const { Failed } = await serve().ok(`${action}Batch`, { QueueUrl, Entries });
    expect(Failed).toMatchObject([{ Id: "e", Code: "InvalidParameterValue", Message: text }]);
  }
  expect(texts(await receive(dead))).toEqual(["x"]);
});

test("the query protocol has the same fields", async () => {
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  const made = await serve().query("CreateQueue", { QueueName: "query.fifo", Attributes });
  const QueueUrl = made.xml.result.QueueUrl ?? "";
  const message = { QueueUrl, MessageBody: "Hello" };
  expectQueryError(await serve().query("SendMessage", message), missing);
  const sent = await serve().query("SendMessage", { ...message, MessageGroupId: "a" });
  const { SequenceNumber } = sent.xml.result;
  expect(SequenceNumber).toMatch(/^\d{20}$/);
  const asked = { QueueUrl, AttributeNames: ["All"], ReceiveRequestAttemptId: "try" };
  const got = await serve().query("ReceiveMessage", asked);
  expect(got.xml.result.Messages?.[0]?.Attributes).toMatchObject({
    MessageGroupId: "a",
    SequenceNumber,
  });
});

test("calls that come too fast are RequestThrottled on both protocols", async () => {
  // Time stands still, so that the bucket does not fill again however slow this machine is.
  const clock = new VirtualClock();
  await using broker = await Broker.open({ clock, quotas: "throughput" });
  const onFault = (error: unknown): void => console.log(error);
  const server = await Server.listen({
    broker,
    host: "127.0.0.1",
    port: 0,
    allowOrigins: [],
    onFault,
  });
  try {
    const limited = new Endpoint(server.url);
    const known = { FifoQueue: "true", ContentBasedDeduplication: "true" };
    const QueueUrl = await limited.createQueue("limited.fifo", known);
    const receive = { QueueUrl, MaxNumberOfMessages: 10 };
    for (let call = 0; call < 300; call++) {
      expect((await limited.call("ReceiveMessage", receive)).status).toBe(200);
    }
    expectError(await limited.call("ReceiveMessage", receive), throttled);
    expectQueryError(await limited.query("ReceiveMessage", receive), throttled);
    const send = { QueueUrl, MessageBody: "x", MessageGroupId: "a" };
    expect((await limited.call("SendMessage", send)).status).toBe(200);
    await clock.advance(1_000);
    expect((await limited.query("ReceiveMessage", receive)).status).toBe(200);
  } finally {
    await server.close();
  }
});
