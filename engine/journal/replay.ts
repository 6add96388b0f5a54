/**
 * Reads a journal from its directory: which segments belong to it, where the log ends, and whether it
 * ends there because a crash tore it or because something is damaged. Changes nothing on the disk; the
 * writer draws the conclusions afterwards (writer.ts).
 *
 * The one rule: only a durable mark that stands later, in a batch or in a segment's header, makes a bad
 * batch corruption. Else the log ends before it, whatever stands behind.
 */
import { PIECES_READY } from "../../bindings/index.ts";
import { type Disk, uninterrupted } from "./disk.ts";
import { FileWindow, type Places } from "./fileWindow.ts";
import { type Header, PAGE_BYTES } from "./format.ts";
import type { Visit } from "./journal.ts";
import { diskError, JournalError } from "./journalError.ts";
import { type Listed, segmentName, sortNames } from "./names.ts";
import {
  type Chain,
  chainOf,
  continues,
  headerOf,
  type Place,
  SegmentReader,
} from "./segmentReader.ts";

/** What was read. */
export interface Known {
  readonly listed: Listed;
  /** The end of the log; of a directory without segments nothing. */
  readonly end?: End;
}

export interface End {
  readonly chain: Chain;
  readonly life: number;
  /** The first and the last segment of those that hang together. */
  readonly oldestSegment: number;
  readonly newestSegment: number;
  /** The number of the first batch of each of them, and how long its file is. */
  readonly firsts: ReadonlyMap<number, number>;
  readonly sizes: ReadonlyMap<number, number>;
  /** Where the last segment's batches end, and how long its file is. */
  readonly at: number;
  readonly fileBytes: number;
}

/** Reads all that the disk has, and shows it. */
export type Replay = (disk: Disk, visit: Visit) => Known;

/** `places`: where what is shown lies. */
export function replay(disk: Disk, visit: Visit, places?: Places): Known {
  const reading = new Reading(disk, visit, places);
  while (reading.step());
  return reading.known;
}

/** A segment that is being read. */
interface Open {
  readonly reader: SegmentReader;
  /** The next one's header; undefined: there is none. */
  readonly sealedBy: Header | undefined;
  /** The number of the last batch that is read of it. */
  readonly last: number;
  readonly life: number;
  place: Place;
}

/** How much of a segment is read at least before the next step: no more batches than a ring of pieces has room for. */
const STEP_BYTES = PIECES_READY * PAGE_BYTES;

/** Likewise, some batches a step, so that a thread which has other work can do it in between. */
export class Reading {
  readonly #disk: Disk;
  readonly #visit: Visit;
  readonly #window: FileWindow;
  readonly #headers = new FileWindow(undefined, PAGE_BYTES);
  readonly #listed: Listed;
  readonly #newest: number | undefined;
  readonly #oldest: number;
  readonly #firsts = new Map<number, number>();
  readonly #sizes = new Map<number, number>();
  #segment: number;
  #chain: Chain | undefined;
  #open: Open | undefined;
  #known: Known | undefined;

  constructor(disk: Disk, visit: Visit, places?: Places) {
    this.#disk = disk;
    this.#visit = visit;
    this.#window = new FileWindow(places);
    this.#listed = list(disk);
    this.#newest = this.#listed.segments.at(-1);
    this.#oldest = oldestOf(this.#listed.segments);
    this.#segment = this.#oldest;
  }

