/**
 * A file of the simulated disk (simulatedDisk.ts): what is on the disk, what programs see, and what became of
 * each sector in between, so that a power cut may leave any of it.
 */
import type { Beside } from "../../engine/journal/disk.ts";
import type { Seeded } from "../support/seeded.ts";

export const SECTOR = 512;

export interface Inode {
  /** As of the last sync. */
  synced: Uint8Array;
  /** As programs see it. */
  current: Uint8Array;
  /** By sector, what stood there after each write since the last sync. */
  readonly versions: Map<number, Uint8Array[]>;
  /** Lengths since the last sync. */
  lengths: number[];
  /** Sectors that a failed sync gave up: no later sync brings them to the disk. */
  readonly lost: Set<number>;
  /** How many syncs were begun, and the last one of which all is on the disk. */
  begun: number;
  settled: number;
}

export function emptyInode(): Inode {
  return {
    ...{ synced: new Uint8Array(0), current: new Uint8Array(0), lengths: [] },
    ...{ versions: new Map(), lost: new Set(), begun: 0, settled: 0 },
  };
}

export function sectorOf(bytes: Uint8Array, sector: number): Uint8Array {
  const whole = new Uint8Array(SECTOR);
  whole.set(bytes.subarray(sector * SECTOR, (sector + 1) * SECTOR));
  return whole;
}

export function resized(bytes: Uint8Array, length: number): Uint8Array {
  const next = new Uint8Array(length);
  next.set(bytes.subarray(0, length));
  return next;
}

/** The file as it is, for a second disk. */
export function copyOf(inode: Inode): Inode {
  return {
    synced: inode.synced.slice(),
    current: inode.current.slice(),
    // What a sector was is never written into.
    versions: new Map([...inode.versions].map(([sector, all]) => [sector, [...all]])),
    lengths: [...inode.lengths],
    lost: new Set(inode.lost),
    ...{ begun: inode.begun, settled: inode.settled },
  };
}

/** A file after a power cut. */
export function survivorOf(inode: Inode, fate: Seeded): Inode {
  const length = fate.pick([inode.synced.length, inode.current.length, ...inode.lengths]);
  const bytes = resized(inode.synced, length);
  for (const [sector, versions] of inode.versions) {
    const at = sector * SECTOR;
    if (at >= length) continue;
    const after = sectorAfter(sectorOf(inode.synced, sector), versions, fate);
    bytes.set(after.subarray(0, length - at), at);
  }
  return { ...emptyInode(), synced: bytes, current: resized(bytes, bytes.length) };
}

function sectorAfter(
  synced: Uint8Array,
  versions: readonly Uint8Array[],
  fate: Seeded,
): Uint8Array {
  const newest = versions.at(-1) ?? synced;
  const chosen = fate.pick(["kept", "kept", "dropped", "garbled", "old"]);
  if (chosen === "kept") return newest;
  if (chosen === "dropped") return synced;
  if (chosen === "old") return fate.pick(versions);
  const garbled = newest.slice();
  const from = fate.between(0, SECTOR - 1);
  const to = fate.between(from, SECTOR - 1);
  for (let at = from; at <= to; at++) garbled[at] = fate.between(0, 255);
  return garbled;
}

/** A sync that goes on beside what follows: what stood in the file as it began is on the disk when it ends. */
export class BegunSync implements Beside {
  isDone = false;
  readonly #inode: Inode;
  readonly #number: number;
  readonly #content: Uint8Array;
  /** By sector, what was written last. */
  readonly #last = new Map<number, Uint8Array | undefined>();

  constructor(inode: Inode) {
    inode.begun += 1;
    this.#inode = inode;
    this.#number = inode.begun;
    this.#content = inode.current.slice();
    for (const [sector, versions] of inode.versions) this.#last.set(sector, versions.at(-1));
  }

  end(): void {
    if (this.isDone) return;
    this.isDone = true;
    const inode = this.#inode;
    // One that began later has brought it there already.
    if (inode.settled >= this.#number) return;
    inode.settled = this.#number;
    inode.synced = this.#content;
    inode.lengths = inode.lengths.filter((length) => length > this.#content.length);
    for (const [sector, last] of this.#last) {
      const versions = inode.versions.get(sector) ?? [];
      const newer = versions.slice(last === undefined ? 0 : versions.indexOf(last) + 1);
      if (newer.length > 0) inode.versions.set(sector, newer);
      else inode.versions.delete(sector);
    }
  }

  wait(): void {
    this.end();
  }

  check(): void {}
}
