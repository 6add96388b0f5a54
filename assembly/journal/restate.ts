/**
 * What is true, written down once more at the end of the journal: before a segment goes, and after a
 * rebuild. By the journal's thread, which found it in an old record or in a slot and asks under the
 * shard's lock whether it is so: what the section finds changed is left out, since whoever changed it
 * wrote it down. A message is told by slot and sequence.
 */

import { Effects } from "../effects/effects";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import {
  DEDUPLICATION_BIRTH,
  EFFECT_BYTES,
  EFFECT_NODE,
  EFFECT_RESTATED,
  EFFECT_STATES,
  HANDLE_BYTES,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  NODE_AT,
  NODE_KEY,
  NODE_SEQUENCE,
  PHASE_BEGIN_RESTATE,
  SHARD_PURGE_SEQUENCE,
  SLOT_DELAYED,
  SLOT_FIRST_RECEIVE,
  SLOT_READY,
  STATED_DELAYED,
  STATED_IN_FLIGHT,
  STATED_READY,
  STATUS_CHANGED,
  STATUS_FULL,
  STATUS_GONE,
  THREAD_HANDLES,
  THREAD_OUT_COUNT,
} from "../layout";
import { Settle } from "../operations/settle";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";

export class Restate {
  /**
   * The messages of handle records 0 to count - 1, ten at most: how many of them this queue still has.
   * STATUS_GONE; STATUS_FULL: the journal has to read first.
   */
  static messages(thread: u32, queueIndex: u32, incarnation: u32, count: u32): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    Settle.checkSlots(thread, count);
    let status: i32 = STATUS_CHANGED;
    while (status === STATUS_CHANGED) {
      if (!EffectsGrowth.provide(thread, shard, false)) return STATUS_FULL;
      status = Restate.section(thread, queue, shard, incarnation, count);
    }
    return status;
  }

  static section(thread: u32, queue: QueueRecord, shard: usize, incarnation: u32, count: u32): i32 {
    const area = At.thread(thread);
    const handles = area + THREAD_HANDLES;
    const self = At.shardIndex(shard);
    const isFifo = Shard.isFifo(shard);
    const delayMs = queue.delayMs;
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_RESTATE, area, 0);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (Effects.hasRoom(shard)) {
        const head = Effects.next(shard);
        let end = head + EFFECT_BYTES;
        store<u32>(head, 0, EFFECT_STATES);
        for (let step: u32 = 0; step < UNROLLED; step++) {
          if (step < count) {
            end = Restate.step(
              shard,
              self,
              head,
              end,
              handles + step * HANDLE_BYTES,
              isFifo,
              delayMs,
            );
          }
        }
        const stated = Effects.records(head, end) - 1;
        const word = (EFFECT_RESTATED as u32) | (stated << 8);
        const states: u64 = load<u32>(head, EFFECT_STATES);
        if (stated > 0)
          Effects.mark(shard, head, stated + 1, (word as u64) | (states << 32), 0, at);
        status = stated as i32;
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Shard.close(shard);
    return status;
  }

  /** One message, if this shard has it still; answers where the next record comes. */
  @inline static step(
    shard: usize,
    self: u32,
    head: usize,
    end: usize,
    handle: usize,
    isFifo: bool,
    delayMs: f64,
  ): usize {
    const slotIndex = load<u32>(handle, HANDLE_SLOT);
    const sequence = load<u64>(handle, HANDLE_SEQUENCE);
    const slot = At.slot(slotIndex);
    const state = slot.state();
    const isThere =
      Slot.isListed(state) &&
      slot.isOf(self, sequence) &&
      sequence > load<u64>(shard, SHARD_PURGE_SEQUENCE);
    if (!isThere) return end;
    const stated: u32 =
      state === SLOT_READY
        ? STATED_READY
        : state === SLOT_DELAYED
          ? STATED_DELAYED
          : STATED_IN_FLIGHT;
    // Two bits a message.
    const shift = (Effects.records(head, end) - 1) << 1;
    store<u32>(head, load<u32>(head, EFFECT_STATES) | (stated << shift), EFFECT_STATES);
    // A FIFO queue's delay is its own: no message of it has a due time while it waits.
    const due = isFifo && state === SLOT_DELAYED ? slot.sentAt + delayMs : slot.due;
    return Effects.put(
      end,
      (slotIndex as u64) | ((slot.count() as u64) << 32),
      sequence,
      state === SLOT_READY ? 0 : reinterpret<u64>(due),
      load<u64>(changetype<usize>(slot), SLOT_FIRST_RECEIVE),
    );
  }

  /** A deduplication node, with a head of its own: each has its time. 0: there is none. Ten are one section's. */
  @inline static node(area: usize, shard: usize, node: usize): void {
    if (node === 0) return;
    const head = Effects.further(shard);
    const end = Effects.put(
      head + EFFECT_BYTES,
      load<u64>(node, NODE_KEY),
      load<u64>(node, NODE_KEY + 8),
      load<u64>(node, NODE_SEQUENCE),
      load<u64>(node, DEDUPLICATION_BIRTH),
    );
    Effects.close(shard, head, end, EFFECT_NODE, 0, 0, load<f64>(node, NODE_AT));
    store<u32>(area, load<u32>(area, THREAD_OUT_COUNT) + 1, THREAD_OUT_COUNT);
  }
}
