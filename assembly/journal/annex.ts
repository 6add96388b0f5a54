/**
 * The annex: slots from the top of the table down, lent during a load to messages whose own slot another
 * one has for now, or that this memory has not got. So nobody who comes later finds his slot taken by
 * them. JavaScript keeps in mind where they are (LOAD_WANTS_PLACED); at the end each gets its own slot if
 * that is free by then, else any (LoadEnd). By the thread that loads.
 */
import { Restored } from "../arena/restored";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import {
  HEADER,
  HEADER_SLOTS_MAX,
  LOAD_ANNEX,
  LOAD_ANNEX_FREE,
  LOAD_ANNEXED,
  LOAD_ANSWER,
  LOAD_BIRTH,
  LOAD_PLACED,
  LOAD_SEQUENCE,
  LOAD_SLOT,
  LOAD_UNASKED,
  SLOT_THREAD_MASK,
} from "../layout";

/** In a state word, in place of a thread: the slot is lent. No thread has all of these bits. */
export const IS_LENT: u32 = SLOT_THREAD_MASK;
/** As a slot that was found: JavaScript is asked for it, and then the same entry comes again. */
export const ASKED: u32 = 0xffffffff;

export class Annex {
  @inline static begin(record: usize): void {
    store<u32>(record, load<u32>(HEADER, HEADER_SLOTS_MAX) + 1, LOAD_ANNEX);
  }

  @inline static isAny(record: usize): bool {
    return load<u32>(record, LOAD_ANNEXED) !== 0;
  }

  @inline static has(slot: Slot): bool {
    return (slot.lowWord() & IS_LENT) === IS_LENT;
  }

  /**
   * Nothing was ever put into this slot, nor is the message in a lent one: as of each one in its turn, when a log
   * is read that grew in an empty memory. Said without a look at the slot: what a fresh page is read for first,
   * and then written, the system maps twice.
   */
  @inline static isFresh(record: usize, slotIndex: u32): bool {
    return (
      slotIndex > Restored.bump() &&
      slotIndex < load<u32>(record, LOAD_ANNEX) &&
      !Annex.isAny(record)
    );
  }

  /** The slot of a message, which should be `slotIndex`; 0: there is no such message; or ASKED. */
  @inline static find(record: usize, shardIndex: u32, slotIndex: u32, sequence: u64): u32 {
    return Annex.isIn(slotIndex, shardIndex, sequence)
      ? slotIndex
      : Annex.search(record, shardIndex, sequence);
  }

  @inline static isIn(slotIndex: u32, shardIndex: u32, sequence: u64): bool {
    return (
      slotIndex <= load<u32>(HEADER, HEADER_SLOTS_MAX) &&
      At.slot(slotIndex).isOf(shardIndex, sequence)
    );
  }

  static search(record: usize, shardIndex: u32, sequence: u64): u32 {
    if (!Annex.isAny(record)) return 0;
    const answer = Annex.answer(record);
    if (answer === ASKED) store<u64>(record, sequence, LOAD_SEQUENCE);
    return answer === ASKED || Annex.isIn(answer, shardIndex, sequence) ? answer : 0;
  }

  /** What JavaScript answered, once; ASKED: it was not asked yet. */
  @inline static answer(record: usize): u32 {
    const answer = load<u32>(record, LOAD_ANSWER);
    store<u32>(record, LOAD_UNASKED, LOAD_ANSWER);
    return answer === LOAD_UNASKED ? ASKED : answer;
  }

  /** A slot of the annex; 0: all slots have a message. */
  static take(record: usize): u32 {
    const back = load<u32>(record, LOAD_ANNEX_FREE);
    const isFree = Restored.isFree(back);
    // Where it has its own message by now, what came back before it is forgotten.
    store<u32>(record, isFree ? At.slot(back).source : 0, LOAD_ANNEX_FREE);
    if (isFree) return back;
    let slotIndex = load<u32>(record, LOAD_ANNEX) - 1;
    // Some up here may have their own message.
    while (slotIndex !== 0 && !Restored.isFree(slotIndex)) slotIndex--;
    if (slotIndex !== 0) store<u32>(record, slotIndex, LOAD_ANNEX);
    return slotIndex;
  }

  /** Says where a message is, and which slot was its own. */
  static tell(record: usize, slotIndex: u32, own: u32, sequence: u64, birth: u64): void {
    Annex.count(record, 1);
    store<u32>(record, slotIndex, LOAD_PLACED);
    store<u32>(record, own, LOAD_SLOT);
    store<u64>(record, sequence, LOAD_SEQUENCE);
    store<u64>(record, birth, LOAD_BIRTH);
  }

  /** So many messages more are to be asked for. */
  @inline static count(record: usize, more: i32): void {
    store<u32>(record, load<u32>(record, LOAD_ANNEXED) + more, LOAD_ANNEXED);
  }

  /** The message in this slot, which was moved there, has it for a while only. */
  static lend(record: usize, slotIndex: u32): void {
    const slot = At.slot(slotIndex);
    slot.setState(slot.lowWord() | IS_LENT);
    Annex.count(record, 1);
  }

  /** A lent slot has no message any more. */
  static giveBack(record: usize, slotIndex: u32): void {
    At.slot(slotIndex).source = load<u32>(record, LOAD_ANNEX_FREE);
    store<u32>(record, slotIndex, LOAD_ANNEX_FREE);
    Annex.count(record, -1);
  }
}
