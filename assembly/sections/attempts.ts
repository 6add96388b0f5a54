/**
 * ReceiveRequestAttemptId: a receive whose answer was lost may be asked again within five minutes,
 * and brings the same messages with the same receipts, hidden again from now. The attempt is
 * remembered in the section that claims, so any thread may repeat what another began. Where one of
 * its messages is gone, received by somebody else or given another timeout, it is no longer valid
 * (STATUS_STALE); where some were only visible again, it is an ordinary receive.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord, ReceiveRecord } from "../ground/records";
import { UNROLLED } from "../ground/unrolled";
import { Table } from "../indexes/table";
import { Wheel } from "../indexes/wheel";
import { Window } from "../indexes/window";
import {
  ATTEMPT_COUNT,
  ATTEMPT_DUE,
  ATTEMPT_RECEIPTS,
  BUCKET_FIRST,
  BUCKET_VERSION,
  NODE_KEY,
  PHASE_BEGIN_ATTEMPT,
  SHARD_OPERATION,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  STATUS_STALE,
  THREAD_ATTEMPT,
  THREAD_ATTEMPT_BUCKET,
  THREAD_ATTEMPT_NODE,
  THREAD_ATTEMPT_VERSION,
  THREAD_OUT_COUNT,
  THREAD_OUT_DROPPED,
  THREAD_RECEIVES,
} from "../layout";
import { Shard } from "../shard/shard";

/** Bytes of a receipt in an attempt. */
const RECEIPT_BYTES: u32 = 16;

/** Still this receiver's, as it was left. */
const HELD: u32 = 1;
/** Its timeout is over and nobody took it. */
const VISIBLE: u32 = 2;
/** Gone (deleted, purged, past its retention), received by somebody else, or hidden otherwise. */
const CHANGED: u32 = 4;

export class Attempts {
  @inline static low(area: usize): u64 {
    return load<u64>(area, THREAD_ATTEMPT + NODE_KEY);
  }

  @inline static high(area: usize): u64 {
    return load<u64>(area, THREAD_ATTEMPT + NODE_KEY + 8);
  }

  /** Outside the lock: looks the attempt up; whether it is known, as a hint. */
  static resolve(area: usize, shard: usize, now: f64): bool {
    const low = Attempts.low(area);
    const bucket = Table.seen(Window.table(shard, false), low);
    store<u32>(area, bucket as u32, THREAD_ATTEMPT_BUCKET);
    store<u32>(area, load<u32>(bucket, BUCKET_VERSION), THREAD_ATTEMPT_VERSION);
    const first = load<u32>(bucket, BUCKET_FIRST);
    const node = Window.find(shard, first, low, Attempts.high(area), now, false);
    store<u32>(area, node as u32, THREAD_ATTEMPT_NODE);
    return node !== 0;
  }

  /** Inside the claim section: whether what `resolve` found still holds, and there is room. */
  @inline static isProven(area: usize, shard: usize, now: f64): bool {
    const node: usize = load<u32>(area, THREAD_ATTEMPT_NODE);
    const low = Attempts.low(area);
    const table = Window.table(shard, false);
    if (node !== 0) return Window.isLive(shard, node, low, Attempts.high(area), now, false);
    if (!Table.isMade(table)) return false;
    const bucket = Table.bucket(table, low);
    return (
      Window.hasRoom(Window.of(shard, false), 1, false) &&
      load<u32>(area, THREAD_ATTEMPT_BUCKET) === (bucket as u32) &&
      load<u32>(area, THREAD_ATTEMPT_VERSION) === load<u32>(bucket, BUCKET_VERSION)
    );
  }

