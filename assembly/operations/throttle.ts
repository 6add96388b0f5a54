/**
 * How many calls a second a FIFO queue takes: token buckets for sends, receives and deletes, each as
 * deep as its rate, full at first. A bucket is one number: the moment at which it is full again if
 * nobody takes from it. A call is let through when its token leads that moment by a second at most.
 * A queue of high throughput also has buckets by partition; a group's hash says which partition is
 * its own, so one group never gets more than one partition's rate. A call takes one token of the
 * queue's bucket and one of each partition that it touches, all or none.
 * One section a call, under the shard's lock; it takes no operation number, since no message changes.
 * Not called at all while a queue has no limit (QUEUE_CALLS_MAX is 0).
 */
import { SipHash } from "../ground/hash";
import { At } from "../ground/memory";
import { UNROLLED } from "../ground/unrolled";
import {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  FIFO_READY,
  GROUP_NODE,
  GROUP_READY,
  HANDLE_SLOT,
  NODE_KEY,
  PARTITION_BYTES,
  PARTITION_CALLS,
  PHASE_BEGIN_THROTTLE,
  QUEUE_FLAG_GROUP_THROUGHPUT,
  RATE_BYTES,
  SECTION_STEPS,
  SHARD_NOW,
  SHARD_PARTITIONS,
  SHARD_RATES,
  STATUS_GONE,
  THREAD_ATTEMPT,
  THREAD_PARTITIONS,
  THREAD_STAGING,
} from "../layout";
import { Shard } from "../shard/shard";
import { Send } from "./send";
import { Settle } from "./settle";

/** A second, in which an empty bucket is full again: nanoseconds for a queue's, */
const QUEUE_SECOND: u64 = 1000000000;
/** and thirds of a millisecond for a partition's, so that 300 a second come out even. */
const PARTITION_SECOND: i32 = 3000;
const PARTITION_STEP: i32 = 10;

export class Throttle {
  /**
   * A call that names `count` messages, ten at most: sends by the texts of their groups, back to back
   * in staging, their sizes in the send records; deletes by the handle records. Answers 0 when it is
   * let through, else in how many milliseconds it could be; STATUS_GONE.
   */
  static run(
    thread: u32,
    queueIndex: u32,
    incarnation: u32,
    action: u32,
    count: u32,
    now: f64,
  ): i32 {
    const queue = At.queue(queueIndex);
    const shard = At.shard(queue.shardFirst);
    const calls = queue.callsMax;
    if (calls === 0) return 0;
    let partitions: u32 = 0;
    if ((queue.flags & QUEUE_FLAG_GROUP_THROUGHPUT) !== 0) {
      const all = (calls + PARTITION_CALLS - 1) / PARTITION_CALLS;
      partitions = Throttle.collect(thread, shard, action, count, all);
    }
    const step = QUEUE_SECOND / (calls as u64);
    return Throttle.section(thread, shard, incarnation, action, step, partitions, now);
  }

  /** Which of `all` partitions the call touches, into THREAD_PARTITIONS; how many. */
  static collect(thread: u32, shard: usize, action: u32, count: u32, all: u32): u32 {
    if (action === ACTION_RECEIVE) {
      // What a receive will bring is not known yet: it counts for the group that is next.
      const first: usize = load<u32>(shard, FIFO_READY);
      if (first === 0 || first === shard + FIFO_READY) return 0;
      return Throttle.add(thread, 0, Throttle.keyOf(first - GROUP_READY), all);
    }
    if (action === ACTION_DELETE) Settle.checkSlots(thread, count);
    const area = At.thread(thread);
    const most = count < (SECTION_STEPS as u32) ? count : SECTION_STEPS;
    let from = area + THREAD_STAGING;
    let partitions: u32 = 0;
    for (let index: u32 = 0; index < most; index++) {
      let key: u64 = 0;
      if (action === ACTION_SEND) {
        const bytes: u32 = Send.record(thread, index).groupBytes;
        SipHash.wide(from, bytes, area + THREAD_ATTEMPT);
        key = load<u64>(area, THREAD_ATTEMPT);
        from += bytes;
      } else {
        const slot = load<u32>(Settle.handle(thread, index), HANDLE_SLOT);
        const group = At.slot(slot).group;
        if (group === 0) continue;
        key = Throttle.keyOf(group);
      }
      partitions = Throttle.add(thread, partitions, key, all);
    }
    return partitions;
  }

