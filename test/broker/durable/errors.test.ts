/**
 * Errors of the disk, at each of its calls, met by a broker with a real directory: at the start, in work and while the
 * log is cleaned. What is told, that nothing more is acknowledged, and that a start without the error finds all
 * that was acknowledged, nothing that was deleted, and a log that is whole.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SluiceError } from "../../../engine/errors.ts";
import { Directory, hasSettled } from "./kept.ts";
import {
  BODY,
  CALLS,
  ended,
  errorOf,
  Ledger,
  meet,
  nameOf,
  OPERATIONS,
  segmentsOf,
} from "./ledger.ts";

/** What the operator is told while the broker runs. */
const told: string[] = [];

function hear({ name, message }: Error): void {
  if (name === "SluiceWarning") told.push(message);
}

let directory: Directory;
let ledger: Ledger;

beforeEach(async () => {
  told.length = 0;
  process.on("warning", hear);
  directory = new Directory();
  ledger = new Ledger(directory.path);
  await ledger.begin();
});

afterEach(() => {
  process.off("warning", hear);
  directory[Symbol.dispose]();
});

describe.each(CALLS)("EIO at %s", (call) => {
  // There is one tail to cut off, and one file to take away that a crash left.
  const nth = call === "truncate" || call === "unlink" ? 1 : 3;

  test(`number ${nth} ends the broker, and loses nothing`, async () => {
    if (call === "unlink") writeFileSync(join(directory.path, "segment.new"), "");
    const error = await meet(ledger, { call, code: "EIO", nth, forEver: false });
    expect(error).toMatchObject(ended);
    await ledger.check();
  });
});

describe("too many open files", () => {
  // The log's segment, its tail, and the first one of the new life.
  test.each([1, 2, 3])("at call %i of the start refuse it with a sentence", async (nth) => {
    const error = await meet(ledger, { call: "open", code: "EMFILE", nth, forEver: false });
    expect(error).toMatchObject(ended);
    expect(error?.message).toMatch(
      /EMFILE.* Too many files are open; raise the limit \(ulimit -n\)\.$/,
    );
    await ledger.check();
  });

  test("in work are told, and asked for again: for a new segment, and for an old one that is cleaned", async () => {
    for (const nth of [5, 8, 9]) {
      using another = new Directory();
      ledger = new Ledger(another.path);
      await ledger.begin();
      expect(
        await meet(ledger, { call: "open", code: "EMFILE", nth, forEver: false }),
      ).toBeUndefined();
      await ledger.check();
    }
    const whats = told.map((text) => /could not (make|open)/.exec(text)?.[1]);
    expect(new Set(whats)).toEqual(new Set(["make", "open"]));
    for (const text of told) expect(text).toContain("raise the limit (ulimit -n)");
  });

  test("for ever refuse sends with a sentence, keep deletes waiting, and lose nothing", async () => {
    const { broker } = await ledger.open({ call: "open", code: "EMFILE", nth: 4, forEver: true });
    const jobs = await broker.getQueue("jobs");
    ledger.begun.add("kept");
    await jobs.send(`kept:${BODY}`);
    ledger.sent.add("kept");
    const [message] = await jobs.receive();
    const waiting: Promise<SluiceError | undefined>[] = [];
    while (!told.some((text) => text.includes("Too many files"))) {
      ledger.begun.add(`waits ${waiting.length}`);
      waiting.push(errorOf(() => jobs.send(`waits ${waiting.length}:${BODY}`)));
      await hasSettled(waiting.at(-1) as Promise<unknown>);
    }
    const refused = await errorOf(() => jobs.send("x"));
    expect(refused).toMatchObject({ code: "CapacityExceeded", retryable: true });
    expect(refused?.message).toContain("too many files open");
    if (message === undefined) throw new Error("a message was left");
    ledger.deleting.add(nameOf(message.body));
    const removed = errorOf(() => jobs.delete(message));
    expect(await hasSettled(removed)).toBe(false);
    await expect(broker.close()).rejects.toMatchObject(ended);
    expect(await removed).toMatchObject(ended);
    const errors = await Promise.all(waiting);
    expect(errors).toContainEqual(expect.objectContaining(ended));
    for (const [number, error] of errors.entries()) {
      if (error === undefined) ledger.sent.add(`waits ${number}`);
    }
    await ledger.check();
  });
});

describe("a disk that takes a part of a write and then no more", () => {
  test.each([1, 2, 5])(
    "once, at write %i: the reserve makes room, and all goes on",
    async (nth) => {
      expect(
        await meet(ledger, { call: "write", code: "ENOSPC", nth, forEver: false }),
      ).toBeUndefined();
      await ledger.check();
    },
  );

  // The header of its segment, and its first batch.
  test.each([1, 2])(
    "for ever, from write %i of a start on: it is refused with a sentence",
    async (nth) => {
      const fault = { call: "write", code: "ENOSPC", nth, forEver: true } as const;
      const error = await errorOf(() => ledger.open(fault));
      expect(error).toMatchObject(ended);
      expect(error?.message).toMatch(/could not .*There is no room left for it\.$/);
      await ledger.check();
    },
  );

  test("for ever: what was acknowledged is there, what waited is told, and half a batch is no damage", async () => {
    const { broker } = await ledger.open({ call: "write", code: "ENOSPC", nth: 5, forEver: true });
    const jobs = await broker.getQueue("jobs");
    const working = ledger.work(jobs, OPERATIONS);
    await expect.poll(() => told.join()).toContain("There is no room left for it.");
    await expect(jobs.send("x")).rejects.toMatchObject({ code: "CapacityExceeded" });
    await expect(broker.close()).rejects.toMatchObject(ended);
    // It waited for its outcome, or for room.
    expect((await working)?.code).toMatch(/^(InternalFailure|BrokerClosed)$/);
    await ledger.check();
  });
});

test("damage to a segment is told when the cleaning comes to it, and again at the next start", async () => {
  const { broker } = await ledger.open();
  const jobs = await broker.getQueue("jobs");
  await ledger.work(jobs, 5);
  const [oldest = ""] = segmentsOf(directory.path);
  const file = join(directory.path, oldest);
  const bytes = readFileSync(file);
  // Of the first batch's first record.
  bytes[4_096 + 100] = (bytes[4_096 + 100] as number) ^ 1;
  writeFileSync(file, bytes);
  const error = await ledger.work(jobs, OPERATIONS);
  const where = `Batch 1, at byte 4096 of ${oldest}, is damaged`;
  expect(error?.message).toContain(where);
  await broker.close();
  const before = segmentsOf(directory.path).map((name) => readFileSync(join(directory.path, name)));
  const refused = await errorOf(() => ledger.open());
  expect(refused).toMatchObject(ended);
  expect(refused?.message).toContain(where);
  const after = segmentsOf(directory.path).map((name) => readFileSync(join(directory.path, name)));
  expect(Buffer.concat(after).equals(Buffer.concat(before))).toBe(true);
});
