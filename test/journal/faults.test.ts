/**
 * The file log on a disk that fails: each call of a short history once, and from then on for ever, with
 * each error; and a disk that is full, which takes a part of a batch before it says so.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { PAGE_BYTES } from "../../engine/journal/format.ts";
import { JournalError } from "../../engine/journal/journalError.ts";
import { Seeded } from "../support/seeded.ts";
import { history, type LifePlan, SETTINGS } from "./history.ts";
import { type Call, type Fault, SimulatedDisk, SystemError } from "./simulatedDisk.ts";

const NOW_MS = 7;
const FIRST: LifePlan = { steps: 60, crashAt: 70, end: "power" };
const STEPS = 40;
const SEED = 1;
const SEEDS_MAX = 300;

const CALLS: readonly Call[] = [
  ...(["open", "read", "write", "sync"] as const),
  ...(["syncDirectory", "rename", "unlink", "truncate"] as const),
];

interface Scene {
  readonly seed: number;
  /** How often each call is made in the life that is to have the faults. */
  readonly counts: ReadonlyMap<string, number>;
}

/** A life after a crash that left a torn tail and old segments, so that all eight calls are made in it. */
async function findScene(): Promise<Scene> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const lives = await history(seed, [FIRST, { steps: STEPS, end: "power" }]);
    const counts = new Map<string, number>();
    for (const line of lives[1]?.log ?? []) {
      const call = line.split(" ")[0] ?? "";
      counts.set(call, (counts.get(call) ?? 0) + 1);
    }
    if (CALLS.every((call) => counts.has(call))) return { seed, counts };
  }
  throw new Error("no seed makes all calls");
}

let scene: Scene;
beforeAll(async () => {
  scene = await findScene();
});

function countOf(call: Call): number {
  return scene.counts.get(call) ?? 0;
}

async function withFault(fault: Fault, end: LifePlan["end"]): Promise<unknown> {
  const lives = await history(scene.seed, [FIRST, { steps: STEPS, end, fault }]).catch(
    (error: unknown) => {
      throw new Error(JSON.stringify(fault), { cause: error });
    },
  );
  return lives[1]?.error;
}

describe("a disk that fails", () => {
  test.each(CALLS)(
    "at %s (EIO) ends the journal, and loses nothing that was acknowledged",
    async (call) => {
      const count = countOf(call);
      for (let nth = 1; nth <= count; nth++) {
        for (const forEver of [false, true]) {
          for (const end of ["power", "kill"] as const) {
            const error = await withFault({ call, code: "EIO", nth, forEver }, end);
            expect(error).toMatchObject({ code: "DiskFailed", retryable: false });
          }
        }
      }
    },
  );

  test.each(CALLS)("at %s for a signal (EINTR) is asked again, but for a sync", async (call) => {
    const count = countOf(call);
    const isSync = call === "sync" || call === "syncDirectory";
    for (let nth = 1; nth <= count; nth++) {
      const error = await withFault({ call, code: "EINTR", nth, forEver: false }, "power");
      if (isSync) expect(error).toMatchObject({ code: "DiskFailed", retryable: false });
      else expect(error).toBeUndefined();
    }
  });

  test("for want of file handles (EMFILE) is asked again later", async () => {
    const count = countOf("open");
    const errors: unknown[] = [];
    for (let nth = 1; nth <= count; nth++) {
      errors.push(await withFault({ call: "open", code: "EMFILE", nth, forEver: false }, "power"));
    }
    // At the start it is told; in a segment's change the next commit makes up for it.
    expect(errors[0]).toMatchObject({ code: "NoFileHandles", retryable: true });
    expect(errors).toContain(undefined);
  });

  test("says which error it is, and what to do", async () => {
    const sentences: Record<string, RegExp> = {
      EIO: /^The journal could not begin: EIO.* Nothing more is acknowledged\.$/,
      EROFS: /must be writable by this user\.$/,
      EACCES: /must be writable by this user\.$/,
      EDQUOT: /There is no room left for it\.$/,
      ENFILE: /raise the limit \(ulimit -n\)\.$/,
    };
    for (const [code, sentence] of Object.entries(sentences)) {
      const disk = new SimulatedDisk(new Seeded(SEED));
      const journal = new FileJournal(disk, SETTINGS);
      await journal.replay(() => {});
      disk.fault = { call: "truncate", code, nth: 1, forEver: true };
      disk.fault = { call: "open", code, nth: 1, forEver: true };
      const error = await journal.begin(NOW_MS).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(JournalError);
      expect(String((error as Error).message).replace("make 0000000001.log", "begin")).toMatch(
        sentence,
      );
      expect((error as Error).cause).toBeInstanceOf(SystemError);
    }
  });
});

/** A new journal on a disk of so many pages. */
async function begun(pages: number): Promise<{ disk: SimulatedDisk; journal: FileJournal }> {
  const disk = new SimulatedDisk(new Seeded(SEED));
  disk.capacityBytes = pages * PAGE_BYTES;
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  return { disk, journal };
}

/** Fills two pages. */
const BATCH = new Uint8Array(PAGE_BYTES + 100).fill(1);

