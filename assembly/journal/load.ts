/**
 * Loading: entries of the log, in their order, become slots and blocks again, in a memory that nobody uses
 * yet. Entries are absolute, so reading them twice, or from a later beginning on, ends the same; what
 * speaks of a message that is not there means nothing. Which queues there are need not be known: a shard
 * is loaded for the incarnation that its parts name, and LoadEnd drops what the catalogue does not know.
 *
 * What only JavaScript knows is asked for (LOAD_WANTS): `run` returns, and goes on in the same entry when
 * it is called again. By the one thread that loads; no lock but the arena's. Costs a slot, a block and
 * the copying a message.
 */
import { Restored } from "../arena/restored";
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import {
  LINE_BYTES,
  LOAD_ANSWER,
  LOAD_AT,
  LOAD_BIRTHS,
  LOAD_BYTES,
  LOAD_DEPARTED,
  LOAD_LARGE_BYTES,
  LOAD_LARGE_DONE,
  LOAD_LARGE_LEFT,
  LOAD_LARGE_SLOT,
  LOAD_SHARD,
  LOAD_SHARDS,
  LOAD_STEP,
  LOAD_UNASKED,
  LOAD_WANTS,
  LOAD_WANTS_NOTHING,
  LOAD_WANTS_READER,
  LOAD_WANTS_SENSE,
  LOADED_NOW,
  LOADED_OPERATION,
  LOADED_PURGE_SEQUENCE,
  LOADED_RECEIVED,
  LOADED_SEQUENCE,
  LOADED_TOTALS,
  LOG_ATTEMPT,
  LOG_BYTES,
  LOG_CUT,
  LOG_EXTRA,
  LOG_FOREIGN,
  LOG_HEAD_BYTES,
  LOG_KIND,
  LOG_MESSAGE,
  LOG_NODES,
  LOG_PART,
  LOG_PART_BYTES,
  LOG_RESYNC,
  LOG_RESYNCED,
  LOG_SLOTS,
  LOG_VALUE,
  PART_BIRTHS,
  PART_INCARNATION,
  PART_IS_SHORT,
  PART_NOW,
  PART_OPERATION,
  PART_PURGE_SEQUENCE,
  PART_RECEIVED,
  PART_SEQUENCE,
  PART_SHARD,
  PART_TOTALS,
  THREAD_BUFFER_BYTES,
  THREAD_LOAD,
} from "../layout";
import { Annex, IS_LENT } from "./annex";
import { Loaded } from "./loaded";
import { IS_STATED, LoadMessage } from "./loadMessage";
import { LoadRecords } from "./loadRecords";

/** In LOAD_SHARD: of no shard that could be there. */
const NO_SHARD: u32 = 0xffffffff;

export class Load {
  @inline static record(thread: u32): usize {
    return At.thread(thread) + THREAD_LOAD;
  }

  static begin(thread: u32): void {
    const record = Load.record(thread);
    memory.fill(record, 0, LOAD_BYTES);
    store<u32>(record, NO_SHARD, LOAD_SHARD);
    store<u32>(record, LOAD_UNASKED, LOAD_ANSWER);
    Circle.clear(record + LOAD_DEPARTED);
    Annex.begin(record);
  }

  /**
   * Goes through `bytes` bytes of entries that lie at `buffer`, from LOAD_AT on; answers how many are done: all
   * whole entries, and of one that is larger than the thread's buffer, and fills it, what there is. Else LOAD_WANTS
   * says why not.
   */
  static run(thread: u32, buffer: usize, bytes: u32): u32 {
    const record = Load.record(thread);
    store<u32>(record, LOAD_WANTS_NOTHING, LOAD_WANTS);
    let at = load<u32>(record, LOAD_AT);
    if (load<u32>(record, LOAD_LARGE_LEFT) !== 0) at = Load.goOn(record, buffer, bytes);
    while (at + LOG_HEAD_BYTES <= bytes) {
      const entry = buffer + at;
      const size = load<u32>(entry, LOG_BYTES);
      const kind: u32 = load<u8>(entry, LOG_KIND);
      const there = min<u32>(size, bytes - at);
      const isBeginning =
        at === 0 && bytes === (THREAD_BUFFER_BYTES as u32) && kind === LOG_MESSAGE;
      let wants: u32 = LOAD_WANTS_NOTHING;
      if (size < (LOG_HEAD_BYTES as u32) || (size & 7) !== 0) wants = LOAD_WANTS_SENSE;
      else if (kind >= (LOG_FOREIGN as u32)) wants = LOAD_WANTS_READER;
      else if (there < size && !isBeginning) break;
      else wants = Load.entry(thread, record, entry, kind, there);
      if (wants !== LOAD_WANTS_NOTHING) {
        store<u32>(record, wants, LOAD_WANTS);
        break;
      }
      store<u32>(record, 0, LOAD_STEP);
      store<u32>(record, size - there, LOAD_LARGE_LEFT);
      at += there;
    }
    store<u32>(record, at, LOAD_AT);
    return at;
  }

