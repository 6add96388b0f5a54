/**
 * Sending: prepare (slot and content in this thread's hands, outside every lock), commit (sections
 * of ten), wake. What was prepared but not committed is discarded. Called by the thread whose
 * number is given, and by no other.
 */

import { Shape } from "../arena/classes";
import { Content } from "../arena/content";
import { Messages } from "../arena/messages";
import { Stock } from "../arena/stock";
import { Births } from "../ground/births";
import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import { Keys } from "../indexes/keys";
import {
  BLOCK_BIRTH,
  BLOCK_PLAIN_BYTES,
  SECTION_STEPS,
  SEND_BYTES,
  STATUS_CHANGED,
  STATUS_FULL,
  THREAD_FENCE,
  THREAD_OUT_READY,
  THREAD_SENDS,
  THREAD_STAGING,
} from "../layout";
import { Commit } from "../sections/commit";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Segments } from "../shard/segments";
import { Reclaim } from "./reclaim";

export class Send {
  @inline static record(thread: u32, index: u32): SendRecord {
    return SendRecord.at(At.thread(thread) + THREAD_SENDS, index);
  }

  /** Slot and room for the content of send record `index`; STATUS_FULL and nothing held if none. */
  @inline static prepare(thread: u32, index: u32, now: f64): i32 {
    const send = Send.record(thread, index);
    if (Send.take(thread, send)) return 0;
    return Send.takeAfterHelp(thread, send, now);
  }

  static takeAfterHelp(thread: u32, send: SendRecord, now: f64): i32 {
    Reclaim.help(thread, now);
    if (Send.take(thread, send)) return 0;
    Stock.ask(thread);
    return STATUS_FULL;
  }

  /** Room in the ring for so many. */
  @inline static provide(thread: u32, shard: usize, count: u32, now: f64): bool {
    return (
      Segments.provide(thread, shard, count) || Send.provideAfterHelp(thread, shard, count, now)
    );
  }

  /** The same, when memory was full without it. */
  static provideAfterHelp(thread: u32, shard: usize, count: u32, now: f64): bool {
    Reclaim.help(thread, now);
    if (Segments.provide(thread, shard, count)) return true;
    Stock.ask(thread);
    return false;
  }

  static take(thread: u32, send: SendRecord): bool {
    const slotIndex = Messages.prepare(thread, send);
    if (slotIndex === 0) return false;
    const slot = At.slot(slotIndex);
    slot.group = 0;
    slot.source = 0;
    slot.movedAfterMs = 0;
    const birth = Births.next(At.thread(thread));
    store<u64>(slot.block, birth, BLOCK_BIRTH);
    send.birth = birth;
    send.slot = slotIndex;
    return true;
  }

  /** Prepares records 0 to count - 1 and copies their contents from staging; how many, a prefix. */
  static fill(thread: u32, count: u32, now: f64): u32 {
    const area = At.thread(thread);
    let prepared: u32 = 0;
    while (prepared < count && Send.prepare(thread, prepared, now) === 0) prepared++;
    if (prepared === 0) return 0;
    // A reader of a block's former content must see that the slot changed before the bytes do.
    atomic.add<u32>(area, 0, THREAD_FENCE);
    let from = area + THREAD_STAGING;
    for (let index: u32 = 0; index < prepared; index++) {
      const send = Send.record(thread, index);
      const bytes = send.bodyBytes;
      if (send.isPlain() && Content.isWholeInHead(bytes)) {
        Content.fill(At.slot(send.slot).block, BLOCK_PLAIN_BYTES, bytes, from);
        from += bytes;
      } else from += Send.fillAny(send, from);
    }
    return prepared;
  }

  /** Texts and attributes besides the body, with a group's hashes where there is one; how many bytes it has. */
  static fillAny(send: SendRecord, from: usize): u32 {
    const block = At.slot(send.slot).block;
    const bytes = Content.sendBytesOf(send);
    Content.fill(block, Shape.first(send.groupBytes), bytes, from);
    if (send.groupBytes !== 0) Keys.write(block, send, from);
    return bytes;
  }

  /** Copies `bytes` from staging into the content of a prepared record, from contentOffset on. */
  static write(thread: u32, index: u32, contentOffset: u32, bytes: u32): void {
    const area = At.thread(thread);
    const send = Send.record(thread, index);
    const block = At.slot(send.slot).block;
    atomic.add<u32>(area, 0, THREAD_FENCE);
    const contentBytes = Content.sendBytes(send);
    const staged = area + THREAD_STAGING;
    const first = Content.firstOf(contentBytes, send.bodyBytes, send.groupBytes);
    Content.move(block, first, contentBytes, contentOffset, bytes, staged, true);
    if (contentOffset === 0 && send.groupBytes !== 0) {
      Keys.write(block, send, staged);
    }
  }

  /** How many the queue took, a prefix, the others discarded; STATUS_GONE. */
  static commit(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const area = At.thread(thread);
    let done: u32 = 0;
    let ready: u32 = 0;
    let status: i32 = 0;
    while (done < count) {
      const left = count - done < (SECTION_STEPS as u32) ? count - done : SECTION_STEPS;
      const sends = area + THREAD_SENDS + done * SEND_BYTES;
      const step = Commit.run(sends, left, queue.delayMs);
      if (!Send.provide(thread, shard, step, now)) {
        status = STATUS_FULL;
        break;
      }
      status = Commit.section(thread, queue, shard, incarnation, done, step, now);
      if (status < 0) {
        status = EffectsGrowth.answer(thread, shard, status, true);
        if (status === STATUS_CHANGED) continue;
        break;
      }
      done += step;
      ready += load<u32>(area, THREAD_OUT_READY);
    }
    if (done < count) Send.discard(thread, done, count);
    if (ready > 0) Wake.one(queueIndex);
    else Wake.ifEarlier(queueIndex, queue, shard);
    return done > 0 || status === STATUS_FULL ? (done as i32) : status;
  }

  /** Gives back what records `from` to `to - 1` hold. */
  static discard(thread: u32, from: u32, to: u32): void {
    for (let index = from; index < to; index++) {
      Messages.free(thread, Send.record(thread, index).slot);
    }
  }
}
