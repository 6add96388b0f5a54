/**
 * The catalogue: which queues there are and what they are set to. A change is prepared outside
 * (the entry, a msgpackr value in a block of its own), then made in one section under the
 * catalogue's lock, if nobody changed the catalogue since the caller looked; the entry is swapped
 * by its address. Every change raises the version that all threads compare with their copy.
 * A reader copies an entry and compares the queue's version: no lock.
 */

import { Blocks } from "../arena/blocks";
import { BlockClass } from "../arena/classes";
import { Copy } from "../arena/content";
import { Circle } from "../ground/circle";
import { Lock } from "../ground/lock";
import { At } from "../ground/memory";
import { QueueRecord } from "../ground/records";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import {
  ACTION_DELETE,
  ACTION_RECEIVE,
  ACTION_SEND,
  BLOCK_BYTES_MAX,
  BLOCK_FLAGS,
  BLOCK_IS_ENTRY,
  BLOCK_OUT,
  BLOCK_OWNER_SHIFT,
  BLOCK_STATE,
  CATALOGUE_VERSION,
  EFFECT_REBUILT,
  ENTRY_IMAGE,
  ENTRY_VALUE,
  ENTRY_VALUE_BYTES,
  FIFO_READY,
  HEADER,
  HEADER_CATALOGUE,
  HEADER_INCARNATIONS,
  HEADER_JOURNAL,
  HEADER_QUEUES_BUMP,
  HEADER_QUEUES_MAX,
  PARTITION_BYTES,
  PARTITIONS_MAX,
  PHASE_BEGIN_CATALOGUE,
  QUEUE_BYTES,
  QUEUE_DELETED,
  QUEUE_FREE,
  QUEUE_LIVE,
  RATE_BYTES,
  SHARD_INCARNATION,
  SHARD_IS_JOURNALED,
  SHARD_KIND,
  SHARD_NEXT_DUE,
  SHARD_PARTITIONS,
  SHARD_QUEUE,
  SHARD_RATES,
  SHARD_SENT_BYTES_MAX,
  SHARD_SENT_BYTES_MIN,
  SHARD_TOTAL_DEDUPLICATED,
  SHARD_TOTAL_DELETED,
  SHARD_TOTAL_EMPTY_RECEIVES,
  SHARD_TOTAL_EXPIRED,
  SHARD_TOTAL_MOVED,
  SHARD_TOTAL_RECEIVED,
  SHARD_TOTAL_SENT,
  SHARD_TOTAL_SENT_BYTES,
  STATUS_CHANGED,
  STATUS_FULL,
  STATUS_GONE,
  STATUS_LIMIT,
  THREAD_FENCE,
  THREAD_STAGING,
} from "../layout";

const LOCK: usize = HEADER + HEADER_CATALOGUE;

export class Catalogue {
  @inline static lock(thread: u32): void {
    if (Lock.take(LOCK, thread)) {
      Catalogue.recover();
      Lock.recovered(LOCK);
    }
  }

  /**
   * What a dead owner left. A queue is there from the store that says so on: what a free
   * descriptor points to belongs to the dead thread still, what any other points to is its entry,
   * and its settings are those of that entry.
   */
  static recover(): void {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    const most = load<u32>(HEADER, HEADER_QUEUES_MAX);
    for (let index: u32 = 0; index <= last && index < most; index++) {
      const queue = At.queue(index);
      const block = queue.entry;
      if (queue.state === QUEUE_FREE) {
        queue.entry = 0;
        store<u32>(At.shard(index), 0, SHARD_INCARNATION);
      } else if (block !== 0) {
        store<u32>(block, BLOCK_OUT, BLOCK_STATE);
        Catalogue.copyFields(queue, changetype<QueueRecord>(block + ENTRY_IMAGE));
        queue.raiseVersion();
      }
    }
    Catalogue.raise();
  }

  @inline static raise(): void {
    atomic.store<u32>(LOCK, load<u32>(LOCK, CATALOGUE_VERSION) + 1, CATALOGUE_VERSION);
  }

  @inline static isCurrent(version: u32): bool {
    return load<u32>(LOCK, CATALOGUE_VERSION) === version;
  }

  /** The staged entry in a block of its own, held by this thread; 0: memory is full. */
  static prepare(thread: u32, queueIndex: u32, entryBytes: u32): usize {
    const classIndex = BlockClass.of(entryBytes + ENTRY_VALUE);
    const block = Blocks.top(thread, classIndex);
    if (block === 0) return 0;
    Blocks.drop(thread, classIndex);
    store<u32>(block, BLOCK_IS_ENTRY | (queueIndex << BLOCK_OWNER_SHIFT), BLOCK_FLAGS);
    store<u32>(block, entryBytes, ENTRY_VALUE_BYTES);
    memory.copy(block + ENTRY_IMAGE, At.thread(thread) + THREAD_STAGING, QUEUE_BYTES + entryBytes);
    return block;
  }

  @inline static fits(entryBytes: u32): bool {
    return entryBytes + ENTRY_VALUE <= (BLOCK_BYTES_MAX as u32);
  }

