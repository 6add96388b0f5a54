/**
 * A small journal on a simulated disk whose bytes tests change, and what reading it then gives.
 */
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import {
  decodeHead,
  decodeHeader,
  encodeHeader,
  type Head,
  type Header,
  PAGE_BYTES,
  sealBatch,
} from "../../engine/journal/format.ts";
import type { Replayed } from "../../engine/journal/journal.ts";
import { segmentName } from "../../engine/journal/names.ts";
import { Seeded } from "../support/seeded.ts";
import { SimulatedDisk } from "./simulatedDisk.ts";

export const SETTINGS = {
  segmentBytes: 8 * PAGE_BYTES,
  batchBytes: 2 * PAGE_BYTES,
  lowBytes: 0,
};
export const NOW_MS = 5;

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** A journal whose process died: batches 1 to 3 in segment 1, 4 to 6 in segment 2, which no mark follows. */
export async function written(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(new Seeded(1));
  for (const batches of [
    ["one", "two", "three"],
    ["four", "five", "six"],
  ]) {
    const journal = new FileJournal(disk, SETTINGS);
    await journal.replay(() => {});
    await journal.begin(NOW_MS);
    for (const batch of batches) {
      journal.append(Buffer.from(batch));
      await journal.commit(NOW_MS);
    }
  }
  return disk;
}

interface Found {
  readonly words: string[];
  readonly known: Replayed;
}

export async function found(disk: SimulatedDisk): Promise<Found> {
  const words: string[] = [];
  const known = await new FileJournal(disk, SETTINGS).replay(({ records }) => {
    words.push(text(records));
  });
  return { words, known };
}

export const ALL = ["one", "two", "three", "four", "five", "six"];

/** The place of the n-th batch of a segment: each of these fills one page. */
export function batchOf(disk: SimulatedDisk, segment: number, nth: number): Uint8Array {
  return disk.bytesOf(segmentName(segment)).subarray(nth * PAGE_BYTES, (nth + 1) * PAGE_BYTES);
}

/** Changes the head of a batch and seals it again. */
export function reseal(batch: Uint8Array, change: Partial<Head>): void {
  sealBatch(batch, { ...headOf(batch), ...change });
}

/** What the head of a batch says; throws where there is none. */
export function headOf(batch: Uint8Array): Head {
  const head = decodeHead(batch);
  if (head === undefined) throw new Error("no batch");
  return head;
}

export function changeHeader(disk: SimulatedDisk, segment: number, change: Partial<Header>): void {
  const page = disk.bytesOf(segmentName(segment)).subarray(0, PAGE_BYTES);
  const header = decodeHeader(page);
  if (typeof header !== "object" || !("id" in header)) throw new Error("no header");
  page.set(encodeHeader({ ...header, ...change }));
}

/** What replay says that it is: a code and a sentence. */
export async function refusal(disk: SimulatedDisk): Promise<string> {
  return found(disk).then(
    () => "read",
    (error) => `${error.code}: ${error.message}`,
  );
}
