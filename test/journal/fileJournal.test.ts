/**
 * The file log in a directory of the real file system: its files, its calls and their order, the lock, and
 * a full file system where one can be mounted.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import type { Batch, Journal } from "../../engine/journal/journal.ts";
import { requireTool } from "../support/tools.ts";

const MIB = 1_048_576;
const folder = mkdtempSync(join(tmpdir(), "sluice-journal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
function newDirectory(): string {
  count += 1;
  return join(folder, `of`, `data${count}`);
}

/** Opens, reads and begins a journal. */
async function start(directory: string, nowMs = 1): Promise<{ journal: Journal; words: string[] }> {
  const journal = await openFileJournal({ directory, segmentBytes: 16 * MIB });
  const words: string[] = [];
  await journal.replay(({ records }) => words.push(Buffer.from(records).toString()));
  await journal.begin(nowMs);
  return { journal, words };
}

describe("a directory", () => {
  test("is made, and gives back what was put into it", async () => {
    const directory = newDirectory();
    const { journal, words } = await start(directory);
    expect(words).toEqual([]);
    expect(journal.append(Buffer.from("one "))).toBe(4);
    expect(journal.append(Buffer.from("two"))).toBe(7);
    expect([journal.appended, journal.written, journal.durable]).toEqual([7, 0, 0]);
    await journal.write(2);
    expect([journal.appended, journal.written, journal.durable]).toEqual([7, 7, 0]);
    await journal.sync();
    expect([journal.appended, journal.written, journal.durable]).toEqual([7, 7, 7]);
    journal.append(Buffer.from("three"));
    await journal.commit(3);
    await journal.close(4);
    expect(readdirSync(directory)).toEqual(["0000000001.log", "reserve"]);

    const again = await openFileJournal({ directory });
    const seen: unknown[] = [];
    const known = await again.replay(({ records, ...batch }) => {
      seen.push({ ...batch, text: Buffer.from(records).toString() });
    });
    expect(seen).toEqual([
      { number: 1, segment: 1, at: 4_096, position: 0, nowMs: 2, text: "one two" },
      { number: 2, segment: 1, at: 8_192, position: 7, nowMs: 3, text: "three" },
    ]);
    // The mark that `close` wrote is a batch without records, and has the greatest time.
    expect(known).toEqual({ lives: 1, nowMs: 4, position: 12, oldestSegment: 1, tornBytes: 0 });
    await again.close(5);
  });

  test("takes calls in their order alone, and options in their ranges", async () => {
    const directory = newDirectory();
    const journal = await openFileJournal({ directory });
    expect(() => journal.append(new Uint8Array(1))).toThrow("begin it first");
    await expect(journal.begin(1)).rejects.toThrow("after it is replayed");
    await journal.replay(() => {});
    await expect(journal.replay(() => {})).rejects.toThrow("replayed once");
    await journal.begin(1);
    await expect(journal.begin(1)).rejects.toThrow("begins once");
    expect(() => journal.append(new Uint8Array(journal.gatherRoom + 1))).toThrow(RangeError);
    expect(() => journal.discardBefore(2)).toThrow("from 1 to 1, not 2");
    await expect(journal.read(1, () => {}, MIB)).rejects.toThrow(RangeError);
    await journal.close(2);
    await journal.close(2);
    expect(() => journal.append(new Uint8Array(1))).toThrow("closed");
    for (const options of [{ segmentBytes: 1 }, { segmentBytes: 65 * MIB }, { batchBytes: 0 }]) {
      await expect(openFileJournal({ directory, ...options })).rejects.toThrow(RangeError);
    }
  });

  test("goes from segment to segment, shows sealed ones, and loses old ones", async () => {
    const directory = newDirectory();
    const { journal } = await start(directory);
    const held = (): number =>
      readdirSync(directory)
        .filter((name) => name.endsWith(".log") || name === "segment.spare")
        .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    const record = new Uint8Array(3 * MIB);
    for (let batch = 0; batch < 12; batch++) {
      journal.append(record.fill(batch));
      await journal.commit(batch);
    }
    expect(journal.heldBytes).toBe(held());
    // The reserve is as long as a segment, and counted by itself.
    expect([journal.diskBytes, journal.reserveBytes]).toEqual([held(), 16 * MIB]);
    expect([journal.oldestSegment, journal.currentSegment]).toEqual([1, 3]);
    const seen: (number | undefined)[] = [];
    const isMore: boolean[] = [];
    // A batch at a time, since each is as much as one call is to show.
    const see = ({ number, records }: Batch): void => {
      seen.push(number, records[0], records.at(-1));
    };
    while (isMore.at(-1) !== false) {
      isMore.push(await journal.read(2, see, MIB));
      expect(seen).toHaveLength(3 * isMore.length);
    }
    expect(seen).toEqual([6, 5, 5, 7, 6, 6, 8, 7, 7, 9, 8, 8, 10, 9, 9]);
    journal.discardBefore(3);
    expect(await journal.clean()).toBe(0);
    await journal.commit(13);
    expect(await journal.clean()).toBe(2);
    expect(journal.heldBytes).toBe(held());
    expect(readdirSync(directory).filter((name) => name.endsWith(".log"))).toEqual([
      "0000000003.log",
    ]);
    await journal.close(14);
    const { journal: again, words } = await start(directory);
    expect(words).toHaveLength(2);
    expect([again.oldestSegment, again.heldBytes]).toEqual([3, held()]);
    await again.close(15);
  });

  test("that holds other files, or may not be written, is told", async () => {
    const directory = newDirectory();
    const { journal } = await start(directory);
    await journal.close(2);
    const other = mkdtempSync(join(folder, "other-"));
    for (const name of ["a.txt", "b.txt", "c.txt", "d.txt"]) writeFileSync(join(other, name), "");
    const foreign = await openFileJournal({ directory: other });
    await expect(foreign.replay(() => {})).rejects.toThrow(
      "The directory holds no journal, but other files (a.txt, b.txt, c.txt and 1 more). A new journal needs an empty directory.",
    );
    await foreign.close(1);
    expect(readdirSync(other)).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"]);
    // A file beside a journal is let alone.
    writeFileSync(join(directory, "notes.txt"), "");
    const { journal: beside } = await start(directory);
    await beside.close(3);
    await expect(openFileJournal({ directory: join(other, "a.txt") })).rejects.toMatchObject({
      code: "DiskFailed",
    });
    const readOnly = mkdtempSync(join(folder, "read-"));
    chmodSync(readOnly, 0o500);
    // Root may write everywhere.
    if (process.getuid?.() === 0) {
      process.stderr.write("skipped: a directory that can't be written to, which root can\n");
      return;
    }
    await expect(openFileJournal({ directory: readOnly })).rejects.toMatchObject({
      code: "ReadOnly",
    });
  });
});

