/**
 * How a segment comes, how a torn tail is cut off, and how what is no longer needed goes. Used by the
 * writer. Each function leaves the directory in a state that a crash may keep: a segment has its name
 * only when its header is on the disk, and nothing stands in it before its name is.
 */
import { type Disk, syncOnce, uninterrupted, writeWhole } from "./disk.ts";
import { encodeHeader, type Header } from "./format.ts";
import { systemCode } from "./journalError.ts";
import { NEW_SEGMENT, SPARE, segmentName } from "./names.ts";
import type { End, Known } from "./replay.ts";

/** Makes a segment; answers its file, open for writing. */
export function createSegment(disk: Disk, header: Header): number {
  const file = uninterrupted(() => disk.open(NEW_SEGMENT, "create"));
  return named(disk, file, NEW_SEGMENT, header);
}

/** Makes one of the spare. */
export function renewSegment(disk: Disk, header: Header): number {
  // Else a power cut may give it back the name that it had, with this header in it.
  syncOnce("its directory", () => disk.syncDirectory());
  const file = uninterrupted(() => disk.open(SPARE, "write"));
  return named(disk, file, SPARE, header);
}

/** Gives a file its header, and then its name. */
function named(disk: Disk, file: number, from: string, header: Header): number {
  const name = segmentName(header.segment);
  try {
    writeWhole(disk, file, encodeHeader(header), 0);
    syncOnce(`the header of ${name}`, () => disk.sync(file));
    uninterrupted(() => disk.rename(from, name));
    syncOnce("its directory", () => disk.syncDirectory());
    return file;
  } catch (error) {
    disk.close(file);
    throw error;
  }
}

/**
 * Cuts off what a crash left behind the last whole batch, and makes sure that what was read is on the
 * disk: an earlier process may have died before its sync, and its bytes came from the system's memory.
 * Its name too, before the next segment has one: of two names that are not synced a power cut may keep the
 * later one alone.
 */
export function settleTail(disk: Disk, { newestSegment, at, fileBytes }: End): void {
  const name = segmentName(newestSegment);
  const file = uninterrupted(() => disk.open(name, "write"));
  try {
    if (fileBytes > at) uninterrupted(() => disk.truncate(file, at));
    syncOnce(name, () => disk.sync(file));
    syncOnce("its directory", () => disk.syncDirectory());
  } finally {
    disk.close(file);
  }
}

/** Takes away what a crash left unfinished, and segments below the run, whose unlinking it undid. */
export function removeLeftovers(disk: Disk, { listed, end }: Known): void {
  const oldest = end?.oldestSegment ?? 0;
  for (const name of listed.unfinished) removeFile(disk, name);
  for (const segment of listed.segments) {
    if (segment < oldest) removeFile(disk, segmentName(segment));
  }
}

/**
 * Takes a file away where it is there. No sync of the directory: a power cut may bring a segment back, with or
 * without its neighbours, and then it is read again, or lies below a gap.
 */
export function removeFile(disk: Disk, name: string): void {
  try {
    uninterrupted(() => disk.unlink(name));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
