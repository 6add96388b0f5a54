/**
 * What a receiver says of the messages it received: delete them, or change how long they stay hidden.
 * Receipts come in this thread's handle records, results go back there.
 */
import { Messages } from "../arena/messages";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import {
  HANDLE_BYTES,
  HANDLE_RESULT,
  HANDLE_SLOT,
  HEADER,
  HEADER_SLOTS_MAX,
  RESULT_APPLIED,
  SECTION_STEPS,
  STATUS_CHANGED,
  THREAD_HANDLES,
  THREAD_OUT_READY,
} from "../layout";
import { Hide } from "../sections/hide";
import { Remove } from "../sections/remove";
import { SettleFifo } from "../sections/settleFifo";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Shard } from "../shard/shard";
import { Prefetch } from "./prefetch";

export class Settle {
  @inline static handle(thread: u32, index: u32): usize {
    return At.thread(thread) + THREAD_HANDLES + index * HANDLE_BYTES;
  }

  /** A receipt's slot is only a hint: what lies outside the table names no message. */
  @inline static checkSlots(thread: u32, count: u32): void {
    const last = load<u32>(HEADER, HEADER_SLOTS_MAX);
    for (let index: u32 = 0; index < count; index++) {
      const handle = Settle.handle(thread, index);
      if (load<u32>(handle, HANDLE_SLOT) > last) store<u32>(handle, 0, HANDLE_SLOT);
    }
  }

  /**
   * Deletes; answers how many applied, or STATUS_GONE, or STATUS_FULL: the journal has to read first.
   * Sections of ten before it may have applied, and asking again does no harm.
   */
  static remove(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const isFifo = Shard.isFifo(shard);
    Settle.checkSlots(thread, count);
    let applied: i32 = 0;
    let opened: u32 = 0;
    let from: u32 = 0;
    let status: i32 = 0;
    while (from < count) {
      const step = count - from < (SECTION_STEPS as u32) ? count - from : SECTION_STEPS;
      status = Settle.removeSome(thread, queue, shard, incarnation, from, step, isFifo, now);
      if (status < 0) {
        status = EffectsGrowth.answer(thread, shard, status, false);
        if (status === STATUS_CHANGED) continue;
        break;
      }
      applied += status;
      if (isFifo) opened += load<u32>(At.thread(thread), THREAD_OUT_READY);
      Settle.free(thread, from, from + step);
      from += step;
    }
    if (opened > 0) Wake.one(queueIndex);
    return status < 0 ? status : applied;
  }

  /** One section. */
  @inline static removeSome(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    isFifo: bool,
    now: f64,
  ): i32 {
    if (!isFifo) return Remove.section(thread, queue, shard, incarnation, from, count, now);
    Prefetch.remove(At.thread(thread), shard, from, count);
    return SettleFifo.remove(thread, queue, shard, incarnation, from, count, now);
  }

  static free(thread: u32, from: u32, to: u32): void {
    for (let index = from; index < to; index++) {
      const handle = Settle.handle(thread, index);
      if (load<u32>(handle, HANDLE_RESULT) !== RESULT_APPLIED) continue;
      Messages.free(thread, load<u32>(handle, HANDLE_SLOT));
    }
  }

  /** Changes visibility; as `remove`. */
  static hide(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const area = At.thread(thread);
    const isFifo = Shard.isFifo(shard);
    Settle.checkSlots(thread, count);
    let applied: i32 = 0;
    let ready: u32 = 0;
    let from: u32 = 0;
    let status: i32 = 0;
    while (from < count) {
      const step = count - from < (SECTION_STEPS as u32) ? count - from : SECTION_STEPS;
      status = isFifo
        ? SettleFifo.hide(thread, queue, shard, incarnation, from, step, now)
        : Hide.section(thread, queue, shard, incarnation, from, step, now);
      if (status < 0) {
        status = EffectsGrowth.answer(thread, shard, status, false);
        if (status === STATUS_CHANGED) continue;
        break;
      }
      applied += status;
      ready += load<u32>(area, THREAD_OUT_READY);
      from += step;
    }
    if (ready > 0) Wake.one(queueIndex);
    else Wake.ifEarlier(queueIndex, queue, shard);
    return status < 0 ? status : applied;
  }
}
