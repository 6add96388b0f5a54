/** GetQueueUrl: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();
const get = (input: object) => serve().call("GetQueueUrl", input);

test("a name becomes the URL that CreateQueue gave", async () => {
  const QueueUrl = await serve().createQueue("known");
  expect((await get({ QueueName: "known" })).json).toEqual({ QueueUrl });
  const owned = { QueueName: "known", QueueOwnerAWSAccountId: "000000000000" };
  expect((await get(owned)).json).toEqual({ QueueUrl });
});

test("a name is needed", async () => {
  expectError(await get({}), invalidValue);
  expectError(await get({ QueueName: "" }), invalidValue);
});

test("any account means this server's, whose URL is the answer", async () => {
  const QueueUrl = await serve().createQueue("known");
  const owned = { QueueName: "known", QueueOwnerAWSAccountId: "123456789012" };
  expect((await get(owned)).json).toEqual({ QueueUrl });
});

test("an unknown name, another case and what is no account have no queue", async () => {
  await serve().createQueue("known");
  expectError(await get({ QueueName: "unknown" }), noQueue);
  expectError(await get({ QueueName: "Known" }), noQueue);
  const QueueOwnerAWSAccountId = "123456789012";
  expectError(await get({ QueueName: "unknown", QueueOwnerAWSAccountId }), noQueue);
  for (const owner of ["", "12345678901", "arn:aws:iam::123456789012:root"]) {
    expectError(await get({ QueueName: "known", QueueOwnerAWSAccountId: owner }), noQueue);
  }
});

test("a deleted queue has no URL", async () => {
  const QueueUrl = await serve().createQueue("gone");
  await serve().call("DeleteQueue", { QueueUrl });
  expectError(await get({ QueueName: "gone" }), noQueue);
});

test("a form takes the name, and is answered by the URL", async () => {
  const QueueUrl = await serve().createQueue("form");
  const answer = await serve().query("GetQueueUrl", { QueueName: "form" });
  expect(answer.text).toContain(
    `<GetQueueUrlResult><QueueUrl>${QueueUrl}</QueueUrl></GetQueueUrlResult>`,
  );
  expectXml(answer);
  expectQueryError(await serve().query("GetQueueUrl", { QueueName: "none" }), noQueue);
});
