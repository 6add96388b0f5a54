/**
 * The sweep section: up to ten messages at the head of the age list that retention, a purge or
 * the queue's deletion has ended are taken out. They are in this thread's hands afterwards
 * (THREAD_OUT_SLOTS), and the caller frees them outside the lock.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Ring } from "../indexes/ring";
import { Wheel } from "../indexes/wheel";
import {
  PHASE_BEGIN_SWEEP,
  SHARD_LISTED,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_EXPIRED,
  SLOT_DEAD,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
} from "../layout";
import { Shard } from "../shard/shard";

export class Sweep {
  /** Whether the oldest message is past; without the lock only a hint, but never wrong for long. */
  @inline static isDue(queue: QueueRecord, shard: usize, now: f64): bool {
    const head = Age.first(shard);
    return head !== 0 && Sweep.isPast(queue, shard, At.slot(head), now);
  }

  /** Whether a purge or a deletion ended the oldest message; a hint. */
  @inline static isOfCut(shard: usize): bool {
    return At.slot(Age.first(shard)).sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
  }

  @inline static isPast(queue: QueueRecord, shard: usize, slot: Slot, now: f64): bool {
    return slot.state() === SLOT_DEAD || slot.isPast(shard, queue.retentionMs, now);
  }

  /**
   * Answers how many were taken out; their sequences stand in THREAD_OUT_SEQUENCES. None where there is
   * no room for effects.
   */
  static section(thread: u32, queue: QueueRecord, shard: usize, now: f64): i32 {
    const area = At.thread(thread);
    const at = Shard.open(shard, thread, PHASE_BEGIN_SWEEP, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (Effects.hasRoom(shard)) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Sweep.step(area, thread, queue, shard, at);
      }
      if (Effects.isOn(shard)) EffectsOf.sweep(area, shard, load<u32>(area, THREAD_OUT_COUNT), at);
    }
    Shard.close(shard);
    return load<i32>(area, THREAD_OUT_COUNT);
  }

  @inline static step(area: usize, thread: u32, queue: QueueRecord, shard: usize, now: f64): void {
    const slotIndex = Age.first(shard);
    if (slotIndex !== 0) {
      const slot = At.slot(slotIndex);
      if (Sweep.isPast(queue, shard, slot, now)) {
        const count = load<i32>(area, THREAD_OUT_COUNT);
        const sequence = slot.sequence;
        const state = slot.state();
        const isCut = sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
        // A cut emptied the ring and the gauges; what it ended owes an entry, ringed or not.
        if (isCut || !Slot.isRinged(slot.lowWord())) Ring.unreserve(shard);
        if (!isCut) {
          Shard.add(shard, SHARD_TOTAL_EXPIRED, 1);
          if (state !== SLOT_DEAD) Shard.countOut(Shard.gauge(shard, state));
        }
        slot.takeOut(thread);
        Wheel.cancel(shard, At.wheelLink(slotIndex));
        Age.unlink(At.ageLink(slotIndex));
        Shard.countOut(shard + SHARD_LISTED);
        store<f64>(area + (count << 3), sequence as f64, THREAD_OUT_SEQUENCES);
        store<u32>(area + (count << 2), slotIndex, THREAD_OUT_SLOTS);
        store<i32>(area, count + 1, THREAD_OUT_COUNT);
      }
    }
  }
}
