/**
 * Reads one segment from its file, a window at a time, so that memory does not grow with the log: its
 * header, and the batches that stand in it, each checked for itself and against the one before. Opens
 * files for reading alone. docs/JOURNAL.md numbers the conditions that are checked here.
 */
import { Checksum, STRIPE_BYTES } from "../../bindings/index.ts";
import { type Disk, uninterrupted } from "./disk.ts";
import { FileWindow, PIECE_BYTES } from "./fileWindow.ts";
import {
  type BadHeader,
  batchLength,
  CHECKED_FROM,
  decodeHead,
  decodeHeader,
  HEAD_BYTES,
  type Head,
  type Header,
  type HeadRead,
  PAGE_BYTES,
} from "./format.ts";
import type { Visit } from "./journal.ts";
import { diskError, JournalError } from "./journalError.ts";
import { segmentName } from "./names.ts";

/** What is checked at a time: whole stripes, and no byte that is not at hand. */
const CHECKED_BYTES = PIECE_BYTES - STRIPE_BYTES;

/** The end of what was read so far: what the next batch must follow. */
export interface Chain {
  readonly id: bigint;
  /** The last batch's number: 0 before the first. */
  readonly number: number;
  /** Its check. */
  readonly check: number;
  /** The position behind its records. */
  readonly position: number;
  /** The oldest segment that is still needed, as it says. */
  readonly oldest: number;
  /** The greatest `nowMs` so far. */
  readonly nowMs: number;
}

/** A place in a segment: a byte, and what the batch there must follow. */
export interface Place {
  readonly at: number;
  readonly chain: Chain;
}

/** A batch that is intact, and what its head says. */
interface Found {
  readonly batch: Uint8Array;
  readonly head: HeadRead;
}

/** Where the log stands at the beginning of a segment, as its header says it. */
export function chainOf(header: Header): Chain {
  const { id, first, previous, position, nowMs } = header;
  return { id, number: first - 1, check: previous, position, oldest: 1, nowMs };
}

/** Whether a header is the one that follows a chain. */
export function continues(header: Header, chain: Chain): boolean {
  return (
    header.id === chain.id &&
    header.first === chain.number + 1 &&
    header.previous === chain.check &&
    header.position === chain.position
  );
}

/** Whether a batch that is intact in itself is the one that follows a chain. */
function follows(head: Head, chain: Chain, segment: number): boolean {
  return (
    head.number === chain.number + 1 &&
    head.previous === chain.check &&
    head.position === chain.position &&
    head.durable >= 0 &&
    head.durable < head.number &&
    head.oldest >= chain.oldest &&
    head.oldest <= segment
  );
}

/** The chain at the end of a batch that follows one. */
function behind({ number, check, position, bytes, oldest, nowMs }: HeadRead, chain: Chain): Chain {
  const greatestMs = Math.max(chain.nowMs, nowMs);
  return { id: chain.id, number, check, position: position + bytes, oldest, nowMs: greatestMs };
}

export class SegmentReader {
  readonly segment: number;
  readonly bytes: number;
  readonly #disk: Disk;
  readonly #file: number;
  readonly #window: FileWindow;

  /** @param window of who reads one segment after the other: it is this one's from now on */
  constructor(disk: Disk, segment: number, window = new FileWindow()) {
    this.#disk = disk;
    this.segment = segment;
    const name = segmentName(segment);
    try {
      this.#file = uninterrupted(() => disk.open(name, "read"));
    } catch (error) {
      throw diskError(`open ${name}`, error);
    }
    this.bytes = disk.size(this.#file);
    this.#window = window;
    window.open(disk, this.#file, name);
  }

  close(): void {
    this.#disk.close(this.#file);
  }

  header(): Header | BadHeader {
    return decodeHeader(this.#window.bytes(0, PAGE_BYTES));
  }

  /** The batch that begins there, if one does that is intact and this journal's; good until the next call. */
  batchAt(at: number, id: bigint): Found | undefined {
    const head = decodeHead(this.#window.bytes(at, PAGE_BYTES));
    if (head === undefined || head.id !== id) return undefined;
    const length = batchLength(head.bytes);
    if (at + length > this.bytes) return undefined;
    this.#window.hold(at, length);
    const batch = this.#checked(at, length, head.check);
    return batch && { batch, head };
  }

  /** So many bytes, which are checked a piece at a time, as they are read; undefined: they are not what they were. */
  #checked(at: number, length: number, check: number): Uint8Array | undefined {
    const checksum = new Checksum(this.#window.bytes(at, PAGE_BYTES).buffer);
    for (let done = CHECKED_FROM; ; done += CHECKED_BYTES) {
      const to = Math.min(length, done + CHECKED_BYTES);
      const come = this.#window.bytes(at, to);
      if (come.length < to) return undefined;
      if (to === length) return checksum.end(come.subarray(done)) === check ? come : undefined;
      checksum.add(come.subarray(done));
    }
  }

  /**
   * Shows the batches from a place on, as long as each follows the one before, at most up to number
   * `last`, and no more when `bytesMax` bytes were read. Answers where it ended, and the chain there:
   * the same place where it showed none.
   */
  walk(from: Place, last: number, visit: Visit, bytesMax: number): Place {
    let { at, chain } = from;
    while (chain.number < last && at - from.at < bytesMax) {
      const found = this.batchAt(at, chain.id);
      if (found === undefined || !follows(found.head, chain, this.segment)) break;
      this.#show(at, found, visit);
      at += found.batch.length;
      chain = behind(found.head, chain);
    }
    return at === from.at ? from : { at, chain };
  }

  #show(at: number, { batch, head }: Found, visit: Visit): void {
    const { number, position, bytes, nowMs } = head;
    if (bytes === 0) return;
    const records = batch.subarray(HEAD_BYTES, HEAD_BYTES + bytes);
    visit({ number, segment: this.segment, at, position, nowMs, records });
  }

  /**
   * Looks behind a batch that is not valid for one that says that it was durable. Answers that one's
   * place and number.
   */
  findMark(
    behind: number,
    id: bigint,
    number: number,
  ): { readonly at: number; readonly number: number } | undefined {
    let at = behind;
    while (at < this.bytes) {
      const head = this.batchAt(at, id)?.head;
      if (head !== undefined && head.durable >= number) return { at, number: head.number };
      at += PAGE_BYTES;
    }
    return undefined;
  }
}

/** The header of a segment, or an error that says what is wrong with the file. */
export function headerOf(reader: SegmentReader): Header {
  const header = reader.header();
  const name = segmentName(reader.segment);
  if (header === "foreign") {
    throw new JournalError("Foreign", `${name} is not a segment of a journal of Sluice's.`);
  }
  if (header === "damaged") {
    throw new JournalError(
      "Corrupt",
      `The header of ${name} is damaged, and it was on the disk before the file had this name.`,
    );
  }
  if ("version" in header) {
    throw new JournalError(
      "NewerVersion",
      `${name} was written by a newer version of Sluice (format ${header.version}); this one reads format 1. Start that version, or another directory.`,
    );
  }
  if (header.segment !== reader.segment) {
    throw new JournalError("Corrupt", `${name} holds segment ${header.segment}: it was renamed.`);
  }
  return header;
}
