/**
 * The bytes of a segment's header and of a batch, as docs/JOURNAL.md draws them: reading, writing and
 * checking. Pure; used by reader and writer alike. All numbers are little-endian. Header and batches
 * begin at multiples of a page and fill whole pages, so that no page that was synced is ever written
 * again: a torn write can only hurt what nobody was told is safe.
 */
import { checksumOf } from "../../bindings/index.ts";

export const PAGE_BYTES = 4096;
export const VERSION = 1;
/** The fields before a batch's records. */
export const HEAD_BYTES = 64;
/** No batch has more bytes of records. */
export const RECORDS_BYTES_MAX = 8_388_608;

/** "SLUICEJ" and a line feed, which a transfer as text would change. */
const SEGMENT_MAGIC = 0x0a4a454349554c53n;
/** "BATC". */
const BATCH_MAGIC = 0x43544142;

/** The places of a header's fields. */
const AT_VERSION = 8;
const AT_HEADER_CHECK = 12;
const AT_HEADER_ID = 16;
const AT_SEGMENT = 24;
const AT_HEADER_PREVIOUS = 28;
const AT_FIRST = 32;
const AT_HEADER_POSITION = 40;
const AT_LIFE = 48;
const AT_HEADER_NOW = 56;

/** The places of a batch's fields. */
const AT_CHECK = 4;
const AT_ID = 8;
/** From here on a batch is under its check. */
export const CHECKED_FROM = AT_ID;
const AT_NUMBER = 16;
const AT_DURABLE = 24;
const AT_NOW = 32;
const AT_BYTES = 40;
const AT_PREVIOUS = 44;
const AT_POSITION = 48;
const AT_OLDEST = 56;

/** What the header of a segment says. */
export interface Header {
  /** Which journal this is: the same in all of its segments and batches. */
  readonly id: bigint;
  readonly segment: number;
  /** Counts the lives of the journal: 1 in what the first `begin` wrote. */
  readonly life: number;
  /** The number of the first batch in it. All before that are durable. */
  readonly first: number;
  /** The check of the batch before that, which depends on all before it: 0 where there is none. */
  readonly previous: number;
  /** The position of the first byte of records in it. */
  readonly position: number;
  readonly nowMs: number;
}

/** What the head of a batch says. */
export interface Head {
  readonly id: bigint;
  readonly number: number;
  /** The last batch that was durable when this one was written. */
  readonly durable: number;
  readonly nowMs: number;
  /** Bytes of records. */
  readonly bytes: number;
  /** The check of the batch before. */
  readonly previous: number;
  readonly position: number;
  /** The oldest segment that is still needed. */
  readonly oldest: number;
}

/** As it was read, with its check. */
export interface HeadRead extends Head {
  readonly check: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A whole number below 2^53, or -1 for what is more than that. */
function numberAt(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  return high < 2 ** 21 ? high * 2 ** 32 + view.getUint32(at, true) : -1;
}

function putNumber(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

/** How long so many bytes are in whole pages. */
export function inPages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

/** How long a batch with so many bytes of records is on the disk. */
export function batchLength(recordBytes: number): number {
  return inPages(HEAD_BYTES + recordBytes);
}

export function encodeHeader(header: Header): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  const view = viewOf(page);
  view.setBigUint64(0, SEGMENT_MAGIC, true);
  view.setUint32(AT_VERSION, VERSION, true);
  view.setBigUint64(AT_HEADER_ID, header.id, true);
  view.setUint32(AT_SEGMENT, header.segment, true);
  view.setUint32(AT_HEADER_PREVIOUS, header.previous, true);
  putNumber(view, AT_FIRST, header.first);
  putNumber(view, AT_HEADER_POSITION, header.position);
  view.setUint32(AT_LIFE, header.life, true);
  view.setFloat64(AT_HEADER_NOW, header.nowMs, true);
  view.setUint32(AT_HEADER_CHECK, headerCheck(page), true);
  return page;
}

function headerCheck(page: Uint8Array): number {
  const checked = page.slice(0, PAGE_BYTES);
  checked.fill(0, AT_HEADER_CHECK, AT_HEADER_ID);
  return checksumOf(checked);
}

/** Why a page is no header: what it is not, or the version that wrote it. */
export type BadHeader = "foreign" | "damaged" | { readonly version: number };

/**
 * Reads a header. A file is a segment by its first eight bytes; the version stands behind them in
 * every version, and what follows is only read where it is ours.
 */
export function decodeHeader(page: Uint8Array): Header | BadHeader {
  if (page.length < PAGE_BYTES) return "damaged";
  const view = viewOf(page);
  if (view.getBigUint64(0, true) !== SEGMENT_MAGIC) return "foreign";
  const version = view.getUint32(AT_VERSION, true);
  if (version > VERSION) return { version };
  if (version < VERSION || view.getUint32(AT_HEADER_CHECK, true) !== headerCheck(page)) {
    return "damaged";
  }
  return {
    id: view.getBigUint64(AT_HEADER_ID, true),
    segment: view.getUint32(AT_SEGMENT, true),
    life: view.getUint32(AT_LIFE, true),
    first: numberAt(view, AT_FIRST),
    previous: view.getUint32(AT_HEADER_PREVIOUS, true),
    position: numberAt(view, AT_HEADER_POSITION),
    nowMs: view.getFloat64(AT_HEADER_NOW, true),
  };
}

/**
 * Makes a batch of a buffer whose records stand behind the first HEAD_BYTES: fills in the head and
 * zeros up to a whole page. Answers its length on the disk.
 */
export function sealBatch(buffer: Uint8Array, head: Head): number {
  const length = batchLength(head.bytes);
  const view = viewOf(buffer);
  buffer.fill(0, 0, HEAD_BYTES);
  buffer.fill(0, HEAD_BYTES + head.bytes, length);
  view.setUint32(0, BATCH_MAGIC, true);
  view.setBigUint64(AT_ID, head.id, true);
  putNumber(view, AT_NUMBER, head.number);
  putNumber(view, AT_DURABLE, head.durable);
  view.setFloat64(AT_NOW, head.nowMs, true);
  view.setUint32(AT_BYTES, head.bytes, true);
  view.setUint32(AT_PREVIOUS, head.previous, true);
  putNumber(view, AT_POSITION, head.position);
  view.setUint32(AT_OLDEST, head.oldest, true);
  view.setUint32(AT_CHECK, checksumOf(buffer.subarray(AT_ID, length)), true);
  return length;
}

/** The check of a batch: what the one after it has as `previous`. */
export function checkOf(batch: Uint8Array): number {
  return viewOf(batch).getUint32(AT_CHECK, true);
}

/** What the head of the batch that begins here says, true or not; undefined: none can begin here. */
export function decodeHead(page: Uint8Array): HeadRead | undefined {
  if (page.length < HEAD_BYTES) return undefined;
  const view = viewOf(page);
  const bytes = view.getUint32(AT_BYTES, true);
  if (view.getUint32(0, true) !== BATCH_MAGIC || bytes > RECORDS_BYTES_MAX) return undefined;
  return {
    check: view.getUint32(AT_CHECK, true),
    id: view.getBigUint64(AT_ID, true),
    number: numberAt(view, AT_NUMBER),
    durable: numberAt(view, AT_DURABLE),
    nowMs: view.getFloat64(AT_NOW, true),
    bytes,
    previous: view.getUint32(AT_PREVIOUS, true),
    position: numberAt(view, AT_POSITION),
    oldest: view.getUint32(AT_OLDEST, true),
  };
}
