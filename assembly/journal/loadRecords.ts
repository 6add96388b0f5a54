/**
 * What the log says of messages that are there: received, removed, hidden, departed; and of one that
 * came in and was gone at once. A record of a message that is not there means nothing. By the thread that
 * loads.
 */
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import {
  EFFECT_DUE,
  EFFECT_FIRST_RECEIVE,
  EFFECT_FLAGS,
  EFFECT_LAST_RECEIVE,
  EFFECT_RECEIVES,
  EFFECT_SEQUENCE,
  EFFECT_SLOT,
  EFFECT_TARGET_INCARNATION,
  LOAD_DEPARTED,
  LOAD_STEP,
  LOAD_WANTS_NOTHING,
  LOAD_WANTS_SENSE,
  LOAD_WANTS_SLOT,
  LOADED_RECEIVED,
  LOG_ARRIVED,
  LOG_ARRIVED_BYTES,
  LOG_BYTES,
  LOG_COUNT,
  LOG_DEPARTED,
  LOG_DEPARTED_BYTES,
  LOG_HEAD_BYTES,
  LOG_HIDDEN,
  LOG_HIDDEN_BYTES,
  LOG_RECEIVED,
  LOG_RECEIVED_BYTES,
  LOG_REMOVED,
  LOG_REMOVED_BYTES,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_IN_FLIGHT,
  SLOT_MOVING,
  SLOT_READY,
} from "../layout";
import { Annex, ASKED, IS_LENT } from "./annex";
import { Loaded } from "./loaded";
import { IS_STATED, LoadMessage } from "./loadMessage";

export class LoadRecords {
  /** Bytes of a record of this kind; 0: there is no such kind. */
  @inline static bytesOf(kind: u32): u32 {
    if (kind === LOG_RECEIVED) return LOG_RECEIVED_BYTES;
    if (kind === LOG_REMOVED) return LOG_REMOVED_BYTES;
    if (kind === LOG_HIDDEN) return LOG_HIDDEN_BYTES;
    if (kind === LOG_DEPARTED) return LOG_DEPARTED_BYTES;
    return kind === LOG_ARRIVED ? LOG_ARRIVED_BYTES : 0;
  }

  /** From record LOAD_STEP on; LOAD_WANTS_NOTHING when all are done. */
  static run(thread: u32, record: usize, shardIndex: u32, entry: usize, kind: u32): u32 {
    const bytes = LoadRecords.bytesOf(kind);
    const count: u32 = load<u8>(entry, LOG_COUNT);
    const size: u32 = LOG_HEAD_BYTES + count * bytes;
    if (bytes === 0 || load<u32>(entry, LOG_BYTES) !== size) return LOAD_WANTS_SENSE;
    const loaded = Loaded.of(At.shard(shardIndex));
    for (let step = load<u32>(record, LOAD_STEP); step < count; step++) {
      store<u32>(record, step, LOAD_STEP);
      const at = entry + LOG_HEAD_BYTES + step * bytes;
      const own = load<u32>(at, EFFECT_SLOT);
      const key = load<u64>(at, EFFECT_SEQUENCE);
      if (kind === LOG_ARRIVED) {
        const wants = LoadMessage.came(thread, record, own, key, shardIndex, u64.MAX_VALUE);
        if (wants !== LOAD_WANTS_NOTHING) return wants;
        continue;
      }
      const slotIndex = Annex.find(record, shardIndex, own, key);
      if (slotIndex === ASKED) return LOAD_WANTS_SLOT;
      if (kind === LOG_RECEIVED && key > load<u64>(loaded, LOADED_RECEIVED)) {
        store<u64>(loaded, key, LOADED_RECEIVED);
      }
      if (slotIndex !== 0) LoadRecords.apply(thread, record, loaded, slotIndex, at, kind);
    }
    return LOAD_WANTS_NOTHING;
  }

  static apply(
    thread: u32,
    record: usize,
    loaded: usize,
    slotIndex: u32,
    at: usize,
    kind: u32,
  ): void {
    const slot = At.slot(slotIndex);
    const kept = slot.lowWord() & (IS_LENT | IS_STATED);
    if (kind === LOG_REMOVED) Loaded.remove(thread, record, loaded, slotIndex);
    else if (kind === LOG_DEPARTED) LoadRecords.depart(record, loaded, slotIndex, at);
    else if (kind === LOG_RECEIVED) {
      slot.due = load<f64>(at, EFFECT_DUE);
      slot.firstReceive = load<u32>(at, EFFECT_FIRST_RECEIVE);
      slot.lastReceive = load<u32>(at, EFFECT_LAST_RECEIVE);
      slot.setWord(SLOT_IN_FLIGHT | kept, load<u32>(at, EFFECT_RECEIVES));
    } else {
      const due = load<f64>(at, EFFECT_DUE);
      if (due !== 0) slot.due = due;
      slot.setState((due === 0 ? SLOT_READY : SLOT_IN_FLIGHT) | kept);
    }
  }

  /** Among the departed, in the order of the log, until it came in somewhere. */
  static depart(record: usize, loaded: usize, slotIndex: u32, at: usize): void {
    const slot = At.slot(slotIndex);
    const flags = load<u32>(at, EFFECT_FLAGS) & (SLOT_FLAG_FRESH | SLOT_FLAG_RETURN);
    Loaded.unlink(loaded, slotIndex);
    slot.setState(SLOT_MOVING | flags | (slot.lowWord() & IS_LENT));
    slot.sequence = 0;
    slot.group = load<u32>(at, EFFECT_TARGET_INCARNATION);
    slot.setOriginAndArrival(Loaded.incarnation(loaded) as u64);
    Circle.append(record + LOAD_DEPARTED, At.ageLink(slotIndex));
  }
}