  /** Inside the claim section: remembers what was claimed, in a new node or in the one found. */
  @inline static note(
    area: usize,
    shard: usize,
    records: usize,
    claimed: u32,
    due: f64,
    now: f64,
  ): void {
    const found: usize = load<u32>(area, THREAD_ATTEMPT_NODE);
    const node = found !== 0 ? found : Window.next(Window.of(shard, false), false);
    store<u32>(node, claimed, ATTEMPT_COUNT);
    store<f64>(node, due, ATTEMPT_DUE);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      Attempts.noteStep(node, records, step);
    }
    if (found !== 0) return;
    const sequence = load<u64>(shard, SHARD_OPERATION);
    Window.add(shard, node, Attempts.low(area), Attempts.high(area), sequence, now, false);
  }

  /** Slot and count are one word in both records. */
  @inline static noteStep(node: usize, records: usize, index: u32): void {
    const record = ReceiveRecord.at(records, index);
    const receipt = node + index * RECEIPT_BYTES;
    store<u64>(receipt, record.receipt(), ATTEMPT_RECEIPTS);
    store<u64>(receipt, record.sequence, ATTEMPT_RECEIPTS + 8);
  }

  /**
   * The attempt section: the messages of the attempt that `resolve` found, hidden again, into the
   * receive records. Answers how many; 0: they are visible again, claim again; STATUS_STALE,
   * STATUS_CHANGED, STATUS_GONE.
   */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    visibilityMs: f64,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const self = At.shardIndex(shard);
    const records = area + THREAD_RECEIVES;
    const retentionMs = queue.retentionMs;
    const node: usize = load<u32>(area, THREAD_ATTEMPT_NODE);
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_ATTEMPT, area, now);
    store<u32>(area, 0, THREAD_OUT_DROPPED);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (
        Effects.hasRoomForMore(shard) &&
        Window.isLive(shard, node, Attempts.low(area), Attempts.high(area), at, false)
      ) {
        status = Attempts.repeat(shard, self, node, records, retentionMs, visibilityMs, at);
        if (Effects.isOn(shard) && status > 0) {
          EffectsOf.claim(area, shard, records, status, true, at + visibilityMs, at);
        }
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Shard.close(shard);
    return status;
  }

  /** All of a live attempt's messages, or none. */
  @inline static repeat(
    shard: usize,
    self: u32,
    node: usize,
    records: usize,
    retentionMs: f64,
    visibilityMs: f64,
    now: f64,
  ): i32 {
    const count = load<u32>(node, ATTEMPT_COUNT);
    const due = now + visibilityMs;
    let states: u32 = 0;
    for (let step: u32 = 0; step < UNROLLED; step++) {
      states |= Attempts.judge(shard, self, node, step, count, retentionMs, now);
    }
    let status: i32 = (states & CHANGED) !== 0 ? STATUS_STALE : 0;
    if (states === HELD) {
      store<f64>(node, due, ATTEMPT_DUE);
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Attempts.renew(shard, node, records, step, count, due);
      }
      status = count as i32;
    }
    return status;
  }

  /** What became of one message: one of the bits above, 0 for a step beyond the last. */
  @inline static judge(
    shard: usize,
    self: u32,
    node: usize,
    index: u32,
    count: u32,
    retentionMs: f64,
    now: f64,
  ): u32 {
    if (index >= count) return 0;
    const receipt = node + index * RECEIPT_BYTES;
    const slot = At.slot(load<u32>(receipt, ATTEMPT_RECEIPTS));
    const isSame =
      slot.isOf(self, load<u64>(receipt, ATTEMPT_RECEIPTS + 8)) &&
      slot.count() === load<u32>(receipt, ATTEMPT_RECEIPTS + 4) &&
      slot.due === load<f64>(node, ATTEMPT_DUE);
    if (!isSame || slot.isPast(shard, retentionMs, now)) return CHANGED;
    const state = slot.state();
    if (state === SLOT_READY) return VISIBLE;
    if (state !== SLOT_IN_FLIGHT) return CHANGED;
    // Its time is over from the due time on, whether or not its timer has fired yet.
    return slot.due > now ? HELD : VISIBLE;
  }

  @inline static renew(
    shard: usize,
    node: usize,
    records: usize,
    index: u32,
    count: u32,
    due: f64,
  ): void {
    if (index >= count) return;
    const receipt = node + index * RECEIPT_BYTES;
    const record = ReceiveRecord.at(records, index);
    const slotIndex = load<u32>(receipt, ATTEMPT_RECEIPTS);
    record.setReceipt(load<u64>(receipt, ATTEMPT_RECEIPTS));
    record.sequence = load<u64>(receipt, ATTEMPT_RECEIPTS + 8);
    record.due = due;
    Wheel.cancel(shard, At.wheelLink(slotIndex));
    At.slot(slotIndex).due = due;
    Wheel.arm(shard, At.wheelLink(slotIndex), due);
  }
}
