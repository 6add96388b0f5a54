/**
 * What is in a queue now. Exact: everything that is due happens first, however much that is; but what
 * a purge ended is in no gauge and is freed later.
 */

import { At } from "../ground/memory";
import { Age } from "../indexes/age";
import {
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_PURGE_SEQUENCE,
  SHARD_TOTAL_EMPTY_RECEIVES,
  SHARD_VISIBLE,
  THREAD_OUT_DELAYED,
  THREAD_OUT_IN_FLIGHT,
  THREAD_OUT_OLDEST_SENT_AT,
  THREAD_OUT_VISIBLE,
} from "../layout";
import { Advance } from "./advance";

export class Counts {
  static run(thread: u32, queueIndex: u32, now: f64): void {
    const shard = At.shard(At.queue(queueIndex).shardFirst);
    const area = At.thread(thread);
    Advance.settle(thread, queueIndex, now);
    const head = Age.first(shard);
    const oldest = At.slot(head);
    // A dead letter's age counts from its arrival.
    const sentAt = oldest.sentAt + (oldest.movedAfterMs as f64);
    // Read without the lock: a head that was just taken out has no sequence any more.
    // While the dead of a purge are being freed, the oldest of the living is not known.
    const sequence = oldest.sequence;
    const isThere = head !== 0 && sequence > load<u64>(shard, SHARD_PURGE_SEQUENCE);
    store<u32>(area, load<u32>(shard, SHARD_VISIBLE), THREAD_OUT_VISIBLE);
    store<u32>(area, load<u32>(shard, SHARD_IN_FLIGHT), THREAD_OUT_IN_FLIGHT);
    store<u32>(area, load<u32>(shard, SHARD_DELAYED), THREAD_OUT_DELAYED);
    store<f64>(area, isThere ? sentAt : NaN, THREAD_OUT_OLDEST_SENT_AT);
  }

  /** A ReceiveMessage call that ends with nothing; a call is no section, so it is counted here. */
  static emptyReceive(shard: usize): void {
    atomic.add<u64>(shard, 1, SHARD_TOTAL_EMPTY_RECEIVES);
  }
}
