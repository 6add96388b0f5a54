/**
 * Celery and kombu, as Debian packages them, against `sluice serve` in a child process: tasks that are
 * done, retried and acknowledged late; queues by kombu's transport, which polls by its own code over
 * pycurl and not by boto3. Each script of celery/ prints a line of JSON a use case. Needs a build.
 */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../support/serve.ts";
import { requireTool } from "../support/tools.ts";
import { runScript } from "./python.ts";

const serve = serveOnce();
const debian = { folder: "celery", python: "/usr/bin/python3" };
const run = (script: string) => runScript<object>(script, serve().url, debian);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe.skipIf(!requireTool("celery")).concurrent("Debian's", () => {
  test("Celery does every task, and retries what asks for it", async () => {
    expect(await run("tasks")).toEqual([
      { name: "tasks", done: true, sums: range(1, 21), attempts: [0, 1, 2] },
    ]);
  });

  test("kombu sends, receives, acknowledges and requeues, in Standard and FIFO queues", async () => {
    expect(await run("queues")).toEqual([
      { name: "simple", numbers: range(0, 15), left: 0 },
      { name: "requeued", same: true },
      { name: "fair", payload: "first", group: "tenant" },
      { name: "grouped", found: [["g", "d"]] },
    ]);
  });
});
