/**
 * Receiving from a FIFO queue: time passes, an attempt that is repeated brings what it brought
 * before, else ready groups give what they have, ten messages a section, each group all it can.
 * Called by the thread whose number is given, and by no other.
 */

import { Stock } from "../arena/stock";
import { SipHash } from "../ground/hash";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import { Groups } from "../indexes/groups";
import { Window } from "../indexes/window";
import {
  SECTION_STEPS,
  SHARD_INCARNATION,
  SHARD_NOW,
  STATUS_CHANGED,
  STATUS_FULL,
  STATUS_GONE,
  THREAD_ATTEMPT,
  THREAD_STAGING,
} from "../layout";
import { Attempts } from "../sections/attempts";
import { ClaimFifo } from "../sections/claimFifo";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { WindowGrowth } from "../shard/windowGrowth";
import { ADVANCE_SECTIONS, Advance } from "./advance";
import { Move } from "./move";
import { Prefetch } from "./prefetch";
import { CLAIM_SECTIONS, Receive } from "./receive";
import { Reclaim } from "./reclaim";

export class ReceiveFifo {
  /** As Receive.run; STATUS_STALE: the attempt (`attemptBytes` in staging) is no longer valid. */
  static run(
    thread: u32,
    queueIndex: u32,
    incarnation: u32,
    most: u32,
    visibilityMs: f64,
    attemptBytes: u32,
    now: f64,
  ): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    if (load<u32>(shard, SHARD_INCARNATION) !== incarnation) return STATUS_GONE;
    // The key before anything else uses the staging area.
    const area = At.thread(thread);
    if (attemptBytes > 0) SipHash.wide(area + THREAD_STAGING, attemptBytes, area + THREAD_ATTEMPT);
    Advance.run(thread, queueIndex, now, ADVANCE_SECTIONS);
    const hiddenMs = visibilityMs < 0 ? queue.visibilityMs : visibilityMs;
    const claimed =
      attemptBytes > 0
        ? ReceiveFifo.attempt(thread, queueIndex, queue, shard, incarnation, most, hiddenMs, now)
        : ReceiveFifo.claim(thread, queueIndex, queue, shard, incarnation, most, hiddenMs, now);
    if (claimed <= 0) return claimed;
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
    const area = At.thread(thread);
    const receivesMax = Move.receivesMax(queue);
    let claimed: u32 = 0;
    for (let turn: u32 = 0; turn < CLAIM_SECTIONS && claimed < most; turn++) {
      const step = min<u32>(most - claimed, SECTION_STEPS);
      // Who has some already may find more in the group that the last section stopped in.
      const isEmpty = claimed === 0 && !Groups.anyReady(shard);
      if (isEmpty && !Advance.untilVisible(thread, queueIndex, shard, now)) break;
      Prefetch.claim(area, shard, step);
      const got = ClaimFifo.section(
        thread,
        queue,
        shard,
        incarnation,
        claimed,
        step,
        hiddenMs,
        receivesMax,
        false,
        now,
      );
      if (got < 0) {
        if (EffectsGrowth.answer(thread, shard, got, true) === STATUS_CHANGED) continue;
        break;
      }
      claimed += got;
      const seen = (got as u32) + Receive.passOn(thread, queueIndex, incarnation, now);
      if (seen < step && Receive.isDone(thread, queueIndex, shard, claimed, now)) break;
    }
    return claimed as i32;
  }

  /** At most ten messages: one section holds the claim and its memory together. */
  static attempt(
    thread: u32,
    queueIndex: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    most: u32,
    hiddenMs: f64,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const receivesMax = Move.receivesMax(queue);
    const step = min<u32>(most, SECTION_STEPS);
    for (let turn: u32 = 0; turn < CLAIM_SECTIONS; turn++) {
      const again = ReceiveFifo.repeat(thread, queue, shard, incarnation, hiddenMs, now);
      if (again === STATUS_CHANGED && EffectsGrowth.provide(thread, shard, true)) continue;
      if (again !== 0) return ReceiveFifo.answer(again);
      Prefetch.claim(area, shard, step);
      const got = ClaimFifo.section(
        thread,
        queue,
        shard,
        incarnation,
        0,
        step,
        hiddenMs,
        receivesMax,
        true,
        now,
      );
      if (got === STATUS_CHANGED && EffectsGrowth.provide(thread, shard, true)) continue;
      if (ReceiveFifo.isAnswer(thread, queueIndex, shard, incarnation, got, now)) {
        return ReceiveFifo.answer(got);
      }
    }
    return 0;
  }

  /** Where the journal has to read first, nothing is found. */
  @inline static answer(status: i32): i32 {
    return status === STATUS_CHANGED ? 0 : status;
  }

  /** What an attempt brought before, if it is known; 0: it is not, or brings nothing any more; or a status. */
  static repeat(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    hiddenMs: f64,
    now: f64,
  ): i32 {
    const known = ReceiveFifo.resolve(thread, shard, now);
    if (known <= 0) return known;
    return Attempts.section(thread, queue, shard, incarnation, hiddenMs, now);
  }

  /** Whether what a claim got is the answer, or another section may get more. */
  static isAnswer(
    thread: u32,
    queueIndex: u32,
    shard: usize,
    incarnation: u32,
    got: i32,
    now: f64,
  ): bool {
    if (got < 0) return true;
    const passed = Receive.passOn(thread, queueIndex, incarnation, now);
    if (got > 0 || passed > 0) return got > 0;
    return Groups.anyReady(shard) || !Advance.untilVisible(thread, queueIndex, shard, now);
  }

  /**
   * Room for one attempt, and whether THREAD_ATTEMPT is known: 1 or 0; STATUS_FULL. What five
   * minutes have ended leaves faster than attempts come.
   */
  static resolve(thread: u32, shard: usize, now: f64): i32 {
    if (Window.isDue(shard, now, false)) WindowGrowth.retire(thread, shard, now, false);
    if (!WindowGrowth.provide(thread, shard, 1, false)) {
      Reclaim.help(thread, now);
      if (!WindowGrowth.provide(thread, shard, 1, false)) {
        Stock.ask(thread);
        return STATUS_FULL;
      }
    }
    const last = load<f64>(shard, SHARD_NOW);
    return Attempts.resolve(At.thread(thread), shard, now > last ? now : last) ? 1 : 0;
  }
}
