/** ListMessageMoveTasks: wire form, validation, behaviour. */
import { expect, test } from "vitest";
import { clockedOnce } from "../../support/clocked.ts";
import type { Endpoint } from "../../support/endpoint.ts";
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
const clocked = clockedOnce();
const list = (input: object) => serve().call("ListMessageMoveTasks", input);
const resultsOf = async (SourceArn: string, MaxResults = 10, at: Endpoint = serve()) =>
  (await at.ok("ListMessageMoveTasks", { SourceArn, MaxResults })).Results ?? [];

test("a task shows what it was asked for and how far it is; a handle only while it runs", async () => {
  const { SourceArn, dead } = await makeLetters(clocked(), "shown", 5);
  expect(await clocked().ok("ListMessageMoveTasks", { SourceArn })).toEqual({});
  const input = { SourceArn, MaxNumberOfMessagesPerSecond: 1 };
  const createdSeconds = Number(
    (await clocked().ok("GetQueueAttributes", { QueueUrl: dead, AttributeNames: ["All"] }))
      .Attributes?.CreatedTimestamp,
  );
  const { TaskHandle } = await clocked().ok("StartMessageMoveTask", input);
  const [running] = await resultsOf(SourceArn, 10, clocked());
  expect(running).toEqual({
    TaskHandle,
    Status: "RUNNING",
    SourceArn,
    MaxNumberOfMessagesPerSecond: 1,
    ApproximateNumberOfMessagesMoved: 0,
    ApproximateNumberOfMessagesToMove: 5,
    StartedTimestamp: expect.any(Number),
  });
  // In milliseconds, unlike other moments; no time has passed.
  expect(running?.StartedTimestamp).toBe(createdSeconds * 1_000);
  await clocked().ok("CancelMessageMoveTask", { TaskHandle });
  const DestinationArn = SourceArn.replace("-dead", "");
  await clocked().ok("StartMessageMoveTask", { SourceArn, DestinationArn });
  await clocked().pass(1);
  expect((await resultsOf(SourceArn, 1, clocked()))[0]?.Status).toBe("COMPLETED");
  const tasks = await resultsOf(SourceArn, 10, clocked());
  expect(tasks.map(({ Status }) => Status)).toEqual(["COMPLETED", "CANCELLED"]);
  expect(tasks[0]).toMatchObject({ DestinationArn, ApproximateNumberOfMessagesMoved: 5 });
  expect(tasks.some((task) => "TaskHandle" in task)).toBe(false);
});

test("a task that can't go on says why", async () => {
  const { SourceArn, source } = await makeLetters(serve(), "failed", 3);
  await serve().ok("DeleteQueue", { QueueUrl: source });
  // Somebody's dead-letter queue it must be, though not that of the letters in it.
  const deadLetterTargetArn = SourceArn;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
  await serve().createQueue("others", { RedrivePolicy });
  await serve().ok("StartMessageMoveTask", { SourceArn });
  await expect.poll(async () => (await resultsOf(SourceArn))[0]?.Status).toBe("FAILED");
  const [task] = await resultsOf(SourceArn);
  expect(task?.FailureReason).toBe("CouldNotDetermineMessageSource");
});

test("the validation wants a queue that is there, and 1 to 10 results", async () => {
  const { SourceArn } = await makeLetters(serve(), "checked", 0);
  expectError(await list({}), missing);
  expectError(await list({ SourceArn: `${SourceArn}-none` }), notFound);
  for (const MaxResults of [0, 11]) {
    expectError(await list({ SourceArn, MaxResults }), invalidValue);
  }
});

test("a form is answered by an entry a task", async () => {
  const { SourceArn } = await makeLetters(serve(), "formed", 1);
  const empty = await serve().query("ListMessageMoveTasks", { SourceArn });
  expect(empty.text).toContain("<ListMessageMoveTasksResult/>");
  await serve().ok("StartMessageMoveTask", { SourceArn });
  const answer = await serve().query("ListMessageMoveTasks", { SourceArn });
  expect(answer.text).toContain("<ListMessageMoveTasksResultEntry>");
  expect(answer.text).toContain(`<SourceArn>${SourceArn}</SourceArn>`);
  expectXml(answer);
  expectQueryError(await serve().query("ListMessageMoveTasks", {}), missing);
});
