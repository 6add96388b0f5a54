/**
 * Records whose bytes follow from their index, the journal's life and their length, so that whoever finds
 * one knows whether it was ever sent.
 */
import type { Batch } from "../../engine/journal/journal.ts";

/** Length, index and life. */
const FIELD_BYTES = 12;

/** @param length at least 12. */
export function makeRecord(index: number, life: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, index, true);
  view.setUint32(8, life, true);
  for (let at = FIELD_BYTES; at < length; at++) bytes[at] = (index * 31 + life * 7 + at) & 255;
  return bytes;
}

export interface Found {
  readonly index: number;
  readonly life: number;
  readonly bytes: Uint8Array;
}

/** Cuts a batch into its records. */
export function recordsOf({ records }: Batch): Found[] {
  const found: Found[] = [];
  for (let at = 0; at < records.length; ) {
    const view = new DataView(records.buffer, records.byteOffset + at);
    const bytes = records.slice(at, at + view.getUint32(0, true));
    found.push({
      index: view.getUint32(4, true),
      life: view.getUint32(8, true),
      bytes,
    });
    at += bytes.length;
  }
  return found;
}