  static findFree(): u32 {
    const most = load<u32>(HEADER, HEADER_QUEUES_MAX);
    for (let index: u32 = 0; index < most; index++) {
      if (At.queue(index).state === QUEUE_FREE) return index;
    }
    return most;
  }

  /** A new queue from the staged image and entry: its number, or a status. */
  static create(thread: u32, version: u32, entryBytes: u32): i32 {
    if (!Catalogue.fits(entryBytes)) return STATUS_LIMIT;
    const index = Catalogue.findFree();
    if (index === load<u32>(HEADER, HEADER_QUEUES_MAX)) return STATUS_LIMIT;
    const block = Catalogue.prepare(thread, index, entryBytes);
    if (block === 0) return STATUS_FULL;
    const queue = At.queue(index);
    const shard = At.shard(index);
    // Not in the section, which may hold no loop; where another thread is quicker its buckets fill up.
    memory.fill(shard + SHARD_PARTITIONS, 0, PARTITIONS_MAX * PARTITION_BYTES);
    let status: i32 = STATUS_CHANGED;
    Catalogue.lock(thread);
    Lock.begin(LOCK, PHASE_BEGIN_CATALOGUE);
    if (Catalogue.isCurrent(version) && queue.state === QUEUE_FREE) {
      const incarnation = load<u32>(HEADER, HEADER_INCARNATIONS) + 1;
      store<u32>(HEADER, incarnation, HEADER_INCARNATIONS);
      Catalogue.install(thread, queue, index, incarnation, block);
      status = index as i32;
    }
    Lock.end(LOCK);
    Lock.give(LOCK);
    if (status < 0) Blocks.release(thread, block);
    return status;
  }

  /** The steps of a section that makes a queue, from the staged image and the entry's block. */
  @inline static install(
    thread: u32,
    queue: QueueRecord,
    index: u32,
    incarnation: u32,
    block: usize,
  ): void {
    const shard = At.shard(index);
    if (index >= load<u32>(HEADER, HEADER_QUEUES_BUMP)) {
      store<u32>(HEADER, index + 1, HEADER_QUEUES_BUMP);
    }
    Catalogue.copyFields(queue, changetype<QueueRecord>(At.thread(thread) + THREAD_STAGING));
    queue.incarnation = incarnation;
    queue.shardFirst = index;
    queue.shardCount = 1;
    queue.entry = block;
    Catalogue.freshShard(shard, index, queue.flags);
    store<u32>(shard, incarnation, SHARD_INCARNATION);
    queue.raiseVersion();
    queue.setState(QUEUE_LIVE);
    store<u32>(block, BLOCK_OUT, BLOCK_STATE);
    Catalogue.raise();
  }

  /**
   * A queue as a journal has it, from the staged image and entry, under its former number and
   * incarnation: 0 or a status. Before anybody is served; the caller raises HEADER_INCARNATIONS.
   */
  static restore(thread: u32, index: u32, incarnation: u32, entryBytes: u32): i32 {
    if (!Catalogue.fits(entryBytes)) return STATUS_LIMIT;
    if (index >= load<u32>(HEADER, HEADER_QUEUES_MAX)) return STATUS_LIMIT;
    const block = Catalogue.prepare(thread, index, entryBytes);
    if (block === 0) return STATUS_FULL;
    const queue = At.queue(index);
    let status: i32 = STATUS_CHANGED;
    Catalogue.lock(thread);
    Lock.begin(LOCK, PHASE_BEGIN_CATALOGUE);
    if (queue.state === QUEUE_FREE) {
      Catalogue.install(thread, queue, index, incarnation, block);
      status = 0;
    }
    Lock.end(LOCK);
    Lock.give(LOCK);
    if (status < 0) Blocks.release(thread, block);
    return status;
  }

  /** New settings and entry for a queue that lives. */
  static change(
    thread: u32,
    version: u32,
    queueIndex: u32,
    incarnation: u32,
    entryBytes: u32,
  ): i32 {
    if (!Catalogue.fits(entryBytes)) return STATUS_LIMIT;
    const block = Catalogue.prepare(thread, queueIndex, entryBytes);
    if (block === 0) return STATUS_FULL;
    const queue = At.queue(queueIndex);
    let status: i32 = STATUS_CHANGED;
    let unused = block;
    Catalogue.lock(thread);
    Lock.begin(LOCK, PHASE_BEGIN_CATALOGUE);
    if (Catalogue.isCurrent(version)) {
      status = STATUS_GONE;
      if (Catalogue.isLive(queue, incarnation)) {
        unused = queue.entry;
        // The former entry's holder first: until the swap, recovery gives it back to the queue.
        store<u32>(unused, Blocks.held(thread), BLOCK_STATE);
        queue.entry = block;
        store<u32>(block, BLOCK_OUT, BLOCK_STATE);
        Catalogue.copyFields(queue, changetype<QueueRecord>(block + ENTRY_IMAGE));
        queue.raiseVersion();
        Catalogue.raise();
        status = 0;
      }
    }
    Lock.end(LOCK);
    Lock.give(LOCK);
    Blocks.release(thread, unused);
    return status;
  }

