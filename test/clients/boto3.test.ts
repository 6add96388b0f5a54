/**
 * The guide's use cases in Python, as it tells them: endless consumers, queue URLs that name AWS's
 * own host and its account, and AWS_ENDPOINT_URL as the only thing that is different. Each script of boto3/ runs
 * beside the others and prints a line of JSON a use case. Needs a build.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import { runScript } from "./python.ts";

const serve = serveOnce();
const scripts = ["services", "flow", "administration", "messages", "dead_letters"];

type Result = Readonly<Record<string, unknown>>;

const run = (script: string): Promise<Result[]> => runScript(script, serve().url);

describe.skipIf(!requireTool("boto3"))("boto3", () => {
  const results = new Map<unknown, Result>();

  beforeAll(async () => {
    for (const result of (await Promise.all(scripts.map(run))).flat()) {
      results.set(result.name, result);
    }
  });

  const range = (count: number) => Array.from({ length: count }, (_, index) => index);
  const defaults = {
    ApproximateNumberOfMessages: "0",
    DelaySeconds: "0",
    MessageRetentionPeriod: "345600",
    ReceiveMessageWaitTimeSeconds: "20",
    VisibilityTimeout: "30",
    SqsManagedSseEnabled: "true",
  };

  test.each([
    [
      "orders between services; one that fails stays",
      { name: "orders", done: true, ids: 21, orders: range(20).map(String), high: 1 },
    ],
    [
      "tasks in the background",
      {
        name: "tasks",
        done: true,
        tasks: [
          ["email", "a@example.org"],
          ["image", "cat.jpg"],
          ["report", "11"],
        ],
      },
    ],
    [
      "events",
      {
        name: "events",
        done: true,
        events: ["analytics.track", "email.send", "user.created"],
      },
    ],
    ["work over five workers", { name: "work", done: true, workers: 5, items: true }],
    [
      "delays; an hour's is refused, as AWS does",
      {
        name: "delayed",
        refused: ["InvalidParameterValue", "InvalidParameterValue"],
        received: ["soon"],
        waited: true,
        counts: [0, 1, 1],
      },
    ],
    [
      "dead letters: three attempts, then another queue",
      { name: "dead letters", done: true, attempts: [12, 13, 13, 13, 14] },
    ],
    [
      "a queue made with its dead-letter queue",
      {
        name: "made with",
        policy: {
          deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:its-dlq",
          maxReceiveCount: 3,
        },
        sources: true,
      },
    ],
    ["a Standard queue", { name: "standard", attributes: defaults }],
    [
      "a FIFO queue",
      {
        name: "fifo",
        attributes: {
          ...{ FifoQueue: "true", ContentBasedDeduplication: "true" },
          ...{ DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" },
        },
        bodies: ["first", "second"],
        ordered: true,
      },
    ],
    [
      "a queue's configuration",
      {
        name: "configured",
        attributes: {
          VisibilityTimeout: "40",
          MessageRetentionPeriod: "1209600",
          ReceiveMessageWaitTimeSeconds: "20",
          MaximumMessageSize: "262144",
          DelaySeconds: "0",
        },
      },
    ],
    ["a queue's policy", { name: "policy", same: true }],
    ["a purge", { name: "purged", before: [3, 0, 0], after: [0, 0, 0] }],
    ["a queue that is gone", { name: "gone", code: "AWS.SimpleQueueService.NonExistentQueue" }],
    [
      "messages with attributes",
      {
        name: "single",
        body: "Hello, SQS!",
        names: ["Picture", "Priority", "Source", "Weight"],
        weight: { StringValue: "1.5", DataType: "Number.kg" },
        picture: [0, 255],
      },
    ],
    [
      "batches",
      {
        name: "batch",
        sent: 10,
        failed: false,
        numbers: range(10),
        deleted: 10,
        counts: [0, 0, 0],
      },
    ],
    ["a producer and a consumer", { name: "produced", done: true, distinct: 100 }],
    ["a fan-out", { name: "fanned", received: ["to all", "to all", "to all"] }],
    ["a request and its reply", { name: "replied", reply: { SAY: "HELLO" } }],
  ])("has the use case: %s", (_, expected) => {
    expect(results.get(expected.name)).toMatchObject(expected);
  });
});
