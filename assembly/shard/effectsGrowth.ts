/**
 * Room in a shard's ring of effects, outside the shard's lock: whose section found none asks
 * for it (`provide`) and tries again; the writer goes on in the next block, or one more joins the circle; what the
 * journal has read goes back (`trim`). Nobody waits here: no room is an answer. Two blocks, which a
 * ring keeps from its first send on, are enough to go on for ever as long as the journal reads, so a
 * full arena can't stop what makes room in it.
 */
import { Blocks } from "../arena/blocks";
import { EffectBlocks } from "../effects/effectBlocks";
import { Effects } from "../effects/effects";
import { At } from "../ground/memory";
import { Wake } from "../ground/wake";
import {
  CLASS_OF_SEGMENT,
  EFFECT_BLOCKS,
  EFFECT_BLOCKS_ALL_MAX,
  EFFECT_BLOCKS_MAX,
  EFFECT_BLOCKS_MIN,
  EFFECT_HEAD,
  EFFECT_LIMIT,
  EFFECT_READ,
  EFFECT_REFUSED,
  HEADER,
  HEADER_EFFECT_BLOCKS,
  PHASE_BEGIN_EFFECTS_GROW,
  PHASE_BEGIN_EFFECTS_SHRINK,
  SHARD_INCARNATION,
  SHARD_QUEUE,
  STATUS_CHANGED,
  STATUS_FULL,
  THREAD_FENCE,
} from "../layout";
import { Shard } from "./shard";

export class EffectsGrowth {
  /** Room for one section's effects; `isMore`: it is a send or a claim. False: not now. */
  @inline static provide(thread: u32, shard: usize, isMore: bool): bool {
    return EffectsGrowth.hasRoom(shard, isMore) || EffectsGrowth.make(thread, shard, isMore);
  }

  /**
   * What a section's answer below 0 comes to: sections ask for room themselves, so that who has no journal
   * does not pay for the question. STATUS_CHANGED: there is room now, or something else had changed, and
   * it may be tried again. STATUS_FULL: the journal has to read first.
   */
  static answer(thread: u32, shard: usize, status: i32, isMore: bool): i32 {
    if (status !== STATUS_CHANGED) return status;
    return EffectsGrowth.provide(thread, shard, isMore) ? STATUS_CHANGED : STATUS_FULL;
  }

  @inline static hasRoom(shard: usize, isMore: bool): bool {
    return isMore ? Effects.hasRoomForMore(shard) : Effects.hasRoom(shard);
  }

  static make(thread: u32, shard: usize, isMore: bool): bool {
    let goesOn: bool = true;
    while (goesOn && !EffectsGrowth.hasRoom(shard, isMore)) {
      const isEnough = EffectBlocks.suffice(shard, isMore);
      const block: usize = isEnough ? 0 : EffectsGrowth.fresh(thread, shard, isMore);
      goesOn = isEnough || block !== 0 || EffectsGrowth.asked(shard, isMore);
      if (goesOn) EffectsGrowth.section(thread, shard, block);
    }
    Wake.journal(load<u32>(shard, SHARD_QUEUE));
    return goesOn;
  }

  /** Says that somebody goes without, for the journal to ring; whether it has made room meanwhile. */
  static asked(shard: usize, isMore: bool): bool {
    atomic.store<u32>(shard, 1, EFFECT_REFUSED);
    return EffectBlocks.suffice(shard, isMore);
  }

  /** One more block, still in this thread's magazine; 0: there may be none, or there is none. */
  static fresh(thread: u32, shard: usize, isMore: bool): usize {
    const blocks = load<u32>(shard, EFFECT_BLOCKS);
    const all = atomic.load<u32>(HEADER, HEADER_EFFECT_BLOCKS);
    const most: u32 = isMore ? (EFFECT_BLOCKS_ALL_MAX >> 2) * 3 : EFFECT_BLOCKS_ALL_MAX;
    const isFew = blocks < (EFFECT_BLOCKS_MIN as u32);
    if (!isFew && (blocks >= (EFFECT_BLOCKS_MAX as u32) || all >= most)) return 0;
    return Blocks.top(thread, CLASS_OF_SEGMENT);
  }

  /** `block` (0: none) joins the circle, the writer goes on where it must, and who may write more. */
  static section(thread: u32, shard: usize, block: usize): void {
    Shard.begin(shard, thread, PHASE_BEGIN_EFFECTS_GROW);
    if (block !== 0 && load<u32>(shard, EFFECT_BLOCKS) < (EFFECT_BLOCKS_MAX as u32)) {
      EffectBlocks.join(shard, block);
      Blocks.drop(thread, CLASS_OF_SEGMENT);
    }
    const isWhole = Effects.left(shard, EFFECT_LIMIT) <= 0;
    if (isWhole && EffectBlocks.canGoOn(shard)) EffectBlocks.goOn(shard);
    EffectBlocks.share(shard);
    Shard.close(shard);
  }

  // --- Giving back ---------------------------------------------------------------------------------

  /** By the journal, when it has read: free blocks go back, and who found no room looks again. */
  static trim(thread: u32, shard: usize): void {
    while (EffectsGrowth.hasSpare(shard)) EffectsGrowth.takeOne(thread, shard);
    // What was read is told before the question whether somebody waits for it.
    atomic.add<u32>(At.thread(thread), 0, THREAD_FENCE);
    if (load<u32>(shard, EFFECT_REFUSED) === 0) return;
    atomic.store<u32>(shard, 0, EFFECT_REFUSED);
    Wake.all(load<u32>(shard, SHARD_QUEUE));
  }

  /** All blocks of a deleted queue; false while the journal has not read what they say. */
  static takeAll(thread: u32, shard: usize): bool {
    while (EffectsGrowth.isOver(shard)) EffectsGrowth.takeOne(thread, shard);
    return load<u32>(shard, EFFECT_BLOCKS) === 0;
  }

  @inline static isOver(shard: usize): bool {
    return (
      load<u32>(shard, EFFECT_BLOCKS) !== 0 &&
      load<u32>(shard, SHARD_INCARNATION) === 0 &&
      load<u64>(shard, EFFECT_HEAD) === load<u64>(shard, EFFECT_READ)
    );
  }

  @inline static hasSpare(shard: usize): bool {
    return (
      load<u32>(shard, EFFECT_BLOCKS) > (EFFECT_BLOCKS_MIN as u32) && EffectBlocks.canGoOn(shard)
    );
  }

  static takeOne(thread: u32, shard: usize): void {
    let block: usize = 0;
    Shard.begin(shard, thread, PHASE_BEGIN_EFFECTS_SHRINK);
    if (EffectsGrowth.isOver(shard) || EffectsGrowth.hasSpare(shard)) {
      block = EffectBlocks.leave(shard, Blocks.held(thread));
    }
    Shard.close(shard);
    if (block !== 0) Blocks.release(thread, block);
  }
}
