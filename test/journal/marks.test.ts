/**
 * What ends the log and what does not: durable marks, batches that were never synced, bytes that are older
 * than the batch they stand in.
 */
import { expect, test } from "vitest";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { HEAD_BYTES, PAGE_BYTES, sealBatch } from "../../engine/journal/format.ts";
import { segmentName } from "../../engine/journal/names.ts";
import { Seeded } from "../support/seeded.ts";
import { ALL, batchOf, found, headOf, NOW_MS, refusal, SETTINGS, written } from "./damaged.ts";
import { SimulatedDisk } from "./simulatedDisk.ts";

test("a batch that was lost before a later one is no damage where neither was synced", async () => {
  for (const lost of [2, 3, 4]) {
    const disk = new SimulatedDisk(new Seeded(1));
    const journal = new FileJournal(disk, SETTINGS);
    await journal.replay(() => {});
    await journal.begin(NOW_MS);
    for (const batch of ALL.slice(0, 5)) {
      journal.append(Buffer.from(batch));
      await journal.write(NOW_MS);
      if (batch === "one") await journal.sync();
    }
    batchOf(disk, 1, lost).fill(0);
    expect((await found(disk)).words).toEqual(ALL.slice(0, lost - 1));
  }
});

test("the mark that follows when nothing comes is on the disk itself", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new SimulatedDisk(new Seeded(seed));
    const journal = new FileJournal(disk, SETTINGS);
    await journal.replay(() => {});
    await journal.begin(NOW_MS);
    journal.append(Buffer.from("one"));
    await journal.commit(NOW_MS);
    await journal.mark(NOW_MS);
    // Said once, it is not said again.
    const { calls } = disk;
    await journal.mark(NOW_MS);
    expect(disk.calls).toBe(calls);
    const after = disk.restarted(new Seeded(seed));
    batchOf(after, 1, 1).fill(0);
    expect(await refusal(after)).toMatch(/^Corrupt: Batch 1,/);
  }
});

test("what has no meaning is 0, whatever was there before", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  for (const length of [3_000, 10]) {
    journal.append(new Uint8Array(length).fill(255));
    await journal.commit(NOW_MS);
  }
  const short = batchOf(disk, 1, 2);
  expect([...short.subarray(60, HEAD_BYTES)]).toEqual([0, 0, 0, 0]);
  expect(short.subarray(HEAD_BYTES + 10).findIndex((byte) => byte !== 0)).toBe(-1);
  const used = new Uint8Array(PAGE_BYTES).fill(255);
  sealBatch(used, headOf(short));
  expect(Buffer.compare(used.subarray(HEAD_BYTES + 10), short.subarray(HEAD_BYTES + 10))).toBe(0);
  expect([...used.subarray(60, HEAD_BYTES)]).toEqual([0, 0, 0, 0]);
});

test("numbers are whole and below 2^53; what is more than that is none", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  journal.append(Buffer.from("one"));
  await journal.commit(NOW_MS);
  const batch = batchOf(disk, 1, 1).slice();
  const view = new DataView(batch.buffer, batch.byteOffset);
  const read = (value: bigint): number => {
    view.setBigUint64(16, value, true);
    return headOf(batch).number;
  };
  expect([0n, 4_294_967_297n, 2n ** 53n - 1n].map(read)).toEqual([0, 4_294_967_297, 2 ** 53 - 1]);
  expect([2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n].map(read)).toEqual([-1, -1, -1]);
});

test("what stands behind the last batch that the next header vouches for is none, even if it is whole", async () => {
  const disk = await written();
  // Batch 4, as if there had been room for it, and nobody knew.
  const first = disk.bytesOf(segmentName(1)).slice(0, 4 * PAGE_BYTES);
  disk.plant(segmentName(1), Buffer.concat([first, batchOf(disk, 2, 1).slice()]));
  expect((await found(disk)).words).toEqual(ALL);
});

test("a batch from an earlier life behind the end is not taken for one of this life", async () => {
  const disk = await written();
  const stale = batchOf(disk, 2, 3).slice();
  const whole = disk.bytesOf(segmentName(2));
  disk.plant(segmentName(2), whole.slice(0, 3 * PAGE_BYTES));
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS);
  journal.append(Buffer.from("another six"));
  await journal.commit(NOW_MS);
  const third = disk.bytesOf(segmentName(3));
  expect(headOf(stale).bytes).toBeGreaterThan(0);
  disk.plant(segmentName(3), Buffer.concat([third, stale]));
  expect((await found(disk)).words).toEqual([...ALL.slice(0, 5), "another six"]);
});

test("a life that wrote nothing but its beginning moves the time on", async () => {
  const disk = await written();
  const journal = new FileJournal(disk, SETTINGS);
  await journal.replay(() => {});
  await journal.begin(NOW_MS + 1);
  expect((await found(disk)).known).toMatchObject({ lives: 3, nowMs: NOW_MS + 1 });
});
