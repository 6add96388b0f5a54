/** PurgeQueue: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import { Serve, serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  noQueue,
  purgeInProgress,
} from "../../support/wire.ts";

const serve = serveOnce();
const clocked = clockedOnce();
const counts = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
];

test("a purge takes visible, delayed and in-flight messages, and no later ones", async () => {
  const QueueUrl = await clocked().createQueue("full");
  for (const DelaySeconds of [0, 0, 900]) {
    await clocked().ok("SendMessage", { QueueUrl, MessageBody: "old", DelaySeconds });
  }
  const { Messages } = await clocked().ok("ReceiveMessage", { QueueUrl, VisibilityTimeout: 1 });
  expectVoid(await clocked().call("PurgeQueue", { QueueUrl }));
  const { Attributes } = await clocked().ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: counts,
  });
  expect(Object.values(Attributes ?? {})).toEqual(["0", "0", "0"]);
  await clocked().ok("SendMessage", { QueueUrl, MessageBody: "new" });
  const deleted = { QueueUrl, ReceiptHandle: Messages?.[0]?.ReceiptHandle };
  expectVoid(await clocked().call("DeleteMessage", deleted));
  await clocked().pass(1);
  const rest = await clocked().ok("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
  expect(rest.Messages?.map(({ Body }) => Body)).toEqual(["new"]);
});

test("a purge may follow another at once, unless AWS's quotas are on", async () => {
  const QueueUrl = await serve().createQueue("full");
  expectVoid(await serve().call("PurgeQueue", { QueueUrl }));
  expectVoid(await serve().call("PurgeQueue", { QueueUrl }));
  const strict = await Serve.start(["--quotas", "aws"]);
  try {
    const url = await strict.createQueue("strict");
    expectVoid(await strict.call("PurgeQueue", { QueueUrl: url }));
    const answer = await strict.call("PurgeQueue", { QueueUrl: url });
    expectError(answer, purgeInProgress);
    expect(answer.json.message).toContain("strict");
  } finally {
    await strict.stop("SIGKILL");
  }
});

test("a queue that is not there can't be purged", async () => {
  expectError(await serve().call("PurgeQueue", { QueueUrl: "none" }), noQueue);
});

test("a form names the queue, and is answered by metadata alone", async () => {
  const QueueUrl = await serve().createQueue("form");
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "a" });
  const answer = await serve().query("PurgeQueue", { QueueUrl });
  expect(answer.text).toMatch(/<PurgeQueueResponse [^>]*><ResponseMetadata>/);
  expectXml(answer);
  expect(await serve().ok("ReceiveMessage", { QueueUrl })).toEqual({});
  expectQueryError(await serve().query("PurgeQueue", {}), noQueue);
});
