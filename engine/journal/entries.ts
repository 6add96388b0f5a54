/**
 * Reads the entries of a log: what the records of its batches say, one by one, as plain objects. For
 * `sluice journal inspect` and `verify`, for cleaning and for tests; a start does not read this way (it
 * hands the bytes to the engine). Pure. What they mean: docs/JOURNAL.md, "What the records say".
 */
import {
  LOG_ATTEMPT,
  LOG_HEAD,
  LOG_HOWS,
  LOG_KINDS,
  LOG_MESSAGE,
  LOG_NODES_FIRST,
  LOG_PART,
  LOG_RECORD,
  LOG_RECORD_BYTES,
  LOG_STATES,
  LOG_VALUE,
} from "../../bindings/index.ts";
import type {
  ArrivedEntry,
  AttemptEntry,
  CutEntry,
  DepartedEntry,
  HiddenEntry,
  LogEntry,
  MessageEntry,
  MessageItem,
  NodesEntry,
  PartEntry,
  Place,
  ReceivedEntry,
  RemovedEntry,
  ResyncEntry,
  SlotsEntry,
} from "./entry.ts";

/** What stands at byte `at` is no entry. */
export class NoEntry extends Error {
  override readonly name = "NoEntry";
  readonly at: number;

  constructor(at: number, why: string) {
    super(`There is no entry at byte ${at} of the records: ${why}.`);
    this.at = at;
  }
}

/** One entry, numbers read by their offset from its begin. */
class Cursor {
  readonly at: number;
  readonly bytes: number;
  readonly code: number;
  readonly count: number;
  readonly extra: number;
  readonly #view: DataView;

  constructor(records: Uint8Array, at: number) {
    const left = records.length - at;
    if (left < LOG_HEAD.size) throw new NoEntry(at, `${left} bytes are no head`);
    const view = new DataView(records.buffer, records.byteOffset + at, left);
    this.at = at;
    this.bytes = view.getUint32(LOG_HEAD.bytes, true);
    if (this.bytes < LOG_HEAD.size || this.bytes % 8 !== 0) {
      throw new NoEntry(at, `it would have ${this.bytes} bytes`);
    }
    if (this.bytes > left) {
      throw new NoEntry(at, `it has ${this.bytes} bytes, and ${left} are there`);
    }
    this.code = view.getUint8(LOG_HEAD.kind);
    this.count = view.getUint8(LOG_HEAD.count);
    this.extra = view.getUint16(LOG_HEAD.extra, true);
    this.#view = new DataView(view.buffer, view.byteOffset, this.bytes);
  }

  byte(offset: number): number {
    return this.#view.getUint8(offset);
  }

  short(offset: number): number {
    return this.#view.getUint16(offset, true);
  }

  word(offset: number): number {
    return this.#view.getUint32(offset, true);
  }

  /** Of 64 bits, exact below 2^53. */
  wide(offset: number): number {
    return this.word(offset) + this.word(offset + 4) * 2 ** 32;
  }

  double(offset: number): number {
    return this.#view.getFloat64(offset, true);
  }

  key(offset: number): [low: bigint, high: bigint] {
    return [this.#view.getBigUint64(offset, true), this.#view.getBigUint64(offset + 8, true)];
  }

  view(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + from, to - from);
  }

  mustHave(bytes: number): void {
    if (this.bytes !== bytes) {
      throw new NoEntry(
        this.at,
        `its kind, ${this.code}, takes ${bytes} bytes, and it has ${this.bytes}`,
      );
    }
  }

  /** `count` records of so many bytes each, from `first` on, which end the entry. */
  items<Item>(first: number, recordBytes: number, read: (at: number) => Item): Item[] {
    this.mustHave(first + this.count * recordBytes);
    return Array.from({ length: this.count }, (_, index) => read(first + index * recordBytes));
  }

  nameOf<Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name {
    const names = Object.keys(codes) as Name[];
    const name = names.find((one) => codes[one] === code);
    if (name === undefined) throw new NoEntry(this.at, `a message's code of ${code} means nothing`);
    return name;
  }
}

function item(cursor: Cursor, at: number): MessageItem {
  return {
    slot: cursor.word(at + LOG_RECORD.slot),
    sequence: cursor.wide(at + LOG_RECORD.sequence),
  };
}

