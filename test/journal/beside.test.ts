/**
 * Syncs that overlap: the threads that make them, and that the file log counts them in the order in which they
 * began. What a crash leaves of them: the crashes of a whole broker (test/broker/durable/).
 */
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { SharedBlock } from "../../bindings/index.ts";
import type { Beside } from "../../engine/journal/disk.ts";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { SYNC_THREADS, SyncThreads } from "../../engine/journal/syncThreads.ts";
import { Seeded } from "../support/seeded.ts";
import { SimulatedDisk } from "./simulatedDisk.ts";

const SIZES = { segmentBytes: 65_536, batchBytes: 16_384, lowBytes: 0 };

/** A sync that ends when the test says so. */
class Held implements Beside {
  isDone = false;
  readonly #finish: () => void;
  #error: Error | undefined;

  constructor(finish: () => void) {
    this.#finish = finish;
  }

  end(error?: Error): void {
    this.#error = error;
    if (error === undefined) this.#finish();
    this.isDone = true;
  }

  wait(): void {
    if (!this.isDone) this.end();
  }

  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}

class HeldDisk extends SimulatedDisk {
  readonly held: Held[] = [];

  override syncBeside(file: number): Beside | undefined {
    if (this.held.filter(({ isDone }) => !isDone).length === SYNC_THREADS) return undefined;
    const held = new Held(() => this.sync(file));
    this.held.push(held);
    return held;
  }
}

async function begun(): Promise<{ disk: HeldDisk; journal: FileJournal }> {
  const disk = new HeldDisk(new Seeded(1));
  const journal = new FileJournal(disk, SIZES);
  await journal.replay(() => {});
  await journal.begin(1);
  return { disk, journal };
}

/** Writes so many batches and begins the sync of each. */
async function take(journal: FileJournal, batches: number, bytes = 10): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    journal.append(new Uint8Array(bytes).fill(1));
    await journal.write(1);
    expect(journal.beginSync()).toBe(true);
  }
}

describe("the file log counts syncs that overlap", () => {
  test("in the order in which they began", async () => {
    const { disk, journal } = await begun();
    await take(journal, 3);
    const [first, second, third] = disk.held;
    third?.end();
    second?.end();
    journal.settle();
    expect(journal.durable).toBe(0);
    first?.end();
    journal.settle();
    expect(journal.durable).toBe(30);
  });

  test("each as far as was written when it began", async () => {
    const { disk, journal } = await begun();
    await take(journal, 1);
    journal.append(new Uint8Array(5));
    await journal.write(1);
    disk.held[0]?.end();
    journal.settle();
    expect([journal.written, journal.durable]).toEqual([15, 10]);
    expect(journal.beginSync()).toBe(true);
    // Nothing new: the one that goes on is enough.
    expect(journal.beginSync()).toBe(true);
    expect(disk.held.length).toBe(2);
  });

  test("and none behind one that failed, though it was told that all is well", async () => {
    const { disk, journal } = await begun();
    await take(journal, 2);
    disk.held[1]?.end();
    disk.held[0]?.end(new Error("EIO"));
    expect(() => journal.settle()).toThrow(/could not sync 0000000001\.log: EIO/);
    expect(journal.durable).toBe(0);
    expect(() => journal.settle()).toThrow(/EIO/);
    await expect(journal.sync()).rejects.toThrow(/EIO/);
    expect(() => journal.append(new Uint8Array(1))).toThrow(/EIO/);
  });

  test("says when there is no thread for one more", async () => {
    const { journal } = await begun();
    await take(journal, SYNC_THREADS);
    journal.append(new Uint8Array(1));
    await journal.write(1);
    expect(journal.beginSync()).toBe(false);
    await journal.sync();
    expect(journal.durable).toBe(journal.written);
  });

  test("and has none left when it goes on in the next segment, and when it is closed", async () => {
    const { disk, journal } = await begun();
    for (let batch = 0; batch < 5; batch++) await take(journal, 1, 16_000);
    expect(journal.currentSegment).toBe(2);
    const open = disk.held.filter(({ isDone }) => !isDone);
    expect(journal.durable).toBe(journal.written - open.length * 16_000);
    expect(disk.held.length - open.length).toBeGreaterThan(0);
    await journal.close(1);
    expect(disk.held.every(({ isDone }) => isDone)).toBe(true);
    expect(disk.openFiles).toBe(0);
  });

  test("and keeps its file open until all are done, also when it can't go on", async () => {
    const { disk, journal } = await begun();
    await take(journal, 2);
    disk.held[0]?.end(new Error("EIO"));
    expect(() => journal.settle()).toThrow(/EIO/);
    expect(disk.held[1]?.isDone).toBe(false);
    const openAtEnd: number[] = [];
    disk.onCall = (call) => call === "sync" && openAtEnd.push(disk.openFiles);
    await expect(journal.close(1)).rejects.toThrow(/EIO/);
    expect(openAtEnd).toEqual([1]);
    expect([disk.held[1]?.isDone, disk.openFiles]).toEqual([true, 0]);
  });
});

describe("a thread that syncs", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-beside-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = new URL("../../dist/engine/journal/syncThread.cjs", import.meta.url);

  async function ready(threads: SyncThreads, number: number): Promise<Beside> {
    for (;;) {
      const beside = threads.begin(number);
      if (beside !== undefined) return beside;
      await setImmediate();
    }
  }

  test("rings when it is done, and says what went wrong", async () => {
    const bell = new SharedBlock(8);
    const threads = new SyncThreads({ file }, { buffer: bell.buffer, index: 0 });
    const number = openSync(join(folder, "file"), "w");
    const good = await ready(threads, number);
    good.wait();
    good.check();
    closeSync(number);
    const bad = await ready(threads, number);
    bad.wait();
    expect(() => bad.check()).toThrow(/EBADF/);
    while (bell.load(0) < 2) await setImmediate();
    threads.end();
  });

  test("has one file at a time, until it was asked how that went", async () => {
    const bell = new SharedBlock(8);
    const threads = new SyncThreads({ file }, { buffer: bell.buffer, index: 0 });
    const number = openSync(join(folder, "other"), "w");
    const all: Beside[] = [];
    while (all.length < SYNC_THREADS) all.push(await ready(threads, number));
    for (const one of all) one.wait();
    expect(new Set(all).size).toBe(SYNC_THREADS);
    expect(threads.begin(number)).toBeUndefined();
    all[1]?.check();
    expect(threads.begin(number)).toBe(all[1]);
    all[1]?.wait();
    threads.end();
    closeSync(number);
  });
});
