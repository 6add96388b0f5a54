/** What clients rely on of message move tasks (redrive): edge cases 72 to 74 of the contract. */
import { expect, test } from "vitest";
import { bodies, type Client, contract, eventually } from "./contract.ts";

const invalid = "InvalidParameterValue";
const notFound = "ResourceNotFoundException";

async function arnOf(sqs: Client, QueueUrl: string): Promise<string> {
  return (await sqs.attribute(QueueUrl, "QueueArn")) ?? "";
}

/** A source whose every message went to its dead-letter queue. */
async function failed(sqs: Client, label: string, texts: readonly string[]) {
  const dead = await sqs.queue(`${label}-dead`);
  const deadArn = await arnOf(sqs, dead);
  const policy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 1 });
  const source = await sqs.queue(label, { RedrivePolicy: policy });
  const ids: string[] = [];
  for (const text of texts) ids.push((await sqs.send(source, text)).MessageId ?? "");
  if (texts.length > 0) {
    await sqs.receive(source, { VisibilityTimeout: 0 });
    expect(await sqs.receive(source)).toEqual([]);
  }
  return { source, dead, deadArn, ids };
}

contract("A move", (sqs) => {
  const tasks = async (SourceArn: string, more: object = {}) =>
    (await sqs().ok("ListMessageMoveTasks", { SourceArn, ...more })).Results ?? [];
  const ended = (SourceArn: string, status: string) =>
    eventually(async () => {
      await sqs().pass(0.05);
      return (await tasks(SourceArn))[0]?.Status;
    }, status);

  test("72: takes messages back to where they came from, as new ones", async () => {
    const { source, dead, deadArn, ids } = await failed(sqs(), "back", ["a", "b"]);
    const { TaskHandle } = await sqs().ok("StartMessageMoveTask", { SourceArn: deadArn });
    expect(TaskHandle).toMatch(/\S/);
    await ended(deadArn, "COMPLETED");
    const messages = await sqs().receive(source, {
      WaitTimeSeconds: 2,
      AttributeNames: ["ApproximateReceiveCount"],
    });
    expect(bodies(messages).toSorted()).toEqual(["a", "b"]);
    for (const { MessageId, Attributes } of messages) {
      expect(ids).not.toContain(MessageId);
      expect(Attributes).toEqual({ ApproximateReceiveCount: "1" });
    }
    expect(await sqs().attribute(dead, "ApproximateNumberOfMessages")).toBe("0");
  });

  test("73: shows its handle while it runs, and its time in milliseconds", async () => {
    const { source, dead, deadArn } = await failed(sqs(), "shown", ["a", "b", "c"]);
    const createdMs = Number(await sqs().attribute(dead, "CreatedTimestamp")) * 1_000;
    const DestinationArn = await arnOf(sqs(), source);
    const input = { SourceArn: deadArn, DestinationArn, MaxNumberOfMessagesPerSecond: 1 };
    const { TaskHandle } = await sqs().ok("StartMessageMoveTask", input);
    const [running] = await tasks(deadArn);
    expect(running).toMatchObject({
      TaskHandle,
      Status: "RUNNING",
      SourceArn: deadArn,
      DestinationArn,
      MaxNumberOfMessagesPerSecond: 1,
    });
    const { StartedTimestamp = 0 } = running ?? {};
    expect(Math.abs(StartedTimestamp - createdMs)).toBeLessThan(3_600_000);
    const { ApproximateNumberOfMessagesMoved } = await sqs().ok("CancelMessageMoveTask", {
      TaskHandle,
    });
    expect(ApproximateNumberOfMessagesMoved).toBeLessThan(3);
    await ended(deadArn, "CANCELLED");
    const [cancelled] = await tasks(deadArn);
    expect(cancelled).not.toHaveProperty("TaskHandle");
    await sqs().fails("CancelMessageMoveTask", { TaskHandle }, 404, notFound);
  });

  test("74: of a queue that is not there is 404, of one that is nobody's target 400", async () => {
    const { source, deadArn } = await failed(sqs(), "unknown", []);
    const SourceArn = await arnOf(sqs(), source);
    const none = `${SourceArn}-not-there`;
    await sqs().fails("StartMessageMoveTask", { SourceArn: none }, 404, notFound);
    await sqs().fails("ListMessageMoveTasks", { SourceArn: none }, 404, notFound);
    await sqs().fails("StartMessageMoveTask", { SourceArn }, 400, invalid);
    const elsewhere = { SourceArn: deadArn, DestinationArn: none };
    await sqs().fails("StartMessageMoveTask", elsewhere, 404, notFound);
    await sqs().fails("CancelMessageMoveTask", { TaskHandle: "garbage" }, 400, invalid);
    await sqs().fails("StartMessageMoveTask", {}, 400, "MissingParameter");
  });

  test("74: is one at a time for its source", async () => {
    const { deadArn } = await failed(sqs(), "alone", ["a", "b", "c"]);
    const input = { SourceArn: deadArn, MaxNumberOfMessagesPerSecond: 1 };
    const { TaskHandle } = await sqs().ok("StartMessageMoveTask", input);
    await sqs().fails("StartMessageMoveTask", input, 400, invalid);
    await sqs().ok("CancelMessageMoveTask", { TaskHandle });
    for (const rate of [0, 501]) {
      const wrong = { SourceArn: deadArn, MaxNumberOfMessagesPerSecond: rate };
      await sqs().fails("StartMessageMoveTask", wrong, 400, invalid);
    }
  });

  test("lists its tasks with the newest first, one unless more are asked for", async () => {
    const { deadArn } = await failed(sqs(), "tasks", ["a"]);
    expect(await tasks(deadArn)).toEqual([]);
    for (const _ of [1, 2]) {
      await sqs().ok("StartMessageMoveTask", { SourceArn: deadArn });
      await ended(deadArn, "COMPLETED");
    }
    expect(await tasks(deadArn)).toHaveLength(1);
    const both = await tasks(deadArn, { MaxResults: 10 });
    expect(both.map(({ ApproximateNumberOfMessagesMoved: moved }) => moved)).toEqual([0, 1]);
    for (const MaxResults of [0, 11]) {
      const input = { SourceArn: deadArn, MaxResults };
      await sqs().fails("ListMessageMoveTasks", input, 400, invalid);
    }
  });
});
