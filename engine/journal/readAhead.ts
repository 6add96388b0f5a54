/**
 * A long journal is read and checked by the opener of the broker while the journal's thread starts and then puts
 * back what it says. Both sides are here. Who reads does what `replay` does, on the same files, and nothing else:
 * it opens them for reading alone, in a directory that its process owns. What always holds: batches come in order,
 * each whole and checked, and then the end that `replay` came to, or its error. While it is far enough ahead it
 * prepares memory that will be written next.
 *
 * The opener's thread has a program's other work, so it reads a little at a time, and comes back to its event loop
 * after SLICE_MS, or one step of a reading if that takes longer. Where it can't read, the other side reads by itself.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Piece, PieceRing } from "../../bindings/index.ts";
import { elapsedMs } from "../clock.ts";
import type { Disk } from "./disk.ts";
import { batchLength } from "./format.ts";
import type { Batch } from "./journal.ts";
import { JournalError, type JournalErrorCode } from "./journalError.ts";
import { type Known, Reading, type Replay, replay } from "./replay.ts";

const SLICE_MS = 5;
/** How often it looks whether more may be put: there is more than ten times as long to do for the other side. */
const LOOK_MS = 1;

/** In a piece, in place of a batch's number: how it ended. */
const END = 0;

type Ending =
  | { readonly known: Known }
  | { readonly text: string; readonly code?: JournalErrorCode };

/**
 * The opener's side: resolves when all was taken, or nobody wants it any more.
 * @param provide a step of other work, while it would have to wait; false: there is none
 */
export async function readAhead(
  ring: PieceRing,
  openDisk: () => Disk,
  provide: () => boolean,
): Promise<void> {
  try {
    await readTo(ring, openDisk, provide);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    putEnding(ring, error instanceof JournalError ? { text, code: error.code } : { text });
  }
  await inSlices(ring, () => (provide() ? "worked" : "idle"));
}

async function readTo(
  ring: PieceRing,
  openDisk: () => Disk,
  provide: () => boolean,
): Promise<void> {
  const disk = openDisk();
  try {
    await readFrom(disk, ring, provide);
  } finally {
    disk.end();
  }
}

async function readFrom(disk: Disk, ring: PieceRing, provide: () => boolean): Promise<void> {
  const reading = new Reading(disk, (batch) => putBatch(ring, batch), ring);
  try {
    await inSlices(ring, () => {
      if (!ring.isReady) return provide() ? "worked" : "idle";
      if (reading.step()) return "worked";
      putEnding(ring, { known: reading.known });
      return "done";
    });
  } finally {
    reading.end();
  }
}

/** Steps, until one says that all is done or `until` has ended; the event loop goes on in between. */
export async function inSlices(
  until: { readonly hasEnded: boolean },
  step: () => "worked" | "idle" | "done",
): Promise<void> {
  while (!until.hasEnded) {
    const untilMs = elapsedMs() + SLICE_MS;
    let did = step();
    while (did === "worked" && elapsedMs() < untilMs) did = step();
    if (did === "done") return;
    await (did === "idle" ? sleep(LOOK_MS) : nextTurn());
  }
}

function putBatch(ring: PieceRing, batch: Batch): void {
  const { number, segment, at, position, nowMs, records } = batch;
  ring.put([number, segment, at, position, nowMs], records);
}

/** There is always room for it. */
function putEnding(ring: PieceRing, ending: Ending): void {
  const bytes = Buffer.from(textOf(ending));
  const place = ring.next(bytes.length).subarray(0, bytes.length);
  place.set(bytes);
  ring.put([END], place);
}

/** What the other side does besides. */
export interface Meanwhile {
  /** A step of other work, while it would have to wait; false: there is none. */
  readonly provide: () => boolean;
  /** So many bytes of the journal's files were shown. */
  readonly onShown: (bytes: number) => void;
}

/** The other side: shows what the opener reads, and reads by itself where that doesn't. */
export function replayBeside(ring: PieceRing, { provide, onShown }: Meanwhile): Replay {
  return (disk, visit) => {
    let shownBytes = 0;
    try {
      for (;;) {
        const piece = ring.take(provide);
        if (piece === undefined) break;
        if (piece.numbers[0] === END) return endingOf(piece);
        visit(batchOf(piece));
        shownBytes += batchLength(piece.bytes.length);
        onShown(shownBytes);
      }
    } finally {
      ring.end();
    }
    if (shownBytes > 0) throw new Error("The thread that reads the journal ended before its work.");
    return replay(disk, visit);
  };
}

/** JSON, and what that can't say: numbers of 64 bits, and maps. node:v8 would load heaps and profiles first. */
function textOf(ending: Ending): string {
  return JSON.stringify(ending, (_, value: unknown) => {
    if (typeof value === "bigint") return { big: value.toString() };
    return value instanceof Map ? { pairs: [...value] } : value;
  });
}

function endingFrom(text: string): Ending {
  return JSON.parse(text, (_, value) => {
    if (typeof value?.big === "string") return BigInt(value.big);
    return Array.isArray(value?.pairs) ? new Map(value.pairs) : value;
  });
}

function batchOf({ numbers, bytes }: Piece): Batch {
  return {
    number: numbers[0] as number,
    segment: numbers[1] as number,
    at: numbers[2] as number,
    position: numbers[3] as number,
    nowMs: numbers[4] as number,
    records: bytes,
  };
}

function endingOf({ bytes }: Piece): Known {
  const ending = endingFrom(Buffer.from(bytes).toString());
  if ("known" in ending) return ending.known;
  const { text, code } = ending;
  throw code === undefined ? new Error(text) : new JournalError(code, text);
}