  /** Without the lock: another group may have the record by now, and be counted instead. */
  static keyOf(group: usize): u64 {
    return load<u64>(group, GROUP_NODE + NODE_KEY);
  }

  /** Adds a key's partition to the `partitions` there are, unless it is among them; how many. */
  static add(thread: u32, partitions: u32, key: u64, all: u32): u32 {
    const list = At.thread(thread) + THREAD_PARTITIONS;
    const partition = (key % (all as u64)) as u16;
    for (let index: u32 = 0; index < partitions; index++) {
      if (load<u16>(list + (index << 1)) === partition) return partitions;
    }
    store<u16>(list + (partitions << 1), partition);
    return partitions + 1;
  }

  static section(
    thread: u32,
    shard: usize,
    incarnation: u32,
    action: u32,
    step: u64,
    partitions: u32,
    now: f64,
  ): i32 {
    const list = At.thread(thread) + THREAD_PARTITIONS;
    const bucket = shard + SHARD_RATES + action * RATE_BYTES;
    let waitMs: i32 = STATUS_GONE;
    Shard.begin(shard, thread, PHASE_BEGIN_THROTTLE);
    if (Shard.isStill(shard, incarnation)) {
      const last = load<f64>(shard, SHARD_NOW);
      const at = now > last ? now : last;
      const nowNs = (at * 1000000.0) as u64;
      const nowThirds = (at * 3.0) as u64 as u32;
      const fullNs = load<u64>(bucket);
      const nextNs = (fullNs > nowNs ? fullNs : nowNs) + step;
      const overNs = nextNs > nowNs + QUEUE_SECOND ? nextNs - nowNs - QUEUE_SECOND : 0;
      let over: i32 = 0;
      for (let step: u32 = 0; step < UNROLLED; step++) {
        over = Throttle.over(shard, list, step, partitions, action, nowThirds, over);
      }
      waitMs = max<i32>(((overNs + 999999) / 1000000) as i32, (over + 2) / 3);
      if (waitMs === 0) {
        store<u64>(bucket, nextNs);
        for (let step: u32 = 0; step < UNROLLED; step++) {
          Throttle.take(shard, list, step, partitions, action, nowThirds);
        }
      }
    }
    Shard.close(shard);
    return waitMs;
  }

  @inline static bucketOf(shard: usize, list: usize, index: u32, action: u32): usize {
    const partition: usize = load<u16>(list + (index << 1));
    return shard + SHARD_PARTITIONS + partition * PARTITION_BYTES + (action << 2);
  }

  /**
   * When the bucket is full again, counted from now. The number wraps every sixteen days; what leads
   * by more than a bucket holds is from before, and the bucket is full.
   */
  @inline static lead(bucket: usize, nowThirds: u32): i32 {
    const lead = (load<u32>(bucket) - nowThirds) as i32;
    return lead < 0 || lead > PARTITION_SECOND ? 0 : lead;
  }

  /** By how much the call comes too early for this partition, or `before` when that is more. */
  @inline static over(
    shard: usize,
    list: usize,
    index: u32,
    partitions: u32,
    action: u32,
    nowThirds: u32,
    before: i32,
  ): i32 {
    if (index >= partitions) return before;
    const bucket = Throttle.bucketOf(shard, list, index, action);
    const over = Throttle.lead(bucket, nowThirds) + PARTITION_STEP - PARTITION_SECOND;
    return over > before ? over : before;
  }

  @inline static take(
    shard: usize,
    list: usize,
    index: u32,
    partitions: u32,
    action: u32,
    nowThirds: u32,
  ): void {
    if (index >= partitions) return;
    const bucket = Throttle.bucketOf(shard, list, index, action);
    store<u32>(bucket, nowThirds + Throttle.lead(bucket, nowThirds) + PARTITION_STEP);
  }
}
