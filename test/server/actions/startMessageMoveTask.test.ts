/** StartMessageMoveTask: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { makeLetters } from "../../support/letters.ts";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  missing,
  notFound,
} from "../../support/wire.ts";

const serve = serveOnce();
const start = (input: object) => serve().call("StartMessageMoveTask", input);
const bodies = async (QueueUrl: string) => {
  const { Messages = [] } = await serve().ok("ReceiveMessage", {
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 5,
  });
  return Messages.map(({ Body }) => Body).sort();
};

describe("a task", () => {
  test("brings dead letters back to where they came from", async () => {
    const { source, SourceArn } = await makeLetters(serve(), "back", 3);
    const answer = await start({ SourceArn });
    expect(answer.status).toBe(200);
    expect(await bodies(source)).toEqual(["back 0", "back 1", "back 2"]);
  });

  test("or brings them to another queue", async () => {
    const { SourceArn } = await makeLetters(serve(), "told", 3);
    const to = await serve().createQueue("to");
    const DestinationArn = "arn:aws:sqs:us-east-1:000000000000:to";
    const input = { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: 500 };
    expect((await start(input)).status).toBe(200);
    await expect.poll(() => bodies(to)).toContain("told 0");
  });

  test("has a handle that tells a task and its queue", async () => {
    const { SourceArn } = await makeLetters(serve(), "handle", 1);
    const { TaskHandle = "" } = await serve().ok("StartMessageMoveTask", { SourceArn });
    const told = JSON.parse(Buffer.from(TaskHandle, "base64").toString());
    expect(told).toEqual({ taskId: expect.any(String), sourceArn: SourceArn });
  });
});

test("the validation tells queues that are not there from those that can't be moved", async () => {
  const { SourceArn, source } = await makeLetters(serve(), "checked", 2);
  const arn = SourceArn.replace("-dead", "");
  expectError(await start({}), missing);
  expectError(await start({ SourceArn: `${arn}-none` }), notFound);
  expectError(await start({ SourceArn: "none" }), notFound);
  expectError(await start({ SourceArn, DestinationArn: `${arn}-none` }), notFound);
  expectError(await start({ SourceArn: arn }), invalidValue);
  for (const MaxNumberOfMessagesPerSecond of [0, 501]) {
    expectError(await start({ SourceArn, MaxNumberOfMessagesPerSecond }), invalidValue);
  }
  const slow = { SourceArn, MaxNumberOfMessagesPerSecond: 1 };
  expect((await start(slow)).status).toBe(200);
  expectError(await start({ SourceArn }), invalidValue);
  await serve().ok("DeleteQueue", { QueueUrl: source });
});

test("a form is answered by a handle", async () => {
  const { SourceArn } = await makeLetters(serve(), "formed", 1);
  const answer = await serve().query("StartMessageMoveTask", { SourceArn });
  expect(answer.text).toMatch(
    /<StartMessageMoveTaskResult><TaskHandle>\S+<\/TaskHandle><\/StartMessageMoveTaskResult>/,
  );
  expectXml(answer);
  expectQueryError(await serve().query("StartMessageMoveTask", {}), missing);
});
