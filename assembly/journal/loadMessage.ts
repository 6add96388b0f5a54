/**
 * One message of the log put back into its own slot, or, while that is another's, into a lent one; where
 * it is there already, it becomes what the entry says. A message that came in from another queue is, by
 * that, not there any more: whichever of the two entries is read first. By the thread that loads.
 */
import { Content } from "../arena/content";
import { Restored } from "../arena/restored";
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import {
  BLOCK_BIRTH,
  HEADER,
  HEADER_SLOTS_MAX,
  HOW_ADMITTED,
  LOAD_BIRTH,
  LOAD_BIRTHS,
  LOAD_DEPARTED,
  LOAD_LARGE_BYTES,
  LOAD_LARGE_DONE,
  LOAD_LARGE_SLOT,
  LOAD_MESSAGES,
  LOAD_STEP,
  LOAD_WANTS_BIRTH,
  LOAD_WANTS_NOTHING,
  LOAD_WANTS_PLACED,
  LOAD_WANTS_ROOM,
  LOAD_WANTS_SENSE,
  LOAD_WANTS_SLOT,
  LOADED_RECEIVED,
  LOG_BYTES,
  LOG_MESSAGE_BYTES,
  LOGGED_BIRTH,
  LOGGED_BIRTH_BEFORE,
  LOGGED_BODY_BYTES,
  LOGGED_DUE,
  LOGGED_FIRST_RECEIVE,
  LOGGED_HOW,
  LOGGED_LAST_RECEIVE,
  LOGGED_MOVED_AFTER_MS,
  LOGGED_RECEIVES,
  LOGGED_SENT_AT,
  LOGGED_SEQUENCE,
  LOGGED_SLOT,
  LOGGED_SOURCE,
  LOGGED_STATE,
  SLOT_DELAYED,
  SLOT_FLAG_RINGED,
  SLOT_FREE,
  SLOT_MOVING,
} from "../layout";
import { MUST } from "../must";
import { Annex, ASKED, IS_LENT } from "./annex";
import { Loaded } from "./loaded";

/** In a state word: said since the shard began to be stated again. */
export const IS_STATED: u32 = SLOT_FLAG_RINGED;

// LOAD_STEP of a message: what it was before is gone; it is where it belongs.
const CAME: u32 = 1;
const PLACED: u32 = 2;

export class LoadMessage {
  /** LOAD_WANTS_NOTHING when it is there, as far as the `there` bytes in the buffer go. */
  static run(thread: u32, record: usize, shardIndex: u32, entry: usize, there: u32): u32 {
    const isPlain = Restored.isPlain(entry);
    const bodyBytes = load<u32>(entry, LOGGED_BODY_BYTES);
    const content = isPlain ? bodyBytes : Restored.contentBytes(entry);
    const size = ((isPlain ? LOG_MESSAGE_BYTES : Restored.first(entry)) + content + 7) & ~7;
    if (load<u32>(entry, LOG_BYTES) !== size) return LOAD_WANTS_SENSE;
    const step = load<u32>(record, LOAD_STEP);
    if (step === PLACED) return LOAD_WANTS_NOTHING;
    const own = load<u32>(entry, LOGGED_SLOT);
    const sequence = load<u64>(entry, LOGGED_SEQUENCE);
    const loaded = Loaded.of(At.shard(shardIndex));
    if (step !== CAME && load<u16>(entry, LOGGED_HOW) === HOW_ADMITTED) {
      const before = load<u64>(entry, LOGGED_BIRTH_BEFORE);
      const wants = LoadMessage.came(thread, record, own, before, shardIndex, sequence);
      if (wants !== LOAD_WANTS_NOTHING) return wants;
      store<u32>(record, CAME, LOAD_STEP);
    }
    if (Annex.isFresh(record, own)) {
      LoadMessage.note(record, loaded, entry, sequence);
      return LoadMessage.put(thread, record, shardIndex, entry, there, content, own, true);
    }
    const found = Annex.find(record, shardIndex, own, sequence);
    if (found === ASKED) return LOAD_WANTS_SLOT;
    LoadMessage.note(record, loaded, entry, sequence);
    if (found === 0) return LoadMessage.place(thread, record, shardIndex, entry, there, content);
    LoadMessage.write(At.slot(found), entry, Annex.has(At.slot(found)));
    return LOAD_WANTS_NOTHING;
  }

  /** Births that were given, and who is not held back by the queue's delay. */
  @inline static note(record: usize, loaded: usize, entry: usize, sequence: u64): void {
    const next = load<u64>(entry, LOGGED_BIRTH) + 1;
    if (next > load<u64>(record, LOAD_BIRTHS)) store<u64>(record, next, LOAD_BIRTHS);
    if (load<u32>(entry, LOGGED_STATE) === SLOT_DELAYED) return;
    if (sequence > load<u64>(loaded, LOADED_RECEIVED)) {
      store<u64>(loaded, sequence, LOADED_RECEIVED);
    }
  }

  /** Into its own slot where that is free. */
  static place(
    thread: u32,
    record: usize,
    shardIndex: u32,
    entry: usize,
    there: u32,
    content: u32,
  ): u32 {
    const own = load<u32>(entry, LOGGED_SLOT);
    const isFree = Restored.isFree(own);
    const slotIndex = isFree ? own : Annex.take(record);
    if (slotIndex === 0) return LOAD_WANTS_ROOM;
    return LoadMessage.put(thread, record, shardIndex, entry, there, content, slotIndex, isFree);
  }

