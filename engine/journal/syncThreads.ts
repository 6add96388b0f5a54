/**
 * Threads that sync files beside the journal's own, so that it goes on taking and writing what comes while
 * the disk is busy: a call that comes just behind a commit need not wait for the rest of its sync.
 * A sync covers what was written before it began. Belongs to the disk that has them (nodeDisk.ts), in the
 * journal's thread; each thread's main file calls `serveSyncs`.
 *
 * Started one by one, when none is free: where syncs are quick nobody ever asks. Until it runs, and
 * when all are busy, the answer is that there is none, and the caller syncs by itself. What always holds:
 * a thread has one file at a time, and says that it is done behind all that it says of how it went.
 *
 *     words of each:  [ ASKED | DONE | FILE | TEXT_BYTES | text ... ]    ASKED, DONE: counts
 */
import { Worker } from "node:worker_threads";
import { type BellPlace, ringAt, SharedBlock } from "../../bindings/index.ts";
import type { Beside } from "./disk.ts";

/**
 * More than these wait for one another in the disk, and each wakes two threads: `sluice bench durable` has fewer
 * pairs with three of them, and with six.
 */
export const SYNC_THREADS = 4;

const ASKED = 0;
const DONE = 1;
const FILE = 2;
const TEXT_BYTES = 3;
const TEXT = 16;
const BYTES = 1_024;
/** Of FILE: there is nothing more to do. */
const END = -1;

export interface SyncThreadData {
  readonly buffer: SharedBlock["buffer"];
  readonly bell: BellPlace;
  /** Of a test's or a benchmark's own thread. */
  readonly more?: unknown;
}

/** A file of whose threads calls `serveSyncs`, and what they are told besides. */
export interface SyncThreadFile {
  readonly file: URL;
  readonly more?: unknown;
}

/** The thread's side: does what it is asked for, until the disk ends. */
export function serveSyncs({ buffer, bell }: SyncThreadData, sync: (file: number) => void): void {
  const block = new SharedBlock(buffer);
  const bytes = new Uint8Array(buffer);
  // It runs: so much the first count says.
  block.tell(DONE, 1);
  for (let asked = 1; ; asked++) {
    while (block.load(ASKED) === asked) block.sleep(ASKED, asked);
    const file = block.load(FILE);
    if (file === END) return;
    block.store(TEXT_BYTES, 0);
    try {
      sync(file);
    } catch (error) {
      const text = Buffer.from(error instanceof Error ? error.message : String(error));
      const kept = text.subarray(0, BYTES - TEXT);
      bytes.set(kept, TEXT);
      block.store(TEXT_BYTES, kept.length);
    }
    block.tell(DONE, asked + 1);
    ringAt(bell);
  }
}

class SyncThread implements Beside {
  readonly #block = new SharedBlock(BYTES);
  #asked = 1;
  #isTaken = false;

  constructor({ file, more }: SyncThreadFile, bell: BellPlace) {
    this.#block.store(ASKED, 1);
    const data: SyncThreadData = { buffer: this.#block.buffer, bell, more };
    const worker = new Worker(file, { name: "sluice sync", workerData: data, execArgv: [] });
    worker.unref();
    // One that could not be started is never free, and syncs are made without it.
    worker.on("error", () => {});
  }

  get isFree(): boolean {
    return !this.#isTaken && this.isDone;
  }

  /** It does not run yet. */
  get isStarting(): boolean {
    return this.#block.load(DONE) === 0;
  }

  get isDone(): boolean {
    return this.#block.load(DONE) === this.#asked;
  }

  begin(file: number): void {
    this.#isTaken = true;
    this.#asked += 1;
    this.#block.store(FILE, file);
    this.#block.tell(ASKED, this.#asked);
  }

  wait(): void {
    while (!this.isDone) this.#block.sleep(DONE, this.#asked - 1);
  }

  check(): void {
    this.#isTaken = false;
    const bytes = this.#block.load(TEXT_BYTES);
    if (bytes === 0) return;
    throw new Error(Buffer.from(this.#block.buffer, TEXT, bytes).toString());
  }

  end(): void {
    this.begin(END);
  }
}

export class SyncThreads {
  readonly #file: SyncThreadFile;
  readonly #bell: BellPlace;
  readonly #threads: SyncThread[] = [];

  /** @param bell of the thread that is rung when a sync is done */
  constructor(file: SyncThreadFile, bell: BellPlace) {
    this.#file = file;
    this.#bell = bell;
  }

  /** Begins to sync a file; undefined: no thread is free. */
  begin(file: number): Beside | undefined {
    const threads = this.#threads;
    const thread = threads.find(({ isFree }) => isFree);
    thread?.begin(file);
    const isStarting = threads.at(-1)?.isStarting === true;
    if (thread === undefined && !isStarting && threads.length < SYNC_THREADS) {
      threads.push(new SyncThread(this.#file, this.#bell));
    }
    return thread;
  }

  end(): void {
    for (const thread of this.#threads) thread.end();
  }
}
