/**
 * A disk for tests: one directory in memory that crashes and fails on purpose, always in the same way for
 * the same seed. Only what was synced is sure to be there after a crash. Of what was not, each sector of
 * 512 bytes is kept, dropped (as at the last sync), garbled, or as an earlier one of several writes left it, each
 * by itself, so that writes of different times and files come out in any order; a file's length is any of those it had;
 * each change of the directory is kept or dropped by itself. Harsher than any file system.
 */
import type { Beside, Disk, OpenMode } from "../../engine/journal/disk.ts";
import { SYNC_THREADS } from "../../engine/journal/syncThreads.ts";
import type { Seeded } from "../support/seeded.ts";
import {
  BegunSync,
  copyOf,
  emptyInode,
  type Inode,
  resized,
  SECTOR,
  sectorOf,
  survivorOf,
} from "./simulatedFile.ts";

/** Thrown at the crash and by every call after it: the process is dead. */
export class Crash extends Error {}

export class SystemError extends Error {
  readonly code: string;

  constructor(code: string, call: string) {
    super(`${code}: simulated, ${call}`);
    this.code = code;
  }
}

export type Call =
  | "open"
  | "write"
  | "read"
  | "sync"
  | "syncDirectory"
  | "rename"
  | "unlink"
  | "truncate";

/** An error at the n-th call of a kind, counted from 1: at that one alone, or from then on. */
export interface Fault {
  readonly call: Call;
  readonly code: string;
  readonly nth: number;
  readonly forEver: boolean;
}

/** A change of the directory that no sync has made sure. */
interface Change {
  readonly name: string;
  /** Undefined: the name goes. */
  readonly inode: Inode | undefined;
  /** A rename's other half: happens with it or not at all. */
  readonly gone?: string;
}

export class SimulatedDisk implements Disk {
  /** How many of the eight calls were made. */
  calls = 0;
  /** The names of the calls made, for messages. */
  readonly log: string[] = [];
  /** At which call it crashes, counted from 1. */
  crashAt = Number.POSITIVE_INFINITY;
  /** How many bytes all files may have together. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** What it says is free, where that is not so: it does not know a user's quota. */
  freeSaid: number | undefined;
  /** The chance that a write or a read takes or gives a part. */
  shortness = 0;
  fault: Fault | undefined;
  /** Whether it has crashed. */
  isDead = false;
  /** Told of each call before anything of it is done: a crash now finds what is there now. */
  onCall: (call: Call) => void = () => {};

  #random: Seeded;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #changes: Change[] = [];
  readonly #files: (Inode | undefined)[] = [];
  readonly #counts = new Map<Call, number>();
  #syncs: BegunSync[] = [];

  constructor(random: Seeded) {
    this.#random = random;
  }

