/**
 * The commit section of a FIFO shard: up to ten PREPARED messages of this thread join their groups,
 * and those that repeat an id of the last five minutes get the original's identity and stay outside.
 * Before it, outside the lock: keys are computed, groups and originals are found (Resolve), and there
 * is room for ten new groups and nodes. Inside, first every proof is checked, then everything is
 * stored: a message's state word before its deduplication node, since a node without its message
 * would swallow the sender's next attempt.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { At } from "../ground/memory";
import { QueueRecord, SendRecord } from "../ground/records";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  BLOCK_BIRTH,
  BUCKET_VERSION,
  DEDUPLICATION_BIRTH,
  FIFO_DELAYED,
  NODE_SEQUENCE,
  PHASE_BEGIN_COMMIT_FIFO,
  SEND_BIRTH,
  SEND_BYTES,
  SEND_SEQUENCE,
  SHARD_DELAYED,
  SHARD_SEQUENCE,
  SHARD_TOTAL_DEDUPLICATED,
  SHARD_VISIBLE,
  SLOT_DELAYED,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_GONE,
  THREAD_OUT_COUNT,
  THREAD_OUT_READY,
  THREAD_SENDS,
} from "../layout";
import { Shard } from "../shard/shard";
import { Sizes } from "../shard/sizes";
import { Commit } from "./commit";

export class CommitFifo {
  /**
   * Send records `from` to `from + count - 1`, resolved, `accepted` of them no duplicates. Answers
   * count; STATUS_GONE; STATUS_CHANGED when a proof is stale or room went to somebody else.
   */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    kind: u32,
    from: u32,
    count: u32,
    accepted: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    const sends = area + THREAD_SENDS + from * SEND_BYTES;
    const self = At.shardIndex(shard);
    const delayMs = queue.delayMs;
    Sizes.measureAccepted(area, sends, count);
    let status: i32 = STATUS_GONE;
    const at = Shard.open(shard, thread, PHASE_BEGIN_COMMIT_FIFO, area, now);
    store<u32>(area, 0, THREAD_OUT_READY);
    if (Shard.isStill(shard, incarnation)) {
      status = STATUS_CHANGED;
      if (
        CommitFifo.hasRoom(shard, count) &&
        CommitFifo.isProven(shard, kind, sends, 0, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 1, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 2, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 3, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 4, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 5, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 6, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 7, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 8, count, at) &&
        CommitFifo.isProven(shard, kind, sends, 9, count, at)
      ) {
        const first = load<u64>(shard, SHARD_SEQUENCE) + 1;
        store<u64>(shard, first + accepted - 1, SHARD_SEQUENCE);
        // Who comes behind a message that is held back waits as well, or it would overtake.
        const waits = delayMs > 0 || load<u32>(shard, FIFO_DELAYED) !== 0;
        for (let step: u32 = 0; step < UNROLLED; step++) {
          CommitFifo.step(area, shard, self, kind, sends, step, count, at, first, waits);
        }
        CommitFifo.count(area, shard, count, accepted, waits);
        if (Effects.isOn(shard))
          EffectsOf.commitFifo(shard, kind, sends, count, waits, delayMs, at);
        status = count as i32;
      }
    }
    store<i32>(area, status, THREAD_OUT_COUNT);
    Shard.close(shard);
    return status;
  }

  /** Of `count` messages so many were accepted, the others are duplicates. */
  @inline static count(area: usize, shard: usize, count: u32, accepted: u32, waits: bool): void {
    if (accepted > 0) {
      Commit.tally(shard, waits ? SHARD_DELAYED : SHARD_VISIBLE, accepted);
      Sizes.add(shard, area);
    }
    Shard.add(shard, SHARD_TOTAL_DEDUPLICATED, (count - accepted) as u64);
  }

  @inline static hasRoom(shard: usize, count: u32): bool {
    return (
      Effects.hasRoomForMore(shard) &&
      Groups.hasRoom(shard, count) &&
      Table.isMade(Groups.table(shard)) &&
      Window.hasRoom(Window.of(shard, true), count, true) &&
      Table.isMade(Window.table(shard, true))
    );
  }

  /** Whether what was found outside still holds, for one record. */
  @inline static isProven(
    shard: usize,
    kind: u32,
    sends: usize,
    index: u32,
    count: u32,
    now: f64,
  ): bool {
    if (index >= count) return true;
    const send = SendRecord.at(sends, index);
    const block = At.slot(send.slot).block;
    return (
      CommitFifo.isGroupProven(shard, send, block) &&
      CommitFifo.isOriginalProven(shard, kind, send, block, now)
    );
  }

  @inline static isGroupProven(shard: usize, send: SendRecord, block: usize): bool {
    if (send.root !== send) return true;
    const group = send.group;
    const low = Keys.groupLow(block);
    if (group !== 0) return Groups.isOf(shard, group, low, Keys.groupHigh(block));
    const bucket = Table.bucket(Groups.table(shard), low);
    return send.groupBucket === bucket && load<u32>(bucket, BUCKET_VERSION) === send.groupVersion;
  }

  @inline static isOriginalProven(
    shard: usize,
    kind: u32,
    send: SendRecord,
    block: usize,
    now: f64,
  ): bool {
    const original = send.original;
    const bucketSeen = send.nodeBucket;
    // No id, or a twin of the same section.
    if (bucketSeen === 0) return true;
    const low = Keys.idLow(block, kind);
    if (original !== 0) {
      return Window.isLive(shard, original, low, Keys.idHigh(block, kind), now, true);
    }
    const bucket = Table.bucket(Window.table(shard, true), low);
    return bucketSeen === bucket && load<u32>(bucket, BUCKET_VERSION) === send.nodeVersion;
  }

  @inline static step(
    area: usize,
    shard: usize,
    self: u32,
    kind: u32,
    sends: usize,
    index: u32,
    count: u32,
    now: f64,
    first: u64,
    waits: bool,
  ): void {
    if (index >= count) return;
    const send = SendRecord.at(sends, index);
    const original = send.original;
    if (original !== 0) {
      const isTwin = send.nodeBucket === 0;
      const birth = load<u64>(original + (isTwin ? SEND_BIRTH : DEDUPLICATION_BIRTH));
      const sequence = load<u64>(original + (isTwin ? SEND_SEQUENCE : NODE_SEQUENCE));
      send.birth = birth;
      send.sequence = sequence;
      return;
    }
    const slotIndex = send.slot;
    const slot = At.slot(slotIndex);
    const block = slot.block;
    const sequence = first + send.ordinal;
    Commit.write(send, slot, self, sequence, now);
    if (waits && load<u32>(shard, FIFO_DELAYED) === 0) store<u32>(shard, slotIndex, FIFO_DELAYED);
    slot.setWord(waits ? SLOT_DELAYED : SLOT_READY, 0);
    const root = send.root;
    let group = root.group;
    if (group === 0) {
      group = Groups.create(shard, Keys.groupLow(block), Keys.groupHigh(block));
      root.group = group;
      store<u32>(area, load<u32>(area, THREAD_OUT_READY) + (waits ? 0 : 1), THREAD_OUT_READY);
    }
    Groups.append(shard, group, slotIndex, sequence, !waits);
    Age.close(shard, Age.hang(Age.last(shard), At.ageLink(slotIndex)));
    if (send.nodeBucket === 0) return;
    const node = Window.next(Window.of(shard, true), true);
    store<u64>(node, load<u64>(block, BLOCK_BIRTH), DEDUPLICATION_BIRTH);
    Window.add(shard, node, Keys.idLow(block, kind), Keys.idHigh(block, kind), sequence, now, true);
  }
}
