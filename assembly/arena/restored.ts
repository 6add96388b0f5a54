/**
 * Messages put back where a log says they were, into a memory that nobody uses yet: a slot by its
 * number, whatever lies between. A slot above all that were used before raises the bump; the stack of
 * free slots is made again when all are there (ArenaRebuild). By the one thread that loads, without a
 * lock but for the blocks.
 */
import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import {
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  BLOCK_BIRTH,
  BLOCK_GROUP_BYTES,
  BLOCK_GROUP_HASH,
  BLOCK_PLAIN_BYTES,
  HEADER,
  HEADER_ARENA,
  HEADER_SLOTS_MAX,
  LOG_HASH_BYTES,
  LOG_MESSAGE_BYTES,
  LOGGED_ATTRIBUTES_BYTES,
  LOGGED_BIRTH,
  LOGGED_BODY_BYTES,
  LOGGED_DEDUPLICATION_BYTES,
  LOGGED_FLAGS,
  LOGGED_GROUP_BYTES,
  LOGGED_SENDER_BYTES,
  LOGGED_TRACE_BYTES,
  SLOT_BYTES,
  SLOT_FREE,
  THREAD_SENDS,
} from "../layout";
import { ArenaRebuild } from "./arenaRebuild";
import { BlockClass, Shape } from "./classes";
import { Content } from "./content";
import { Restock } from "./restock";

const ARENA: usize = HEADER + HEADER_ARENA;

export class Restored {
  /** Whether there is such a slot, and nothing in it. */
  @inline static isFree(slotIndex: u32): bool {
    return (
      slotIndex !== 0 &&
      slotIndex <= load<u32>(HEADER, HEADER_SLOTS_MAX) &&
      At.slot(slotIndex).state() === SLOT_FREE
    );
  }

  @inline static raise(slotIndex: u32): void {
    if (slotIndex > load<u32>(ARENA, ARENA_SLOTS_BUMP)) {
      store<u32>(ARENA, slotIndex, ARENA_SLOTS_BUMP);
    }
  }

  @inline static bump(): u32 {
    return load<u32>(ARENA, ARENA_SLOTS_BUMP);
  }

  /** Whether an entry's content is a body and nothing else: the sizes of the others lie side by side. */
  @inline static isPlain(entry: usize): bool {
    const four = load<u64>(entry, LOGGED_GROUP_BYTES) << 16;
    return ((load<u32>(entry, LOGGED_ATTRIBUTES_BYTES) as u64) | four) === 0;
  }

  /** How many bytes the content of an entry has that is not plain. */
  static contentBytes(entry: usize): u32 {
    return (
      (load<u8>(entry, LOGGED_GROUP_BYTES) as u32) +
      (load<u8>(entry, LOGGED_DEDUPLICATION_BYTES) as u32) +
      (load<u16>(entry, LOGGED_TRACE_BYTES) as u32) +
      (load<u16>(entry, LOGGED_SENDER_BYTES) as u32) +
      load<u32>(entry, LOGGED_ATTRIBUTES_BYTES) +
      load<u32>(entry, LOGGED_BODY_BYTES)
    );
  }

  /** Where in an entry its content begins. */
  @inline static first(entry: usize): u32 {
    return LOG_MESSAGE_BYTES + (load<u8>(entry, LOGGED_GROUP_BYTES) === 0 ? 0 : LOG_HASH_BYTES);
  }

  /** A plain entry's block, and all that is in it; false when memory is full. */
  @inline static putPlain(thread: u32, slotIndex: u32, entry: usize, bodyBytes: u32): bool {
    const classIndex = BlockClass.of(bodyBytes + BLOCK_PLAIN_BYTES);
    Restock.whereEmpty(thread, classIndex);
    const flags = load<u32>(entry, LOGGED_FLAGS);
    if (!Content.openIn(thread, slotIndex, flags, bodyBytes, classIndex)) return false;
    const block = At.slot(slotIndex).block;
    store<u64>(block, load<u64>(entry, LOGGED_BIRTH), BLOCK_BIRTH);
    Content.fill(block, BLOCK_PLAIN_BYTES, bodyBytes, entry + LOG_MESSAGE_BYTES);
    return true;
  }

  /** Room for an entry's content on a free slot, and what its block says; false when memory is full. */
  static open(thread: u32, slotIndex: u32, entry: usize): bool {
    const send = SendRecord.at(At.thread(thread) + THREAD_SENDS, 0);
    send.flags = load<u32>(entry, LOGGED_FLAGS);
    send.bodyBytes = load<u32>(entry, LOGGED_BODY_BYTES);
    send.attributesBytes = load<u32>(entry, LOGGED_ATTRIBUTES_BYTES);
    send.groupBytes = load<u8>(entry, LOGGED_GROUP_BYTES) as u16;
    send.deduplicationBytes = load<u8>(entry, LOGGED_DEDUPLICATION_BYTES) as u16;
    send.traceBytes = load<u16>(entry, LOGGED_TRACE_BYTES);
    send.senderBytes = load<u16>(entry, LOGGED_SENDER_BYTES);
    if (!Content.openAny(thread, slotIndex, send)) return false;
    const block = At.slot(slotIndex).block;
    store<u64>(block, load<u64>(entry, LOGGED_BIRTH), BLOCK_BIRTH);
    if (load<u8>(entry, LOGGED_GROUP_BYTES) !== 0) {
      memory.copy(block + BLOCK_GROUP_HASH, entry + LOG_MESSAGE_BYTES, LOG_HASH_BYTES);
    }
    return true;
  }

  /** An entry's whole content, of `content` bytes. */
  @inline static fill(slotIndex: u32, entry: usize, content: u32): void {
    const first = Shape.first(load<u8>(entry, LOGGED_GROUP_BYTES));
    Content.fill(At.slot(slotIndex).block, first, content, entry + Restored.first(entry));
  }

  /** `bytes` bytes of a content of `contentBytes`, from `done` on. */
  @inline static write(
    slotIndex: u32,
    contentBytes: u32,
    done: u32,
    bytes: u32,
    from: usize,
  ): void {
    const block = At.slot(slotIndex).block;
    const first = Shape.first(load<u8>(block, BLOCK_GROUP_BYTES));
    Content.move(block, first, contentBytes, done, bytes, from, true);
  }

  /** The message is no more; whoever linked its slot has unlinked it. */
  @inline static drop(thread: u32, slotIndex: u32): void {
    Content.free(thread, slotIndex);
    const slot = At.slot(slotIndex);
    slot.sequence = 0;
    slot.word = SLOT_FREE;
  }

  /** All but the links; the other slot is free then. */
  static move(from: u32, to: u32): void {
    const slot = At.slot(from);
    memory.copy(changetype<usize>(At.slot(to)), changetype<usize>(slot), SLOT_BYTES);
    slot.block = 0;
    slot.sequence = 0;
    slot.word = SLOT_FREE;
  }

  /** The stack of free slots, when all messages are there; above `annex` lie some that found no other place. */
  static finish(annex: u32, messages: u32): void {
    let bump = Restored.bump();
    for (let slot = load<u32>(HEADER, HEADER_SLOTS_MAX); slot >= annex && slot > bump; slot--) {
      if (At.slot(slot).state() !== SLOT_FREE) bump = slot;
    }
    store<u32>(ARENA, bump, ARENA_SLOTS_BUMP);
    // Where all have one no slot is free, and none is looked at.
    if (bump === messages) store<u32>(ARENA, 0, ARENA_SLOTS_FREE_COUNT);
    else ArenaRebuild.slots();
  }
}