function readPart(cursor: Cursor, place: Place): PartEntry {
  cursor.mustHave(LOG_PART.size);
  return {
    ...place,
    kind: "part",
    shard: cursor.word(LOG_PART.shard),
    incarnation: cursor.word(LOG_PART.incarnation),
    operation: cursor.wide(LOG_PART.operation),
    nowMs: cursor.double(LOG_PART.nowMs),
    sequence: cursor.wide(LOG_PART.sequence),
    purgeSequence: cursor.wide(LOG_PART.purgeSequence),
    received: cursor.wide(LOG_PART.received),
    births: cursor.wide(LOG_PART.births),
    totals: Array.from({ length: 8 }, (_, index) => cursor.wide(LOG_PART.totals + index * 8)),
    goesOn: (cursor.extra & LOG_PART.goesOn) !== 0,
    isShort: (cursor.extra & LOG_PART.isShort) !== 0,
  };
}

function readMessage(cursor: Cursor, place: Place): MessageEntry {
  if (cursor.bytes < LOG_MESSAGE.size) cursor.mustHave(LOG_MESSAGE.size);
  const sizes = {
    bodyBytes: cursor.word(LOG_MESSAGE.bodyBytes),
    attributesBytes: cursor.word(LOG_MESSAGE.attributesBytes),
    groupBytes: cursor.byte(LOG_MESSAGE.groupBytes),
    deduplicationBytes: cursor.byte(LOG_MESSAGE.deduplicationBytes),
    traceBytes: cursor.short(LOG_MESSAGE.traceBytes),
    senderBytes: cursor.short(LOG_MESSAGE.senderBytes),
  };
  const first = LOG_MESSAGE.size + (sizes.groupBytes > 0 ? LOG_MESSAGE.hashBytes : 0);
  const end = first + Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  cursor.mustHave(Math.ceil(end / 8) * 8);
  return {
    ...place,
    ...sizes,
    kind: "message",
    how: cursor.nameOf(LOG_HOWS, cursor.short(LOG_MESSAGE.how)),
    state: cursor.nameOf(LOG_STATES, cursor.word(LOG_MESSAGE.state)),
    slot: cursor.word(LOG_MESSAGE.slot),
    sequence: cursor.wide(LOG_MESSAGE.sequence),
    birth: cursor.wide(LOG_MESSAGE.birth),
    birthBefore: cursor.wide(LOG_MESSAGE.birthBefore),
    sentAtMs: cursor.double(LOG_MESSAGE.sentAtMs),
    dueMs: cursor.double(LOG_MESSAGE.dueMs),
    receives: cursor.word(LOG_MESSAGE.receives),
    firstReceiveMs: cursor.word(LOG_MESSAGE.firstReceiveMs),
    lastReceiveMs: cursor.word(LOG_MESSAGE.lastReceiveMs),
    movedAfterMs: cursor.word(LOG_MESSAGE.movedAfterMs),
    source: cursor.word(LOG_MESSAGE.source),
    flags: cursor.word(LOG_MESSAGE.flags),
    content: cursor.view(first, end),
  };
}

function readReceived(cursor: Cursor, place: Place): ReceivedEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.received, (at) => ({
    ...item(cursor, at),
    receives: cursor.word(at + LOG_RECORD.receives),
    dueMs: cursor.double(at + LOG_RECORD.dueMs),
    firstReceiveMs: cursor.word(at + LOG_RECORD.firstReceiveMs),
    lastReceiveMs: cursor.word(at + LOG_RECORD.lastReceiveMs),
  }));
  return { ...place, kind: "received", items };
}

function readRemoved(cursor: Cursor, place: Place): RemovedEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.removed, (at) => item(cursor, at));
  return { ...place, kind: "removed", items };
}

function readHidden(cursor: Cursor, place: Place): HiddenEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.hidden, (at) => ({
    ...item(cursor, at),
    dueMs: cursor.double(at + LOG_RECORD.dueMs),
  }));
  return { ...place, kind: "hidden", items };
}

