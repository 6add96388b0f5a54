/**
 * The real disk, whose syncs take a given time longer: the disks of clouds and laptops take half a
 * millisecond to five, where a sync of this machine may be a cache's. In the journal's thread.
 */
import { SharedBlock } from "../../bindings/index.ts";
import { NodeDisk } from "../../engine/journal/nodeDisk.ts";
import type { SyncThreads } from "../../engine/journal/syncThreads.ts";

export class SlowDisk extends NodeDisk {
  readonly #delayMs: number;
  readonly #clock = new SharedBlock(8);

  constructor(directory: string, delayMs: number, threads?: SyncThreads) {
    super(directory, threads);
    this.#delayMs = delayMs;
  }

  override sync(file: number): void {
    super.sync(file);
    this.#clock.pause(this.#delayMs);
  }
}