  /** Into a slot that is free, its own or a lent one, and at the end of its shard's list. */
  @inline static put(
    thread: u32,
    record: usize,
    shardIndex: u32,
    entry: usize,
    there: u32,
    content: u32,
    slotIndex: u32,
    isOwn: bool,
  ): u32 {
    if (MUST) assert(Restored.isFree(slotIndex), "a message is put into a slot that is free");
    // What is plain and in one block is all there: it is shorter than any buffer.
    const isShort = Restored.isPlain(entry) && Content.isWholeInHead(content);
    const isOpen = isShort
      ? Restored.putPlain(thread, slotIndex, entry, content)
      : Restored.open(thread, slotIndex, entry);
    if (!isOpen) return LOAD_WANTS_ROOM;
    if (!isShort) LoadMessage.fill(record, slotIndex, entry, there, content);
    const slot = At.slot(slotIndex);
    const sequence = load<u64>(entry, LOGGED_SEQUENCE);
    slot.shard = shardIndex;
    slot.sequence = sequence;
    slot.bodyBytes = load<u32>(entry, LOGGED_BODY_BYTES);
    slot.group = 0;
    LoadMessage.write(slot, entry, !isOwn);
    Loaded.append(Loaded.of(At.shard(shardIndex)), slotIndex, sequence);
    store<u32>(record, load<u32>(record, LOAD_MESSAGES) + 1, LOAD_MESSAGES);
    if (isOwn) {
      Restored.raise(slotIndex);
      return LOAD_WANTS_NOTHING;
    }
    const own = load<u32>(entry, LOGGED_SLOT);
    Annex.tell(record, slotIndex, own, sequence, load<u64>(entry, LOGGED_BIRTH));
    store<u32>(record, PLACED, LOAD_STEP);
    return LOAD_WANTS_PLACED;
  }

  static fill(record: usize, slotIndex: u32, entry: usize, there: u32, content: u32): void {
    if (there === load<u32>(entry, LOG_BYTES)) Restored.fill(slotIndex, entry, content);
    else LoadMessage.beginLarge(record, slotIndex, entry, there, content);
  }

  static beginLarge(record: usize, slotIndex: u32, entry: usize, there: u32, content: u32): void {
    const first = Restored.first(entry);
    Restored.write(slotIndex, content, 0, there - first, entry + first);
    store<u32>(record, slotIndex, LOAD_LARGE_SLOT);
    store<u32>(record, content, LOAD_LARGE_BYTES);
    store<u32>(record, there - first, LOAD_LARGE_DONE);
  }

  /** All that may change of a message while it is in its queue, and what never does. */
  @inline static write(slot: Slot, entry: usize, isLent: bool): void {
    slot.sentAt = load<f64>(entry, LOGGED_SENT_AT);
    slot.due = load<f64>(entry, LOGGED_DUE);
    slot.firstReceive = load<u32>(entry, LOGGED_FIRST_RECEIVE);
    slot.lastReceive = load<u32>(entry, LOGGED_LAST_RECEIVE);
    slot.source = load<u32>(entry, LOGGED_SOURCE);
    slot.movedAfterMs = load<u32>(entry, LOGGED_MOVED_AFTER_MS);
    const lent: u32 = isLent ? IS_LENT : 0;
    slot.setWord(
      load<u32>(entry, LOGGED_STATE) | IS_STATED | lent,
      load<u32>(entry, LOGGED_RECEIVES),
    );
  }

  // --- Moves ---------------------------------------------------------------------------------------------

  /**
   * What departed with this birth, from slot `slotIndex` or, if something was in its way, a lent one, is
   * there no more, whether or not the log has said so yet. Not meant: what came in, if it is here already.
   */
  static came(
    thread: u32,
    record: usize,
    slotIndex: u32,
    birth: u64,
    shardIndex: u32,
    sequence: u64,
  ): u32 {
    if (LoadMessage.isFormer(slotIndex, birth, shardIndex, sequence)) {
      LoadMessage.leave(thread, record, slotIndex);
    } else LoadMessage.search(thread, record, birth);
    if (!Annex.isAny(record)) return LOAD_WANTS_NOTHING;
    const answer = Annex.answer(record);
    if (answer === ASKED) {
      store<u64>(record, birth, LOAD_BIRTH);
      return LOAD_WANTS_BIRTH;
    }
    if (LoadMessage.isFormer(answer, birth, shardIndex, sequence)) {
      LoadMessage.leave(thread, record, answer);
    }
    return LOAD_WANTS_NOTHING;
  }

  /** Among the departed, where a former life gave it another slot. There are few. */
  static search(thread: u32, record: usize, birth: u64): void {
    const end = record + LOAD_DEPARTED;
    let link = Circle.next(end);
    while (link !== end) {
      const next = Circle.next(link);
      const slotIndex = At.slotOfAgeLink(link);
      if (load<u64>(At.slot(slotIndex).block, BLOCK_BIRTH) === birth) {
        LoadMessage.leave(thread, record, slotIndex);
      }
      link = next;
    }
  }

  static isFormer(slotIndex: u32, birth: u64, shardIndex: u32, sequence: u64): bool {
    if (slotIndex === 0 || slotIndex > load<u32>(HEADER, HEADER_SLOTS_MAX)) return false;
    const slot = At.slot(slotIndex);
    if (slot.state() === SLOT_FREE || slot.isOf(shardIndex, sequence)) return false;
    return load<u64>(slot.block, BLOCK_BIRTH) === birth;
  }

  /** Out of its shard, or from among the departed. */
  static leave(thread: u32, record: usize, slotIndex: u32): void {
    const slot = At.slot(slotIndex);
    if (slot.state() === SLOT_MOVING) Circle.unlink(At.ageLink(slotIndex));
    else Loaded.unlink(Loaded.of(At.shard(slot.shard)), slotIndex);
    Loaded.free(thread, record, slotIndex);
  }
}
