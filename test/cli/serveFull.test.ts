/**
 * A server whose disk gets full, by AWS's own client: a real file system in memory, which somebody else fills. Sends are
 * refused, messages are received and deleted, and sends are taken again when there is room. Needs a build, and
 * who may mount.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { patience } from "../support/patience.ts";
import { Serve } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import { sluice } from "./sluice.ts";

const MIB = 1_048_576;

let directory: Directory;
let isMounted = false;
let serve: Serve | undefined;
let client: SQSClient | undefined;

beforeEach(() => {
  directory = new Directory();
});

afterEach(async () => {
  client?.destroy();
  await serve?.stop("SIGKILL");
  serve = undefined;
  if (isMounted) spawnSync("umount", [directory.path]);
  isMounted = false;
  directory[Symbol.dispose]();
});

/** False where nobody may mount one. */
function mounts(bytes: number): boolean {
  const options = ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", directory.path];
  isMounted = requireTool("tmpfs", spawnSync("mount", options).status === 0);
  return isMounted;
}

/** Somebody else's file, which has so many bytes at the most; fewer where there is no more room. */
function fill(bytes: number): void {
  const path = join(directory.path, "others");
  rmSync(path, { force: true });
  const piece = Buffer.alloc(MIB / 4);
  for (let at = 0; at < bytes; at += piece.length) {
    try {
      writeFileSync(path, piece.subarray(0, bytes - at), { flag: "a" });
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
      return;
    }
  }
}

async function start(data: string): Promise<SQSClient> {
  serve = await Serve.start(["--data", data, "--memory", "64MiB"]);
  client = new SQSClient({
    ...{ endpoint: serve.url, region: "us-east-1", maxAttempts: 1 },
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  return client;
}

function urlOf(queue: string): string {
  return `${serve?.url}/000000000000/${queue}`;
}

const refused = {
  name: "CapacityExceeded",
  message: expect.stringContaining("disk"),
  $metadata: { httpStatusCode: 503 },
};

describe("a server whose disk gets full", () => {
  const data = () => join(directory.path, "data");

  async function send(MessageBody = "more"): Promise<unknown> {
    const command = new SendMessageCommand({ QueueUrl: urlOf("orders"), MessageBody });
    return (client as SQSClient).send(command).then(
      () => "sent",
      (error: unknown) => error,
    );
  }

  async function receive(): Promise<Message[]> {
    const input = { QueueUrl: urlOf("orders"), MaxNumberOfMessages: 10, VisibilityTimeout: 600 };
    const { Messages = [] } = await (client as SQSClient).send(new ReceiveMessageCommand(input));
    return Messages;
  }

  /** Deletes some messages, and makes one visible again. */
  async function settle(): Promise<void> {
    const QueueUrl = urlOf("orders");
    const [first, ...others] = await receive();
    expect(others).toHaveLength(9);
    const Entries = others.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const sdk = client as SQSClient;
    const { Failed } = await sdk.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toBeUndefined();
    const { ReceiptHandle } = first as Message;
    const hiding = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await sdk.send(new ChangeMessageVisibilityCommand(hiding));
  }

  async function countOf(): Promise<number> {
    const names = ["", "NotVisible", "Delayed"].map(
      (state) => `ApproximateNumberOfMessages${state}`,
    );
    const input = { QueueUrl: urlOf("orders"), AttributeNames: ["All" as const] };
    const sdk = client as SQSClient;
    const { Attributes = {} } = await sdk.send(new GetQueueAttributesCommand(input));
    return names.reduce(
      (sum, name) => sum + Number((Attributes as Record<string, string>)[name]),
      0,
    );
  }

  test("refuses sends, goes on with receives and deletes, and takes sends again", async (context) => {
    if (!mounts(128 * MIB)) return context.skip();
    mkdirSync(data());
    const sdk = await start(data());
    await serve?.createQueue("orders");
    for (let sent = 0; sent < 100; sent++) expect(await send(`${sent}`)).toBe("sent");
    let left = 100;
    const poll = { timeout: patience() };
    // Little room is left, and then none.
    for (const bytes of [80 * MIB, 128 * MIB]) {
      fill(bytes);
      let sent = 0;
      await expect
        .poll(async () => {
          const answer = await send();
          if (answer === "sent") sent += 1;
          return answer;
        }, poll)
        .toMatchObject(refused);
      left += sent;
      const Entries = [
        { Id: "a", MessageBody: "one" },
        { Id: "b", MessageBody: "two" },
      ];
      const batch = new SendMessageBatchCommand({ QueueUrl: urlOf("orders"), Entries });
      const { Failed, Successful } = await sdk.send(batch);
      expect(Failed).toMatchObject([{ Id: "a", Code: "CapacityExceeded" }, { Id: "b" }]);
      expect(Successful).toBeUndefined();
      for (let time = 0; time < 3; time++) await settle();
      left -= 27;
      expect(await countOf()).toBe(left);
    }
    truncateSync(join(directory.path, "others"), 0);
    await expect.poll(() => send("again"), poll).toBe("sent");
    left += 1;
    expect(await serve?.stop()).toBe(0);
    expect(await sluice(["journal", "verify", data()])).toMatchObject({ code: 0 });
    await start(data());
    expect(await countOf()).toBe(left);
  });

  test("does not start on one without any room, and says so", async (context) => {
    // One page, which the claim of the directory takes.
    if (!mounts(4_096)) return context.skip();
    const words = ["serve", "--port", "0", "--data", directory.path, "--memory", "64MiB"];
    expect(await sluice(words)).toEqual({
      ...{ code: 1, out: "" },
      said: expect.stringMatching(/^sluice: no broker: .*ENOSPC.*\n$/),
    });
  });
});
