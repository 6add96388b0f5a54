/**
 * What is in a memory, as plain values that can be compared: of each queue its messages in order with all
 * that belongs to them, its gauges, totals and time, what waits among the arrivals, and what a FIFO queue
 * remembers. Read from the memory itself, while nobody is active.
 */
import * as layout from "../../assembly/layout.ts";
import type { WasmMemory } from "../../bindings/webassembly.ts";

/** A memory, and the moment at which it is looked at. */
export interface Pictured {
  readonly memory: WasmMemory;
  readonly nowMs: number;
  /** A word of the header. */
  header(offset: number): number;
  /** Where a queue's shard is. */
  shardAt(queue: number): number;
  isFifo(queue: number): boolean;
}

export interface MessagePicture {
  readonly sequence: number;
  readonly slot: number;
  readonly state: number;
  readonly receives: number;
  /** Of one that is hidden or delayed; 0 of others. */
  readonly dueMs: number;
  readonly sentAtMs: number;
  readonly firstReceiveMs: number;
  readonly lastReceiveMs: number;
  readonly source: number;
  readonly movedAfterMs: number;
  readonly birth: number;
  readonly flags: number;
  /** Group, id, trace, sender, attributes and body, and how long each is. */
  readonly content: string;
}

export interface QueuePicture {
  readonly messages: readonly MessagePicture[];
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly groupsInFlight: number;
  /** Births of what moved here and has no place yet, in order. */
  readonly arrivals: readonly number[];
  readonly purgeSequence: number;
  readonly totals: readonly number[];
  /** Deduplication nodes and attempts that are not past, each with its moment as the last word of its head. */
  readonly nodes: readonly string[];
  readonly attempts: readonly string[];
}

