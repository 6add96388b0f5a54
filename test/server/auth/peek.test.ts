/**
 * Who may look at a queue's messages on a server with credentials: who may receive them, and nobody who
 * has not said who he is.
 */
import { beforeAll, expect, test } from "vitest";
import { guardedOnce, other, owner } from "./guarded.ts";

const may = (name: string, Action: string, account = owner) => ({
  account,
  user: name,
  policies: [{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }],
});

const guarded = guardedOnce({
  receiver: may("receiver", "sqs:ReceiveMessage"),
  sender: may("sender", "sqs:SendMessage"),
  looker: may("looker", "sqs:GetQueueAttributes"),
  abroad: may("abroad", "sqs:*", other),
});

const paths = [
  `/_aws/sqs/messages?QueueUrl=http%3A%2F%2Fsqs%2F${owner}%2Fsecret`,
  `/_aws/sqs/messages/us-east-1/${owner}/secret`,
];
const absent = paths.map((path) => path.replace("secret", "nothing"));

beforeAll(async () => {
  const queue = await guarded().broker.createQueue("secret");
  await queue.send("for few eyes");
});

test.each(["root", "receiver"])("%s may look", async (name) => {
  for (const path of paths) {
    const { status, text } = await guarded().as(name).send({ method: "GET", path });
    expect([status, text]).toEqual([200, expect.stringContaining("for few eyes")]);
  }
});

test.each(["sender", "looker", "abroad", "stranger"])("%s may not, there or not", async (name) => {
  const texts: string[] = [];
  for (const path of [...paths, ...absent]) {
    const { status, text } = await guarded().as(name).send({ method: "GET", path });
    expect([status, text]).toEqual([403, expect.stringContaining("AccessDenied")]);
    expect(text).not.toContain("few eyes");
    texts.push(text.replace(/<RequestId>.*/, "").replaceAll("nothing", "secret"));
  }
  expect(new Set(texts).size).toBe(1);
});

test("nobody is told anything, whatever he asks for and whoever signs for another service", async () => {
  const { nobody, as } = guarded();
  for (const path of [
    ...paths,
    ...absent,
    "/_aws/sqs/messages",
    "/_aws/sqs/messages?MaxResults=x",
  ]) {
    for (const headers of [{}, { Accept: "application/json" }]) {
      const { status, text } = await nobody.send({ method: "GET", path, headers });
      expect([status, text]).toEqual([403, expect.stringContaining("AccessDenied")]);
    }
  }
  const path = paths[0] as string;
  const wrong = await as("root", { service: "sts" }).send({ method: "GET", path });
  expect([wrong.status, wrong.text]).toEqual([
    403,
    expect.stringContaining("SignatureDoesNotMatch"),
  ]);
});

test("a queue whose policy lets everybody receive lets everybody look", async () => {
  const queue = await guarded().broker.createQueue("open");
  await queue.send("for all eyes");
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: "*", Action: "sqs:ReceiveMessage", Resource: queue.arn },
    ],
  });
  await queue.update({ stored: { Policy } });
  const path = `/_aws/sqs/messages/us-east-1/${owner}/open`;
  const { status, text } = await guarded().nobody.send({ method: "GET", path });
  expect([status, text]).toEqual([200, expect.stringContaining("for all eyes")]);
});

test("health answers whoever asks", async () => {
  const answer = await guarded().nobody.send({ method: "GET", path: "/_localstack/health" });
  expect(answer.status).toBe(200);
});
