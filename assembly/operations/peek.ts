/**
 * Peeking: a walk through a queue's messages, oldest first, that changes nothing. Where it stands lies
 * in the thread's peek record, so that the caller can go on from there, or from elsewhere when the
 * message looked at last is gone. A call looks at a bounded number of messages, whatever it finds and
 * however many there are; contents are copied outside the lock and dropped where they changed, as a
 * receiver's are.
 */

import { SipHash } from "../ground/hash";
import { At } from "../ground/memory";
import { PeekRecord } from "../ground/records";
import { Groups } from "../indexes/groups";
import { Table } from "../indexes/table";
import {
  BUCKET_FIRST,
  BUCKET_VERSION,
  HEADER,
  HEADER_SLOTS_MAX,
  PEEK_GOES_ON,
  PEEK_LOST,
  STATUS_CHANGED,
  THREAD_BUFFER_BYTES,
  THREAD_PEEK,
  THREAD_STAGING,
} from "../layout";
import { Inspect } from "../sections/inspect";
import { Receive } from "./receive";

/** Most sections of one call: 250 messages are looked at. */
const PEEK_SECTIONS: u32 = 25;

export class Peek {
  /**
   * How many messages are in the receive records now, `most` (BATCH_MAX) at the most. It ends early
   * when their bodies fill the receive buffer: some ten more than fit at the most. STATUS_GONE.
   */
  static run(thread: u32, queueIndex: u32, incarnation: u32, most: u32, now: f64): i32 {
    const area = At.thread(thread);
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const peek = changetype<PeekRecord>(area + THREAD_PEEK);
    peek.looked = 0;
    peek.outcome = PEEK_LOST;
    if (peek.slot > load<u32>(HEADER, HEADER_SLOTS_MAX)) return 0;
    if (peek.groupBytes !== 0) SipHash.wide(area + THREAD_STAGING, peek.groupBytes, peek.key());
    peek.outcome = PEEK_GOES_ON;
    let found: u32 = 0;
    let bytes: u32 = 0;
    for (let turn: u32 = 0; turn < PEEK_SECTIONS && found < most; turn++) {
      if (peek.groupBytes !== 0) Peek.resolve(shard, peek);
      const got = Inspect.section(
        thread,
        queue,
        shard,
        incarnation,
        peek,
        found,
        most - found,
        now,
      );
      if (got === STATUS_CHANGED) continue;
      if (got < 0) return got;
      bytes += Peek.bodyBytes(thread, found, got);
      found += got;
      if (peek.outcome !== PEEK_GOES_ON || bytes > (THREAD_BUFFER_BYTES as u32)) break;
    }
    return Receive.gather(thread, At.shardIndex(shard), found) as i32;
  }

  /** The group's record, or where it would be: a hint, which the section proves. */
  static resolve(shard: usize, peek: PeekRecord): void {
    const bucket = Table.seen(Groups.table(shard), peek.keyLow);
    peek.bucket = bucket;
    peek.version = load<u32>(bucket, BUCKET_VERSION);
    peek.group = Groups.find(shard, load<u32>(bucket, BUCKET_FIRST), peek.keyLow, peek.keyHigh);
  }

  /** Of the messages just found; of one that is gone by now, rubbish that is not added up for long. */
  static bodyBytes(thread: u32, from: u32, count: u32): u32 {
    let bytes: u32 = 0;
    for (let index = from; index < from + count; index++) {
      bytes += min<u32>(At.slot(Receive.record(thread, index).slot).bodyBytes, THREAD_BUFFER_BYTES);
    }
    return bytes;
  }
}
