/**
 * `sluice journal` as it is typed, over journals that the file log has written, whole and damaged in each
 * way: what is in them is told, and what is wrong by its segment, batch and byte. Needs a build.
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KEPT } from "../../engine/broker/kept/entries.ts";
import { told, type Verdict, verdictOf } from "../../engine/cli/journal/verify.ts";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import { begin, write } from "../broker/kept/house.ts";
import { change, Directories, flip, HEAD, nameOf, PAGE, writeJournal } from "./journalFiles.ts";
import { sluice } from "./sluice.ts";

const directories = new Directories();
let directory = "";

beforeEach(() => {
  directory = directories.make();
});

afterEach(() => directories.remove());

/** The entries of a broker with three queues, one of which was deleted. */
async function entriesOfBroker(): Promise<Uint8Array[]> {
  const { house, log } = await begin({ account: "111122223333", region: "eu-west-1" });
  house.queues.create("orders", {}, {});
  house.queues.create("letters", {}, { account: "444455556666" });
  house.queues.create("brief", {}, {});
  write(house, log);
  house.queues.delete("brief");
  write(house, log);
  return log;
}

/** Two lives: batches 1 to 3 in segment 1, with a mark behind, batch 5 in segment 2. */
async function written(isClosed = true): Promise<string> {
  const log = await entriesOfBroker();
  await writeJournal(directory, [log.slice(0, 2), log.slice(2, 4), log.slice(4)]);
  await writeJournal(directory, [log.slice(0, 2)], { isClosed });
  if (!isClosed) for (const name of locks()) rmSync(join(directory, name));
  return directory;
}

function locks(): string[] {
  return readdirSync(directory).filter((name) => name.startsWith("lock."));
}

function inspect(...more: string[]) {
  return sluice(["journal", "inspect", directory, ...more]);
}

function verify(...more: string[]) {
  return sluice(["journal", "verify", directory, ...more]);
}

describe("sluice journal inspect", () => {
  test("tells segments, entries and queues, in tables and as JSON", async () => {
    await written();
    const { code, out, said } = await inspect();
    expect([code, said]).toEqual([0, ""]);
    expect(out).toContain("of account 111122223333 in eu-west-1, begun 2 times");
    expect(out).toMatch(/0000000001\.log +20 KiB/);
    expect(out).toMatch(/2 queues, by number:\n +0 {2}orders\n +1 {2}444455556666\/letters\n/);
    const { code: jsonCode, out: json } = await inspect("--json");
    expect([jsonCode, JSON.parse(json)]).toEqual([
      0,
      {
        directory,
        ...{ journal: expect.stringMatching(/^[\da-f]{16}$/), format: 1, lives: 2 },
        ...{ account: "111122223333", region: "eu-west-1" },
        segments: [
          {
            ...{ name: nameOf(1), bytes: 5 * PAGE, life: 1, firstBatch: 1, batches: 3 },
            ...{ recordBytes: expect.any(Number), writtenAt: "2026-01-01T00:00:00.000Z" },
          },
          {
            ...{ name: nameOf(2), bytes: 3 * PAGE, life: 2, firstBatch: 5, batches: 1 },
            ...{ recordBytes: expect.any(Number), writtenAt: "2026-01-01T00:00:00.000Z" },
          },
        ],
        ...{ bytes: 8 * PAGE, batches: 4, recordBytes: expect.any(Number), tornBytes: 0 },
        entries: expect.objectContaining({ "queue gone": expect.objectContaining({ count: 1 }) }),
        queues: [
          { number: 0, incarnation: 1, account: "111122223333", name: "orders" },
          { number: 1, incarnation: 2, account: "444455556666", name: "letters" },
        ],
        error: null,
      },
    ]);
  });

  test("tells batches and entries one by one where it is asked to", async () => {
    await written();
    const { out } = await inspect("--entries", "--segment", "2", "--json");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatchObject({ batch: 5, segment: 2, at: PAGE });
    expect(lines.slice(1, 3)).toMatchObject([
      { batch: 5, at: PAGE + HEAD, kind: "identity" },
      { batch: 5, kind: "counters" },
    ]);
    expect((await inspect("--batches")).out).toContain("Batch 2 of segment 1, at byte 8192: ");
  });

  test("tells what comes before damage, and then what is damaged", async () => {
    await written();
    change(directory, 1, (bytes) => flip(bytes, 2 * PAGE + 100));
    const { code, out, said } = await inspect("--json");
    expect([code, JSON.parse(out)]).toEqual([
      1,
      expect.objectContaining({ batches: 1, error: expect.objectContaining({ code: "Corrupt" }) }),
    ]);
    expect(said).toContain(`Batch 2, at byte 8192 of ${nameOf(1)}, is damaged or missing`);
  });
});