class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(world: Pictured) {
    this.#view = new DataView(world.memory.buffer);
    this.#bytes = new Uint8Array(world.memory.buffer);
  }

  byte(at: number): number {
    return this.#view.getUint8(at);
  }

  short(at: number): number {
    return this.#view.getUint16(at, true);
  }

  word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  wide(at: number): number {
    return Number(this.#view.getBigUint64(at, true));
  }

  double(at: number): number {
    return this.#view.getFloat64(at, true);
  }

  text(at: number, bytes: number): string {
    return Buffer.from(this.#bytes.slice(at, at + bytes)).toString("latin1");
  }
}

const TOTALS = [
  layout.SHARD_TOTAL_SENT,
  layout.SHARD_TOTAL_SENT_BYTES,
  layout.SHARD_TOTAL_RECEIVED,
  layout.SHARD_TOTAL_DELETED,
  layout.SHARD_TOTAL_EXPIRED,
  layout.SHARD_TOTAL_MOVED,
  layout.SHARD_TOTAL_DEDUPLICATED,
  layout.SHARD_TOTAL_EMPTY_RECEIVES,
];

function isPlainIn(reader: Reader, block: number): boolean {
  return (reader.word(block + layout.BLOCK_FLAGS) & layout.BODY_PLAIN) !== 0;
}

/** What a block holds up to a page: contents of these tests are in one block, but for the large ones. */
function contentOf(reader: Reader, slot: number): string {
  const block = reader.word(slot + layout.SLOT_BLOCK);
  const isPlain = isPlainIn(reader, block);
  const others = [
    reader.byte(block + layout.BLOCK_GROUP_BYTES),
    reader.byte(block + layout.BLOCK_DEDUPLICATION_BYTES),
    reader.short(block + layout.BLOCK_TRACE_BYTES),
    reader.short(block + layout.BLOCK_SENDER_BYTES),
    reader.word(block + layout.BLOCK_ATTRIBUTES_BYTES),
  ].map((bytes) => (isPlain ? 0 : bytes));
  const sizes = [...others, reader.word(slot + layout.SLOT_BODY_BYTES)];
  const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const here = all > 4032 ? 64 : all;
  const isGrouped = sizes[0] !== 0;
  const header = isPlain ? layout.BLOCK_PLAIN_BYTES : layout.BLOCK_HEADER_BYTES;
  const from = block + (isGrouped ? layout.BLOCK_GROUPED_BYTES : header);
  return `${sizes.join(",")}:${reader.text(from, here)}`;
}

function messageOf(reader: Reader, world: Pictured, slot: number): MessagePicture {
  const at = world.header(layout.HEADER_SLOTS_BASE) + slot * layout.SLOT_BYTES;
  const state = reader.word(at + layout.SLOT_STATE) & layout.SLOT_STATE_MASK;
  const block = reader.word(at + layout.SLOT_BLOCK);
  const receives = reader.word(at + layout.SLOT_COUNT);
  // A FIFO queue's delay goes by when a message was sent.
  const isAlone = isPlainIn(reader, block) || reader.byte(block + layout.BLOCK_GROUP_BYTES) === 0;
  const isDelayed = state === layout.SLOT_DELAYED && isAlone;
  const hasDue = state === layout.SLOT_IN_FLIGHT || isDelayed;
  return {
    sequence: reader.wide(at + layout.SLOT_SEQUENCE),
    slot,
    state,
    receives,
    dueMs: hasDue ? reader.double(at + layout.SLOT_DUE) : 0,
    sentAtMs: reader.double(at + layout.SLOT_SENT_AT),
    // Of one that was never received they are the slot's former message's.
    firstReceiveMs: receives === 0 ? 0 : reader.word(at + layout.SLOT_FIRST_RECEIVE),
    lastReceiveMs: receives === 0 ? 0 : reader.word(at + layout.SLOT_LAST_RECEIVE),
    source: reader.word(at + layout.SLOT_SOURCE),
    movedAfterMs: reader.word(at + layout.SLOT_MOVED_AFTER_MS),
    birth: reader.wide(block + layout.BLOCK_BIRTH),
    flags: reader.word(block + layout.BLOCK_FLAGS),
    content: contentOf(reader, at),
  };
}

/** The slots of a circle of age links. */
function circle(reader: Reader, world: Pictured, end: number): number[] {
  const base = world.header(layout.HEADER_AGE_LINKS_BASE);
  const slots: number[] = [];
  for (let link = reader.word(end); link !== end; link = reader.word(link)) {
    slots.push((link - base) >> layout.LIST_LINK_BYTES_LOG2);
  }
  return slots;
}

/** What a window remembers, the oldest first. */
function nodes(reader: Reader, window: number, bytes: number, most: number): number[] {
  const found: number[] = [];
  let segment = reader.word(window + layout.WINDOW_HEAD);
  let index = reader.word(window + layout.WINDOW_HEAD_INDEX);
  for (let left = reader.word(window + layout.WINDOW_COUNT); left > 0; left--) {
    found.push(segment + layout.WINDOW_SEGMENT_NODES + index * bytes);
    index++;
    if (index < most) continue;
    index = 0;
    segment = reader.word(segment + layout.SEGMENT_NEXT);
  }
  return found;
}

function keyOf(reader: Reader, node: number): string {
  return `${reader.wide(node)}/${reader.wide(node + 8)}`;
}

function remembered(reader: Reader, shard: number, nowMs: number) {
  const isLiving = (node: number) =>
    reader.double(node + layout.NODE_AT) + layout.DEDUPLICATION_MS > nowMs;
  const purged = reader.wide(shard + layout.SHARD_PURGE_SEQUENCE);
  const ids = nodes(
    reader,
    shard + layout.FIFO_WINDOW,
    layout.DEDUPLICATION_BYTES,
    layout.DEDUPLICATION_NODES,
  )
    .filter((node) => isLiving(node) && reader.wide(node + layout.NODE_SEQUENCE) > purged)
    .map((node) => {
      const sequence = reader.wide(node + layout.NODE_SEQUENCE);
      const birth = reader.wide(node + layout.DEDUPLICATION_BIRTH);
      return `${keyOf(reader, node)} ${sequence} ${birth} ${reader.double(node + layout.NODE_AT)}`;
    });
  const attempts = nodes(
    reader,
    shard + layout.FIFO_ATTEMPTS,
    layout.ATTEMPT_BYTES,
    layout.ATTEMPT_NODES,
  )
    .filter(isLiving)
    .map((node) => {
      const count = reader.word(node + layout.ATTEMPT_COUNT);
      const receipts = Array.from({ length: count }, (_, index) => {
        const at = node + layout.ATTEMPT_RECEIPTS + index * 16;
        return `${reader.word(at + 4)}/${reader.wide(at + 8)}`;
      });
      const due = reader.double(node + layout.ATTEMPT_DUE);
      return `${keyOf(reader, node)} ${due} ${reader.double(node + layout.NODE_AT)} ${receipts.join(" ")}`;
    });
  return { nodes: ids, attempts: attempts.sort() };
}

export function pictureOf(world: Pictured, queue: number): QueuePicture {
  const reader = new Reader(world);
  const shard = world.shardAt(queue);
  const isFifo = world.isFifo(queue);
  const arrivals = circle(reader, world, shard + layout.SHARD_ARRIVALS);
  const purgeSequence = reader.wide(shard + layout.SHARD_PURGE_SEQUENCE);
  return {
    messages: circle(reader, world, shard + layout.SHARD_AGE)
      .map((slot) => messageOf(reader, world, slot))
      .filter(({ sequence }) => sequence > purgeSequence),
    visible: reader.word(shard + layout.SHARD_VISIBLE),
    inFlight: reader.word(shard + layout.SHARD_IN_FLIGHT),
    delayed: reader.word(shard + layout.SHARD_DELAYED),
    groupsInFlight: reader.word(shard + layout.SHARD_GROUPS_IN_FLIGHT),
    arrivals: arrivals.map((slot) => messageOf(reader, world, slot).birth),
    purgeSequence,
    totals: TOTALS.map((total) => reader.wide(shard + total)),
    ...(isFifo ? remembered(reader, shard, world.nowMs) : { nodes: [], attempts: [] }),
  };
}