  /** What the buffer has of the entry that began before; where the next one begins. */
  static goOn(record: usize, buffer: usize, bytes: u32): u32 {
    const left = load<u32>(record, LOAD_LARGE_LEFT);
    const there = min<u32>(left, bytes);
    const slotIndex = load<u32>(record, LOAD_LARGE_SLOT);
    if (slotIndex !== 0) {
      const contentBytes = load<u32>(record, LOAD_LARGE_BYTES);
      const done = load<u32>(record, LOAD_LARGE_DONE);
      const piece = min<u32>(there, contentBytes - done);
      Restored.write(slotIndex, contentBytes, done, piece, buffer);
      store<u32>(record, done + piece, LOAD_LARGE_DONE);
    }
    store<u32>(record, left - there, LOAD_LARGE_LEFT);
    if (left === there) store<u32>(record, 0, LOAD_LARGE_SLOT);
    return there;
  }

  /** LOAD_WANTS_NOTHING when it is done. `there`: how many of its bytes are in the buffer. */
  static entry(thread: u32, record: usize, entry: usize, kind: u32, there: u32): u32 {
    if (kind === LOG_PART) return Load.part(thread, record, entry);
    const shardIndex = load<u32>(record, LOAD_SHARD);
    if (shardIndex === NO_SHARD) return LOAD_WANTS_NOTHING;
    if (kind === LOG_MESSAGE) return LoadMessage.run(thread, record, shardIndex, entry, there);
    if (kind === LOG_NODES || kind === LOG_ATTEMPT || kind === LOG_SLOTS) {
      return LOAD_WANTS_READER;
    }
    const loaded = Loaded.of(At.shard(shardIndex));
    if (kind === LOG_CUT) Load.cut(thread, record, loaded, load<u64>(entry, LOG_VALUE));
    else if (kind === LOG_RESYNC) Loaded.clear(loaded, IS_STATED);
    else if (kind === LOG_RESYNCED) {
      Loaded.removeUpTo(thread, record, loaded, load<u64>(entry, LOG_VALUE), IS_STATED);
    } else return LoadRecords.run(thread, record, shardIndex, entry, kind);
    return LOAD_WANTS_NOTHING;
  }

  // --- Shards --------------------------------------------------------------------------------------------

  /** From here on entries are this shard's. A greater incarnation is the queue that came after. */
  static part(thread: u32, record: usize, entry: usize): u32 {
    if (load<u32>(entry, LOG_BYTES) !== (LOG_PART_BYTES as u32)) return LOAD_WANTS_SENSE;
    const shardIndex = load<u32>(entry, PART_SHARD);
    const incarnation = load<u32>(entry, PART_INCARNATION);
    store<u32>(record, NO_SHARD, LOAD_SHARD);
    Load.keep(record, LOAD_BIRTHS, load<u64>(entry, PART_BIRTHS));
    if (!At.hasShard(shardIndex)) return LOAD_WANTS_NOTHING;
    const shards = max<u32>(shardIndex + 1, load<u32>(record, LOAD_SHARDS));
    store<u32>(record, shards, LOAD_SHARDS);
    const loaded = Loaded.of(At.shard(shardIndex));
    if (incarnation < Loaded.incarnation(loaded)) return LOAD_WANTS_NOTHING;
    if (incarnation > Loaded.incarnation(loaded)) {
      if (Loaded.incarnation(loaded) !== 0) Loaded.removeAll(thread, record, loaded);
      Loaded.begin(loaded, incarnation);
    }
    store<u32>(record, shardIndex, LOAD_SHARD);
    Load.keep(loaded, LOADED_SEQUENCE, load<u64>(entry, PART_SEQUENCE));
    Load.keep(loaded, LOADED_OPERATION, load<u64>(entry, PART_OPERATION));
    Load.keep(loaded, LOADED_PURGE_SEQUENCE, load<u64>(entry, PART_PURGE_SEQUENCE));
    Load.keep(loaded, LOADED_RECEIVED, load<u64>(entry, PART_RECEIVED));
    const now = load<f64>(entry, PART_NOW);
    if (now > load<f64>(loaded, LOADED_NOW)) store<f64>(loaded, now, LOADED_NOW);
    if ((load<u16>(entry, LOG_EXTRA) & PART_IS_SHORT) === 0) {
      memory.copy(loaded + LOADED_TOTALS, entry + PART_TOTALS, LINE_BYTES);
    }
    return LOAD_WANTS_NOTHING;
  }

  /**
   * A former life gave the message in slot `at` another slot for good: where it is now. That is a lent one
   * while somebody else has the slot; 0: it is not there.
   */
  static moved(thread: u32, shardIndex: u32, sequence: f64, at: u32, to: u32): u32 {
    const record = Load.record(thread);
    if (!Annex.isIn(at, shardIndex, sequence as u64)) return 0;
    if (at === to) return at;
    const slot = At.slot(at);
    const isLent = Annex.has(slot);
    // From now on it is asked for where it is not found: an older entry may name its former slot.
    Annex.count(record, 1);
    if (Restored.isFree(to)) {
      slot.setState(slot.lowWord() & ~IS_LENT);
      Loaded.relocate(at, to);
      if (isLent) Annex.giveBack(record, at);
      return to;
    }
    const lent = isLent ? 0 : Annex.take(record);
    if (lent === 0) return at;
    Loaded.relocate(at, lent);
    Annex.lend(record, lent);
    return lent;
  }

  @inline static keep(record: usize, field: usize, value: u64): void {
    if (value > load<u64>(record + field)) store<u64>(record + field, value);
  }

  static cut(thread: u32, record: usize, loaded: usize, sequence: u64): void {
    Load.keep(loaded, LOADED_PURGE_SEQUENCE, sequence);
    Loaded.removeUpTo(thread, record, loaded, sequence, 0);
  }
}
