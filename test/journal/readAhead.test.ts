/**
 * A journal that the opener reads ahead of the journal's thread: what that is shown, where it ends and what is
 * refused are what it would come to by itself, whichever of the two ends first; and the opener's event loop goes on.
 * The other thread is a real one, of the build.
 */
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
import { PieceRing, SharedBlock } from "../../bindings/index.ts";
import { RING_BYTES } from "../../bindings/pieceRing.ts";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import { NodeDisk } from "../../engine/journal/nodeDisk.ts";
import { readAhead, replayBeside } from "../../engine/journal/readAhead.ts";
import { replay } from "../../engine/journal/replay.ts";
import { Seeded } from "../support/seeded.ts";
import { type Shown, shown } from "./shown.ts";
import type { TakerData } from "./takerThread.ts";

const THREAD = new URL("../../dist/test/journal/takerThread.js", import.meta.url);
const MIB = 1_048_576;
const NOTHING = { provide: () => false, onShown: () => {} };

let directory = "";
let buffer: SharedArrayBuffer;
let ring: PieceRing;
/** Of this thread's event loop, while it read. */
let turns = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sluice-ahead-"));
  buffer = new SharedBlock(RING_BYTES).buffer;
  ring = new PieceRing(buffer, 0);
});

afterEach(() => {
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

function openDisk(): NodeDisk {
  return new NodeDisk(directory);
}

/** What the other thread is shown while this one reads. */
async function taken(provide = () => false, throwsAt?: number): Promise<Shown> {
  const workerData: TakerData = { buffer, directory, ...(throwsAt !== undefined && { throwsAt }) };
  const taker = new Worker(THREAD, { workerData, execArgv: [] });
  taker.on("exit", () => ring.end());
  const answer = new Promise<Shown>((resolve, reject) => {
    taker.once("message", resolve).once("error", reject);
  });
  const ended = new Promise((resolve) => taker.once("exit", resolve));
  turns = 0;
  const turn = setInterval(() => {
    turns++;
  });
  await readAhead(ring, openDisk, provide);
  clearInterval(turn);
  await ended;
  return answer;
}

function alone(): Shown {
  return shown(directory, (disk, visit) => replay(disk, visit));
}

describe("a journal that the opener reads", () => {
  test("shows all batches, of any length, as the thread would read them, and the same end", async () => {
    await writeLog();
    const { seen, ...end } = await taken();
    expect({ seen, ...end }).toEqual(alone());
    expect(seen).toHaveLength(3 * 409);
  });

  test("ends where it is torn", async () => {
    await writeLog();
    const names = readdirSync(directory).filter((name) => name.endsWith(".log"));
    const last = names.sort().at(-1) ?? "";
    const { length } = readFileSync(join(directory, last));
    truncateSync(join(directory, last), length - 8_192);
    const told = await taken();
    expect(told).toEqual(alone());
    expect(told.seen).toHaveLength(3 * 409 - 1);
  });

  test("is refused where it is damaged, in the same words", async () => {
    await writeLog();
    const path = join(directory, "0000000002.log");
    const bytes = readFileSync(path);
    bytes[9 * MIB] = (bytes[9 * MIB] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const told = await taken();
    expect(told).toEqual(alone());
    expect(told).toMatchObject({ name: "JournalError", code: "Corrupt" });
  });

  test("is let alone when the thread that looks at it throws", async () => {
    await writeLog();
    const told = await taken(() => false, 5);
    expect(told).toMatchObject({ name: "RangeError", message: "too small" });
    expect(told.seen).toHaveLength(4);
    expect(ring.hasEnded).toBe(true);
  });

  test("is read by the thread where the opener does not read", async () => {
    await writeLog();
    ring.end();
    expect(shown(directory, replayBeside(ring, NOTHING))).toEqual(alone());
  });

  test("nobody may call half of a journal all of it: a reading that ends within is an error", () => {
    const place = ring.next(100).subarray(0, 8);
    ring.put([1, 1, 4_096, 0, 1], place);
    const read = () => replayBeside(ring, NOTHING)(openDisk(), () => ring.end());
    expect(read).toThrow("ended before its work");
  });

  test("leaves the opener's event loop its turns, however much there is to do meanwhile", async () => {
    await writeLog();
    // There is always more.
    const told = await taken(() => true);
    expect(told.seen).toHaveLength(3 * 409);
    expect(turns).toBeGreaterThan(3);
  });

  test("tells the thread how much of the files it has seen", async () => {
    await writeLog();
    let shownBytes = 0;
    const meanwhile = {
      provide: () => false,
      onShown: (bytes: number): void => {
        expect(bytes).toBeGreaterThan(shownBytes);
        shownBytes = bytes;
      },
    };
    const batches: [number[], Uint8Array][] = [
      [[1, 1, 4_096, 0, 1], ring.next(100).subarray(0, 8)],
      [[2, 1, 8_192, 8, 1], ring.next(9_000).subarray(0, 9_000)],
    ];
    for (const [numbers, bytes] of batches) ring.put(numbers, bytes);
    const read = () =>
      replayBeside(ring, meanwhile)(openDisk(), ({ number }) => number === 2 && ring.end());
    expect(read).toThrow("ended before its work");
    expect(shownBytes).toBe(4_096 + 12_288);
  });
});
