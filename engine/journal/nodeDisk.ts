/**
 * The real disk: a directory of the file system, by node:fs. Lives in the thread that made it.
 * A sync is fdatasync, which also writes a length that changed. Where directories can't be synced
 * (Windows), the names are left to the file system's own journal.
 */
import * as fs from "node:fs";
import { join } from "node:path";
import type { Beside, Disk, OpenMode } from "./disk.ts";
import type { SyncThreads } from "./syncThreads.ts";

const FLAGS: Readonly<Record<OpenMode, string>> = { read: "r", write: "r+", create: "w+" };

export class NodeDisk implements Disk {
  readonly #directory: string;
  /** Open all the time, so that no sync of it can fail for want of a file handle. */
  readonly #self: number | undefined;

  readonly #threads: SyncThreads | undefined;

  /** @param directory a directory that is there; @param threads for syncs beside what follows, if any */
  constructor(directory: string, threads?: SyncThreads) {
    this.#directory = directory;
    this.#threads = threads;
    if (process.platform !== "win32") this.#self = fs.openSync(directory, "r");
  }

  open(name: string, mode: OpenMode): number {
    return fs.openSync(join(this.#directory, name), FLAGS[mode], 0o600);
  }

  write(file: number, bytes: Uint8Array, at: number): number {
    return fs.writeSync(file, bytes, 0, bytes.length, at);
  }

  read(file: number, bytes: Uint8Array, at: number): number {
    return fs.readSync(file, bytes, 0, bytes.length, at);
  }

  sync(file: number): void {
    fs.fdatasyncSync(file);
  }

  syncBeside(file: number): Beside | undefined {
    return this.#threads?.begin(file);
  }

  syncDirectory(): void {
    if (this.#self !== undefined) fs.fsyncSync(this.#self);
  }

  rename(from: string, to: string): void {
    fs.renameSync(join(this.#directory, from), join(this.#directory, to));
  }

  unlink(name: string): void {
    fs.unlinkSync(join(this.#directory, name));
  }

  truncate(file: number, bytes: number): void {
    fs.ftruncateSync(file, bytes);
  }

  close(file: number): void {
    fs.closeSync(file);
  }

  size(file: number): number {
    return fs.fstatSync(file).size;
  }

  list(): string[] {
    return fs.readdirSync(this.#directory);
  }

  freeBytes(): number {
    const { bavail, bsize } = fs.statfsSync(this.#directory);
    return bavail * bsize;
  }

  end(): void {
    this.#threads?.end();
    if (this.#self !== undefined) fs.closeSync(this.#self);
  }
}
