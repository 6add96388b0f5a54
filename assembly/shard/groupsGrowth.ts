/**
 * Room for groups: blocks of this thread's magazine become a shard's free group records, ten a
 * section, and go back when there are far too many. By the thread that sends, or the one that tidies
 * up. See groups.ts.
 */
import { Blocks } from "../arena/blocks";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { UNROLLED } from "../ground/unrolled";
import { CLASS_OF_GROUP, Groups } from "../indexes/groups";
import {
  BLOCK_FLAGS,
  BLOCK_IS_GROUP,
  BLOCK_OUT,
  BLOCK_STATE,
  FIFO_FREE,
  FIFO_FREE_COUNT,
  GROUP_NEXT,
  PHASE_BEGIN_GROUPS_GROW,
  PHASE_BEGIN_GROUPS_SHRINK,
  SECTION_STEPS,
  TABLE_COUNT,
  THREAD_OUT_COUNT,
  THREAD_OUT_SLOTS,
} from "../layout";
import { Shard } from "./shard";

/** Free records that a shard keeps beyond as many as it uses. */
const SPARE_GROUPS: u32 = 64;

export class GroupsGrowth {
  /** Free records for `more` (at most ten) new groups; false when memory is full. */
  @inline static provide(thread: u32, shard: usize, more: u32): bool {
    return Groups.hasRoom(shard, more) || GroupsGrowth.grow(thread, shard, more);
  }

  static grow(thread: u32, shard: usize, more: u32): bool {
    while (!Groups.hasRoom(shard, more)) {
      if (Blocks.top(thread, CLASS_OF_GROUP) === 0) return false;
      GroupsGrowth.give(thread, shard);
    }
    return true;
  }

  /** Up to ten blocks of this thread's magazine become free records. */
  static give(thread: u32, shard: usize): void {
    const area = At.thread(thread);
    const mark = Mark.of(shard, BLOCK_IS_GROUP);
    Shard.begin(shard, thread, PHASE_BEGIN_GROUPS_GROW);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      GroupsGrowth.giveStep(area, shard, mark);
    }
    Shard.close(shard);
  }

  @inline static giveStep(area: usize, shard: usize, mark: u32): void {
    const at = Blocks.countAt(area, CLASS_OF_GROUP);
    const count = load<u32>(at);
    if (count === 0) return;
    const group: usize = load<u32>(Blocks.entryAt(area, CLASS_OF_GROUP, count - 1));
    store<u32>(group, mark, BLOCK_FLAGS);
    store<u32>(group, load<u32>(shard, FIFO_FREE), GROUP_NEXT);
    store<u32>(shard, group as u32, FIFO_FREE);
    store<u32>(shard, load<u32>(shard, FIFO_FREE_COUNT) + 1, FIFO_FREE_COUNT);
    store<u32>(group, BLOCK_OUT, BLOCK_STATE);
    store<u32>(at, count - 1);
  }

  @inline static hasSpare(shard: usize): bool {
    return (
      load<u32>(shard, FIFO_FREE_COUNT) >
      load<u32>(Groups.table(shard), TABLE_COUNT) + SPARE_GROUPS + SECTION_STEPS
    );
  }

  /** Gives back up to ten records that are far too many. */
  @inline static trim(thread: u32, shard: usize): void {
    if (GroupsGrowth.hasSpare(shard)) GroupsGrowth.shrink(thread, shard, false);
  }

  static takeAll(thread: u32, shard: usize): void {
    while (load<u32>(shard, FIFO_FREE_COUNT) > 0) GroupsGrowth.shrink(thread, shard, true);
  }

  static shrink(thread: u32, shard: usize, isLast: bool): void {
    const area = At.thread(thread);
    const held = Blocks.held(thread);
    Shard.begin(shard, thread, PHASE_BEGIN_GROUPS_SHRINK);
    store<u32>(area, 0, THREAD_OUT_COUNT);
    if (isLast || GroupsGrowth.hasSpare(shard)) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        GroupsGrowth.shrinkStep(area, shard, held);
      }
    }
    Shard.close(shard);
    const count = load<u32>(area, THREAD_OUT_COUNT);
    for (let index: u32 = 0; index < count; index++) {
      Blocks.release(thread, load<u32>(area + (index << 2), THREAD_OUT_SLOTS));
    }
  }

  @inline static shrinkStep(area: usize, shard: usize, held: u32): void {
    const group: usize = load<u32>(shard, FIFO_FREE);
    if (group === 0) return;
    const count = load<u32>(area, THREAD_OUT_COUNT);
    store<u32>(shard, load<u32>(group, GROUP_NEXT), FIFO_FREE);
    store<u32>(shard, load<u32>(shard, FIFO_FREE_COUNT) - 1, FIFO_FREE_COUNT);
    store<u32>(group, held, BLOCK_STATE);
    store<u32>(area + (count << 2), group as u32, THREAD_OUT_SLOTS);
    store<u32>(area, count + 1, THREAD_OUT_COUNT);
  }
}
