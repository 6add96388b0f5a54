/**
 * Writes the file log: gathers records, seals them into batches, writes, syncs, goes from segment to
 * segment, and takes old ones away. Made by `begin` of fileJournal.ts, by the thread that uses it.
 *
 * What always holds: no batch is written before the segment's name is on the disk; `durable` moves only
 * when a sync returned; a page that was synced is not written again before its segment is given up; after an
 * error that is not retryable nothing is written or synced any more. The calls are synchronous, so what comes meanwhile
 * gathers where it comes from, and there is one buffer. Syncs may go on beside what follows (`beginSync`):
 * they count in the order in which they began, since of two that overlap the system may tell the other one
 * of a failure.
 */
import { type Beside, type Disk, syncOnce, writeWhole } from "./disk.ts";
import { batchLength, checkOf, HEAD_BYTES, type Header, PAGE_BYTES, sealBatch } from "./format.ts";
import type { Room } from "./journal.ts";
import { diskError, JournalError } from "./journalError.ts";
import { segmentName } from "./names.ts";
import type { Known } from "./replay.ts";
import { Reserve } from "./reserve.ts";
import { removeLeftovers, settleTail } from "./segments.ts";
import { Spare } from "./spare.ts";

export interface WriterSettings {
  /** How long a segment may be: whole pages. */
  readonly segmentBytes: number;
  /** How many bytes of records a batch takes; one fits into an empty segment. */
  readonly batchBytes: number;
  /** Free bytes below which there is `low` room. */
  readonly lowBytes: number;
}

/** A batch, by what can be asked of it later. */
interface Said {
  number: number;
  position: number;
  oldest: number;
}

/** A sync that goes on beside what follows, and what it makes durable. */
interface PendingSync {
  readonly said: Said;
  readonly sync: Beside;
}

export class Writer {
  readonly #disk: Disk;
  readonly #settings: WriterSettings;
  readonly #reserve: Reserve;
  readonly #spare: Spare;
  readonly #id: bigint;
  readonly #life: number;
  /** Room for the head, the records that gather, and zeros up to a page. */
  readonly #buffer: Uint8Array;
  #gathered = 0;

  #segment = 0;
  #file: number | undefined;
  #at = PAGE_BYTES;
  /** Numbers of the first batches of the segments that are there. */
  readonly #firsts: Map<number, number>;
  /** How long the file of each of them is. */
  readonly #sizes: Map<number, number>;

  #written: Said;
  #check: number;
  #durable: Said;
  /** In the order in which they began; all of them of the segment that is written. */
  readonly #pending: PendingSync[] = [];
  /** The last batch with records, and the last one that a later batch or header says is durable. */
  #lastWithRecords: number;
  #marked: number;

  #oldestSegment: number;
  /** What `discardBefore` asked for. */
  #oldestAsked: number;

  #room: Room = "open";
  #diskBytes = 0;
  #reserveBytes = 0;
  #failure: JournalError | undefined;