  /** What was read, when all was. */
  get known(): Known {
    if (this.#known === undefined) throw new Error("The journal has not been read to its end.");
    return this.#known;
  }

  /** Shows the next batches, or goes on to the next segment; false: all was read. */
  step(): boolean {
    try {
      if (this.#known === undefined) this.#go();
    } catch (error) {
      this.end();
      throw error;
    }
    return this.#known === undefined;
  }

  /** Nobody wants more of it. */
  end(): void {
    this.#open?.reader.close();
    this.#open = undefined;
  }

  #go(): void {
    if (this.#newest === undefined) {
      refuseForeign(this.#listed);
      this.#known = { listed: this.#listed };
      return;
    }
    const open = this.#open ?? this.#enter(this.#newest);
    const { reader, last, place } = open;
    const next = reader.walk(place, last, this.#visit, STEP_BYTES);
    if (next === place) this.#leave(open, this.#newest);
    else open.place = next;
  }

  #enter(newest: number): Open {
    const segment = this.#segment;
    const reader = new SegmentReader(this.#disk, segment, this.#window);
    try {
      const header = headerOf(reader);
      const chain = enter(header, this.#chain);
      this.#firsts.set(segment, header.first);
      this.#sizes.set(segment, reader.bytes);
      const sealedBy =
        segment < newest ? headerOfFile(this.#disk, segment + 1, this.#headers) : undefined;
      const last = sealedBy === undefined ? Number.POSITIVE_INFINITY : sealedBy.first - 1;
      this.#open = { reader, sealedBy, last, life: header.life, place: { at: PAGE_BYTES, chain } };
      return this.#open;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  #leave({ reader, sealedBy, life, place }: Open, newest: number): void {
    const { at, chain } = place;
    if (sealedBy !== undefined) refuseDamaged(sealedBy, chain, this.#segment, at);
    else {
      refuseMarked(reader, chain, at);
      refuseMissing(chain, this.#oldest);
      const segments = { oldestSegment: this.#oldest, newestSegment: newest };
      const read = { firsts: this.#firsts, sizes: this.#sizes, at, fileBytes: reader.bytes };
      this.#known = { listed: this.#listed, end: { chain, life, ...segments, ...read } };
    }
    this.#chain = chain;
    this.#segment += 1;
    this.end();
  }
}

function list(disk: Disk): Listed {
  try {
    return sortNames(uninterrupted(() => disk.list()));
  } catch (error) {
    throw diskError("list its directory", error);
  }
}

/** A new journal goes into an empty directory, so that a wrong path is told before it is written to. */
function refuseForeign({ foreign }: Listed): void {
  if (foreign.length === 0) return;
  const few = foreign.slice(0, 3).join(", ");
  const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : "";
  throw new JournalError(
    "Foreign",
    `The directory holds no journal, but other files (${few}${more}). A new journal needs an empty directory.`,
  );
}

/**
 * The first of the segments that hang together up to the last. What lies below a gap was taken away
 * with the gap; a power cut may have kept its name.
 */
function oldestOf(segments: readonly number[]): number {
  let index = segments.length - 1;
  while (index > 0 && segments[index - 1] === (segments[index] ?? 0) - 1) index--;
  return segments[index] ?? 0;
}

function headerOfFile(disk: Disk, segment: number, window: FileWindow): Header {
  const reader = new SegmentReader(disk, segment, window);
  try {
    return headerOf(reader);
  } finally {
    reader.close();
  }
}

/** The chain at the beginning of a segment: the first one's is as its header says. */
function enter(header: Header, chain: Chain | undefined): Chain {
  if (chain !== undefined) return { ...chain, nowMs: Math.max(chain.nowMs, header.nowMs) };
  const begin = chainOf(header);
  const isWhole =
    header.segment > 1 || continues(header, { ...begin, number: 0, check: 0, position: 0 });
  if (isWhole && header.first > 0 && header.position >= 0) return begin;
  throw new JournalError(
    "Corrupt",
    `${segmentName(header.segment)} does not begin as a journal does.`,
  );
}

/** The next segment's header is a mark: all batches before its first one were durable. */
function refuseDamaged(next: Header, chain: Chain, segment: number, at: number): void {
  if (continues(next, chain)) return;
  const [name, nextName] = [segmentName(segment), segmentName(segment + 1)];
  if (next.id !== chain.id) {
    throw new JournalError("Corrupt", `${nextName} belongs to another journal than ${name}.`);
  }
  if (chain.number < next.first - 1) {
    throw new JournalError(
      "Corrupt",
      `Batch ${chain.number + 1}, at byte ${at} of ${name}, is damaged or missing, and was durable: ${nextName} begins with batch ${next.first}.`,
    );
  }
  throw new JournalError(
    "Corrupt",
    `${nextName} does not follow ${name}: it begins with batch ${next.first} at position ${next.position}, and before it stands batch ${chain.number} up to position ${chain.position}, or another one of that number.`,
  );
}

function refuseMarked(reader: SegmentReader, chain: Chain, at: number): void {
  const mark = reader.findMark(at, chain.id, chain.number + 1);
  if (mark === undefined) return;
  throw new JournalError(
    "Corrupt",
    `Batch ${chain.number + 1}, at byte ${at} of ${segmentName(reader.segment)}, is damaged, and was durable: batch ${mark.number} at byte ${mark.at} says so.`,
  );
}

function refuseMissing(chain: Chain, oldest: number): void {
  if (oldest <= chain.oldest) return;
  const last = oldest - 1;
  const missing =
    chain.oldest === last
      ? segmentName(last)
      : `${segmentName(chain.oldest)} to ${segmentName(last)}`;
  throw new JournalError("Corrupt", `What is still needed is missing: ${missing}.`);
}