/** A small file system in memory, or nothing where none can be mounted. */
function mounted(options: string): string | undefined {
  const directory = mkdtempSync(join(folder, "tmpfs-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", directory]);
  return requireTool("tmpfs", status === 0) ? directory : undefined;
}

const readOnlyTmpfs = mounted("ro,size=64m");

test.skipIf(readOnlyTmpfs === undefined)("a read-only file system is told as such", async () => {
  const directory = readOnlyTmpfs ?? "";
  try {
    const opened = openFileJournal({ directory });
    await expect(opened).rejects.toMatchObject({ code: "ReadOnly" });
    await expect(opened).rejects.toThrow(/could not lock .*must be writable by this user\.$/);
  } finally {
    execFileSync("umount", [directory]);
  }
});

const tmpfs = mounted("size=64m");

describe.skipIf(tmpfs === undefined)("a real file system that is full", () => {
  afterAll(() => execFileSync("umount", [tmpfs ?? ""]));

  test("refuses, loses nothing, and goes on when there is room again", async () => {
    const directory = join(tmpfs ?? "", "data");
    const filler = join(tmpfs ?? "", "filler");
    const { journal } = await start(directory);
    expect(journal.room).toBe("open");
    writeFileSync(filler, new Uint8Array(36 * MIB));
    expect(await journal.survey()).toBe("low");

    const record = new Uint8Array(300_000);
    let batches = 0;
    let code = "";
    while (code === "") {
      record.fill(batches % 251);
      if (journal.appended === journal.written) journal.append(record);
      await journal.commit(batches).then(
        () => {
          batches += 1;
        },
        (error) => {
          code = error.code;
        },
      );
    }
    // The 12 MiB that were left, and the reserve's 16.
    expect(code).toBe("DiskFull");
    expect(batches).toBeGreaterThan(85);
    expect([journal.durable, journal.room]).toEqual([batches * record.length, "full"]);
    expect(readdirSync(directory)).not.toContain("reserve");

    rmSync(filler);
    await journal.commit(batches);
    expect(journal.durable).toBe((batches + 1) * record.length);
    expect(await journal.survey()).toBe("low");
    journal.discardBefore(journal.currentSegment);
    await journal.commit(batches);
    await journal.clean();
    await journal.close(batches);

    const { journal: again } = await start(directory);
    let last: Uint8Array = new Uint8Array(0);
    await again.close(batches);
    const reader = await openFileJournal({ directory });
    await reader.replay(({ records }) => {
      last = records.slice();
    });
    await reader.close(batches);
    expect(Buffer.compare(last, new Uint8Array(record.length).fill(batches % 251))).toBe(0);
  });
});

