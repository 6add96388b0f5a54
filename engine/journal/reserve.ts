/**
 * The reserve: a file of zeros as long as a segment, which is given up when the disk is full, so that
 * what frees room (deletes, cleaning) can still be written. Belongs to the writer. It is there or it
 * is not; a crash in between leaves a file by another name, which the next start takes away.
 */
import { type Disk, syncOnce, uninterrupted, writeWhole } from "./disk.ts";
import { systemCode } from "./journalError.ts";
import { NEW_RESERVE, RESERVE } from "./names.ts";

const PIECE_BYTES = 1_048_576;

export class Reserve {
  readonly #disk: Disk;
  readonly #bytes: number;
  #isThere: boolean;

  constructor(disk: Disk, bytes: number, isThere: boolean) {
    this.#disk = disk;
    this.#bytes = bytes;
    this.#isThere = isThere;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Makes it. Throws what the disk throws, and leaves nothing where that was for want of room. */
  make(): void {
    if (this.#isThere) return;
    const disk = this.#disk;
    const file = uninterrupted(() => disk.open(NEW_RESERVE, "create"));
    try {
      const zeros = new Uint8Array(Math.min(PIECE_BYTES, this.#bytes));
      for (let at = 0; at < this.#bytes; at += zeros.length) {
        writeWhole(disk, file, zeros.subarray(0, this.#bytes - at), at);
      }
      syncOnce("its reserve", () => disk.sync(file));
    } catch (error) {
      disk.truncate(file, 0);
      throw error;
    } finally {
      disk.close(file);
    }
    disk.rename(NEW_RESERVE, RESERVE);
    syncOnce("its directory", () => disk.syncDirectory());
    this.#isThere = true;
  }

  /** Gives its room to others; answers whether there was any to give. */
  giveUp(): boolean {
    if (!this.#isThere) return false;
    this.#isThere = false;
    try {
      uninterrupted(() => this.#disk.unlink(RESERVE));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    }
    syncOnce("its directory", () => this.#disk.syncDirectory());
    return true;
  }
}
