/**
 * What each kind of section writes into its shard's ring: a second unrolled run behind its steps, over
 * what these left in the thread's records and in the slots. Inside sections alone, straight-line, where
 * `Effects.isOn` and where it was asked for room. Values are absolute, so that who reads them twice
 * knows no more and no less.
 */
import { At } from "../ground/memory";
import { ReceiveRecord, SendRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Keys } from "../indexes/keys";
import {
  BLOCK_BIRTH,
  EFFECT_BYTES,
  EFFECT_CUT,
  EFFECT_DEPARTED,
  EFFECT_HIDDEN,
  EFFECT_RECEIVED,
  EFFECT_REMOVED,
  EFFECT_SENT,
  HANDLE_BYTES,
  HANDLE_RESULT,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  NODE_AT,
  NODE_KEY,
  RESULT_APPLIED,
  SECTION_STEPS,
  SHARD_PURGE_SEQUENCE,
  SHARD_SEQUENCE,
  SLOT_FIRST_RECEIVE,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_READY,
  THREAD_ATTEMPT,
  THREAD_ATTEMPT_NODE,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
} from "../layout";
import { Effects } from "./effects";

export class EffectsOf {
  // --- Commits -----------------------------------------------------------------------------------

  /** Messages that joined at once (`waits` false), or wait for their own delay or the queue's. */
  @inline static commit(
    shard: usize,
    sends: usize,
    count: u32,
    waits: bool,
    queueDelayMs: f64,
    now: f64,
  ): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) {
        end = EffectsOf.sent(end, SendRecord.at(sends, step), waits, queueDelayMs, now);
      }
    }
    const value = load<u64>(shard, SHARD_SEQUENCE);
    Effects.close(shard, head, end, EFFECT_SENT, 0, value, now);
  }

  @inline static sent(
    at: usize,
    send: SendRecord,
    waits: bool,
    queueDelayMs: f64,
    now: f64,
  ): usize {
    const ownMs = send.delayMs;
    const delayMs = ownMs < 0 ? queueDelayMs : (ownMs as f64);
    const due = waits ? reinterpret<u64>(now + delayMs) : 0;
    return Effects.put(at, send.slot as u64, send.sequence, due, send.birth);
  }

  /** Those that were accepted, then the nodes that remember their ids. */
  @inline static commitFifo(
    shard: usize,
    kind: u32,
    sends: usize,
    count: u32,
    waits: bool,
    queueDelayMs: f64,
    now: f64,
  ): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) {
        end = EffectsOf.accepted(end, SendRecord.at(sends, step), waits, queueDelayMs, now);
      }
    }
    const nodes = end;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.remembered(end, SendRecord.at(sends, step), kind);
    }
    const extra = ((end - nodes) as u32) / EFFECT_BYTES;
    const value = load<u64>(shard, SHARD_SEQUENCE);
    Effects.close(shard, head, end, EFFECT_SENT, extra, value, now);
  }

  /** A FIFO message has no delay of its own. */
  @inline static accepted(
    at: usize,
    send: SendRecord,
    waits: bool,
    queueDelayMs: f64,
    now: f64,
  ): usize {
    if (send.original !== 0) return at;
    const due = waits ? reinterpret<u64>(now + queueDelayMs) : 0;
    return Effects.put(at, send.slot as u64, send.sequence, due, send.birth);
  }

  @inline static remembered(at: usize, send: SendRecord, kind: u32): usize {
    if (send.original !== 0 || send.nodeBucket === 0) return at;
    const block = At.slot(send.slot).block;
    return Effects.put(
      at,
      Keys.idLow(block, kind),
      Keys.idHigh(block, kind),
      send.sequence,
      send.birth,
    );
  }

  // --- Claims ------------------------------------------------------------------------------------

  /** The first `count` receive records, and, where it was an attempt, its key. */
  @inline static claim(
    area: usize,
    shard: usize,
    records: usize,
    count: u32,
    hasAttempt: bool,
    due: f64,
    now: f64,
  ): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.received(end, ReceiveRecord.at(records, step));
    }
    const extra: u32 = hasAttempt && count > 0 ? 1 : 0;
    if (extra === 1) {
      const low = load<u64>(area, THREAD_ATTEMPT + NODE_KEY);
      const high = load<u64>(area, THREAD_ATTEMPT + NODE_KEY + 8);
      const since = EffectsOf.attemptSince(area, now);
      end = Effects.put(end, low, high, reinterpret<u64>(due), reinterpret<u64>(since));
    }
    Effects.close(shard, head, end, EFFECT_RECEIVED, extra, 0, now);
  }

  /** As of when the attempt in hand is remembered: one that was known goes by its first time. */
  @inline static attemptSince(area: usize, now: f64): f64 {
    const node: usize = load<u32>(area, THREAD_ATTEMPT_NODE);
    return node === 0 ? now : load<f64>(node, NODE_AT);
  }

  @inline static received(at: usize, record: ReceiveRecord): usize {
    const slot = changetype<usize>(At.slot(record.slot));
    return Effects.put(
      at,
      record.receipt(),
      record.sequence,
      reinterpret<u64>(record.due),
      load<u64>(slot, SLOT_FIRST_RECEIVE),
    );
  }

  /** What a claim found past its retention: its slots stand at the list's end, the first one last. */
  @inline static found(area: usize, shard: usize, count: u32, now: f64): void {
    const head = Effects.further(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) {
        const slotIndex = load<u32>(area + ((SECTION_STEPS - 1 - step) << 2), THREAD_OUT_SLOTS);
        end = Effects.put(end, slotIndex as u64, At.slot(slotIndex).sequence, 0, 0);
      }
    }
    Effects.close(shard, head, end, EFFECT_REMOVED, 0, 0, now);
  }

  // --- Receipts ----------------------------------------------------------------------------------

  /** The handle records that applied. */
  @inline static remove(shard: usize, handles: usize, count: u32, now: f64): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.removed(end, handles + step * HANDLE_BYTES);
    }
    Effects.close(shard, head, end, EFFECT_REMOVED, 0, 0, now);
  }

  @inline static removed(at: usize, handle: usize): usize {
    if (load<u32>(handle, HANDLE_RESULT) !== RESULT_APPLIED) return at;
    const slot: u64 = load<u32>(handle, HANDLE_SLOT);
    return Effects.put(at, slot, load<u64>(handle, HANDLE_SEQUENCE), 0, 0);
  }

  @inline static hide(shard: usize, handles: usize, count: u32, now: f64): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.hidden(end, handles + step * HANDLE_BYTES);
    }
    Effects.close(shard, head, end, EFFECT_HIDDEN, 0, 0, now);
  }

  @inline static hidden(at: usize, handle: usize): usize {
    if (load<u32>(handle, HANDLE_RESULT) !== RESULT_APPLIED) return at;
    const slotIndex = load<u32>(handle, HANDLE_SLOT);
    const slot = At.slot(slotIndex);
    const due = slot.state() === SLOT_READY ? 0 : reinterpret<u64>(slot.due);
    return Effects.put(at, slotIndex as u64, load<u64>(handle, HANDLE_SEQUENCE), due, 0);
  }

  // --- Time, moves, purges -----------------------------------------------------------------------

  /** What a sweep took out; of what a cut ended nothing is said, since the cut has said it. */
  @inline static sweep(area: usize, shard: usize, count: u32, now: f64): void {
    const purged = load<u64>(shard, SHARD_PURGE_SEQUENCE);
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.swept(end, area, step, purged);
    }
    Effects.close(shard, head, end, EFFECT_REMOVED, 0, 0, now);
  }

  @inline static swept(at: usize, area: usize, index: u32, purged: u64): usize {
    const sequence = load<f64>(area + (index << 3), THREAD_OUT_SEQUENCES) as u64;
    if (sequence <= purged) return at;
    const slot: u64 = load<u32>(area + (index << 2), THREAD_OUT_SLOTS);
    return Effects.put(at, slot, sequence, 0, 0);
  }

  /** What stands in the thread's list still: in this thread's hands. */
  @inline static depart(area: usize, shard: usize, count: u32, now: f64): void {
    const head = Effects.next(shard);
    let end = head + EFFECT_BYTES;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      if (step < count) end = EffectsOf.departed(end, area, step);
    }
    Effects.close(shard, head, end, EFFECT_DEPARTED, 0, 0, now);
  }

  @inline static departed(at: usize, area: usize, index: u32): usize {
    const slotIndex = load<u32>(area + (index << 2), THREAD_OUT_SLOTS);
    if (slotIndex === 0) return at;
    const slot = At.slot(slotIndex);
    const flags = slot.lowWord() & (SLOT_FLAG_FRESH | SLOT_FLAG_RETURN);
    return Effects.put(
      at,
      (slotIndex as u64) | ((slot.group as u64) << 32),
      load<f64>(area + (index << 3), THREAD_OUT_SEQUENCES) as u64,
      load<u64>(slot.block, BLOCK_BIRTH),
      (flags as u64) | ((index as u64) << 32),
    );
  }

  /** One message that came in, `before`: the id it moved under. Behind its state word. */
  @inline static admitted(at: usize, slotIndex: u32, slot: Slot, before: u64): usize {
    return Effects.put(
      at,
      (slotIndex as u64) | ((slot.count() as u64) << 32),
      slot.sequence,
      before,
      load<u64>(changetype<usize>(slot), SLOT_FIRST_RECEIVE),
    );
  }

  /** No record follows: all up to the purge's sequence is gone. */
  @inline static cut(shard: usize, isLast: bool, now: f64): void {
    const word = (EFFECT_CUT as u32) | (isLast ? 1 << 16 : 0);
    const value = load<u64>(shard, SHARD_PURGE_SEQUENCE);
    Effects.mark(shard, Effects.next(shard), 1, word as u64, value, now);
  }
}