function readDeparted(cursor: Cursor, place: Place): DepartedEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.departed, (at) => ({
    ...item(cursor, at),
    targetIncarnation: cursor.word(at + LOG_RECORD.targetIncarnation),
    birth: cursor.wide(at + LOG_RECORD.departedBirth),
    flags: cursor.word(at + LOG_RECORD.flags),
    order: cursor.word(at + LOG_RECORD.order),
  }));
  return { ...place, kind: "departed", items };
}

function readArrived(cursor: Cursor, place: Place): ArrivedEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.arrived, (at) => ({
    slot: cursor.word(at + LOG_RECORD.slot),
    birthBefore: cursor.wide(at + LOG_RECORD.sequence),
  }));
  return { ...place, kind: "arrived", items };
}

function readCut(cursor: Cursor, place: Place): CutEntry {
  cursor.mustHave(LOG_VALUE + 8);
  const sequence = cursor.wide(LOG_VALUE);
  return { ...place, kind: "cut", sequence, isDeletion: cursor.extra !== 0 };
}

function readNodes(cursor: Cursor, place: Place): NodesEntry {
  const items = cursor.items(LOG_NODES_FIRST, LOG_RECORD_BYTES.node, (at) => ({
    key: cursor.key(at),
    sequence: cursor.wide(at + LOG_RECORD.nodeSequence),
    birth: cursor.wide(at + LOG_RECORD.nodeBirth),
  }));
  return { ...place, kind: "nodes", atMs: cursor.double(LOG_VALUE), items };
}

function readAttempt(cursor: Cursor, place: Place): AttemptEntry {
  const items = cursor.items(LOG_ATTEMPT.receipts, LOG_RECORD_BYTES.receipt, (at) => ({
    ...item(cursor, at),
    receives: cursor.word(at + LOG_RECORD.receives),
  }));
  return {
    ...place,
    kind: "attempt",
    operation: cursor.wide(LOG_ATTEMPT.operation),
    sinceMs: cursor.double(LOG_ATTEMPT.sinceMs),
    key: cursor.key(LOG_ATTEMPT.key),
    dueMs: cursor.double(LOG_ATTEMPT.dueMs),
    items,
  };
}

function readSlots(cursor: Cursor, place: Place): SlotsEntry {
  const items = cursor.items(LOG_HEAD.size, LOG_RECORD_BYTES.slots, (at) => ({
    former: cursor.word(at),
    slot: cursor.word(at + 4),
    sequence: cursor.wide(at + LOG_RECORD.sequence),
  }));
  return { ...place, kind: "slots", items };
}

function readResync(kind: ResyncEntry["kind"]): (cursor: Cursor, place: Place) => ResyncEntry {
  return (cursor, place) => {
    cursor.mustHave(LOG_VALUE + 8);
    return { ...place, kind, sequence: cursor.wide(LOG_VALUE) };
  };
}

const READERS: ReadonlyMap<number, (cursor: Cursor, place: Place) => LogEntry> = new Map<
  number,
  (cursor: Cursor, place: Place) => LogEntry
>([
  [LOG_KINDS.part, readPart],
  [LOG_KINDS.message, readMessage],
  [LOG_KINDS.received, readReceived],
  [LOG_KINDS.removed, readRemoved],
  [LOG_KINDS.hidden, readHidden],
  [LOG_KINDS.departed, readDeparted],
  [LOG_KINDS.arrived, readArrived],
  [LOG_KINDS.cut, readCut],
  [LOG_KINDS.nodes, readNodes],
  [LOG_KINDS.attempt, readAttempt],
  [LOG_KINDS.resync, readResync("resync")],
  [LOG_KINDS.resynced, readResync("resynced")],
  [LOG_KINDS.slots, readSlots],
]);

/** The entries of a batch, in order. Throws NoEntry where there is none. */
export function* entriesOf(records: Uint8Array): Generator<LogEntry> {
  for (let at = 0; at < records.length; ) {
    const cursor = new Cursor(records, at);
    const place = { at, bytes: cursor.bytes };
    const read = READERS.get(cursor.code);
    if (cursor.code >= LOG_KINDS.foreign) {
      const entry = records.subarray(at, at + cursor.bytes);
      yield { ...place, kind: "foreign", code: cursor.code, entry };
    } else if (read === undefined) {
      throw new NoEntry(at, `there is no kind ${cursor.code}`);
    } else yield read(cursor, place);
    at += cursor.bytes;
  }
}