describe("the lock", () => {
  test("tells the second opener who has it, in one process and from another", async () => {
    const directory = newDirectory();
    const { journal } = await start(directory);
    const locks = readdirSync(directory).filter((name) => name.startsWith("lock."));
    const [name] = locks;
    expect(locks).toEqual([
      expect.stringMatching(`^lock\\.${process.pid}-[0-9a-f]{8}$`),
      `${name}.owner`,
    ]);
    await expect(openFileJournal({ directory })).rejects.toMatchObject({
      code: "Locked",
      message: expect.stringMatching(
        `^${directory} belongs to another broker of this process, since 2\\d{3}-.*Z\\. If that is certainly gone, remove ${directory}/${name}\\.$`,
      ),
    });
    await journal.close(2);
    expect(readdirSync(directory).filter((left) => left.startsWith("lock."))).toEqual([]);
    const { journal: next } = await start(directory);
    await next.close(3);
  });

  /** What a lock's file says, with changes. */
  async function claimed(directory: string, change: object): Promise<void> {
    const { journal } = await start(directory);
    const own = readdirSync(directory).find((name) => /^lock\.\d+-[0-9a-f]{8}$/.test(name)) ?? "";
    const claim = JSON.parse(readFileSync(join(directory, own), "utf8"));
    await journal.close(2);
    writeFileSync(join(directory, "lock.1-00000000"), JSON.stringify({ ...claim, ...change }));
    writeFileSync(join(directory, "lock.1-00000000.owner"), "");
  }

  const gone = spawnSync(process.execPath, ["-e", ""]).pid;

  const dead: [string, object][] = [
    ["a process that is gone", { pid: gone }],
    ["an earlier start of the machine", { boot: "another" }],
  ];
  // Without /proc that can't be told.
  if (startOf(process.pid) !== "") {
    dead.push(["a process whose number another one has now", { start: "1" }]);
  }

  test.each(dead)("of %s is removed", async (_, change) => {
    const directory = newDirectory();
    await claimed(directory, change);
    const { journal } = await start(directory);
    expect(readdirSync(directory)).not.toContain("lock.1-00000000");
    expect(readdirSync(directory)).not.toContain("lock.1-00000000.owner");
    await journal.close(3);
  });

  test.each([
    ["this process", {}, "another broker of this process"],
    [
      "a living process",
      { pid: process.ppid, start: startOf(process.ppid) },
      `process ${process.ppid}, since`,
    ],
    ["another machine", { host: "elsewhere" }, "of elsewhere, which can't be seen from here"],
    ["another container", { namespace: "pid:[1]" }, "which can't be seen from here"],
  ])("of %s holds", async (_, change, sentence) => {
    const directory = newDirectory();
    await claimed(directory, change);
    await expect(openFileJournal({ directory })).rejects.toThrow(sentence);
    expect(readdirSync(directory)).toContain("lock.1-00000000");
  });

  /** A claim of a living process that has not decided, by a name that is greater than all others. */
  async function undecided(directory: string): Promise<string> {
    await claimed(directory, { pid: process.ppid, start: startOf(process.ppid) });
    rmSync(join(directory, "lock.1-00000000.owner"));
    const other = join(directory, "lock.later");
    renameSync(join(directory, "lock.1-00000000"), other);
    return other;
  }

  test("is waited for while another one with a greater name has not decided, who then goes", async () => {
    const directory = newDirectory();
    const other = await undecided(directory);
    const opening = openFileJournal({ directory });
    setImmediate(() => rmSync(other));
    await (await opening).close(1);
  });

  test("is not had when the other one had decided by then", async () => {
    const directory = newDirectory();
    const other = await undecided(directory);
    const opening = openFileJournal({ directory });
    setImmediate(() => writeFileSync(`${other}.owner`, ""));
    await expect(opening).rejects.toThrow(`process ${process.ppid}, since`);
  });

  test("that can't be read is told", async () => {
    const directory = newDirectory();
    const { journal } = await start(directory);
    await journal.close(2);
    writeFileSync(join(directory, "lock.1-00000000"), "{");
    await expect(openFileJournal({ directory })).rejects.toThrow(
      "is no lock of Sluice's; remove it",
    );
  });

  test("is had by one of many that start at once", async () => {
    const directory = newDirectory();
    for (let round = 0; round < 5; round++) {
      const tries = Array.from({ length: 8 }, () => openFileJournal({ directory }));
      const results = await Promise.allSettled(tries);
      const won = results.filter((result) => result.status === "fulfilled");
      expect(won).toHaveLength(1);
      const reasons = results.flatMap((one) =>
        one.status === "rejected" ? [one.reason.code] : [],
      );
      expect(reasons).toEqual(Array(7).fill("Locked"));
      for (const one of won) await one.value.close(1);
    }
  });
});

/** When a process started, as /proc has it; where there is none, locks have it empty. */
function startOf(pid: number): string {
  if (!existsSync("/proc/self/stat")) return "";
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
