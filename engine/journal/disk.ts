/**
 * The disk as the file log sees it: one directory and eight calls that can change it, lose something or
 * fail, and five that only look. Nothing else in this folder but lock.ts touches files. Tests put a
 * simulated disk in its place, which crashes and fails on purpose. All calls are synchronous: they
 * belong to a thread that has nothing else to do.
 */
import { JournalError, systemCode } from "./journalError.ts";

/** A sync that goes on beside what follows. */
export interface Beside {
  readonly isDone: boolean;
  /** Blocks until it is done. */
  wait(): void;
  /** Throws what the sync threw; once, when it is done. */
  check(): void;
}

/** `read` and `write` want a file that is there; `create` makes it, or empties it. */
export type OpenMode = "read" | "write" | "create";

export interface Disk {
  /** Opens a file of the directory by its name; answers its number. */
  open(name: string, mode: OpenMode): number;
  /** Writes at a place of the file. Answers how many bytes it took: it may take fewer than it was given. */
  write(file: number, bytes: Uint8Array, at: number): number;
  /** Reads into `bytes` from a place of the file. Answers how many came: 0 at the end, fewer at any time. */
  read(file: number, bytes: Uint8Array, at: number): number;
  /** Returns when the file's bytes and length are on the disk. Its name may not be (`syncDirectory`). */
  sync(file: number): void;
  /**
   * Begins a sync of what was written to the file up to now, which goes on beside what follows; of a disk that
   * can. Undefined: not now. The file stays open until it is done.
   */
  syncBeside?(file: number): Beside | undefined;
  /** Returns when all names that were made, changed or removed are so on the disk. */
  syncDirectory(): void;
  /** Gives a file another name, in the place of a file that has it. */
  rename(from: string, to: string): void;
  unlink(name: string): void;
  /** Cuts a file to a length. */
  truncate(file: number, bytes: number): void;

  /** The five that only look. */
  close(file: number): void;
  size(file: number): number;
  list(): string[];
  /** Bytes that this user may still write. */
  freeBytes(): number;
  /** Gives back what the disk itself holds; no other call comes after it. */
  end(): void;
}

/** More interruptions than a signal handler can cause. */
const INTERRUPTIONS_MAX = 1_000;

/** A call again while signals interrupt it. */
export function uninterrupted<T>(call: () => T): T {
  for (let count = 0; ; count++) {
    try {
      return call();
    } catch (error) {
      if (systemCode(error) !== "EINTR" || count === INTERRUPTIONS_MAX) throw error;
    }
  }
}

/**
 * Writes all bytes, in as many calls as the disk makes of it. On a full disk the first call takes a
 * part and only the next one throws, so every answer is looked at.
 */
export function writeWhole(disk: Disk, file: number, bytes: Uint8Array, at: number): void {
  let done = 0;
  while (done < bytes.length) {
    const from = done;
    const taken = uninterrupted(() => disk.write(file, bytes.subarray(from), at + from));
    if (taken <= 0)
      throw new JournalError("DiskFailed", "The disk took no bytes and gave no error.");
    done += taken;
  }
}

/** Reads until `bytes` is full or the file ends; answers how many came. */
export function readWhole(disk: Disk, file: number, bytes: Uint8Array, at: number): number {
  let done = 0;
  while (done < bytes.length) {
    const from = done;
    const came = uninterrupted(() => disk.read(file, bytes.subarray(from), at + from));
    if (came <= 0) break;
    done += came;
  }
  return done;
}

/**
 * A sync, of a file or of the directory: whatever the system says when it fails, a signal included, it
 * is the end, and it is not asked again.
 */
export function syncOnce(what: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JournalError(
      "DiskFailed",
      `The journal could not sync ${what}: ${reason}. Nothing more is acknowledged; what was acknowledged before is safe. Start again to read what is on the disk.`,
      error,
    );
  }
}
