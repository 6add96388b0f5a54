/**
 * The opener's reading ahead asks for each later segment before its turn, in their order; what can't be read is left to who
 * reads it, and nothing is asked for any more once nobody wants it. When all was taken it builds the last index.
 */
import { mkdtempSync, promises, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Engine } from "../../../bindings/engine.ts";
import { BESIDE_BYTES, type Beside } from "../../../bindings/index.ts";
import { ReadAhead } from "../../../engine/broker/durable/readAheadHost.ts";
import { openFileJournal } from "../../../engine/journal/fileJournal.ts";

const MIB = 1_048_576;
const IDENTITY = { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false };
const SIZES = { memoryBytes: 64 * MIB, threadsMax: 4, queuesMax: 8, messagesMax: 1_000 };
const SEGMENTS = ["0000000001.log", "0000000002.log", "0000000003.log", "0000000004.log"];

let directory = "";
let engine: Engine;
let beside: Beside;
const opened: string[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "sluice-asked-"));
  const journal = await openFileJournal({
    directory,
    segmentBytes: 16 * MIB,
    batchBytes: 8 * MIB,
  });
  await journal.replay(() => {});
  await journal.begin(1);
  for (const [batch] of SEGMENTS.entries()) {
    journal.append(new Uint8Array(8 * MIB).fill(batch));
    await journal.commit(1);
  }
  await journal.close(2);
  engine = await Engine.open({ ...SIZES, besideBytes: BESIDE_BYTES }, IDENTITY);
  beside = engine.beside() as Beside;
  opened.length = 0;
  const open = promises.open;
  vi.spyOn(promises, "open").mockImplementation((path, ...more) => {
    opened.push(basename(String(path)));
    return open(path, ...more);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

async function begun(): Promise<ReadAhead> {
  const ahead = await ReadAhead.of(directory, beside);
  if (ahead === undefined) throw new Error("the directory can't be taken");
  ahead.begin();
  return ahead;
}

/** Until all that is asked for was, which a busy machine takes its time for. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

test("each segment but the first is asked for, in their order", async () => {
  const ahead = await begun();
  await until(() => opened.length >= SEGMENTS.length - 1);
  ahead.stop();
  ahead.release();
  expect(opened).toEqual(SEGMENTS.slice(1));
});

test("a segment that is gone ends the asking, and not the reading", async () => {
  const ahead = await begun();
  rmSync(join(directory, SEGMENTS[2] as string));
  await until(() => opened.length >= 1);
  await sleep(50);
  expect(beside.ring.hasEnded).toBe(false);
  ahead.stop();
  ahead.release();
});

test("nothing is asked for once nobody wants it", async () => {
  const ahead = await ReadAhead.of(directory, beside);
  ahead?.stop();
  ahead?.begin();
  await sleep(50);
  ahead?.release();
  expect(opened).toEqual([]);
});

test("the last index is built once all was taken and it is offered, and not before", async () => {
  const built = vi.spyOn(beside.lastIndex, "step");
  const ahead = await begun();
  await until(() => opened.length >= SEGMENTS.length - 1);
  expect(built).not.toHaveBeenCalled();
  beside.ring.end();
  // Of no queue: there is nothing to build.
  beside.lastIndex.offer(engine.thread, 0);
  await until(() => built.mock.calls.length > 0);
  expect(built.mock.results).toMatchObject([{ type: "return", value: false }]);
  ahead.stop();
  ahead.release();
});

test("the journal's thread is told where it could not be built", async () => {
  const failed = vi.spyOn(beside.lastIndex, "fail");
  vi.spyOn(beside.lastIndex, "step").mockImplementation(() => {
    throw new Error("no room");
  });
  const ahead = await begun();
  beside.ring.end();
  beside.lastIndex.offer(engine.thread, 0);
  await until(() => failed.mock.calls.length > 0);
  expect(() => beside.lastIndex.settle()).toThrow("had an error");
  ahead.stop();
  ahead.release();
});
