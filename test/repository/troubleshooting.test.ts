/**
 * docs/TROUBLESHOOTING.md does what it says: each of its commands runs in a shell, in the trouble that
 * its section speaks of, and prints the block of text behind it. Needs a build.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { type Serve, serveOnce } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";

const run = promisify(execFile);
const page = readFileSync(new URL("../../docs/TROUBLESHOOTING.md", import.meta.url), "utf8");
const serve = serveOnce(["--log-level", "debug"]);
const folder = mkdtempSync(join(tmpdir(), "sluice-troubleshooting-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function send(QueueUrl: string, MessageBody: string, more: object = {}): Promise<void> {
  await serve().ok("SendMessage", { QueueUrl, MessageBody, ...more });
}

async function receive(QueueUrl: string, count = 1, more: object = {}): Promise<void> {
  for (let left = count; left > 0; left--)
    await serve().ok("ReceiveMessage", { QueueUrl, ...more });
}

const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };
const isVisible = { QueueUrl: "payments", AttributeNames: ["ApproximateNumberOfMessages"] };

/** The troubles, by the sections' headings. */
const troubles: Readonly<Record<string, (server: Serve) => Promise<void>>> = {
  "Messages are not processed": async (server) => {
    await server.createQueue("orders");
    for (const body of ["1", "2", "3", "4", "5"]) await send("orders", body);
    await send("orders", "6", { DelaySeconds: 900 });
    await receive("orders", 2);
  },
  "High costs": async (server) => {
    await server.createQueue("idle");
    await receive("idle", 50);
  },
  "Duplicate messages": async (server) => {
    await server.createQueue("payments", { VisibilityTimeout: "1" });
    await server.createQueue("payments.fifo", fifo);
    await send("payments", "charge 50");
    await receive("payments");
    await expect
      .poll(() => server.ok("GetQueueAttributes", isVisible))
      .toEqual({ Attributes: { ApproximateNumberOfMessages: "1" } });
  },
  "Messages are stuck in the queue": async (server) => {
    await server.createQueue("mail-failed");
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:mail-failed";
    await server.createQueue("mail", {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 }),
    });
    await send("mail", "no JSON either");
    await receive("mail", 6, { VisibilityTimeout: 0 });
    await server.createQueue("mail.fifo", fifo);
    await send("mail", "no JSON at all");
    await receive("mail", 3, { VisibilityTimeout: 0 });
    for (const body of ["1", "2", "3"]) await send("mail.fifo", body, { MessageGroupId: "a" });
    await receive("mail.fifo");
  },
  "Signatures are refused": async () => {},
  "Requests are refused with AccessDenied": async (server) => {
    await server.call("ListQueues", {}, { Origin: "http://localhost:3000" });
    await server.call("ListQueues", {}, { Host: "sqs.example.com" });
  },
};

/** A section's commands, each with what it prints. */
function commandsOf(section: string): { command: string; prints: string }[] {
  const blocks = section.matchAll(/^```sh\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, command = "", prints = ""]) => ({ command, prints }));
}

const [head = "", ...sections] = page.split(/^## /m);
const [, functions = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(head) ?? [];

/** As in a user's shell, beside the log of the server. */
async function shell(command: string): Promise<string> {
  const { headers } = await serve().call("ListQueues", {});
  await expect.poll(() => serve().stderr).toContain(headers["x-amzn-requestid"]);
  writeFileSync(join(folder, "sluice.log"), serve().stderr);
  const text = `${functions}${command}`.replaceAll("9324", String(serve().port));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { stdout, stderr } = await run("sh", ["-c", text], { cwd: folder, env });
  expect(stderr).toBe("");
  return stdout;
}

test("every section has its trouble, and every command what it prints", () => {
  const headings = sections.map((section) => section.split("\n", 1)[0]);
  expect(headings).toEqual(Object.keys(troubles));
  const count = page.match(/^```sh$/gm)?.length;
  expect(sections.flatMap(commandsOf)).toHaveLength((count ?? 0) - 1);
});

describe.skipIf(!requireTool("aws"))("the commands under", () => {
  test.each(sections.map((section) => [section.split("\n", 1)[0], section] as const))(
    "%s print what the page shows",
    async (heading, section) => {
      await troubles[heading ?? ""]?.(serve());
      for (const { command, prints } of commandsOf(section)) {
        expect(await shell(command)).toBe(prints);
      }
    },
  );
});
