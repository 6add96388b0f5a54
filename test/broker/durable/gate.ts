/**
 * A disk whose syncs wait at a gate, in the journal's own thread, and what a test does with it: with the gate
 * closed nothing becomes durable, and the test knows when a sync has come to it. Words of shared memory,
 * so that a thread which blocks hears of it.
 */
import type { Disk, OpenMode } from "../../../engine/journal/disk.ts";
import { SystemError } from "../../journal/simulatedDisk.ts";

/** What the thread does at its next sync. */
export const PASS = 0;
export const WAIT = 1;
/** The thread ends, as if it had been killed. */
export const DIE = 2;
/** The disk has an error. */
export const FAIL = 3;

const COMMAND = 0;
const CAME = 1;

/** The test's side, and what of it is posted to the thread. */
export class Gate {
  readonly words: Int32Array;

  constructor(words: Int32Array = new Int32Array(new SharedArrayBuffer(8))) {
    this.words = words;
  }

  set(command: number): void {
    Atomics.store(this.words, COMMAND, command);
    Atomics.notify(this.words, COMMAND);
  }

  /** Resolves when one more sync has come to the gate than had when this was called. */
  async came(): Promise<void> {
    const before = Atomics.load(this.words, CAME);
    for (let now = before; now === before; now = Atomics.load(this.words, CAME)) {
      const wait = Atomics.waitAsync(this.words, CAME, now);
      if (wait.async) await wait.value;
    }
  }

  /** The thread's: a sync has come. */
  pass(): void {
    Atomics.add(this.words, CAME, 1);
    Atomics.notify(this.words, CAME);
    while (Atomics.load(this.words, COMMAND) === WAIT) Atomics.wait(this.words, COMMAND, WAIT);
    const command = Atomics.load(this.words, COMMAND);
    if (command === DIE) process.exit(3);
    if (command === FAIL) throw new SystemError("EIO", "sync");
  }
}

/** Another disk, behind a gate. */
export class GatedDisk implements Disk {
  readonly #disk: Disk;
  readonly #gate: Gate;

  constructor(disk: Disk, gate: Gate) {
    this.#disk = disk;
    this.#gate = gate;
  }

  open(name: string, mode: OpenMode): number {
    return this.#disk.open(name, mode);
  }

  write(file: number, bytes: Uint8Array, at: number): number {
    return this.#disk.write(file, bytes, at);
  }

  read(file: number, bytes: Uint8Array, at: number): number {
    return this.#disk.read(file, bytes, at);
  }

  sync(file: number): void {
    this.#gate.pass();
    this.#disk.sync(file);
  }

  syncDirectory(): void {
    this.#disk.syncDirectory();
  }

  rename(from: string, to: string): void {
    this.#disk.rename(from, to);
  }

  unlink(name: string): void {
    this.#disk.unlink(name);
  }

  truncate(file: number, bytes: number): void {
    this.#disk.truncate(file, bytes);
  }

  close(file: number): void {
    this.#disk.close(file);
  }

  size(file: number): number {
    return this.#disk.size(file);
  }

  list(): string[] {
    return this.#disk.list();
  }

  freeBytes(): number {
    return this.#disk.freeBytes();
  }

  end(): void {
    this.#disk.end();
  }
}
