/**
 * A journal's directory for who only looks at it: its segments one after the other, as a start would read
 * them, with how far that is on a terminal. Nothing in it is changed. What keeps it from being read is a
 * JournalError, or an Error with a sentence; where the log is damaged all that comes before was shown.
 */
import { statSync } from "node:fs";
import type { RecoveryProgress } from "../../broker/durable/face.ts";
import type { Header } from "../../journal/format.ts";
import type { Batch } from "../../journal/journal.ts";
import { diskError, JournalError, systemCode } from "../../journal/journalError.ts";
import { refuseOwned } from "../../journal/lock.ts";
import { segmentName, sortNames } from "../../journal/names.ts";
import { NodeDisk } from "../../journal/nodeDisk.ts";
import { type End, replay } from "../../journal/replay.ts";
import { headerOf, SegmentReader } from "../../journal/segmentReader.ts";
import { ProgressLine, recoveryText } from "../progressLine.ts";

/** A segment's file and what its header says. */
export interface SegmentFile {
  readonly segment: number;
  readonly name: string;
  readonly bytes: number;
  /** Undefined where it can't be read. */
  readonly header: Header | undefined;
}

export interface Reading {
  readonly segments: readonly SegmentFile[];
  /** Where the log ends; undefined where it is damaged, or there is none. */
  readonly end: End | undefined;
  /** What is damaged. */
  readonly error: JournalError | undefined;
}

/** Throws a sentence for what is no directory, is somebody's, or holds no journal. */
export function openDirectory(directory: string): NodeDisk {
  checkDirectory(directory);
  refuseOwned(directory);
  const disk = new NodeDisk(directory);
  const { segments, foreign } = sortNames(disk.list());
  if (segments.length > 0) return disk;
  disk.end();
  const others = foreign.length === 0 ? "it is empty" : `it has other files (${few(foreign)})`;
  throw new JournalError("Foreign", `${directory} holds no journal: ${others}.`);
}

function few(names: readonly string[]): string {
  const more = names.length > 3 ? ", …" : "";
  return `${names.slice(0, 3).join(", ")}${more}`;
}

function checkDirectory(directory: string): void {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(directory).isDirectory();
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw new Error(`There is no directory ${directory}.`);
    throw diskError(`look at ${directory}`, error);
  }
  if (!isDirectory) throw new Error(`${directory} is a file; --data names a directory.`);
}

/** Shows all batches that have records; `messages` is asked how many were found, for the terminal. */
export function readAll(
  disk: NodeDisk,
  visit: (batch: Batch) => void,
  messages: () => number,
): Reading {
  const segments = sortNames(disk.list()).segments.map((segment) => fileOf(disk, segment));
  const starts = startsOf(segments);
  const allBytes = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  const line = new ProgressLine<RecoveryProgress>(process.stderr, recoveryText);
  try {
    const { end } = replay(disk, (batch) => {
      const readBytes = (starts.get(batch.segment) ?? 0) + batch.at;
      line.show({ readBytes, allBytes, messages: messages() });
      visit(batch);
    });
    return { segments, end, error: undefined };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { segments, end: undefined, error };
  } finally {
    line.clear();
  }
}

function fileOf(disk: NodeDisk, segment: number): SegmentFile {
  const reader = new SegmentReader(disk, segment);
  const facts = { segment, name: segmentName(segment), bytes: reader.bytes };
  try {
    return { ...facts, header: headerOf(reader) };
  } catch (error) {
    // Whoever reads all comes to it as well, and says what it is.
    if (!(error instanceof JournalError)) throw error;
    return { ...facts, header: undefined };
  } finally {
    reader.close();
  }
}

function startsOf(segments: readonly SegmentFile[]): Map<number, number> {
  const starts = new Map<number, number>();
  let start = 0;
  for (const { segment, bytes } of segments) {
    starts.set(segment, start);
    start += bytes;
  }
  return starts;
}
