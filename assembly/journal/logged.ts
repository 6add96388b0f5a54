/**
 * A message as an entry of the log: what its slot and block say, then the content. Read without a lock,
 * as a receiver reads: copied, fenced, and thrown away where slot and shard are another message's by
 * then. By the journal's thread, into its buffer.
 */
import { Shape } from "../arena/classes";
import { Content } from "../arena/content";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Table } from "../indexes/table";
import {
  BLOCK_ATTRIBUTES_BYTES,
  BLOCK_BIRTH,
  BLOCK_DEDUPLICATION_BYTES,
  BLOCK_FLAGS,
  BLOCK_GROUP_BYTES,
  BLOCK_GROUP_HASH,
  BLOCK_SENDER_BYTES,
  BLOCK_TRACE_BYTES,
  BODY_PLAIN,
  CONTENT_BYTES_MAX,
  DRAIN_FILLED,
  DRAIN_LARGE_BLOCK,
  DRAIN_LARGE_BYTES,
  DRAIN_LARGE_DONE,
  DRAIN_LARGE_FIRST,
  DRAIN_LARGE_SEQUENCE,
  DRAIN_LARGE_SLOT,
  DRAIN_STEP,
  EFFECT_ADMITTED,
  EFFECT_BIRTH_BEFORE,
  EFFECT_DUE,
  EFFECT_FIRST_RECEIVE,
  EFFECT_RECEIVES,
  EFFECT_SENT,
  EFFECT_SEQUENCE,
  EFFECT_SLOT,
  EFFECT_STATES,
  HOW_ADMITTED,
  HOW_RESTATED,
  HOW_SENT,
  LOG_BYTES,
  LOG_HASH_BYTES,
  LOG_KIND,
  LOG_MESSAGE,
  LOG_MESSAGE_BYTES,
  LOGGED_ATTRIBUTES_BYTES,
  LOGGED_BIRTH,
  LOGGED_BIRTH_BEFORE,
  LOGGED_BODY_BYTES,
  LOGGED_DEDUPLICATION_BYTES,
  LOGGED_DUE,
  LOGGED_FIRST_RECEIVE,
  LOGGED_FLAGS,
  LOGGED_GROUP_BYTES,
  LOGGED_HOW,
  LOGGED_MOVED_AFTER_MS,
  LOGGED_RECEIVES,
  LOGGED_SENDER_BYTES,
  LOGGED_SENT_AT,
  LOGGED_SEQUENCE,
  LOGGED_SLOT,
  LOGGED_SOURCE,
  LOGGED_STATE,
  LOGGED_TRACE_BYTES,
  PART_SHARD,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATED_DELAYED,
  STATED_IN_FLIGHT,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
  THREAD_FENCE,
} from "../layout";
import { Part } from "./part";

/** It stands in the buffer. */
export const DONE: u32 = 0;
/** Its slot is another message's by now. */
export const GONE: u32 = 1;
/** Not with what is in the buffer already; or the buffer has the beginning of a large one. */
export const NO_ROOM: u32 = 2;

