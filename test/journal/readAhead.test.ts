/**
 * A journal that a thread beside reads ahead: what is shown, where it ends and what is refused are what this thread
 * would come to by itself, whichever of the two ends first. The other thread is a real one, of the build.
 */
import { createHash } from "node:crypto";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PieceRing } from "../../bindings/index.ts";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import type { Batch } from "../../engine/journal/journal.ts";
import { NodeDisk } from "../../engine/journal/nodeDisk.ts";
import { type ReadAheadData, replayBeside } from "../../engine/journal/readAhead.ts";
import { type Replay, replay } from "../../engine/journal/replay.ts";
import { Seeded } from "../support/seeded.ts";

const THREAD = new URL("../../dist/engine/journal/readThread.cjs", import.meta.url);
const MIB = 1_048_576;

let directory = "";
let readers: Worker[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sluice-ahead-"));
});

afterEach(async () => {
  await Promise.all(readers.map((reader) => reader.terminate()));
  readers = [];
  rmSync(directory, { recursive: true });
});

/** Batches of all lengths up to the longest that there can be, over several segments. */
async function writeLog(): Promise<void> {
  const random = new Seeded(7);
  const journal = await openFileJournal({
    ...{ directory, segmentBytes: 16 * MIB, batchBytes: 8 * MIB },
  });
  await journal.replay(() => {});
  await journal.begin(1);
  const lengths = [1, 3_000, 8 * MIB, 70_000, 600_000, 1_100_000, 8 * MIB - 1, 5 * MIB, 40];
  for (let round = 0; round < 3; round++) {
    for (const length of lengths) {
      const records = new Uint8Array(length);
      for (let at = 0; at < length; at += 997) records[at] = random.between(0, 255);
      journal.append(records);
      await journal.commit(1);
    }
    for (let index = 0; index < 400; index++) {
      journal.append(new Uint8Array(random.between(1, 20_000)).fill(index));
      await journal.commit(2);
    }
  }
  await journal.close(3);
}

function begin(): PieceRing {
  const ring = new PieceRing();
  const workerData: ReadAheadData = { buffer: ring.buffer, directory };
  const reader = new Worker(THREAD, { workerData, execArgv: [] });
  reader.on("error", () => ring.end());
  reader.on("exit", () => ring.end());
  readers.push(reader);
  return ring;
}

/** All that is shown, and the end; or the error. */
function shown(read: Replay): unknown {
  const seen: unknown[] = [];
  const disk = new NodeDisk(directory);
  try {
    const known = read(disk, ({ records, ...batch }: Batch) => {
      const hash = createHash("sha1").update(Buffer.from(records)).digest("hex");
      seen.push({ ...batch, bytes: records.length, hash });
    });
    return { seen, known };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { seen, name, message, code };
  } finally {
    disk.end();
  }
}

describe("a journal that another thread reads", () => {
  test("shows all batches, of any length, as this thread would, and the same end", async () => {
    await writeLog();
    const beside = shown(replayBeside(begin()));
    const alone = shown((disk, visit) => replay(disk, visit));
    expect(beside).toEqual(alone);
    expect((alone as { seen: unknown[] }).seen).toHaveLength(3 * 409);
  });

  test("ends where it is torn", async () => {
    await writeLog();
    const last =
      readdirSync(directory)
        .filter((name) => name.endsWith(".log"))
        .sort()
        .at(-1) ?? "";
    const { length } = readFileSync(join(directory, last));
    truncateSync(join(directory, last), length - 8_192);
    const beside = shown(replayBeside(begin()));
    expect(beside).toEqual(shown((disk, visit) => replay(disk, visit)));
    expect((beside as { seen: unknown[] }).seen).toHaveLength(3 * 409 - 1);
  });

  test("is refused where it is damaged, in the same words", async () => {
    await writeLog();
    const path = join(directory, "0000000002.log");
    const bytes = readFileSync(path);
    bytes[9 * MIB] = (bytes[9 * MIB] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const beside = shown(replayBeside(begin()));
    expect(beside).toEqual(shown((disk, visit) => replay(disk, visit)));
    expect(beside).toMatchObject({ name: "JournalError", code: "Corrupt" });
  });

  test("is let alone when the one that looks at it throws", async () => {
    await writeLog();
    const ring = begin();
    let count = 0;
    const read = () =>
      replayBeside(ring)(new NodeDisk(directory), () => {
        count++;
        if (count === 5) throw new RangeError("too small");
      });
    expect(read).toThrow("too small");
    await new Promise((resolve) => readers[0]?.once("exit", resolve));
    expect(count).toBe(5);
  });

  test("is read by this thread where the other one does not run", async () => {
    await writeLog();
    const ring = new PieceRing();
    ring.end();
    expect(shown(replayBeside(ring))).toEqual(shown((disk, visit) => replay(disk, visit)));
  });

  test("nobody may call half of a journal all of it: a thread that ends within is an error", () => {
    const ring = new PieceRing();
    const place = ring.next(100).subarray(0, 8);
    ring.put([1, 1, 4_096, 0, 1], place);
    const read = () => replayBeside(ring)(new NodeDisk(directory), () => ring.end());
    expect(read).toThrow("ended before its work");
  });
});
