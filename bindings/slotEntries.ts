/**
 * LOG_SLOTS, the entry that says which messages lie in other slots than their receipts say: read while a
 * log is loaded, and written by the life that gave them these slots, before anything else it says. Without
 * it the next life would look for them where the log had them before. Pure.
 */
import {
  LOG_BYTES,
  LOG_COUNT,
  LOG_EXTRA,
  LOG_HEAD_BYTES,
  LOG_KIND,
  LOG_PART,
  LOG_PART_BYTES,
  LOG_SLOTS,
  LOG_SLOTS_BYTES,
  PART_INCARNATION,
  PART_IS_SHORT,
  PART_SHARD,
} from "../assembly/layout.ts";
import type { MovedSlot } from "./movedSlots.ts";

/** Most rows of one entry. */
const ROWS_MAX = 255;

export type SlotRow = Pick<MovedSlot, "former" | "slot" | "sequence">;

export function readSlots(entry: Uint8Array): SlotRow[] {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
  return Array.from({ length: entry[LOG_COUNT] as number }, (_, index) => {
    const at = LOG_HEAD_BYTES + index * LOG_SLOTS_BYTES;
    return {
      former: view.getUint32(at, true),
      slot: view.getUint32(at + 4, true),
      sequence: view.getUint32(at + 8, true) + view.getUint32(at + 12, true) * 2 ** 32,
    };
  });
}

/** A part of one queue that says nothing but this. */
export function writeSlots(
  queue: number,
  incarnation: number,
  rows: readonly SlotRow[],
): Uint8Array {
  const entries = Math.ceil(rows.length / ROWS_MAX);
  const bytes = LOG_PART_BYTES + entries * LOG_HEAD_BYTES + rows.length * LOG_SLOTS_BYTES;
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(LOG_BYTES, LOG_PART_BYTES, true);
  view.setUint8(LOG_KIND, LOG_PART);
  view.setUint16(LOG_EXTRA, PART_IS_SHORT, true);
  view.setUint32(PART_SHARD, queue, true);
  view.setUint32(PART_INCARNATION, incarnation, true);
  let at = LOG_PART_BYTES;
  for (let first = 0; first < rows.length; first += ROWS_MAX) {
    const some = rows.slice(first, first + ROWS_MAX);
    view.setUint32(at + LOG_BYTES, LOG_HEAD_BYTES + some.length * LOG_SLOTS_BYTES, true);
    view.setUint8(at + LOG_KIND, LOG_SLOTS);
    view.setUint8(at + LOG_COUNT, some.length);
    at += LOG_HEAD_BYTES;
    for (const { former, slot, sequence } of some) {
      view.setUint32(at, former, true);
      view.setUint32(at + 4, slot, true);
      view.setUint32(at + 8, sequence % 2 ** 32, true);
      view.setUint32(at + 12, Math.floor(sequence / 2 ** 32), true);
      at += LOG_SLOTS_BYTES;
    }
  }
  return new Uint8Array(view.buffer);
}
