/**
 * The conditions of docs/JOURNAL.md, each by its number: a log in which one batch or header breaks one
 * condition and no other ends before it, or is refused. The batches are sealed again, so that nothing but
 * that condition tells. And damage to the bytes themselves, at every class of place.
 */
import { describe, expect, test } from "vitest";
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { checkOf, decodeHead, HEAD_BYTES, PAGE_BYTES } from "../../engine/journal/format.ts";
import { segmentName } from "../../engine/journal/names.ts";
import {
  ALL,
  batchOf,
  changeHeader,
  found,
  NOW_MS,
  refusal,
  reseal,
  SETTINGS,
  written,
} from "./damaged.ts";
import type { SimulatedDisk } from "./simulatedDisk.ts";

test("an undamaged journal is read whole", async () => {
  const { words, known } = await found(await written());
  expect(words).toEqual(ALL);
  const position = ALL.join("").length;
  expect(known).toEqual({
    lives: 2,
    nowMs: NOW_MS,
    position,
    oldestSegment: 1,
    tornBytes: 0,
  });
});

/** What each condition of a batch forbids, done to batch 6, the last: so the log ends before it. */
const BATCH_CONDITIONS: readonly (readonly [
  string,
  (last: Uint8Array, before: Uint8Array) => void,
])[] = [
  ["1: it begins with the magic number", (last) => last.fill(0, 0, 4)],
  [
    "2: it lies within the file",
    (last) => new DataView(last.buffer, last.byteOffset).setUint32(40, PAGE_BYTES, true),
  ],
  [
    "3: its check is that of its bytes",
    (last) => last.fill(last[HEAD_BYTES + 1] === 0 ? 1 : 0, HEAD_BYTES + 1, HEAD_BYTES + 2),
  ],
  ["4: its journal is the header's", (last) => reseal(last, { id: 1n })],
  ["5: its number follows", (last) => reseal(last, { number: 7, durable: 4 })],
  ["6: it has the check of the one before", (last) => reseal(last, { previous: 1 })],
  ["7: its position is where the one before ends", (last) => reseal(last, { position: 1 })],
  ["8: what it says is durable stands before it", (last) => reseal(last, { durable: 6 })],
  [
    "9: the oldest segment that it needs is no later than its own",
    (last) => reseal(last, { oldest: 3 }),
  ],
  [
    "9: nor earlier than the one before says",
    (last, before) => {
      reseal(before, { oldest: 2 });
      reseal(last, { previous: checkOf(before), oldest: 1 });
    },
  ],
];

describe("a batch is valid if and only if", () => {
  test.each(BATCH_CONDITIONS)("(%s)", async (_, damage) => {
    const disk = await written();
    const last = batchOf(disk, 2, 3);
    damage(last, batchOf(disk, 2, 2));
    // Batch 6 of the number 7 says by its mark that 6 is missing only if it says so.
    const isMarked = (decodeHead(last)?.durable ?? 0) >= 6;
    if (isMarked) expect(await refusal(disk)).toContain("Batch 6, at byte 12288 of 0000000002.log");
    else expect((await found(disk)).words).toEqual(ALL.slice(0, 5));
  });
});

const HEADER_CONDITIONS: readonly (readonly [string, (disk: SimulatedDisk) => void, RegExp])[] = [
  [
    "1: it begins with the magic number",
    (disk) => disk.bytesOf(segmentName(2)).fill(0, 0, 1),
    /^Foreign: 0000000002.log is not a segment/,
  ],
  [
    "1: and is there whole",
    (disk) => disk.plant(segmentName(2), disk.bytesOf(segmentName(2)).slice(0, 100)),
    /^Corrupt: The header of 0000000002.log is damaged/,
  ],
  [
    "2: its version is 1",
    (disk) => disk.bytesOf(segmentName(2)).fill(2, 8, 9),
    /^NewerVersion: 0000000002.log was written by a newer version of Sluice \(format 2\)/,
  ],
  [
    "2: and none that never was",
    (disk) => disk.bytesOf(segmentName(2)).fill(0, 8, 9),
    /^Corrupt: The header/,
  ],
  [
    "3: its check is that of its bytes",
    (disk) => disk.bytesOf(segmentName(2)).fill(1, 100, 101),
    /^Corrupt: The header/,
  ],
  [
    "4: its number is the file's",
    (disk) => changeHeader(disk, 2, { segment: 3 }),
    /^Corrupt: 0000000002.log holds segment 3/,
  ],
  [
    "5: its journal is that of the segment before",
    (disk) => changeHeader(disk, 2, { id: 1n }),
    /^Corrupt: 0000000002.log belongs to another journal/,
  ],
  [
    "6: its first batch follows",
    (disk) => changeHeader(disk, 2, { first: 3 }),
    /^Corrupt: 0000000002.log does not follow/,
  ],
  [
    "7: it has the check of the batch before",
    (disk) => changeHeader(disk, 2, { previous: 3 }),
    /^Corrupt: 0000000002.log does not follow/,
  ],
  [
    "8: its position is where that ends",
    (disk) => changeHeader(disk, 2, { position: 3 }),
    /^Corrupt: 0000000002.log does not follow/,
  ],
  [
    "6 to 8: segment 1 follows nothing",
    (disk) => changeHeader(disk, 1, { position: 3 }),
    /^Corrupt: 0000000001.log does not begin/,
  ],
];

