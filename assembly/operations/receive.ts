/**
 * Receiving: time passes, entries are claimed in sections of ten, contents are gathered back to
 * back into this thread's buffer outside the lock. After copying, a message whose slot changed
 * meanwhile is dropped: nobody ever sees another message's bytes.
 */

import { Shape } from "../arena/classes";
import { Content } from "../arena/content";
import { At } from "../ground/memory";
import { QueueRecord, ReceiveRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import {
  BLOCK_ATTRIBUTES_BYTES,
  BLOCK_BIRTH,
  BLOCK_DEDUPLICATION_BYTES,
  BLOCK_FLAGS,
  BLOCK_GROUP_BYTES,
  BLOCK_PLAIN_BYTES,
  BLOCK_SENDER_BYTES,
  BLOCK_TRACE_BYTES,
  BODY_PLAIN,
  CONTENT_BYTES_MAX,
  CONTENT_NOT_GATHERED,
  RECEIVE_BYTES,
  SECTION_STEPS,
  SHARD_INCARNATION,
  SHARD_VISIBLE,
  STATUS_CHANGED,
  STATUS_GONE,
  STATUS_LIMIT,
  THREAD_BUFFER,
  THREAD_BUFFER_BYTES,
  THREAD_FENCE,
  THREAD_OUT_DROPPED,
  THREAD_OUT_EXHAUSTED,
  THREAD_RECEIVES,
} from "../layout";
import { Claim } from "../sections/claim";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Segments } from "../shard/segments";
import { ADVANCE_SECTIONS, Advance } from "./advance";
import { Move } from "./move";

/** Entries dropped by one call at most, ten a section: a long run of dead ones is cut up. */
export const CLAIM_SECTIONS: u32 = 1000;

export class Receive {
  @inline static record(thread: u32, index: u32): ReceiveRecord {
    return ReceiveRecord.at(At.thread(thread) + THREAD_RECEIVES, index);
  }

