/**
 * The AWS command line against `sluice serve`: a beginner's commands, word for word,
 * with queue URLs that name AWS's own host and the account of its documents. Only --endpoint-url is added: version 1 of the command
 * line heeds the environment's AWS_ENDPOINT_URL for other services, but not for SQS.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import type { WireAnswer } from "../support/wire.ts";

const serve = serveOnce();
const queueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/my-queue";
// An empty folder, so that neither a user's settings nor a policy file is found.
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly json: WireAnswer;
  readonly stderr: string;
}

function aws(...words: string[]): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_DEFAULT_OUTPUT: "json",
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return new Promise((resolve) => {
    const all = ["--endpoint-url", serve().url, "sqs", ...words];
    execFile("aws", all, { env, cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      const json = stdout.startsWith("{") ? (JSON.parse(stdout) as WireAnswer) : {};
      resolve({ code, json, stderr });
    });
  });
}

/** A command that must succeed. */
async function ok(...words: string[]): Promise<WireAnswer> {
  const { code, json, stderr } = await aws(...words);
  expect([code, stderr]).toEqual([0, ""]);
  return json;
}

const onQueue = ["--queue-url", queueUrl];

describe.skipIf(!requireTool("aws"))("the AWS command line, one command after the other", () => {
  test("creates a queue, finds its URL, lists it", async () => {
    const url = { QueueUrl: `${serve().url}/000000000000/my-queue` };
    expect(await ok("create-queue", "--queue-name", "my-queue")).toEqual(url);
    expect(await ok("get-queue-url", "--queue-name", "my-queue")).toEqual(url);
    expect((await ok("list-queues")).QueueUrls).toEqual([url.QueueUrl]);
  });

  test("creates a FIFO queue", async () => {
    const attributes = ["--attributes", "FifoQueue=true,ContentBasedDeduplication=true"];
    const made = await ok("create-queue", "--queue-name", "my-queue.fifo", ...attributes);
    expect(made).toEqual({ QueueUrl: `${serve().url}/000000000000/my-queue.fifo` });
  });

  test("sets attributes and shows them", async () => {
    await ok("set-queue-attributes", ...onQueue, "--attributes", "VisibilityTimeout=60");
    await ok("set-queue-attributes", ...onQueue, "--attributes", "MessageRetentionPeriod=1209600");
    const { Attributes } = await ok("get-queue-attributes", ...onQueue, "--attribute-names", "All");
    expect(Attributes).toMatchObject({
      VisibilityTimeout: "60",
      MessageRetentionPeriod: "1209600",
      QueueArn: "arn:aws:sqs:us-east-1:000000000000:my-queue",
    });
  });

  test("refuses a policy that is the name of a file, as AWS does", async () => {
    const words = ["--attributes", "Policy=file://queue-policy.json"];
    const { code, stderr } = await aws("set-queue-attributes", ...onQueue, ...words);
    expect(code).not.toBe(0);
    expect(stderr).toContain("(InvalidAttributeValue)");
  });

  test("sends, also with attributes and with a delay, and receives by long poll", async () => {
    const attributes = "Priority={DataType=String,StringValue=High}";
    const delayed = ["--message-body", "Delayed message", "--delay-seconds", "60"];
    await ok("send-message", ...onQueue, "--message-body", "Hello, SQS!");
    const body = ["--message-body", "Hello, SQS!"];
    await ok("send-message", ...onQueue, ...body, "--message-attributes", attributes);
    await ok("send-message", ...onQueue, ...delayed);
    const { Messages = [] } = await ok(
      "receive-message",
      ...onQueue,
      ...["--wait-time-seconds", "20", "--max-number-of-messages", "10"],
      ...["--message-attribute-names", "All"],
    );
    expect(Messages.map(({ Body }) => Body)).toEqual(["Hello, SQS!", "Hello, SQS!"]);
    const priorities = Messages.map(({ MessageAttributes }) => MessageAttributes?.Priority);
    expect(priorities).toContainEqual({ DataType: "String", StringValue: "High" });
    const handle = Messages[0]?.ReceiptHandle ?? "";
    await ok("delete-message", ...onQueue, "--receipt-handle", handle);
  });

  test("refuses an hour's delay, as AWS does", async () => {
    const words = ["--message-body", "later", "--delay-seconds", "3600"];
    const { code, stderr } = await aws("send-message", ...onQueue, ...words);
    expect(code).not.toBe(0);
    expect(stderr).toContain("(InvalidParameterValue)");
  });

  test("purges", async () => {
    await ok("purge-queue", ...onQueue);
    const { Attributes } = await ok("get-queue-attributes", ...onQueue, "--attribute-names", "All");
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      ApproximateNumberOfMessagesDelayed: "0",
    });
  });

  test("switches long polling on for the queue, deletes it, and names its absence", async () => {
    const words = ["--attributes", "ReceiveMessageWaitTimeSeconds=20"];
    await ok("set-queue-attributes", ...onQueue, ...words);
    await ok("delete-queue", ...onQueue);
    const { code, stderr } = await aws("receive-message", ...onQueue);
    expect(code).not.toBe(0);
    expect(stderr).toContain("(AWS.SimpleQueueService.NonExistentQueue)");
  });
});
