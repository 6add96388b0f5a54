/**
 * Two accounts with the guide's two policies, by boto3 and by the AWS command line, over a server with
 * credentials. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import { runScript } from "./python.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-identity-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keysOf = (name: string) => ({
  accessKeyId: `KEY-${name}`,
  secretAccessKey: `secret-of-${name}`,
});
/** Step 5 of the guide, word for word. */
const guides = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: [
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
      ],
      Resource: "arn:aws:sqs:us-east-1:123456789012:my-queue",
    },
  ],
};
const file = join(folder, "keys.yaml");
writeFileSync(
  file,
  JSON.stringify([
    { ...keysOf("owner"), account: "123456789012" },
    { ...keysOf("alice"), account: "123456789012", user: "alice", policies: [guides] },
    {
      ...keysOf("partner"),
      account: "987654321098",
      user: "partner",
      policies: [{ Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }] }],
    },
  ]),
);
const serve = serveOnce(["--credentials", file]);

describe.skipIf(!requireTool("boto3"))("boto3", () => {
  test("may what the guide's policies allow, and nothing else", async () => {
    const no = "AccessDenied";
    const results = await runScript<object>("identity", serve().url);
    expect(results).toEqual([
      {
        name: "identity policy",
        ...{ send: "ok", batch: "ok", receive: "ok", attributes: "ok", url: "ok" },
        ...{ purge: no, list: no, other: no },
      },
      {
        name: "before",
        ...{ send: no, batch: no, receive: no, attributes: no, url: no },
        ...{ purge: no, list: "ok", other: no },
      },
      {
        name: "queue policy",
        ...{ send: "ok", batch: "ok", receive: "ok", attributes: no, url: no },
        ...{ purge: no, list: "ok", other: no },
      },
      {
        name: "callers",
        alice: "arn:aws:iam::123456789012:user/alice",
        partner: "987654321098",
        metrics: no,
        wrong: "SignatureDoesNotMatch",
        unknown: "InvalidClientTokenId",
      },
    ]);
  });
});

function aws(...words: string[]): Promise<{ out: string; said: string }> {
  const { accessKeyId, secretAccessKey } = keysOf("alice");
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  return new Promise((resolve) => {
    const all = ["--endpoint-url", serve().url, ...words];
    execFile("aws", all, { env, cwd: folder }, (_error, out, said) => resolve({ out, said }));
  });
}

describe.skipIf(!requireTool("aws"))("the AWS command line", () => {
  test("signs as the server wants it, and is told what it may not", async () => {
    const [known, denied] = await Promise.all([
      aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text"),
      aws("sqs", "list-queues"),
    ]);
    expect(known).toEqual({ out: "arn:aws:iam::123456789012:user/alice\n", said: "" });
    expect(denied.said).toContain(
      "An error occurred (AccessDenied) when calling the ListQueues operation: User: " +
        "arn:aws:iam::123456789012:user/alice is not authorized to perform: sqs:listqueues",
    );
  });
});
