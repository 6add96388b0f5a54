/**
 * Sending to a FIFO queue, behind the preparation that all sends share (Send): room for new groups
 * and deduplication nodes is taken before the lock, groups and originals are found before the lock,
 * and again as often as somebody else was quicker; what turned out to be a duplicate is freed.
 */

import { Messages } from "../arena/messages";
import { Stock } from "../arena/stock";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Wake } from "../ground/wake";
import { Groups } from "../indexes/groups";
import { Window } from "../indexes/window";
import {
  BLOCK_IS_GROUP_TABLE,
  SECTION_STEPS,
  SHARD_NOW,
  STATUS_CHANGED,
  STATUS_FULL,
  THREAD_OUT_READY,
} from "../layout";
import { CommitFifo } from "../sections/commitFifo";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { GroupsGrowth } from "../shard/groupsGrowth";
import { TableGrowth } from "../shard/tableGrowth";
import { WindowGrowth } from "../shard/windowGrowth";
import { Reclaim } from "./reclaim";
import { Resolve } from "./resolve";
import { Send } from "./send";

export class SendFifo {
  /** As Send.commit. */
  static commit(thread: u32, queueIndex: u32, incarnation: u32, count: u32, now: f64): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const area = At.thread(thread);
    let done: u32 = 0;
    let ready: u32 = 0;
    let status: i32 = 0;
    while (done < count) {
      const step = count - done < (SECTION_STEPS as u32) ? count - done : SECTION_STEPS;
      if (!SendFifo.provide(thread, shard, step, now)) {
        status = STATUS_FULL;
        break;
      }
      status = SendFifo.section(thread, queue, shard, incarnation, done, step, now);
      if (status < 0) {
        status = EffectsGrowth.answer(thread, shard, status, true);
        if (status === STATUS_CHANGED) continue;
        break;
      }
      SendFifo.freeDuplicates(thread, done, step);
      done += step;
      ready += load<u32>(area, THREAD_OUT_READY);
    }
    if (done < count) Send.discard(thread, done, count);
    if (ready > 0) Wake.one(queueIndex);
    else Wake.ifEarlier(queueIndex, queue, shard);
    return done > 0 || status === STATUS_FULL ? (done as i32) : status;
  }

  /** Resolves and commits records `from` to `from + count - 1`, at most ten. */
  static section(
    thread: u32,
    queue: QueueRecord,
    shard: usize,
    incarnation: u32,
    from: u32,
    count: u32,
    now: f64,
  ): i32 {
    const last = load<f64>(shard, SHARD_NOW);
    const kind = queue.flags;
    const at = now > last ? now : last;
    const accepted = Resolve.run(thread, shard, kind, from, count, at);
    return CommitFifo.section(thread, queue, shard, incarnation, kind, from, count, accepted, now);
  }

  /** Room for `more` groups and nodes; what five minutes have ended leaves first. */
  static provide(thread: u32, shard: usize, more: u32, now: f64): bool {
    if (Window.isDue(shard, now, true)) {
      WindowGrowth.retire(thread, shard, now, true);
      WindowGrowth.retire(thread, shard, now, true);
    }
    if (SendFifo.take(thread, shard, more)) return true;
    Reclaim.help(thread, now);
    if (SendFifo.take(thread, shard, more)) return true;
    Stock.ask(thread);
    return false;
  }

  static take(thread: u32, shard: usize, more: u32): bool {
    const mark = Mark.of(shard, BLOCK_IS_GROUP_TABLE);
    return (
      GroupsGrowth.provide(thread, shard, more) &&
      TableGrowth.provide(thread, shard, Groups.table(shard), mark, more) &&
      WindowGrowth.provide(thread, shard, more, true)
    );
  }

  static freeDuplicates(thread: u32, from: u32, count: u32): void {
    for (let index = from; index < from + count; index++) {
      const send = Send.record(thread, index);
      if (send.original === 0) continue;
      Messages.free(thread, send.slot);
    }
  }
}
