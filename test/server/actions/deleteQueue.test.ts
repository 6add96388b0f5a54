/** DeleteQueue: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { Serve, serveOnce } from "../../support/serve.ts";
import {
  deletedRecently,
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();

test("a deleted queue is gone at once, for every action", async () => {
  const QueueUrl = await serve().createQueue("gone");
  expectVoid(await serve().call("DeleteQueue", { QueueUrl }));
  for (const action of ["DeleteQueue", "GetQueueAttributes", "ReceiveMessage", "PurgeQueue"]) {
    expectError(await serve().call(action, { QueueUrl }), noQueue);
  }
  expect(await serve().ok("ListQueues", { QueueNamePrefix: "gone" })).toEqual({});
});

test("a queue made again under the same name has none of the old messages", async () => {
  const QueueUrl = await serve().createQueue("again", { DelaySeconds: "3" });
  await serve().ok("SendMessage", { QueueUrl, MessageBody: "old" });
  await serve().call("DeleteQueue", { QueueUrl });
  await serve().createQueue("again");
  const { Attributes } = await serve().ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessagesDelayed", "DelaySeconds"],
  });
  expect(Attributes).toEqual({ ApproximateNumberOfMessagesDelayed: "0", DelaySeconds: "0" });
});

test("a long poll on a queue that is deleted ends", async () => {
  const QueueUrl = await serve().createQueue("polled");
  const poll = serve().call("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await serve().call("DeleteQueue", { QueueUrl });
  expectError(await poll, noQueue);
});

test("with AWS's quotas a name rests for 60 seconds", async () => {
  const strict = await Serve.start(["--quotas", "aws"]);
  try {
    const QueueUrl = await strict.createQueue("resting");
    await strict.call("DeleteQueue", { QueueUrl });
    expectError(await strict.call("CreateQueue", { QueueName: "resting" }), deletedRecently);
  } finally {
    await strict.stop("SIGKILL");
  }
});

test("a form to the queue's own path deletes it, and is answered by metadata alone", async () => {
  const path = new URL(await serve().createQueue("form")).pathname;
  const answer = await serve().query("DeleteQueue", {}, path);
  expect(answer.text).toMatch(/<DeleteQueueResponse [^>]*><ResponseMetadata>/);
  expectXml(answer);
  expectQueryError(await serve().query("DeleteQueue", {}, path), noQueue);
});