describe("a header is valid if and only if", () => {
  test.each(HEADER_CONDITIONS)("(%s)", async (_, damage, sentence) => {
    const disk = await written();
    damage(disk);
    expect(await refusal(disk)).toMatch(sentence);
  });
});

/** The journal with one of its files cut. */
async function cutTo(segment: number, length: number): Promise<SimulatedDisk> {
  const disk = await written();
  const bytes = disk.bytesOf(segmentName(segment));
  expect(bytes).toHaveLength(4 * PAGE_BYTES);
  disk.plant(segmentName(segment), bytes.slice(0, length));
  return disk;
}

/** Places of a batch of one page, one of each class. */
const PLACES = [
  0,
  3,
  4,
  7,
  8,
  16,
  24,
  32,
  40,
  43,
  44,
  48,
  56,
  60,
  63,
  HEAD_BYTES,
  HEAD_BYTES + 2,
  HEAD_BYTES + 100,
  PAGE_BYTES - 1,
];

describe("damage", () => {
  test.each([1, 2, 3, 4, 5])(
    "to batch %i, which a later mark vouches for, is told",
    async (number) => {
      for (const place of PLACES) {
        const disk = await written();
        const [segment, nth] = number > 3 ? [2, number - 3] : [1, number];
        const batch = batchOf(disk, segment, nth);
        batch[place] = (batch[place] ?? 0) ^ (1 << (place % 8));
        expect(await refusal(disk), `bit of byte ${place}`).toMatch(
          new RegExp(
            `^Corrupt: Batch ${number}, at byte ${nth * PAGE_BYTES} of ${segmentName(segment)}`,
          ),
        );
      }
    },
  );

  test("to the last batch, which nothing vouches for, ends the log before it", async () => {
    for (const place of PLACES) {
      const disk = await written();
      const batch = batchOf(disk, 2, 3);
      batch[place] = (batch[place] ?? 0) ^ (1 << (place % 8));
      const { words, known } = await found(disk);
      expect(words).toEqual(ALL.slice(0, 5));
      expect(known.tornBytes).toBe(PAGE_BYTES);
    }
  });

  test("that ended the log is cut off at the next beginning, and not before", async () => {
    const disk = await written();
    batchOf(disk, 2, 3).fill(1, 100, 200);
    const journal = new FileJournal(disk, SETTINGS);
    await journal.replay(() => {});
    expect(disk.bytesOf(segmentName(2))).toHaveLength(4 * PAGE_BYTES);
    expect(disk.list()).not.toContain(segmentName(3));
    await journal.begin(NOW_MS);
    expect(disk.bytesOf(segmentName(2))).toHaveLength(3 * PAGE_BYTES);
  });

  test("of a whole page, which is zeros then, is told like that of a bit", async () => {
    for (const number of [1, 2, 3, 4, 5]) {
      const disk = await written();
      const [segment, nth] = number > 3 ? [2, number - 3] : [1, number];
      batchOf(disk, segment, nth).fill(0);
      expect(await refusal(disk)).toMatch(new RegExp(`^Corrupt: Batch ${number},`));
    }
    for (const segment of [1, 2]) {
      const disk = await written();
      batchOf(disk, segment, 0).fill(0);
      expect(await refusal(disk)).toMatch(/^Foreign: /);
    }
  });

  const lengths = Array.from({ length: 8 * 4 }, (_, sector) => sector * 512);
  const cuts = lengths.flatMap((length) => [length, length + 1, length + 511]);

  test("by a header that is cut is told", async () => {
    for (const cut of cuts.filter((length) => length < PAGE_BYTES)) {
      for (const segment of [1, 2]) {
        expect(await refusal(await cutTo(segment, cut))).toMatch(/^Corrupt: The header/);
      }
    }
  });

  test("by a sealed segment that is cut is told", async () => {
    for (const cut of cuts.filter((length) => length >= PAGE_BYTES)) {
      const number = Math.floor(cut / PAGE_BYTES);
      expect(await refusal(await cutTo(1, cut))).toMatch(
        new RegExp(`^Corrupt: Batch ${number}, at`),
      );
    }
  });

  test("by a last segment that is cut is a shorter log", async () => {
    for (const cut of cuts.filter((length) => length >= PAGE_BYTES)) {
      const { words, known } = await found(await cutTo(2, cut));
      expect(words).toEqual(ALL.slice(0, 2 + Math.floor(cut / PAGE_BYTES)));
      expect(known.tornBytes).toBe(cut % PAGE_BYTES);
    }
  });

  test("by files that are missing: of the middle or the beginning told, the last a shorter log", async () => {
    const disk = await written();
    disk.remove(segmentName(1));
    expect(await refusal(disk)).toBe("Corrupt: What is still needed is missing: 0000000001.log.");
    const other = await written();
    other.remove(segmentName(2));
    expect((await found(other)).words).toEqual(ALL.slice(0, 3));
  });

  test("by batches that change places is told", async () => {
    const disk = await written();
    const [four, five] = [batchOf(disk, 2, 1), batchOf(disk, 2, 2)];
    const copy = four.slice();
    four.set(five);
    five.set(copy);
    expect(await refusal(disk)).toMatch(/^Corrupt: Batch 4,/);
  });
});
