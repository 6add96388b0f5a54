/**
 * Segments that are written anew: a segment that nobody needs any more becomes the next one, and whatever a power
 * cut keeps of its names and of its bytes, old and new, the log that is read is the one that was written.
 */
import { expect, test } from "vitest";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { PAGE_BYTES } from "../../engine/journal/format.ts";
import { SPARE, segmentName } from "../../engine/journal/names.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { SETTINGS } from "./history.ts";
import { SimulatedDisk } from "./simulatedDisk.ts";

const NOW_MS = 1;
/** Half a page, so that a batch is a page and a segment five of them. */
const RECORD_BYTES = PAGE_BYTES / 2;
const FATES = 12;

async function opened(disk: SimulatedDisk): Promise<{ journal: FileJournal; found: number[] }> {
  const journal = new FileJournal(disk, SETTINGS);
  const found: number[] = [];
  await journal.replay(({ records }) => found.push(records[0] as number));
  await journal.begin(NOW_MS);
  return { journal, found };
}

/** A batch of its own, known by its first byte. */
async function put(journal: FileJournal, number: number): Promise<void> {
  journal.append(new Uint8Array(RECORD_BYTES).fill(number));
  await journal.commit(NOW_MS);
}

/** Batches 1 to `last`, and all but the last two segments are given up each time that one begins. */
async function write(
  journal: FileJournal,
  last: number,
  note: (number: number) => void = () => {},
): Promise<void> {
  for (let number = 1; number <= last; number++) {
    const before = journal.currentSegment;
    await put(journal, number);
    note(number);
    if (journal.currentSegment === before) continue;
    journal.discardBefore(Math.max(journal.oldestSegment, before));
    await journal.commit(NOW_MS);
    await journal.clean();
  }
}

function filesOf(disk: SimulatedDisk): number {
  return disk
    .list()
    .filter((name) => name.endsWith(".log") || name === SPARE)
    .reduce((bytes, name) => bytes + disk.bytesOf(name).length, 0);
}

function heldBy(disk: SimulatedDisk): number {
  return disk.list().reduce((bytes, name) => bytes + disk.bytesOf(name).length, 0);
}

test("the next segment is the one that was given up, and says what it holds of the disk", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const { journal } = await opened(disk);
  await write(journal, 16);
  expect(disk.log).toContain(`rename ${segmentName(1)} ${SPARE}`);
  expect(disk.log).toContain(`rename ${SPARE} ${segmentName(4)}`);
  expect(journal.heldBytes).toBe(filesOf(disk));
  const made = disk.log.filter((line) => line === "open segment.new").length;
  expect(made).toBe(3);
  // At most one file of each kind more than the log needs.
  expect(disk.list().filter((name) => name !== "reserve").length).toBeLessThanOrEqual(3);
  await journal.close(NOW_MS);
  // Nothing of before stands behind the last batch.
  const { tornBytes } = await new FileJournal(disk, SETTINGS).replay(() => {});
  expect(tornBytes).toBe(0);
});

test("whatever a power cut keeps of names and sectors, the log is what was written", async () => {
  const seed = chooseSeed("segments written anew");
  const whole = new SimulatedDisk(new Seeded(seed));
  await write((await opened(whole)).journal, 24);
  for (let call = 1; call <= whole.calls; call++) {
    const disk = new SimulatedDisk(new Seeded(seed));
    disk.crashAt = call;
    let acknowledged = 0;
    const note = (number: number): void => {
      acknowledged = number;
    };
    const life = opened(disk).then(({ journal }) => write(journal, 24, note));
    await expect(life).rejects.toThrow();
    expect(disk.isDead).toBe(true);
    for (let fate = 0; fate < FATES; fate++) {
      const { found, journal } = await opened(disk.restarted(new Seeded(fate), new Seeded(fate)));
      const begin = found[0] ?? 1;
      expect(found).toEqual(Array.from(found, (_, index) => begin + index));
      expect((found.at(-1) ?? 0) - acknowledged).toBeGreaterThanOrEqual(0);
      expect((found.at(-1) ?? 0) - acknowledged).toBeLessThanOrEqual(1);
      await put(journal, 99);
      await journal.close(NOW_MS);
    }
  }
});

test("the spare gives its room up before the reserve does, and none is kept where room is short", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const { journal } = await opened(disk);
  await write(journal, 11);
  expect(disk.list()).toContain(SPARE);
  disk.freeSaid = SETTINGS.lowBytes - 1;
  expect(await journal.survey()).toBe("low");
  expect(disk.list()).not.toContain(SPARE);
  expect(disk.list()).toContain("reserve");
  await write(journal, 16);
  expect(disk.list()).not.toContain(SPARE);
  disk.freeSaid = undefined;
  expect(await journal.survey()).toBe("open");
});

test("a disk that is full without a word is given the spare's room, and keeps the reserve", async () => {
  const disk = new SimulatedDisk(new Seeded(1));
  const { journal } = await opened(disk);
  await write(journal, 11);
  expect(disk.list()).toContain(SPARE);
  disk.freeSaid = SETTINGS.lowBytes + SETTINGS.segmentBytes;
  disk.capacityBytes = heldBy(disk);
  await put(journal, 12);
  expect(disk.list()).not.toContain(SPARE);
  expect(disk.list()).toContain("reserve");
});
