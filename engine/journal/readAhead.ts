/**
 * A long journal is read and checked by a thread beside the one that looks at what it says: while that puts
 * messages back, this has the next batches read. Both sides are here. Who reads does what `replay` does, on the
 * same files, and nothing else: it opens them for reading alone, and not before the other side, which owns the
 * directory, has begun. What always holds: batches come in order, each whole and checked, and then the end that
 * `replay` came to, or its error. While it is far enough ahead it prepares memory that will be written next.
 *
 * The thread is started by the opener of the broker, with the journal's own, so that both start side by side; it
 * ends with its work. Where it can't be started, or ends before anything came, the other side reads by itself.
 */
import { deserialize, serialize } from "node:v8";
import type { EngineShare, Piece, PieceRing } from "../../bindings/index.ts";
import type { Disk } from "./disk.ts";
import { JournalError, type JournalErrorCode } from "./journalError.ts";
import { type Known, type Replay, replay } from "./replay.ts";

/** What the thread is started with. */
export interface ReadAheadData {
  readonly buffer: PieceRing["buffer"];
  readonly directory: string;
  /** Whose memory the messages are put back into. */
  readonly share?: Pick<EngineShare, "memory">;
}

/** In a piece, in place of a batch's number: how it ended. */
const END = 0;

type Ending =
  | { readonly known: Known }
  | { readonly text: string; readonly code?: JournalErrorCode };

/** The thread's side: returns when all was read, or nobody wants it any more. */
export function serveReplay(ring: PieceRing, openDisk: () => Disk): void {
  if (!ring.waitForBegin()) return;
  const ending = Buffer.from(serialize(read(ring, openDisk)));
  if (ring.hasEnded) return;
  const place = ring.next(ending.length).subarray(0, ending.length);
  place.set(ending);
  ring.put([END], place);
  ring.end();
}

function read(ring: PieceRing, openDisk: () => Disk): Ending {
  try {
    const disk = openDisk();
    try {
      const known = replay(
        disk,
        ({ number, segment, at, position, nowMs, records }) =>
          ring.put([number, segment, at, position, nowMs], records),
        ring,
      );
      return { known };
    } finally {
      disk.end();
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return error instanceof JournalError ? { text, code: error.code } : { text };
  }
}

/** The other side: shows what the thread reads, and reads by itself where there is none. */
export function replayBeside(ring: PieceRing): Replay {
  return (disk, visit) => {
    ring.begin();
    let isAny = false;
    try {
      for (;;) {
        const piece = ring.take();
        if (piece === undefined) break;
        const [number = 0, segment = 0, at = 0, position = 0, nowMs = 0] = piece.numbers;
        if (number === END) return endingOf(piece);
        isAny = true;
        visit({ number, segment, at, position, nowMs, records: piece.bytes });
      }
    } finally {
      ring.end();
    }
    if (isAny) throw new Error("The thread that reads the journal ended before its work.");
    return replay(disk, visit);
  };
}

function endingOf({ bytes }: Piece): Known {
  const ending = deserialize(Buffer.from(bytes)) as Ending;
  if ("known" in ending) return ending.known;
  const { text, code } = ending;
  throw code === undefined ? new Error(text) : new JournalError(code, text);
}
