/**
 * A server whose wall clock is set, back by an hour and forward by five days, while it serves: polls
 * end, messages come in their time and none is gone; what is shown follows it. A real child process.
 */
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeLetters } from "../support/letters.ts";
import { Serve } from "../support/serve.ts";

const HOUR_MS = 3_600_000;

let folder: string;
let serve: Serve;

/** Written beside and moved there, so that no half of it is read. */
function setWall(shiftMs: number): void {
  const beside = join(folder, "next");
  writeFileSync(beside, String(shiftMs));
  renameSync(beside, join(folder, "shift"));
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sluice-wall-"));
  setWall(0);
  const preload = fileURLToPath(new URL("../support/wallFile.mjs", import.meta.url));
  process.env.NODE_OPTIONS = `--import=${preload}`;
  process.env.WALL_SHIFT_FILE = join(folder, "shift");
  try {
    serve = await Serve.start(["--log-level", "debug", "--log-format", "json"]);
  } finally {
    delete process.env.NODE_OPTIONS;
    delete process.env.WALL_SHIFT_FILE;
  }
});

afterEach(async () => {
  await serve.stop("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function bodiesOf(QueueUrl: string, WaitTimeSeconds: number): Promise<unknown[]> {
  const { Messages = [] } = await serve.ok("ReceiveMessage", { QueueUrl, WaitTimeSeconds });
  return Messages.map(({ Body }) => Body);
}

/** Each moment that the server shows, in milliseconds, by its name. */
async function moments(QueueUrl: string, SourceArn: string): Promise<Record<string, number>> {
  const { Messages: [message] = [] } = await serve.ok("ReceiveMessage", {
    QueueUrl,
    VisibilityTimeout: 0,
    MessageSystemAttributeNames: ["All"],
  });
  const { Attributes: queue } = await serve.ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["All"],
  });
  const { Results: [task] = [] } = await serve.ok("ListMessageMoveTasks", { SourceArn });
  return {
    SentTimestamp: Number(message?.Attributes?.SentTimestamp),
    ApproximateFirstReceiveTimestamp: Number(message?.Attributes?.ApproximateFirstReceiveTimestamp),
    CreatedTimestamp: Number(queue?.CreatedTimestamp) * 1_000,
    LastModifiedTimestamp: Number(queue?.LastModifiedTimestamp) * 1_000,
    StartedTimestamp: Number(task?.StartedTimestamp),
  };
}

describe.each([
  ["back by an hour", -HOUR_MS],
  ["forward by five days", 120 * HOUR_MS],
])("a server's wall clock that is set %s", (_, shiftMs) => {
  test("troubles no client, and is what it shows", async () => {
    const send = (QueueUrl: string, MessageBody: string, more = {}) =>
      serve.ok("SendMessage", { QueueUrl, MessageBody, ...more });
    const unread = await serve.createQueue("unread");
    await send(unread, "unread");
    const known = await serve.createQueue("once.fifo", { FifoQueue: "true" });
    const ids = { MessageGroupId: "group", MessageDeduplicationId: "id" };
    const { SequenceNumber } = await send(known, "once", ids);
    const { SourceArn } = await makeLetters(serve, "shown", 1);
    await serve.ok("StartMessageMoveTask", { SourceArn });
    const before = await moments(unread, SourceArn);
    const late = await serve.createQueue("late");
    await send(late, "late", { DelaySeconds: 900 });
    const hidden = await serve.createQueue("hidden");
    await send(hidden, "hidden");
    await serve.ok("ReceiveMessage", { QueueUrl: hidden, VisibilityTimeout: 1 });
    const delayed = await serve.createQueue("delayed");
    await send(delayed, "delayed", { DelaySeconds: 1 });
    const empty = await serve.createQueue("empty");
    const polls = [bodiesOf(hidden, 20), bodiesOf(delayed, 20), bodiesOf(empty, 1)];
    setWall(shiftMs);
    expect(await Promise.all(polls)).toEqual([["hidden"], ["delayed"], []]);
    expect(await bodiesOf(late, 0)).toEqual([]);
    expect((await send(known, "once", ids)).SequenceNumber).toBe(SequenceNumber);
    const after = await moments(unread, SourceArn);
    for (const [name, moment] of Object.entries(after)) {
      const isSet = Math.abs(moment - (before[name] ?? 0) - shiftMs) < HOUR_MS / 2;
      expect(isSet, `${name} ${before[name]} ${moment}`).toBe(true);
    }
    const said = once(serve.child.stderr as Readable, "close");
    await serve.stop();
    await said;
    const times = serve.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).time as string);
    expect(Math.abs(Date.parse(times[0] ?? "") - Date.now())).toBeLessThan(HOUR_MS / 2);
    const lastMs = Date.parse(times.at(-1) ?? "") - shiftMs;
    expect(Math.abs(lastMs - Date.now())).toBeLessThan(HOUR_MS / 2);
  });
});
