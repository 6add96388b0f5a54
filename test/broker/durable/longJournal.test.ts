/**
 * A directory whose journal is long enough for the opener to read it, while the journal's thread starts and puts back
 * what it says: all is there again, the opener's event loop goes on, and the directory has one owner, who gives it
 * back whatever comes of the start. Needs a build.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { LastIndex } from "../../../bindings/lastIndex.ts";
import { JournalStart } from "../../../engine/broker/durable/journalStart.ts";
import { isLong } from "../../../engine/broker/durable/logBytes.ts";
import { ReadAhead } from "../../../engine/broker/durable/readAheadHost.ts";
import { Broker, type BrokerOptions } from "../../../engine/index.ts";

const MIB = 1_048_576;
const BODY_BYTES = 256 * 1024;
/** More than 64 MiB with a round. */
const MESSAGES = 280;
/** More than the end of a load goes through in two steps. */
const SMALL = 40_000;

let directory = "";
let options: BrokerOptions;

function bodyOf(index: number): string {
  return `${index} `.padEnd(BODY_BYTES, String.fromCharCode(97 + (index % 26)));
}

function locks(): string[] {
  return readdirSync(directory).filter((name) => name.startsWith("lock."));
}

/** The bodies of all messages there are. */
async function bodiesIn(broker: Broker): Promise<Set<string>> {
  const queue = await broker.getQueue("jobs");
  const bodies = new Set<string>();
  for (;;) {
    const messages = await queue.receive({ maxNumberOfMessages: 10, visibilityTimeout: 0 });
    const { visible } = queue.counts();
    for (const { body } of messages) bodies.add(body);
    if (bodies.size >= visible) return bodies;
  }
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sluice-long-"));
  options = { directory, durability: "relaxed", memoryBytes: 256 * MIB };
  const broker = await Broker.open(options);
  const queue = await broker.createQueue("jobs");
  for (let index = 0; index < MESSAGES; index++) await queue.send(bodyOf(index));
  const small = await broker.createQueue("small");
  for (let sent = 0; sent < SMALL; sent += 1_000) {
    await small.sendBatch(Array.from({ length: 1_000 }, (_, index) => `${sent + index}`));
  }
  for (const message of await queue.receive({ maxNumberOfMessages: 10 })) await message.delete();
  await broker.close();
}, 60_000);

// Files share this process.
afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

test("is there again, and the opener's event loop has had its turns", async () => {
  expect(isLong(directory)).toBe(true);
  const begun = vi.spyOn(ReadAhead.prototype, "begin");
  let turns = 0;
  const turn = setInterval(() => {
    turns++;
  });
  const broker = await Broker.open(options);
  clearInterval(turn);
  expect(begun).toHaveBeenCalledOnce();
  expect(turns).toBeGreaterThan(3);
  expect(await bodiesIn(broker)).toEqual(
    new Set(Array.from({ length: MESSAGES - 10 }, (_, index) => bodyOf(index + 10))),
  );
  expect(locks()).toHaveLength(2);
  await broker.close();
  expect(locks()).toEqual([]);
});

test("gives many small ones again also where the opener builds their index late, or has no time for it", async () => {
  const step = LastIndex.prototype.step;
  let turns = 0;
  vi.spyOn(LastIndex.prototype, "step").mockImplementation(function (this: LastIndex) {
    return turns++ < 1_000_000 || step.call(this);
  });
  const late = await Broker.open(options);
  expect(turns).toBeGreaterThan(1_000_000);
  expect((await late.getQueue("small")).counts().visible).toBe(SMALL);
  await late.close();
  vi.spyOn(LastIndex.prototype, "take").mockReturnValue(false);
  const busy = await Broker.open(options);
  expect((await busy.getQueue("small")).counts().visible).toBe(SMALL);
  await busy.close();
});

test("gives all of many small messages again", async () => {
  const broker = await Broker.open(options);
  const small = await broker.getQueue("small");
  expect(small.counts().visible).toBe(SMALL);
  const numbers = new Set<string>();
  // A receive finds nothing, too, where the journal has to read first.
  while (small.counts().visible > 0) {
    const messages = await small.receive({ maxNumberOfMessages: 10 });
    for (const { body } of messages) numbers.add(body);
  }
  expect(numbers.size).toBe(SMALL);
  await broker.close();
});

test("has one owner: another opener is told who, and he keeps it", async () => {
  const broker = await Broker.open(options);
  const before = locks();
  await expect(Broker.open(options)).rejects.toThrow("belongs to another broker of this process");
  expect(locks()).toEqual(before);
  await broker.close();
});

test("that is damaged is refused, and the directory given back", async () => {
  const path = join(directory, "0000000001.log");
  const bytes = readFileSync(path);
  const broken = Buffer.from(bytes);
  broken[MIB] = (broken[MIB] ?? 0) ^ 1;
  writeFileSync(path, broken);
  await expect(Broker.open(options)).rejects.toThrow(
    /Batch \d+, at byte \d+ of 0000000001.log, is/,
  );
  writeFileSync(path, bytes);
  expect(locks()).toEqual([]);
});

test("that does not fit into the memory is refused, and the directory given back", async () => {
  const small = { ...options, memoryBytes: 64 * MIB };
  await expect(Broker.open(small)).rejects.toThrow("The memory is too small");
  expect(locks()).toEqual([]);
});

test("with a memory that can't be, the journal's thread is not wanted any more", async () => {
  const cancelled = vi.spyOn(JournalStart.prototype, "cancel");
  const none = { ...options, memoryBytes: 32 * MIB };
  await expect(Broker.open(none)).rejects.toThrow("do not hold the records");
  expect(cancelled).toHaveBeenCalledOnce();
  expect(locks()).toEqual([]);
});

test("whose thread dies before all is there: the opener gives the directory back", async () => {
  const { give } = JournalStart.prototype;
  vi.spyOn(JournalStart.prototype, "give").mockImplementationOnce(function (
    this: JournalStart,
    data,
  ) {
    const thread = give.call(this, data);
    setImmediate(() => void (thread as Worker).terminate());
    return thread;
  });
  await expect(Broker.open(options)).rejects.toThrow(/thread ended with code \d/);
  expect(locks()).toEqual([]);
});

test("is read by the journal's thread where the opener can't read, and where no memory is left beside the engine's", async () => {
  vi.spyOn(ReadAhead, "of").mockResolvedValueOnce(undefined);
  const broker = await Broker.open(options);
  expect((await bodiesIn(broker)).size).toBe(MESSAGES - 10);
  await broker.close();
  const begun = vi.spyOn(ReadAhead.prototype, "begin");
  const large = await Broker.open({ ...options, memoryBytes: 2 ** 32 });
  expect(begun).not.toHaveBeenCalled();
  expect((await bodiesIn(large)).size).toBe(MESSAGES - 10);
  await large.close();
  expect(locks()).toEqual([]);
});
