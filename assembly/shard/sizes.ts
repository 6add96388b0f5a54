/**
 * Sizes of a batch of messages, for CloudWatch's SentMessageSize: sum, least and greatest are
 * found outside the lock (`measure`) and added to the shard's totals inside (`add`). A message's
 * size is what SQS limits: its body, and names, types and values of its attributes. Ids of groups
 * and deduplication, a trace and a sender are kept with it, and count for nothing.
 */

import { SendRecord } from "../ground/records";
import {
  SHARD_SENT_BYTES_MAX,
  SHARD_SENT_BYTES_MIN,
  SHARD_TOTAL_SENT_BYTES,
  THREAD_SIZES,
} from "../layout";
import { Shard } from "./shard";

const SUM: usize = THREAD_SIZES;
const LEAST: usize = THREAD_SIZES + 4;
const GREATEST: usize = THREAD_SIZES + 8;

export class Sizes {
  @inline static of(send: SendRecord): u32 {
    return send.attributesBytes === 0 ? send.bodyBytes : send.bodyBytes + send.attributesSize;
  }

  /** As `measure`, without the duplicates: what a FIFO queue takes. */
  @inline static measureAccepted(area: usize, sends: usize, count: u32): void {
    let sum: u32 = 0;
    let least: u32 = u32.MAX_VALUE;
    let greatest: u32 = 0;
    for (let index: u32 = 0; index < count; index++) {
      const send = SendRecord.at(sends, index);
      if (send.original !== 0) continue;
      const bytes = Sizes.of(send);
      sum += bytes;
      least = bytes < least ? bytes : least;
      greatest = bytes > greatest ? bytes : greatest;
    }
    store<u32>(area, sum, SUM);
    store<u32>(area, least, LEAST);
    store<u32>(area, greatest, GREATEST);
  }

  @inline static measure(area: usize, sends: usize, count: u32): void {
    let sum: u32 = 0;
    let least: u32 = u32.MAX_VALUE;
    let greatest: u32 = 0;
    for (let index: u32 = 0; index < count; index++) {
      const bytes = Sizes.of(SendRecord.at(sends, index));
      sum += bytes;
      least = bytes < least ? bytes : least;
      greatest = bytes > greatest ? bytes : greatest;
    }
    store<u32>(area, sum, SUM);
    store<u32>(area, least, LEAST);
    store<u32>(area, greatest, GREATEST);
  }

  @inline static add(shard: usize, area: usize): void {
    const least = load<u32>(area, LEAST);
    const greatest = load<u32>(area, GREATEST);
    const leastSoFar = load<u32>(shard, SHARD_SENT_BYTES_MIN);
    Shard.add(shard, SHARD_TOTAL_SENT_BYTES, load<u32>(area, SUM) as u64);
    if (leastSoFar === 0 || least < leastSoFar) store<u32>(shard, least, SHARD_SENT_BYTES_MIN);
    if (greatest > load<u32>(shard, SHARD_SENT_BYTES_MAX)) {
      store<u32>(shard, greatest, SHARD_SENT_BYTES_MAX);
    }
  }
}
