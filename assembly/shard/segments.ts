/**
 * Room for the ready ring: segments are taken from the arena before a shard's lock and put in
 * under it, and given back when there are far too many. A segment is a block, so that it can be
 * found again by its flags when a ring is rebuilt.
 */
import { Blocks } from "../arena/blocks";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Ring } from "../indexes/ring";
import {
  BLOCK_FLAGS,
  BLOCK_IS_SEGMENT,
  BLOCK_OUT,
  BLOCK_STATE,
  CLASS_OF_SEGMENT,
  PHASE_BEGIN_GROW,
  PHASE_BEGIN_SHRINK,
  SHARD_INCARNATION,
  SHARD_LISTED,
  SHARD_RING_HEAD,
  SHARD_RING_SEGMENTS,
  SHARD_RING_TAIL,
  THREAD_HAND,
} from "../layout";
import { Shard } from "./shard";

export class Segments {
  /** Gives the ring room for `more` messages; false when memory is full. */
  @inline static provide(thread: u32, shard: usize, more: u32): bool {
    return Ring.hasRoom(shard, more) || Segments.grow(thread, shard, more);
  }

  static grow(thread: u32, shard: usize, more: u32): bool {
    while (!Ring.hasRoom(shard, more)) {
      const segment = Blocks.top(thread, CLASS_OF_SEGMENT);
      if (segment === 0) return false;
      Segments.insert(thread, shard, segment, more);
    }
    return true;
  }

  static insert(thread: u32, shard: usize, segment: usize, more: u32): void {
    Shard.begin(shard, thread, PHASE_BEGIN_GROW);
    if (!Ring.hasRoom(shard, more)) {
      store<u32>(segment, Mark.of(shard, BLOCK_IS_SEGMENT), BLOCK_FLAGS);
      Ring.insert(shard, segment);
      store<u32>(segment, BLOCK_OUT, BLOCK_STATE);
      Blocks.drop(thread, CLASS_OF_SEGMENT);
    }
    Shard.close(shard);
  }

  /** Gives back what the ring has far too much of. */
  @inline static trim(thread: u32, shard: usize): void {
    if (Ring.hasSpare(shard)) Segments.shrink(thread, shard);
  }

  static shrink(thread: u32, shard: usize): void {
    while (Ring.hasSpare(shard)) Segments.takeOne(thread, shard, false);
  }

  /** All segments of a deleted queue that has no message left. */
  static takeAll(thread: u32, shard: usize): void {
    while (load<u32>(shard, SHARD_RING_SEGMENTS) > 0) Segments.takeOne(thread, shard, true);
  }

  static takeOne(thread: u32, shard: usize, isLast: bool): void {
    const area = At.thread(thread);
    let segment: usize = 0;
    Shard.begin(shard, thread, PHASE_BEGIN_SHRINK);
    const isDone =
      load<u32>(shard, SHARD_INCARNATION) === 0 && load<u32>(shard, SHARD_LISTED) === 0;
    if (isLast ? isDone && load<u32>(shard, SHARD_RING_SEGMENTS) > 0 : Ring.hasSpare(shard)) {
      segment = Ring.removeBehindTail(shard);
      store<u32>(segment, Blocks.held(thread), BLOCK_STATE);
      store<u32>(area, segment, THREAD_HAND);
      if (load<u32>(shard, SHARD_RING_SEGMENTS) === 0) {
        store<u32>(shard, 0, SHARD_RING_HEAD);
        store<u32>(shard, 0, SHARD_RING_TAIL);
      }
    }
    Shard.close(shard);
    if (segment !== 0) Blocks.release(thread, segment);
    store<u32>(area, 0, THREAD_HAND);
  }
}
