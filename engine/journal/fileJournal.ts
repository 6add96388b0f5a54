/**
 * The file log: the journal that keeps its records in the files of one directory (docs/JOURNAL.md). Who
 * opens it owns the directory until `close` or the end of the process. Its calls are synchronous inside
 * and answer promises because another backend's can't be; make it in a thread of its own.
 */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { randomSecret } from "../random.ts";
import type { Disk } from "./disk.ts";
import { batchLength, PAGE_BYTES, RECORDS_BYTES_MAX } from "./format.ts";
import type { Journal, Replayed, Room, Visit } from "./journal.ts";
import { diskError, JournalError } from "./journalError.ts";
import { type Lock, takeLock } from "./lock.ts";
import { segmentName } from "./names.ts";
import { NodeDisk } from "./nodeDisk.ts";
import { type Known, type Replay, replay } from "./replay.ts";
import { chainOf, headerOf, type Place, SegmentReader } from "./segmentReader.ts";
import { Writer, type WriterSettings } from "./writer.ts";

export interface FileJournalOptions {
  /** Where the files are; made when it is not there. */
  readonly directory: string;
  /** How long a segment gets: 16 to 64 MiB, default 32 MiB. A change holds for new segments. */
  readonly segmentBytes?: number;
  /** How many bytes of records a batch takes: up to 8 MiB, default 4 MiB. No record may be longer. */
  readonly batchBytes?: number;
  /** What reads and writes the directory, once it is there and locked; default: node:fs. */
  readonly openDisk?: (directory: string) => Disk;
  /** What another thread of this process took; default: it is taken now, and the directory made. */
  readonly lock?: Lock;
  /** Who reads it first; default: this thread. */
  readonly replay?: Replay;
}

function openNodeDisk(directory: string): Disk {
  return new NodeDisk(directory);
}

const MIB = 1_048_576;
const SEGMENT_BYTES_DEFAULT = 32 * MIB;
const BATCH_BYTES_DEFAULT = 4 * MIB;
/** As much as two segments: what others write on the disk in a second or two. */
const LOW_SEGMENTS = 2;

/** @throws RangeError for what is out of its range. */
function settingsOf(options: FileJournalOptions): WriterSettings {
  const { segmentBytes = SEGMENT_BYTES_DEFAULT, batchBytes = BATCH_BYTES_DEFAULT } = options;
  if (!(segmentBytes >= 16 * MIB && segmentBytes <= 64 * MIB) || segmentBytes % PAGE_BYTES !== 0) {
    throw new RangeError(
      `segmentBytes is from 16 MiB to 64 MiB in steps of ${PAGE_BYTES}, not ${segmentBytes}.`,
    );
  }
  if (!(Number.isInteger(batchBytes) && batchBytes > 0 && batchBytes <= RECORDS_BYTES_MAX)) {
    throw new RangeError(`batchBytes is a whole number from 1 to 8 MiB, not ${batchBytes}.`);
  }
  return { segmentBytes, batchBytes, lowBytes: LOW_SEGMENTS * segmentBytes };
}

/**
 * Opens the journal of a directory, new or not. Rejects with a JournalError: `Locked` when somebody has
 * it, `ReadOnly`, `DiskFailed`; with a RangeError for options out of their range.
 */
export async function openFileJournal(options: FileJournalOptions): Promise<Journal> {
  const settings = settingsOf(options);
  const directory = resolve(options.directory);
  const { openDisk = openNodeDisk } = options;
  const lock = options.lock ?? (await takeDirectory(directory));
  try {
    return new FileJournal(openDisk(directory), settings, lock, options.replay);
  } catch (error) {
    lock.release();
    throw diskError(`open ${directory}`, error);
  }
}

function takeDirectory(directory: string): Promise<Lock> {
  makeDirectory(directory);
  return takeLock(directory);
}

/** Makes it, with what leads there; the name of each is synced before anything stands in it. */
function makeDirectory(directory: string): void {
  try {
    const first = mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = directory; made.length >= first.length; made = dirname(made)) {
      const parent = new NodeDisk(dirname(made));
      parent.syncDirectory();
      parent.end();
    }
  } catch (error) {
    throw diskError(`make ${directory}`, error);
  }
}

function randomId(): bigint {
  return new DataView(randomSecret(8).buffer).getBigUint64(0, true);
}

function damaged(segment: number, batch: number, at: number): JournalError {
  return new JournalError(
    "Corrupt",
    `Batch ${batch}, at byte ${at} of ${segmentName(segment)}, is damaged, and was durable.`,
  );
}

/** Which calls may come now. */
type Stage =
  | { readonly is: "opened" }
  | { readonly is: "replayed"; readonly known: Known }
  | { readonly is: "begun"; readonly writer: Writer }
  | { readonly is: "closed" };

export class FileJournal implements Journal {
  readonly #disk: Disk;
  readonly #settings: WriterSettings;
  readonly #lock: Lock | undefined;
  readonly #replay: Replay;
  #stage: Stage = { is: "opened" };
  /** A segment that was not shown to its end yet, its file open, and how far it was. */
  #shown: { readonly reader: SegmentReader; readonly place: Place } | undefined;

