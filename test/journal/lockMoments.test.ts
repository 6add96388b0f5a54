/**
 * When a directory is taken and when it is given back: what another opener meets between any two steps of that.
 * Whose it is, and what a lock says: fileJournal.test.ts.
 */
import fs, { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FileJournal, openFileJournal } from "../../engine/journal/fileJournal.ts";
import { type Lock, takeLock } from "../../engine/journal/lock.ts";
import { Seeded } from "../support/seeded.ts";
import { SETTINGS } from "./history.ts";
import { type Call, SimulatedDisk } from "./simulatedDisk.ts";

const NOW_MS = 1;

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sluice-lock-"));
});

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(directory, { recursive: true, force: true });
});

test("who comes when another one has just looked sees that one's claim: one of them has it", async () => {
  const list = fs.readdirSync;
  const tries: Promise<Lock>[] = [];
  vi.spyOn(fs, "readdirSync").mockImplementationOnce(((path: string) => {
    const names = list(path);
    // It goes as far as it can before the first one knows what it saw.
    tries.push(takeLock(directory));
    return names;
  }) as never);
  syncBuiltinESMExports();
  tries.push(takeLock(directory));
  expect(tries).toHaveLength(2);
  const results = await Promise.allSettled(tries);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("who can't open the disk gives the directory back", async () => {
  const openDisk = (): never => {
    throw Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
  };
  const opened = openFileJournal({ directory, openDisk });
  await expect(opened).rejects.toMatchObject({ code: "NoFileHandles" });
  expect(readdirSync(directory)).toEqual([]);
});

test.each([
  ["in order", undefined],
  ["though it can't be synced", "sync"],
] as const)(
  "who closes gives the directory back behind all that is done in it: %s",
  async (_, call) => {
    const disk = new SimulatedDisk(new Seeded(1));
    const calls: number[] = [];
    const lock: Lock = { name: "lock", release: () => calls.push(disk.calls, disk.openFiles) };
    const journal = new FileJournal(disk, SETTINGS, lock);
    await journal.replay(() => {});
    await journal.begin(NOW_MS);
    journal.append(new Uint8Array(1));
    disk.onCall = (made: Call): void => {
      expect(calls).toEqual([]);
      if (made === call) throw new Error("EIO");
    };
    const before = disk.calls;
    const closed = journal.close(NOW_MS);
    if (call === undefined) await closed;
    else await expect(closed).rejects.toThrow("EIO");
    expect(disk.calls).toBeGreaterThan(before);
    expect(calls).toEqual([disk.calls, 0]);
  },
);