export class Logged {
  /** Record `step` of a section that says that messages are there. There is room but for the content. */
  static message(area: usize, record: usize, head: usize, step: u32, kind: u32): u32 {
    const at = Part.stepOf(head, step);
    const self = load<u32>(record, PART_SHARD);
    const slotIndex = load<u32>(at, EFFECT_SLOT);
    const sequence = load<u64>(at, EFFECT_SEQUENCE);
    const slot = At.slot(slotIndex);
    const block = slot.block;
    if (!slot.isOf(self, sequence) || !Table.isAddress(block)) return GONE;
    const filled = load<u32>(record, DRAIN_FILLED);
    const entry = area + THREAD_BUFFER + filled;
    Logged.state(entry, slot, head, at, step, kind);
    store<u32>(entry, slotIndex, LOGGED_SLOT);
    store<u64>(entry, sequence, LOGGED_SEQUENCE);
    const contentBytes = Logged.describe(entry, slot, block);
    // The sizes are only good if the slot has not changed.
    if (!slot.isOf(self, sequence) || contentBytes > (CONTENT_BYTES_MAX as u32)) return GONE;
    const hasGroup = load<u8>(entry, LOGGED_GROUP_BYTES) !== 0;
    const flags = load<u32>(entry, LOGGED_FLAGS);
    const inBlock = Shape.firstOf(flags, load<u8>(entry, LOGGED_GROUP_BYTES));
    // How a block is laid out is nothing that the log has to know.
    store<u32>(entry, flags & ~BODY_PLAIN, LOGGED_FLAGS);
    const first: u32 = LOG_MESSAGE_BYTES + (hasGroup ? LOG_HASH_BYTES : 0);
    const bytes = (first + contentBytes + 7) & ~7;
    if (hasGroup) {
      memory.copy(entry + LOG_MESSAGE_BYTES, block + BLOCK_GROUP_HASH, LOG_HASH_BYTES);
    }
    store<u32>(entry, bytes, LOG_BYTES);
    store<u32>(entry, LOG_MESSAGE | (1 << 8), LOG_KIND);
    if (bytes > (THREAD_BUFFER_BYTES as u32) - filled) {
      if (filled !== 0) return NO_ROOM;
      store<u32>(record, slotIndex, DRAIN_LARGE_SLOT);
      store<u64>(record, sequence, DRAIN_LARGE_SEQUENCE);
      Logged.begin(record, entry, block, first, contentBytes, inBlock);
      return NO_ROOM;
    }
    if (contentBytes !== 0) store<u64>(entry + bytes - 8, 0);
    Content.gather(block, inBlock, contentBytes, entry + first);
    atomic.add<u32>(area, 0, THREAD_FENCE);
    if (!slot.isOf(self, sequence)) return GONE;
    store<u32>(record, filled + bytes, DRAIN_FILLED);
    return DONE;
  }

  /** What the section says of it: state, due time, receives. */
  @inline static state(
    entry: usize,
    slot: Slot,
    head: usize,
    at: usize,
    step: u32,
    kind: u32,
  ): void {
    const isSent = kind === EFFECT_SENT;
    const isAdmitted = kind === EFFECT_ADMITTED;
    const stated = (load<u32>(head, EFFECT_STATES) >> (step << 1)) & 3;
    // An admitted one that a FIFO queue's delay still holds was held from the beginning.
    const isDelayed = isSent
      ? load<f64>(at, EFFECT_DUE) !== 0
      : isAdmitted
        ? slot.state() === SLOT_DELAYED
        : stated === STATED_DELAYED;
    const isInFlight = kind !== EFFECT_SENT && !isAdmitted && stated === STATED_IN_FLIGHT;
    const state: u32 = isDelayed ? SLOT_DELAYED : isInFlight ? SLOT_IN_FLIGHT : SLOT_READY;
    const how: u32 = isSent ? HOW_SENT : isAdmitted ? HOW_ADMITTED : HOW_RESTATED;
    store<u32>(entry, state, LOGGED_STATE);
    store<u16>(entry, how as u16, LOGGED_HOW);
    store<u64>(entry, isAdmitted ? 0 : load<u64>(at, EFFECT_DUE), LOGGED_DUE);
    store<u32>(entry, isSent ? 0 : load<u32>(at, EFFECT_RECEIVES), LOGGED_RECEIVES);
    store<u64>(entry, isSent ? 0 : load<u64>(at, EFFECT_FIRST_RECEIVE), LOGGED_FIRST_RECEIVE);
    const before = isAdmitted ? load<u64>(at, EFFECT_BIRTH_BEFORE) : 0;
    store<u64>(entry, before, LOGGED_BIRTH_BEFORE);
  }

