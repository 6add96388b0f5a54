/**
 * The opener's side of reading ahead (engine/journal/readAhead.ts), its beginning and end. Loaded where a
 * directory's journal is long enough for it. It takes the directory for this process before the journal's thread
 * does, and asks the system for each segment before its turn; when all is loaded, it builds the last index while that
 * thread begins a new life (bindings/lastIndex.ts). Where it can't, or fails, that thread does it, and says what is wrong.
 */
import { promises, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Beside } from "../../../bindings/index.ts";
import { type Lock, takeLock } from "../../journal/lock.ts";
import { segmentName, sortNames } from "../../journal/names.ts";
import { NodeDisk } from "../../journal/nodeDisk.ts";
import { inSlices, readAhead } from "../../journal/readAhead.ts";
import { logBytes } from "./logBytes.ts";

/** Of each segment so much is asked for before its turn; the system goes on behind it by itself. */
const ASKED_BYTES = 524_288;

export class ReadAhead {
  readonly #directory: string;
  readonly #lock: Lock;
  readonly #beside: Beside;
  /** Nobody wants anything of it any more. */
  hasEnded = false;

  private constructor(directory: string, lock: Lock, beside: Beside) {
    this.#directory = directory;
    this.#lock = lock;
    this.#beside = beside;
  }

  /** Undefined: the directory can't be taken. */
  static async of(directory: string, beside: Beside): Promise<ReadAhead | undefined> {
    try {
      return new ReadAhead(directory, await takeLock(directory), beside);
    } catch {
      return undefined;
    }
  }

  /** For the journal's thread: the lock that it has now. */
  get lockName(): string {
    return this.#lock.name;
  }

  /** Reads until all is read, then builds what the journal's thread leaves to it; or until it is stopped. */
  begin(): void {
    const { ring, fresh, lastIndex } = this.#beside;
    fresh.begin(logBytes(this.#directory));
    const openDisk = () => new NodeDisk(this.#directory);
    readAhead(ring, openDisk, fresh.provide)
      .catch(() => ring.end())
      .then(() => this.#buildIndex())
      .catch(() => lastIndex.fail());
    this.#ask().catch(() => {});
  }

  async #buildIndex(): Promise<void> {
    const { lastIndex } = this.#beside;
    let isTaken = false;
    await inSlices(this, () => {
      isTaken ||= lastIndex.take();
      if (!isTaken) return "idle";
      return lastIndex.step() ? "worked" : "done";
    });
  }

  /**
   * Has the system begin with each segment before its turn: in a file that is new to it, it reads little ahead, and
   * who reads waits for the disk. What can't be read is said by who reads it.
   */
  async #ask(): Promise<void> {
    const { segments } = sortNames(readdirSync(this.#directory));
    const place = new Uint8Array(ASKED_BYTES);
    for (const segment of segments.slice(1)) {
      if (this.#beside.ring.hasEnded) return;
      const file = await promises.open(join(this.#directory, segmentName(segment)));
      await file.read(place, 0, ASKED_BYTES, 0).finally(() => file.close());
    }
  }

  /** Its work is done, or nobody wants it any more. */
  stop(): void {
    this.hasEnded = true;
    this.#beside.ring.end();
  }

  /** The journal's thread has ended, in order or not. */
  release(): void {
    this.#lock.release();
  }
}