  /** The queue is deleted as far as the catalogue goes; its messages are cut by the caller. */
  static markDeleted(thread: u32, version: u32, queueIndex: u32, incarnation: u32): i32 {
    const queue = At.queue(queueIndex);
    let status: i32 = STATUS_CHANGED;
    Catalogue.lock(thread);
    Lock.begin(LOCK, PHASE_BEGIN_CATALOGUE);
    if (Catalogue.isCurrent(version)) {
      status = STATUS_GONE;
      if (Catalogue.isLive(queue, incarnation)) {
        queue.setState(QUEUE_DELETED);
        Catalogue.raise();
        status = 0;
      }
    }
    Lock.end(LOCK);
    Lock.give(LOCK);
    return status;
  }

  /** A deleted queue that is empty: its descriptor is free again. */
  static forget(thread: u32, queueIndex: u32): void {
    const queue = At.queue(queueIndex);
    let block: usize = 0;
    Catalogue.lock(thread);
    Lock.begin(LOCK, PHASE_BEGIN_CATALOGUE);
    if (queue.state === QUEUE_DELETED) {
      block = queue.entry;
      if (block !== 0) store<u32>(block, Blocks.held(thread), BLOCK_STATE);
      queue.entry = 0;
      queue.setState(QUEUE_FREE);
      Catalogue.raise();
    }
    Lock.end(LOCK);
    Lock.give(LOCK);
    if (block !== 0) Blocks.release(thread, block);
  }

  /**
   * Image and entry of a queue that is there or deleted, copied to staging; the image has the queue's
   * state, incarnation and version.
   */
  static read(thread: u32, queueIndex: u32): i32 {
    const queue = At.queue(queueIndex);
    const area = At.thread(thread);
    const staged = changetype<QueueRecord>(area + THREAD_STAGING);
    const state = queue.stateNow();
    if (state === QUEUE_FREE) return STATUS_GONE;
    const version = queue.versionNow();
    const block = queue.entry;
    if (block === 0) return STATUS_CHANGED;
    const bytes = load<u32>(block, ENTRY_VALUE_BYTES);
    if (!Catalogue.fits(bytes)) return STATUS_CHANGED;
    Copy.bytes(area + THREAD_STAGING, block + ENTRY_IMAGE, QUEUE_BYTES + bytes);
    staged.state = state;
    staged.incarnation = queue.incarnation;
    staged.version = version;
    atomic.add<u32>(area, 0, THREAD_FENCE);
    const isSame = queue.version === version && queue.state === state && queue.entry === block;
    return isSame ? (bytes as i32) : STATUS_CHANGED;
  }

  @inline static isLive(queue: QueueRecord, incarnation: u32): bool {
    return queue.state === QUEUE_LIVE && queue.incarnation === incarnation;
  }

  @inline static copyFields(queue: QueueRecord, image: QueueRecord): void {
    queue.flags = image.flags;
    queue.visibilityMs = image.visibilityMs;
    queue.delayMs = image.delayMs;
    queue.retentionMs = image.retentionMs;
    queue.maximumBytes = image.maximumBytes;
    queue.receivesMax = image.receivesMax;
    queue.target = image.target;
    queue.targetIncarnation = image.targetIncarnation;
    queue.inFlightMax = image.inFlightMax;
    queue.callsMax = image.callsMax;
  }

  /** Sequences and operation numbers go on where the shard's former queue left them. */
  @inline static freshShard(shard: usize, queueIndex: u32, kind: u32): void {
    const journaled: u32 = load<u32>(HEADER, HEADER_JOURNAL) !== 0 ? SHARD_IS_JOURNALED : 0;
    store<u32>(shard, queueIndex, SHARD_QUEUE);
    store<u32>(shard, kind | journaled, SHARD_KIND);
    store<u32>(shard, 0, EFFECT_REBUILT);
    Age.clear(shard);
    Arrivals.clear(shard);
    Circle.clear(shard + FIFO_READY);
    store<f64>(shard, Infinity, SHARD_NEXT_DUE);
    store<u64>(shard, 0, SHARD_TOTAL_SENT);
    store<u64>(shard, 0, SHARD_TOTAL_SENT_BYTES);
    store<u64>(shard, 0, SHARD_TOTAL_RECEIVED);
    store<u64>(shard, 0, SHARD_TOTAL_DELETED);
    store<u64>(shard, 0, SHARD_TOTAL_EMPTY_RECEIVES);
    store<u64>(shard, 0, SHARD_TOTAL_DEDUPLICATED);
    store<u64>(shard, 0, SHARD_TOTAL_EXPIRED);
    store<u64>(shard, 0, SHARD_TOTAL_MOVED);
    store<u32>(shard, 0, SHARD_SENT_BYTES_MIN);
    store<u32>(shard, 0, SHARD_SENT_BYTES_MAX);
    store<u64>(shard, 0, SHARD_RATES + ACTION_SEND * RATE_BYTES);
    store<u64>(shard, 0, SHARD_RATES + ACTION_RECEIVE * RATE_BYTES);
    store<u64>(shard, 0, SHARD_RATES + ACTION_DELETE * RATE_BYTES);
  }
}