describe("sluice journal verify", () => {
  test("finds a whole journal whole", async () => {
    await written();
    const { code, out: json, said } = await verify("--json");
    expect([code, said]).toEqual([0, ""]);
    const verdict: Verdict = JSON.parse(json);
    expect(told(verdict)).toMatch(
      / is whole: 2 segments, 4 batches, \d+ entries; 2 queues and 0 messages\.$/,
    );
    expect(verdict).toMatchObject({ isWhole: true, queues: 2, tornBytes: 0, defects: [] });
  });

  test.each([
    [
      "a flipped bit",
      (bytes: Buffer) => flip(bytes, 2 * PAGE + 70, 4),
      expect.stringMatching(/Batch 2, at byte 8192/),
    ],
    [
      "a zeroed page",
      (bytes: Buffer) => void bytes.fill(0, PAGE, 2 * PAGE),
      expect.stringMatching(/Batch 1, at byte 4096/),
    ],
    [
      "a cut",
      (bytes: Buffer) => bytes.subarray(0, 3 * PAGE),
      expect.stringMatching(/Batch 3, at byte 12288/),
    ],
    [
      "a damaged header",
      (bytes: Buffer) => flip(bytes, 40),
      expect.stringMatching(/The header of 0000000001\.log/),
    ],
    [
      "another file",
      (bytes: Buffer) => void bytes.fill(7),
      expect.stringMatching(/is not a segment of a journal/),
    ],
    [
      "a newer version",
      (bytes: Buffer) => void bytes.writeUInt32LE(2, 8),
      expect.stringMatching(/newer version of Sluice/),
    ],
  ])("finds %s, and says where", async (_, damage, sentence) => {
    await written();
    change(directory, 1, damage);
    const verdict = verdictOf(directory);
    expect(verdict).toMatchObject({ isWhole: false, error: { message: sentence } });
    expect(told(verdict)).toContain("is damaged");
  });

  test("says what is damaged in one line of standard error", async () => {
    await written();
    change(directory, 1, (bytes) => flip(bytes, 2 * PAGE + 70));
    const { code, out, said } = await verify();
    expect([code, said.trim().split("\n").length]).toEqual([1, 1]);
    expect([out, said]).toEqual([
      expect.stringContaining("is damaged"),
      expect.stringContaining("Batch 2, at byte 8192"),
    ]);
  });

  test("finds that a segment is missing, or has another's name", async () => {
    await written();
    await writeJournal(directory, [[]]);
    rmSync(join(directory, nameOf(1)));
    const message = `What is still needed is missing: ${nameOf(1)}.`;
    expect(verdictOf(directory)).toMatchObject({ isWhole: false, error: { message } });
    renameSync(join(directory, nameOf(2)), join(directory, nameOf(4)));
    expect(verdictOf(directory).error?.message).toMatch(/holds segment 2: it was renamed/);
  });

  test("takes a torn end for what a crash leaves", async () => {
    await written(false);
    change(directory, 2, (bytes) => void bytes.fill(1, PAGE + 80, 2 * PAGE));
    const verdict = verdictOf(directory);
    expect(verdict).toMatchObject({ isWhole: true, tornBytes: PAGE });
    expect(told(verdict)).toContain("Behind the last whole batch are 4 KiB: what a crash left");
  });

  test("finds entries that are none, by segment, batch and byte", async () => {
    const log = await entriesOfBroker();
    const newer = Uint8Array.from(log[0] as Uint8Array);
    newer[4] = 99;
    const broken = Uint8Array.from(log[0] as Uint8Array);
    broken[4] = KEPT.queue;
    const first = (log[0] as Uint8Array).length;
    await writeJournal(directory, [
      [log[0] as Uint8Array, newer],
      [log[0] as Uint8Array, broken],
      [log[0] as Uint8Array, Buffer.alloc(12, 5)],
      [Buffer.from([16, 0, 0, 0, 1, 0, 0, 0])],
    ]);
    expect(verdictOf(directory)).toEqual(
      expect.objectContaining({
        isWhole: false,
        defects: [
          {
            ...{ segment: nameOf(1), batch: 1, byte: PAGE + HEAD + first },
            sentence: expect.stringContaining("newer version"),
          },
          {
            ...{ segment: nameOf(1), batch: 2, byte: 2 * PAGE + HEAD + first },
            sentence: "An entry of kind 64 is not what such entries are.",
          },
          {
            ...{ segment: nameOf(1), batch: 3, byte: 3 * PAGE + HEAD + first },
            sentence: expect.stringContaining("no entry"),
          },
          {
            ...{ segment: nameOf(1), batch: 4, byte: 4 * PAGE + HEAD },
            sentence: expect.stringContaining("no entry"),
          },
        ],
      }),
    );
  });
});