  /** @param lock what makes the directory this journal's; tests on a simulated disk need none. */
  constructor(disk: Disk, settings: WriterSettings, lock?: Lock, read: Replay = replay) {
    if (PAGE_BYTES + batchLength(settings.batchBytes) > settings.segmentBytes) {
      throw new RangeError(`A batch of ${settings.batchBytes} bytes does not fit into a segment.`);
    }
    this.#disk = disk;
    this.#settings = settings;
    this.#lock = lock;
    this.#replay = read;
  }

  async replay(visit: Visit): Promise<Replayed> {
    if (this.#stage.is !== "opened")
      throw new Error("A journal is replayed once, after it is opened.");
    const known = this.#replay(this.#disk, visit);
    this.#stage = { is: "replayed", known };
    const { end } = known;
    return {
      lives: end?.life ?? 0,
      nowMs: end?.chain.nowMs ?? 0,
      position: end?.chain.position ?? 0,
      oldestSegment: end?.oldestSegment ?? 1,
      tornBytes: end === undefined ? 0 : Math.max(0, end.fileBytes - end.at),
    };
  }

  async begin(nowMs: number): Promise<void> {
    if (this.#stage.is !== "replayed")
      throw new Error("A journal begins once, after it is replayed.");
    const { known } = this.#stage;
    const id = known.end?.chain.id ?? randomId();
    const writer = new Writer(this.#disk, this.#settings, known, id, nowMs);
    this.#stage = { is: "begun", writer };
  }

  get #writer(): Writer {
    if (this.#stage.is === "begun") return this.#stage.writer;
    throw new Error(`A journal that is ${this.#stage.is} takes no records: begin it first.`);
  }

  append(records: Uint8Array): number {
    return this.#writer.append(records);
  }

  get gatherRoom(): number {
    return this.#writer.gatherRoom;
  }

  get appended(): number {
    return this.#writer.appended;
  }

  get written(): number {
    return this.#writer.written;
  }

  get durable(): number {
    return this.#writer.durable;
  }

  get diskBytes(): number {
    return this.#writer.diskBytes;
  }

  get reserveBytes(): number {
    return this.#writer.reserveBytes;
  }

  get heldBytes(): number {
    return this.#writer.heldBytes;
  }

  async write(nowMs: number): Promise<void> {
    this.#writer.write(nowMs);
  }

  async sync(): Promise<void> {
    this.#writer.sync();
  }

  beginSync(): boolean {
    return this.#writer.beginSync();
  }

  settle(): void {
    this.#writer.settle();
  }

  async commit(nowMs: number): Promise<void> {
    this.#writer.write(nowMs);
    this.#writer.sync();
  }

  async mark(nowMs: number): Promise<void> {
    this.#writer.mark(nowMs);
  }

  discardBefore(segment: number): void {
    this.#writer.discardBefore(segment);
  }

  async clean(): Promise<number> {
    return this.#writer.clean();
  }

  get oldestSegment(): number {
    return this.#writer.oldestSegment;
  }

  get currentSegment(): number {
    return this.#writer.currentSegment;
  }

  async read(segment: number, visit: Visit, bytes: number): Promise<boolean> {
    const writer = this.#writer;
    const next = writer.firstOf(segment + 1);
    if (next === undefined || writer.firstOf(segment) === undefined) {
      throw new RangeError(
        `Segments ${writer.oldestSegment} to ${writer.currentSegment - 1} can be read, not ${segment}.`,
      );
    }
    const { reader, place: from } = this.#goOnWith(segment);
    let isMore = false;
    try {
      const place = reader.walk(from, next - 1, visit, bytes);
      const { at, chain } = place;
      if (chain.number === next - 1) return false;
      isMore = at - from.at >= bytes;
      if (isMore) this.#shown = { reader, place };
      else throw damaged(segment, chain.number + 1, at);
      return true;
    } finally {
      if (!isMore) reader.close();
    }
  }

  /** Where the showing of a segment goes on, or begins. */
  #goOnWith(segment: number): { readonly reader: SegmentReader; readonly place: Place } {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown?.reader.segment === segment) return shown;
    shown?.reader.close();
    const reader = new SegmentReader(this.#disk, segment);
    try {
      return { reader, place: { at: PAGE_BYTES, chain: chainOf(headerOf(reader)) } };
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  get room(): Room {
    return this.#writer.room;
  }

  async survey(): Promise<Room> {
    return this.#writer.survey();
  }

  async close(nowMs: number): Promise<void> {
    const stage = this.#stage;
    if (stage.is === "closed") return;
    this.#stage = { is: "closed" };
    this.#shown?.reader.close();
    this.#shown = undefined;
    try {
      if (stage.is !== "begun") return;
      stage.writer.mark(nowMs);
      stage.writer.trim();
    } finally {
      if (stage.is === "begun") stage.writer.close();
      this.#disk.end();
      this.#lock?.release();
    }
  }
}