async function put(journal: FileJournal): Promise<string> {
  if (journal.appended === journal.written) journal.append(BATCH);
  return journal.commit(NOW_MS).then(
    () => journal.room,
    (error) => error.code,
  );
}

describe("a full disk", () => {
  test("is told before it is full, gives up the reserve, then refuses, and comes back by itself", async () => {
    // The reserve takes 6 pages, 12 more must be free, and each segment of 5 pages holds two batches.
    const { disk, journal } = await begun(6 + 12 + 10);
    expect(journal.room).toBe("open");
    const rooms: string[] = [];
    for (let batch = 0; batch < 20 && rooms.at(-1) !== "DiskFull"; batch++)
      rooms.push(await put(journal));
    // Told at a change of segments, while there is still room for many batches.
    expect([...new Set(rooms)]).toEqual(["open", "low", "DiskFull"]);
    expect(rooms.filter((room) => room === "low").length).toBeGreaterThan(4);
    expect(disk.list()).not.toContain("reserve");
    expect(journal.room).toBe("full");

    // Nothing was acknowledged of the batch that found no room, and nothing was lost.
    const { durable, appended } = journal;
    expect(appended - durable).toBe(BATCH.length);
    expect(await put(journal)).toBe("DiskFull");
    expect(journal.durable).toBe(durable);

    // Cleaning needs a batch that says so, which finds no room either, until somebody else makes some.
    disk.capacityBytes += 3 * PAGE_BYTES;
    journal.discardBefore(journal.currentSegment);
    await journal.commit(NOW_MS);
    expect(journal.durable).toBe(journal.appended);
    expect(journal.room).toBe("low");
    expect(await journal.clean()).toBeGreaterThan(2);
    expect(await journal.survey()).toBe("open");
    expect(disk.list()).toContain("reserve");
    await journal.close(NOW_MS);
    expect(await lengthsOf(disk)).toEqual([BATCH.length, BATCH.length]);
  });

  test("takes a part of a batch before it says so: the reserve makes room for the rest", async () => {
    const { disk, journal } = await begun(20);
    for (let batch = 0; batch < 3; batch++) await put(journal);
    const held = disk.list().reduce((sum, name) => sum + disk.bytesOf(name).length, 0);
    disk.capacityBytes = held + PAGE_BYTES;
    expect(disk.list()).toContain("reserve");
    const from = disk.log.length;
    for (let batch = 0; batch < 2; batch++) expect(await put(journal)).toBe("low");
    const calls = disk.log.slice(from).filter((line) => /^(write|unlink)/.test(line));
    // The first call takes what there is; the next one fails; then the batch is written from its beginning.
    expect(calls.join("\n")).toMatch(
      /write 8192 at (\d+)\nwrite 4096 at \d+\nunlink reserve\nwrite 8192 at \1/,
    );
    await journal.close(NOW_MS);
    expect(await lengthsOf(disk)).toEqual(Array(5).fill(BATCH.length));
  });

  test("from the start has no reserve, and says so", async () => {
    const { disk, journal } = await begun(8);
    expect(journal.room).toBe("low");
    expect(disk.list()).toEqual(["0000000001.log"]);
    await journal.close(NOW_MS);
    const none = new SimulatedDisk(new Seeded(SEED));
    none.capacityBytes = 100;
    const other = new FileJournal(none, SETTINGS);
    await other.replay(() => {});
    await expect(other.begin(NOW_MS)).rejects.toMatchObject({ code: "DiskFull" });
    // The same call may be made again.
    none.capacityBytes = 100 * PAGE_BYTES;
    await other.begin(NOW_MS);
    expect(other.room).toBe("open");
  });
});

test("half a reserve that a crash left gives its room back", async () => {
  const disk = new SimulatedDisk(new Seeded(SEED));
  disk.plant("reserve.new", new Uint8Array(5 * PAGE_BYTES));
  disk.capacityBytes = 9 * PAGE_BYTES;
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  expect(disk.list()).toEqual(["0000000001.log"]);
});

test("a reserve that finds no file handle is made later, and where there is room that refuses nothing", async () => {
  const disk = new SimulatedDisk(new Seeded(SEED));
  disk.fault = { call: "open", code: "EMFILE", nth: 2, forEver: false };
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  expect([journal.room, disk.list()]).toEqual(["open", ["0000000001.log"]]);
  expect(await journal.survey()).toBe("open");
  expect(disk.list()).toContain("reserve");
});

test("a quota that nothing tells of leaves no half a reserve behind", async () => {
  const disk = new SimulatedDisk(new Seeded(SEED));
  disk.capacityBytes = 4 * PAGE_BYTES;
  disk.freeSaid = 1_000 * PAGE_BYTES;
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  expect(journal.room).toBe("low");
  expect(await put(journal)).toBe("low");
  expect(journal.durable).toBe(BATCH.length);
});

async function lengthsOf(disk: SimulatedDisk): Promise<number[]> {
  const lengths: number[] = [];
  await new FileJournal(disk, SETTINGS).replay(({ records }) => lengths.push(records.length));
  return lengths;
}