  /** The disk after the crash, as the next process finds it; `random` is that one's, `fate` decides what is kept. */
  restarted(random: Seeded, fate: Seeded = this.#random): SimulatedDisk {
    const next = new SimulatedDisk(random);
    next.capacityBytes = this.capacityBytes;
    const names = new Map(this.#durableNames);
    for (const { name, inode, gone } of this.#changes) {
      if (fate.chance(0.5)) continue;
      if (gone !== undefined) names.delete(gone);
      if (inode === undefined) names.delete(name);
      else names.set(name, inode);
    }
    const survivors = new Map<Inode, Inode>();
    for (const [name, inode] of names) {
      const survivor = survivors.get(inode) ?? survivorOf(inode, fate);
      survivors.set(inode, survivor);
      next.#names.set(name, survivor);
      next.#durableNames.set(name, survivor);
    }
    return next;
  }

  /** The disk after the death of the process alone, as the next process finds it: nothing is lost yet. */
  inherited(random: Seeded): SimulatedDisk {
    const next = new SimulatedDisk(random);
    next.capacityBytes = this.capacityBytes;
    next.#names = this.#names;
    next.#durableNames = this.#durableNames;
    next.#changes = this.#changes;
    return next;
  }

  /** As `inherited`, while the process that has this one goes on. */
  copy(random: Seeded): SimulatedDisk {
    const next = new SimulatedDisk(random);
    const copies = new Map<Inode | undefined, Inode>();
    const all = [this.#names, this.#durableNames].flatMap((names) => [...names.values()]);
    for (const inode of [...all, ...this.#changes.map((change) => change.inode)]) {
      if (inode !== undefined && !copies.has(inode)) copies.set(inode, copyOf(inode));
    }
    const renewed = (names: Map<string, Inode>): Map<string, Inode> =>
      new Map([...names].map(([name, inode]) => [name, copies.get(inode) as Inode]));
    next.capacityBytes = this.capacityBytes;
    next.#names = renewed(this.#names);
    next.#durableNames = renewed(this.#durableNames);
    next.#changes = this.#changes.map((change) => ({ ...change, inode: copies.get(change.inode) }));
    return next;
  }

  /** Counts a call, and crashes or fails at it. Answers whether it crashes once it is done. */
  #begin(call: Call, what: string): boolean {
    if (this.isDead) throw new Crash("dead");
    this.onCall(call);
    this.calls += 1;
    this.log.push(`${call} ${what}`);
    const count = (this.#counts.get(call) ?? 0) + 1;
    this.#counts.set(call, count);
    if (this.calls === this.crashAt) {
      this.isDead = true;
      if (this.#random.chance(0.5)) throw new Crash(`at call ${this.calls}, before ${call}`);
      return true;
    }
    const { fault } = this;
    if (fault?.call === call && (fault.forEver ? count >= fault.nth : count === fault.nth)) {
      throw new SystemError(fault.code, what);
    }
    return false;
  }

  #end(crashes: boolean): void {
    if (crashes) throw new Crash(`at call ${this.calls}, after it`);
  }

  #inode(file: number): Inode {
    const inode = this.#files[file];
    if (inode === undefined) throw new SystemError("EBADF", `file ${file}`);
    return inode;
  }

  open(name: string, mode: OpenMode): number {
    const crashes = this.#begin("open", name);
    let inode = this.#names.get(name);
    if (inode === undefined) {
      if (mode !== "create") throw new SystemError("ENOENT", name);
      inode = emptyInode();
      this.#change({ name, inode });
    }
    if (mode === "create") this.#resize(inode, 0);
    this.#files.push(inode);
    this.#end(crashes);
    return this.#files.length - 1;
  }

  write(file: number, bytes: Uint8Array, at: number): number {
    const inode = this.#inode(file);
    const crashes = this.#begin("write", `${bytes.length} at ${at}`);
    let length = bytes.length;
    if (length > 1 && this.#random.chance(this.shortness)) length = this.#random.between(1, length);
    const growth = Math.max(0, at + length - inode.current.length);
    const room = this.#room();
    if (growth > room) {
      length -= growth - room;
      if (length <= 0) throw new SystemError("ENOSPC", "write");
    }
    this.#put(inode, bytes.subarray(0, length), at);
    this.#end(crashes);
    return length;
  }

  #put(inode: Inode, bytes: Uint8Array, at: number): void {
    if (at + bytes.length > inode.current.length) this.#resize(inode, at + bytes.length);
    inode.current.set(bytes, at);
    this.#note(inode, at, at + bytes.length);
  }

  #resize(inode: Inode, length: number): void {
    const from = Math.min(length, inode.current.length);
    const to = Math.max(length, inode.current.length);
    inode.current = resized(inode.current, length);
    inode.lengths.push(length);
    if (to > from) this.#note(inode, from, to);
  }

  /** Remembers what the sectors of a range are now. */
  #note(inode: Inode, from: number, to: number): void {
    for (let sector = Math.floor(from / SECTOR); sector * SECTOR < to; sector++) {
      const versions = inode.versions.get(sector) ?? [];
      versions.push(sectorOf(inode.current, sector));
      inode.versions.set(sector, versions);
    }
  }