  /** What slot and block say of it; answers how many bytes its content has. */
  @inline static describe(entry: usize, slot: Slot, block: usize): u32 {
    const bodyBytes = slot.bodyBytes;
    const flags = load<u32>(block, BLOCK_FLAGS);
    const isPlain = (flags & BODY_PLAIN) !== 0;
    const attributesBytes: u32 = isPlain ? 0 : load<u32>(block, BLOCK_ATTRIBUTES_BYTES);
    const groupBytes: u32 = isPlain ? 0 : load<u8>(block, BLOCK_GROUP_BYTES);
    const idBytes: u32 = isPlain ? 0 : load<u8>(block, BLOCK_DEDUPLICATION_BYTES);
    const traceBytes: u32 = isPlain ? 0 : load<u16>(block, BLOCK_TRACE_BYTES);
    const senderBytes: u32 = isPlain ? 0 : load<u16>(block, BLOCK_SENDER_BYTES);
    store<u64>(entry, load<u64>(block, BLOCK_BIRTH), LOGGED_BIRTH);
    store<f64>(entry, slot.sentAt, LOGGED_SENT_AT);
    store<u32>(entry, slot.source, LOGGED_SOURCE);
    store<u32>(entry, slot.movedAfterMs, LOGGED_MOVED_AFTER_MS);
    store<u32>(entry, flags, LOGGED_FLAGS);
    store<u32>(entry, bodyBytes, LOGGED_BODY_BYTES);
    store<u32>(entry, attributesBytes, LOGGED_ATTRIBUTES_BYTES);
    store<u8>(entry, groupBytes as u8, LOGGED_GROUP_BYTES);
    store<u8>(entry, idBytes as u8, LOGGED_DEDUPLICATION_BYTES);
    store<u16>(entry, traceBytes as u16, LOGGED_TRACE_BYTES);
    store<u16>(entry, senderBytes as u16, LOGGED_SENDER_BYTES);
    return groupBytes + idBytes + traceBytes + senderBytes + attributesBytes + bodyBytes;
  }

  // --- Larger than the buffer ------------------------------------------------------------------------------

  /** The entry's head and as much of the content as there is room for. */
  static begin(
    record: usize,
    entry: usize,
    block: usize,
    first: u32,
    contentBytes: u32,
    inBlock: u32,
  ): void {
    const piece = (THREAD_BUFFER_BYTES as u32) - first;
    Content.move(block, inBlock, contentBytes, 0, piece, entry + first, false);
    store<u32>(record, inBlock, DRAIN_LARGE_FIRST);
    store<u32>(record, block as u32, DRAIN_LARGE_BLOCK);
    store<u32>(record, contentBytes, DRAIN_LARGE_BYTES);
    store<u32>(record, piece, DRAIN_LARGE_DONE);
    store<u32>(record, THREAD_BUFFER_BYTES, DRAIN_FILLED);
  }

  /** The next piece; false: the message is gone, and so is what came of it before. */
  static goOn(area: usize, record: usize): bool {
    const contentBytes = load<u32>(record, DRAIN_LARGE_BYTES);
    const done = load<u32>(record, DRAIN_LARGE_DONE);
    const left = contentBytes - done;
    const piece = left < (THREAD_BUFFER_BYTES as u32) ? left : THREAD_BUFFER_BYTES;
    const block: usize = load<u32>(record, DRAIN_LARGE_BLOCK);
    const buffer = area + THREAD_BUFFER;
    const padded = (piece + 7) & ~7;
    if (padded > 0) store<u64>(buffer + padded - 8, 0);
    const first = load<u32>(record, DRAIN_LARGE_FIRST);
    Content.move(block, first, contentBytes, done, piece, buffer, false);
    atomic.add<u32>(area, 0, THREAD_FENCE);
    const slot = At.slot(load<u32>(record, DRAIN_LARGE_SLOT));
    const isStill = slot.isOf(
      load<u32>(record, PART_SHARD),
      load<u64>(record, DRAIN_LARGE_SEQUENCE),
    );
    if (!isStill || piece === left) store<u32>(record, 0, DRAIN_LARGE_BYTES);
    if (!isStill) return false;
    store<u32>(record, done + piece, DRAIN_LARGE_DONE);
    store<u32>(record, padded, DRAIN_FILLED);
    if (piece === left) store<u32>(record, load<u32>(record, DRAIN_STEP) + 1, DRAIN_STEP);
    return true;
  }
}
