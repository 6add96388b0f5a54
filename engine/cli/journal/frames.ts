/**
 * The entries of a batch's records by their heads: where each begins, how long it is, which kind. Pure.
 */
import { keptName } from "../../broker/kept/entries.ts";
import { JournalError } from "../../journal/journalError.ts";

export interface Frame {
  /** Where it begins in the records. */
  readonly at: number;
  readonly bytes: number;
  readonly kind: number;
}

const HEAD_BYTES = 8;
/** Kinds below this are the engine's. */
const KEPT_KIND_FIRST = 64;
const NAMES = [
  ...["", "part", "message", "received", "removed", "hidden", "departed", "arrived", "cut"],
  ...["nodes", "attempt", "resync", "resynced"],
];

export function isKept({ kind }: Frame): boolean {
  return kind >= KEPT_KIND_FIRST;
}

export function nameOf({ kind }: Frame): string {
  return NAMES[kind] || keptName(kind);
}

/** Throws a JournalError where one does not end within the records; those before it were given. */
export function* framesOf(records: Uint8Array): Generator<Frame, void> {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  for (let at = 0; at < records.length; ) {
    const bytes = at + HEAD_BYTES <= records.length ? view.getUint32(at, true) : 0;
    if (bytes < HEAD_BYTES || bytes % 8 !== 0 || at + bytes > records.length) {
      throw new JournalError("Corrupt", `There is no entry at byte ${at} of the records.`);
    }
    yield { at, bytes, kind: view.getUint8(at + 4) };
    at += bytes;
  }
}
