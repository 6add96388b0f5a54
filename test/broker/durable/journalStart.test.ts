/**
 * The start of the journal's thread, before there is anything for it to do: what ends it meanwhile is said to who
 * listens later, and where it is not wanted any more it goes. Real threads, of a test's own files.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  JournalStart,
  type ThreadData,
  useJournalThread,
} from "../../../engine/broker/durable/journalStart.ts";
import type { BrokerOptions } from "../../../engine/index.ts";

const WAIT = { timeout: 60_000 };

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sluice-start-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A start whose thread runs this. */
function startOf(code: string): JournalStart {
  const file = join(directory, "thread.mjs");
  writeFileSync(file, code);
  const options: BrokerOptions = { directory };
  useJournalThread(options, { file: pathToFileURL(file), more: undefined });
  return new JournalStart(options, { directory, durability: "always" });
}

/** As a thread's code has it: the path of a file that says that it was there. */
function sign(): string {
  return JSON.stringify(join(directory, "sign"));
}

/** Threads that this process runs, by Node's own report; some of files before this one may be ending. */
function threads(): number[] {
  type Report = { readonly workers: readonly { readonly header: { readonly threadId: number } }[] };
  const report = process.report?.getReport() as Report | undefined;
  return report?.workers.map(({ header }) => header.threadId) ?? [];
}

function threadsSince(before: readonly number[]): number[] {
  return threads().filter((id) => !before.includes(id));
}

/** What a listener hears from now on. */
async function heard(start: JournalStart): Promise<unknown[]> {
  const [orders, watched] = [new MessageChannel(), new MessageChannel()];
  const data = { orders: orders.port2, watched: watched.port2 } as unknown as ThreadData;
  const thread = start.give(data);
  const events: unknown[] = [];
  await new Promise<void>((resolve) => {
    thread.on("error", ({ message }) => events.push(message));
    thread.once("exit", (code) => {
      events.push(code);
      resolve();
    });
  });
  orders.port1.close();
  watched.port1.close();
  return events;
}

test.each([
  ["an error", 'throw new Error("no");', ["no", 1]],
  ["its end", "process.exit(3);", [3]],
])("%s before anybody listened is told when somebody does", async (_, code, events) => {
  const before = threads();
  const start = startOf(`(await import("node:fs")).writeFileSync(${sign()}, ""); ${code}`);
  await vi.waitUntil(
    () => existsSync(join(directory, "sign")) && threadsSince(before).length === 0,
    WAIT,
  );
  expect(await heard(start)).toEqual(events);
});

test("what is given to a thread that is there reaches it, and its end is heard once", async () => {
  const start = startOf(
    'import { parentPort } from "node:worker_threads"; parentPort.once("message", () => process.exit(4));',
  );
  expect(await heard(start)).toEqual([4]);
});

test("a thread that is not wanted any more is gone", async () => {
  const before = threads();
  const start = startOf("setInterval(() => {}, 1_000);");
  await vi.waitUntil(() => threadsSince(before).length === 1, WAIT);
  await start.cancel();
  expect(threadsSince(before)).toEqual([]);
});