  read(file: number, bytes: Uint8Array, at: number): number {
    const inode = this.#inode(file);
    const crashes = this.#begin("read", `${bytes.length} at ${at}`);
    let part = inode.current.subarray(at, at + bytes.length);
    if (part.length > 1 && this.#random.chance(this.shortness)) {
      part = part.subarray(0, this.#random.between(1, part.length));
    }
    bytes.set(part);
    this.#end(crashes);
    return part.length;
  }

  sync(file: number): void {
    const inode = this.#inode(file);
    let crashes = false;
    try {
      crashes = this.#begin("sync", `file ${file}`);
    } catch (error) {
      // The system gives up what it could not write, and the next sync says that all is well.
      if (error instanceof SystemError)
        for (const sector of inode.versions.keys()) inode.lost.add(sector);
      throw error;
    }
    this.#settle(inode);
    this.#end(crashes);
  }

  syncBeside(file: number): Beside | undefined {
    const inode = this.#inode(file);
    if (this.syncs.length === SYNC_THREADS) return undefined;
    const crashes = this.#begin("sync", `file ${file}, beside what follows`);
    const sync = new BegunSync(inode);
    this.#syncs.push(sync);
    this.#end(crashes);
    return sync;
  }

  /** Those that go on. */
  get syncs(): readonly BegunSync[] {
    this.#syncs = this.#syncs.filter(({ isDone }) => !isDone);
    return this.#syncs;
  }

  #settle(inode: Inode): void {
    inode.begun += 1;
    inode.settled = inode.begun;
    const next = resized(inode.synced, inode.current.length);
    for (const sector of [...inode.versions.keys()]) {
      if (inode.lost.has(sector)) continue;
      inode.versions.delete(sector);
      if (sector * SECTOR >= next.length) continue;
      next.set(inode.current.subarray(sector * SECTOR, (sector + 1) * SECTOR), sector * SECTOR);
    }
    inode.synced = next;
    inode.lengths = [];
  }

  syncDirectory(): void {
    const crashes = this.#begin("syncDirectory", "");
    this.#durableNames = new Map(this.#names);
    this.#changes = [];
    this.#end(crashes);
  }

  #change(change: Change): void {
    this.#changes.push(change);
    if (change.gone !== undefined) this.#names.delete(change.gone);
    if (change.inode === undefined) this.#names.delete(change.name);
    else this.#names.set(change.name, change.inode);
  }

  rename(from: string, to: string): void {
    const crashes = this.#begin("rename", `${from} ${to}`);
    const inode = this.#names.get(from);
    if (inode === undefined) throw new SystemError("ENOENT", from);
    this.#change({ name: to, inode, gone: from });
    this.#end(crashes);
  }

  unlink(name: string): void {
    const crashes = this.#begin("unlink", name);
    if (!this.#names.has(name)) throw new SystemError("ENOENT", name);
    this.#change({ name, inode: undefined });
    this.#end(crashes);
  }

  truncate(file: number, bytes: number): void {
    const crashes = this.#begin("truncate", `file ${file} to ${bytes}`);
    this.#resize(this.#inode(file), bytes);
    this.#end(crashes);
  }

  close(file: number): void {
    this.#inode(file);
    this.#files[file] = undefined;
  }

  size(file: number): number {
    return this.#inode(file).current.length;
  }

  list(): string[] {
    if (this.isDead) throw new Crash("dead");
    return [...this.#names.keys()].sort();
  }

  freeBytes(): number {
    return this.freeSaid ?? this.#room();
  }

  #room(): number {
    const held = [...this.#names.values()].reduce((sum, { current }) => sum + current.length, 0);
    return Math.max(0, this.capacityBytes - held);
  }

  end(): void {}

  /** How many files are open: none may be left over. */
  get openFiles(): number {
    return this.#files.filter((inode) => inode !== undefined).length;
  }

  /** A file as it is, to be damaged by tests; made when it is not there. All of it counts as synced. */
  bytesOf(name: string): Uint8Array {
    const inode = this.#names.get(name);
    if (inode === undefined) throw new Error(`${name} is not there`);
    return inode.current;
  }

  /** Puts a file there as if it had always been there. */
  plant(name: string, bytes: Uint8Array): void {
    const inode = { ...emptyInode(), synced: bytes, current: resized(bytes, bytes.length) };
    this.#names.set(name, inode);
    this.#durableNames.set(name, inode);
  }

  remove(name: string): void {
    this.#names.delete(name);
    this.#durableNames.delete(name);
  }
}