  /** Draws the conclusions from what was read, and begins the life's first segment. */
  constructor(disk: Disk, settings: WriterSettings, known: Known, id: bigint, nowMs: number) {
    const { listed, end } = known;
    this.#disk = disk;
    this.#settings = settings;
    this.#reserve = new Reserve(disk, settings.segmentBytes, listed.hasReserve);
    this.#spare = new Spare(disk, settings.segmentBytes);
    this.#buffer = new Uint8Array(batchLength(settings.batchBytes));
    this.#id = id;
    this.#life = (end?.life ?? 0) + 1;
    this.#firsts = new Map(end?.firsts);
    this.#sizes = new Map(end?.sizes);
    if (end !== undefined) this.#sizes.set(end.newestSegment, end.at);
    this.#oldestSegment = end?.oldestSegment ?? 1;
    this.#oldestAsked = end?.chain.oldest ?? 1;
    const { number = 0, position = 0, check = 0 } = end?.chain ?? {};
    this.#written = { number, position, oldest: this.#oldestAsked };
    this.#durable = { ...this.#written };
    this.#check = check;
    this.#lastWithRecords = number;
    this.#marked = number;
    this.#attempt("begin", () => {
      if (end !== undefined) settleTail(disk, end);
      removeLeftovers(disk, known);
    });
    // What a crash kept from going, or brought back; before a file is open that an error would leave so.
    this.clean();
    this.#open((end?.newestSegment ?? 0) + 1, nowMs);
    this.survey();
  }

  get gatherRoom(): number {
    return this.#settings.batchBytes - this.#gathered;
  }

  get appended(): number {
    return this.#written.position + this.#gathered;
  }

  get written(): number {
    return this.#written.position;
  }

  get durable(): number {
    return this.#durable.position;
  }

  get diskBytes(): number {
    return this.#diskBytes;
  }

  get reserveBytes(): number {
    return this.#reserveBytes;
  }

  get heldBytes(): number {
    let bytes = this.#spare.bytes;
    for (const size of this.#sizes.values()) bytes += size;
    return bytes;
  }

  get oldestSegment(): number {
    return this.#oldestSegment;
  }

  get currentSegment(): number {
    return this.#segment;
  }

  get room(): Room {
    return this.#room;
  }

  /** The number of the first batch of a segment that is there. */
  firstOf(segment: number): number | undefined {
    return this.#firsts.get(segment);
  }

  append(records: Uint8Array): number {
    this.#mustLive();
    if (records.length > this.gatherRoom) {
      throw new RangeError(
        `The batch takes ${this.gatherRoom} bytes more, not ${records.length}: write it first.`,
      );
    }
    this.#buffer.set(records, HEAD_BYTES + this.#gathered);
    this.#gathered += records.length;
    return this.appended;
  }

  write(nowMs: number): void {
    this.#mustLive();
    if (this.#gathered > 0 || this.#oldestAsked > this.#written.oldest) this.#put(nowMs);
  }

  /** Begins to sync what is written; false: no thread is free for that, and `sync` does it. */
  beginSync(): boolean {
    this.#mustLive();
    const begun = this.#pending.at(-1)?.said ?? this.#durable;
    if (this.#file === undefined || begun.number === this.#written.number) return true;
    const sync = this.#disk.syncBeside?.(this.#file);
    if (sync === undefined) return false;
    this.#pending.push({ said: { ...this.#written }, sync });
    return true;
  }

  /** Takes note of syncs that are done: `durable` moves. */
  settle(): void {
    this.#mustLive();
    for (let first = this.#pending[0]; first?.sync.isDone === true; first = this.#pending[0]) {
      const { sync, said } = first;
      this.#attempt("sync", () => syncOnce(segmentName(this.#segment), () => sync.check()));
      this.#durable = said;
      this.#pending.shift();
    }
  }

  sync(): void {
    this.#mustLive();
    for (const { sync } of this.#pending) sync.wait();
    this.settle();
    const file = this.#file;
    if (this.#durable.number === this.#written.number || file === undefined) return;
    this.#attempt("sync", () => {
      syncOnce(segmentName(this.#segment), () => this.#disk.sync(file));
    });
    this.#durable = { ...this.#written };
  }

  mark(nowMs: number): void {
    this.write(nowMs);
    this.sync();
    if (this.#marked >= this.#lastWithRecords) return;
    this.#put(nowMs);
    this.sync();
  }

  discardBefore(segment: number): void {
    this.#mustLive();
    if (!(segment >= this.#oldestAsked && segment <= this.#segment)) {
      throw new RangeError(
        `Segments are discarded before one from ${this.#oldestAsked} to ${this.#segment}, not ${segment}.`,
      );
    }
    this.#oldestAsked = segment;
  }

  clean(): number {
    this.#mustLive();
    let removed = 0;
    while (this.#oldestSegment < this.#durable.oldest) {
      const segment = this.#oldestSegment;
      const bytes = this.#sizes.get(segment) ?? 0;
      const isRoomy = this.#room === "open";
      this.#attempt(`remove ${segmentName(segment)}`, () =>
        this.#spare.retire(segment, bytes, isRoomy),
      );
      this.#firsts.delete(segment);
      this.#sizes.delete(segment);
      this.#oldestSegment += 1;
      removed += 1;
    }
    return removed;
  }

  survey(): Room {
    this.#mustLive();
    let free = this.#free();
    const { segmentBytes, lowBytes } = this.#settings;
    let isMade = this.#reserve.isThere;
    const wanted = lowBytes + (isMade ? 0 : segmentBytes);
    if (free < wanted && this.#giveUpSpare()) free = this.#free();
    if (!isMade && free >= lowBytes + segmentBytes) {
      isMade = this.#makeReserve();
      free = this.#free();
    }
    if (free >= lowBytes && isMade) this.#room = "open";
    else if (this.#reserve.isThere || free >= this.#needed()) this.#room = "low";
    else this.#room = "full";
    return this.#room;
  }

  /** Leaves what the log needs: not the spare, nor what stood in the file before it was written anew. */
  trim(): void {
    this.#giveUpSpare();
    const file = this.#file;
    if (file === undefined || this.#at >= (this.#sizes.get(this.#segment) ?? 0)) return;
    this.#attempt("cut its last segment", () => this.#disk.truncate(file, this.#at));
    this.#sizes.set(this.#segment, this.#at);
  }

  /** Closes the file; writes nothing. */
  close(): void {
    const file = this.#file;
    this.#file = undefined;
    for (const { sync } of this.#pending) sync.wait();
    if (file !== undefined) this.#disk.close(file);
  }

  /** What the next batch takes at the most. */
  #needed(): number {
    return PAGE_BYTES + batchLength(this.#gathered);
  }

  #free(): number {
    return this.#attempt("ask for room", () => this.#disk.freeBytes());
  }

  /** False: somebody else took the room meanwhile. Too many open files take none: the next survey tries again. */
  #makeReserve(): boolean {
    try {
      this.#attempt("make its reserve", () => this.#reserve.make());
      this.#reserveBytes += this.#settings.segmentBytes;
      return true;
    } catch (error) {
      if (!(error instanceof JournalError && error.retryable)) throw error;
      return error.code === "NoFileHandles";
    }
  }

  /** Seals what gathered, be it nothing, and writes it. */
  #put(nowMs: number): void {
    const length = batchLength(this.#gathered);
    if (this.#at + length > this.#settings.segmentBytes) this.#roll(nowMs);
    const number = this.#written.number + 1;
    const { position } = this.#written;
    const bytes = this.#gathered;
    const oldest = this.#oldestAsked;
    sealBatch(this.#buffer, {
      ...{ id: this.#id, number, durable: this.#durable.number, nowMs, bytes },
      ...{ previous: this.#check, position, oldest },
    });
    const batch = this.#buffer.subarray(0, length);
    this.#attempt(`write batch ${number}`, () => {
      if (this.#file !== undefined) writeWhole(this.#disk, this.#file, batch, this.#at);
    });
    this.#at += length;
    this.#diskBytes += length;
    this.#sizes.set(this.#segment, Math.max(this.#at, this.#sizes.get(this.#segment) ?? 0));
    this.#gathered = 0;
    this.#check = checkOf(batch);
    this.#marked = this.#durable.number;
    this.#written = { number, position: position + bytes, oldest };
    if (bytes > 0) this.#lastWithRecords = number;
    if (this.#room === "full") this.#room = "low";
  }

  #roll(nowMs: number): void {
    this.sync();
    this.#open(this.#segment + 1, nowMs);
    this.#lookAtRoom();
  }

  /** Goes on in a new segment; all that was written before is durable. */
  #open(segment: number, nowMs: number): void {
    const { number, position } = this.#written;
    const header: Header = {
      ...{ id: this.#id, segment, life: this.#life, first: number + 1 },
      ...{ previous: this.#check, position, nowMs },
    };
    const { file, fileBytes } = this.#attempt(`make ${segmentName(segment)}`, () =>
      this.#spare.next(header),
    );
    if (this.#file !== undefined) this.#disk.close(this.#file);
    this.#file = file;
    this.#segment = segment;
    this.#at = PAGE_BYTES;
    this.#diskBytes += PAGE_BYTES;
    this.#firsts.set(segment, header.first);
    this.#sizes.set(segment, fileBytes);
    this.#marked = number;
  }

  #lookAtRoom(): void {
    if (this.#free() < this.#settings.lowBytes && this.#room === "open") this.#room = "low";
  }

  #mustLive(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Tries something on the disk, on a full one again without the reserve; keeps the error that is final. */
  #attempt<T>(what: string, call: () => T): T {
    for (;;) {
      try {
        return call();
      } catch (error) {
        this.#mayTryAgain(error instanceof JournalError ? error : diskError(what, error));
      }
    }
  }

  /** Returns where the reserve made room; throws else, for ever where the error is final. */
  #mayTryAgain(error: JournalError): void {
    if (error.code === "DiskFull") {
      if (this.#giveUpSpare() || this.#giveUpReserve()) return;
      this.#room = "full";
    }
    if (!error.retryable) this.#failure = error;
    throw error;
  }

  #giveUpSpare(): boolean {
    return this.#attempt("give up its spare", () => this.#spare.giveUp());
  }

  #giveUpReserve(): boolean {
    try {
      const given = this.#reserve.giveUp();
      if (given) this.#room = "low";
      return given;
    } catch (error) {
      const failure =
        error instanceof JournalError ? error : diskError("give up its reserve", error);
      this.#failure = failure;
      throw failure;
    }
  }
}