describe("sluice journal refuses", () => {
  test("what is no journal, in a sentence", async () => {
    const says = (path: string): string => {
      try {
        return JSON.stringify(verdictOf(path));
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(says(directory)).toBe(`${directory} holds no journal: it is empty.`);
    writeFileSync(join(directory, "notes.txt"), "text");
    expect(says(directory)).toBe(`${directory} holds no journal: it has other files (notes.txt).`);
    const file = join(directory, "notes.txt");
    expect(says(file)).toBe(`${file} is a file; --data names a directory.`);
    const none = join(directory, "none");
    expect(says(none)).toBe(`There is no directory ${none}.`);
    for (const command of ["inspect", "verify"]) {
      expect(await sluice(["journal", command, none])).toEqual({
        ...{ code: 1, out: "", said: `sluice: There is no directory ${none}.\n` },
      });
    }
  });

  test("a directory that somebody has, and says who; it takes no claim of its own", async () => {
    await written();
    const journal = await openFileJournal({ directory });
    const before = locks();
    const { code, said } = await verify();
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`^sluice: ${directory} belongs to process ${process.pid}, since`),
      ),
    ]);
    expect(locks()).toEqual(before);
    await journal.replay(() => {});
    await journal.close(0);
    expect(verdictOf(directory).isWhole).toBe(true);
  });

  test("nothing for a claim of a process that is dead, and leaves it there", async () => {
    await written();
    const dead = { pid: 2 ** 22 + 1, start: "1", since: "then" };
    const self = JSON.stringify({ ...dead, host: "nobody", boot: "", namespace: "" });
    writeFileSync(join(directory, "lock.1-abc"), self);
    expect(() => verdictOf(directory)).toThrow("which can't be seen from here");
    const { hostname } = await import("node:os");
    const here = JSON.stringify({ ...dead, host: hostname(), boot: "another", namespace: "" });
    writeFileSync(join(directory, "lock.1-abc"), here);
    expect(verdictOf(directory).isWhole).toBe(true);
    expect(locks()).toEqual(["lock.1-abc"]);
  });

  test("a command line that is wrong, with code 2", async () => {
    expect((await sluice(["journal", "verify"])).code).toBe(2);
    const { code, said } = await inspect("--segment", "x");
    expect([code, said]).toEqual([2, expect.stringContaining("whole number from 1")]);
  });
});

test("help has examples first", async () => {
  for (const words of [["journal"], ["journal", "inspect"], ["journal", "verify"]]) {
    const { code, out } = await sluice([...words, "--help"]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^Examples:\n {2}sluice journal /)]);
  }
});
