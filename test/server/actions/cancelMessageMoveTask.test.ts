/** CancelMessageMoveTask: wire form, validation, behaviour. */
import { expect, test } from "vitest";
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
const cancel = (TaskHandle?: string) => serve().call("CancelMessageMoveTask", { TaskHandle });

/** A task that takes minutes. */
async function startSlowly(name: string): Promise<{ TaskHandle: string; dead: string }> {
  const { SourceArn, dead } = await makeLetters(serve(), name, 20);
  const input = { SourceArn, MaxNumberOfMessagesPerSecond: 1 };
  const { TaskHandle = "" } = await serve().ok("StartMessageMoveTask", input);
  return { TaskHandle, dead };
}

test("a task that is cancelled moves nothing more, and what has moved stays moved", async () => {
  const { TaskHandle, dead } = await startSlowly("ended");
  const answer = await serve().ok("CancelMessageMoveTask", { TaskHandle });
  const moved = answer.ApproximateNumberOfMessagesMoved ?? -1;
  expect(moved).toBeLessThan(20);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const names = { QueueUrl: dead, AttributeNames: ["ApproximateNumberOfMessages"] };
  const { Attributes } = await serve().ok("GetQueueAttributes", names);
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: `${20 - moved}` });
});

test("the validation knows no task of no name, of garbage, of another queue, or twice", async () => {
  const { TaskHandle } = await startSlowly("checked");
  expectError(await cancel(), missing);
  expectError(await cancel("garbage"), invalidValue);
  const told = JSON.parse(Buffer.from(TaskHandle, "base64").toString());
  const other = { ...told, sourceArn: `${told.sourceArn}-none` };
  expectError(await cancel(Buffer.from(JSON.stringify(other)).toString("base64")), notFound);
  const unknown = { ...told, taskId: "another" };
  expectError(await cancel(Buffer.from(JSON.stringify(unknown)).toString("base64")), notFound);
  expect((await cancel(TaskHandle)).status).toBe(200);
  expectError(await cancel(TaskHandle), notFound);
});

test("a form is answered by a number", async () => {
  const { TaskHandle } = await startSlowly("formed");
  const answer = await serve().query("CancelMessageMoveTask", { TaskHandle });
  expect(answer.text).toMatch(
    /<CancelMessageMoveTaskResult><ApproximateNumberOfMessagesMoved>\d+<\/Approx/,
  );
  expectXml(answer);
  const refused = await serve().query("CancelMessageMoveTask", { TaskHandle });
  expectQueryError(refused, notFound);
});