  /**
   * How many messages are in the records now, in order; STATUS_GONE. STATUS_LIMIT: something is
   * visible, but as many are in flight as may be.
   */
  static run(
    thread: u32,
    queueIndex: u32,
    incarnation: u32,
    most: u32,
    visibilityMs: f64,
    now: f64,
  ): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    if (load<u32>(shard, SHARD_INCARNATION) !== incarnation) return STATUS_GONE;
    Advance.run(thread, queueIndex, now, ADVANCE_SECTIONS);
    const hiddenMs = visibilityMs < 0 ? queue.visibilityMs : visibilityMs;
    const claimed = Receive.claim(
      thread,
      queueIndex,
      queue,
      shard,
      incarnation,
      most,
      hiddenMs,
      now,
    );
    if (claimed <= 0) return claimed;
    Segments.trim(thread, shard);
    Wake.ifEarlier(queueIndex, queue, shard);
    return Receive.gather(thread, At.shardIndex(shard), claimed) as i32;
  }

  static claim(
    thread: u32,
    queueIndex: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    most: u32,
    hiddenMs: f64,
    now: f64,
  ): i32 {
    const receivesMax = Move.receivesMax(queue);
    let claimed: u32 = 0;
    for (let turn: u32 = 0; turn < CLAIM_SECTIONS && claimed < most; turn++) {
      if (!Receive.hasVisible(thread, queueIndex, shard, claimed, now)) break;
      const step = min<u32>(most - claimed, SECTION_STEPS);
      const got = Claim.section(
        thread,
        queue,
        shard,
        incarnation,
        claimed,
        step,
        hiddenMs,
        receivesMax,
        now,
      );
      if (got < 0) {
        if (Receive.isAnother(thread, queueIndex, shard, got, claimed, now)) continue;
        return Receive.answer(got, claimed);
      }
      claimed += got;
      const seen = (got as u32) + Receive.passOn(thread, queueIndex, incarnation, now);
      if (seen < step && Receive.isDone(thread, queueIndex, shard, claimed, now)) break;
    }
    return claimed as i32;
  }

  /**
   * Whether a claim that answered a status may be made again: there is room for its effects now, or some
   * are in flight only because there were more timers than one call fires. Where the journal has to
   * read first, nothing is found; it rings who waits when it has.
   */
  static isAnother(
    thread: u32,
    queueIndex: u32,
    shard: usize,
    status: i32,
    claimed: u32,
    now: f64,
  ): bool {
    if (status === STATUS_CHANGED) return EffectsGrowth.provide(thread, shard, true);
    const isFull = status === STATUS_LIMIT && claimed === 0;
    return isFull && Advance.run(thread, queueIndex, now, ADVANCE_SECTIONS) > 0;
  }

  /** What a receive answers that ends with a status. */
  @inline static answer(status: i32, claimed: u32): i32 {
    return claimed === 0 && status === STATUS_LIMIT ? STATUS_LIMIT : (claimed as i32);
  }

  /** Whoever has some messages already does not wait for time to make more visible. */
  @inline static hasVisible(
    thread: u32,
    queueIndex: u32,
    shard: usize,
    claimed: u32,
    now: f64,
  ): bool {
    if (load<u32>(shard, SHARD_VISIBLE) !== 0) return true;
    return claimed === 0 && Advance.untilVisible(thread, queueIndex, shard, now);
  }

  /**
   * After a claim section: messages that were received too often move on. Answers how many entries
   * the section took that brought no message.
   */
  static passOn(thread: u32, queueIndex: u32, incarnation: u32, now: f64): u32 {
    const area = At.thread(thread);
    const exhausted = load<u32>(area, THREAD_OUT_EXHAUSTED);
    // Before the move, whose sections use the same words.
    const dropped = load<u32>(area, THREAD_OUT_DROPPED);
    if (exhausted > 0) Move.deadLetters(thread, queueIndex, incarnation, exhausted, now);
    return exhausted + dropped;
  }

  /** Whether a claim that found less than it asked for is the last: unless timers are still due. */
  @inline static isDone(thread: u32, queueIndex: u32, shard: usize, claimed: u32, now: f64): bool {
    return claimed > 0 || !Advance.isBehind(thread, queueIndex, shard, now);
  }

  static gather(thread: u32, shardIndex: u32, claimed: u32): u32 {
    const area = At.thread(thread);
    let offset: u32 = 0;
    for (let index: u32 = 0; index < claimed; index++) {
      const record = Receive.record(thread, index);
      record.shard = shardIndex;
      offset += Receive.copy(area, record, offset);
    }
    // Contents before, sequences behind: a message that changed under the copying is dropped.
    atomic.add<u32>(area, 0, THREAD_FENCE);
    let kept: u32 = 0;
    for (let index: u32 = 0; index < claimed; index++) {
      const record = Receive.record(thread, index);
      if (!Receive.isStill(record)) continue;
      if (kept !== index) {
        memory.copy(
          changetype<usize>(Receive.record(thread, kept)),
          changetype<usize>(record),
          RECEIVE_BYTES,
        );
      }
      kept++;
    }
    return kept;
  }

  /** Sequences count by shard, so a slot that another queue uses by now may have the same one. */
  @inline static isStill(record: ReceiveRecord): bool {
    const slot = At.slot(record.slot);
    return slot.sequence === record.sequence && slot.shard === record.shard;
  }

  /** Slot and header fields into the record, content into the buffer; how many bytes that took. */
  @inline static copy(area: usize, record: ReceiveRecord, offset: u32): u32 {
    const slot = At.slot(record.slot);
    const block = slot.block;
    const sentAt = slot.sentAt;
    record.block = block;
    record.bodyBytes = slot.bodyBytes;
    record.source = slot.source;
    record.sentAt = sentAt;
    record.firstAt = sentAt + (slot.firstReceive as f64);
    if (block === 0) return 0;
    record.birth = load<u64>(block, BLOCK_BIRTH);
    const flags = load<u32>(block, BLOCK_FLAGS);
    record.flags = flags & ~BODY_PLAIN;
    return (flags & BODY_PLAIN) !== 0
      ? Receive.copyPlain(area, record, block, offset)
      : Receive.copyAny(area, record, block, offset);
  }

  /** A body and nothing else, in one block. */
  @inline static copyPlain(area: usize, record: ReceiveRecord, block: usize, offset: u32): u32 {
    const bodyBytes = record.bodyBytes;
    record.clearTexts();
    record.attributesBytes = 0;
    if (!Receive.isStill(record)) return 0;
    if (bodyBytes > (THREAD_BUFFER_BYTES as u32) - offset) {
      record.offset = CONTENT_NOT_GATHERED;
      return 0;
    }
    Content.gather(block, BLOCK_PLAIN_BYTES, bodyBytes, area + THREAD_BUFFER + offset);
    record.offset = offset as i32;
    return bodyBytes;
  }

  static copyAny(area: usize, record: ReceiveRecord, block: usize, offset: u32): u32 {
    record.groupBytes = load<u8>(block, BLOCK_GROUP_BYTES) as u16;
    record.deduplicationBytes = load<u8>(block, BLOCK_DEDUPLICATION_BYTES) as u16;
    record.traceBytes = load<u16>(block, BLOCK_TRACE_BYTES);
    record.senderBytes = load<u16>(block, BLOCK_SENDER_BYTES);
    record.attributesBytes = load<u32>(block, BLOCK_ATTRIBUTES_BYTES);
    const contentBytes = Receive.contentBytes(record);
    // The sizes are only good if the slot has not changed; if it has, gather drops the record.
    if (!Receive.isStill(record)) return 0;
    if (contentBytes > (THREAD_BUFFER_BYTES as u32) - offset) {
      record.offset = CONTENT_NOT_GATHERED;
      return 0;
    }
    const first = Shape.first(record.groupBytes);
    Content.gather(block, first, contentBytes, area + THREAD_BUFFER + offset);
    record.offset = offset as i32;
    return contentBytes;
  }

  @inline static contentBytes(record: ReceiveRecord): u32 {
    return (
      (record.groupBytes as u32) +
      (record.deduplicationBytes as u32) +
      (record.traceBytes as u32) +
      (record.senderBytes as u32) +
      record.attributesBytes +
      record.bodyBytes
    );
  }

  /**
   * A part of a content that was not gathered, copied to the buffer at bufferOffset; 0 when the
   * message changed meanwhile and must be dropped, else bytes.
   */
  static read(thread: u32, index: u32, contentOffset: u32, bytes: u32, bufferOffset: u32): i32 {
    const area = At.thread(thread);
    const record = Receive.record(thread, index);
    const contentBytes = Receive.contentBytes(record);
    if (contentBytes > (CONTENT_BYTES_MAX as u32) || contentOffset + bytes > contentBytes) return 0;
    if (bufferOffset + bytes > (THREAD_BUFFER_BYTES as u32)) return 0;
    const block = record.block;
    const to = area + THREAD_BUFFER + bufferOffset;
    const first = Content.firstOf(contentBytes, record.bodyBytes, record.groupBytes);
    Content.move(block, first, contentBytes, contentOffset, bytes, to, false);
    atomic.add<u32>(area, 0, THREAD_FENCE);
    return Receive.isStill(record) ? (bytes as i32) : 0;
  }
}
