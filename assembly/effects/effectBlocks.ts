/**
 * The circle of blocks that a shard's ring of effects lies in: how one joins, how the writer goes on in
 * the next, and who may write how far. Sends and claims stop at three quarters of the circle, so that
 * removals and the like pass; the writer never enters the block that the journal reads. Under the
 * shard's lock, O(1); what only asks may be asked without it, as a hint. Giving room, and taking it
 * back: shard/effectsGrowth.ts. Each change of the circle is one store, behind which it is whole.
 */
import { Mark } from "../ground/mark";
import {
  BLOCK_FLAGS,
  BLOCK_IS_EFFECTS,
  BLOCK_OUT,
  BLOCK_STATE,
  EFFECT_BLOCK,
  EFFECT_BLOCKS,
  EFFECT_BLOCKS_MIN,
  EFFECT_END,
  EFFECT_HEAD,
  EFFECT_LIMIT,
  EFFECT_MORE_LIMIT,
  EFFECT_READ,
  EFFECT_READ_BLOCK,
  EFFECT_READ_INDEX,
  EFFECT_RECORDS,
  EFFECT_RECORDS_MIN,
  HEADER,
  HEADER_EFFECT_BLOCKS,
  SEGMENT_NEXT,
} from "../layout";
import { MUST } from "../must";
import { Effects } from "./effects";

export class EffectBlocks {
  /** Whether the blocks that are there are enough; `isMore`: for a send or a claim. */
  @inline static suffice(shard: usize, isMore: bool): bool {
    return (
      (!isMore || EffectBlocks.hasQuarter(shard)) &&
      (Effects.left(shard, EFFECT_LIMIT) > 0 || EffectBlocks.canGoOn(shard))
    );
  }

  /** The next block is neither this one nor the journal's. */
  @inline static canGoOn(shard: usize): bool {
    return (
      load<u32>(shard, EFFECT_BLOCKS) >= (EFFECT_BLOCKS_MIN as u32) &&
      EffectBlocks.behind(shard) !== load<u32>(shard, EFFECT_READ_BLOCK)
    );
  }

  /** Whether a block more than what is unread leaves a quarter of the circle. */
  @inline static hasQuarter(shard: usize): bool {
    const unread = load<u32>(shard, EFFECT_HEAD) - load<u32>(shard, EFFECT_READ);
    const room = load<u32>(shard, EFFECT_BLOCKS) * (EFFECT_RECORDS_MIN as u32);
    return (unread + EFFECT_RECORDS_MIN) * 4 <= room * 3;
  }

  /** The block behind the one that is written. */
  @inline static behind(shard: usize): u32 {
    return load<u32>(load<u32>(shard, EFFECT_BLOCK), SEGMENT_NEXT);
  }

  /**
   * Behind the block that is written. It says whose it is before it is in the circle: a rebuild puts
   * in what it finds. The first one is full from the beginning, so that nobody writes before there
   * are two.
   */
  @inline static join(shard: usize, block: usize): void {
    const last: usize = load<u32>(shard, EFFECT_BLOCK);
    store<u32>(block, Mark.of(shard, BLOCK_IS_EFFECTS), BLOCK_FLAGS);
    store<u32>(block, EFFECT_RECORDS_MIN, EFFECT_END);
    store<u32>(block, BLOCK_OUT, BLOCK_STATE);
    if (last === 0) {
      store<u32>(block, block as u32, SEGMENT_NEXT);
      store<u32>(shard, block as u32, EFFECT_READ_BLOCK);
      store<u32>(shard, EFFECT_RECORDS_MIN, EFFECT_READ_INDEX);
      EffectBlocks.write(shard, block, load<u32>(shard, EFFECT_HEAD));
    } else {
      store<u32>(block, load<u32>(last, SEGMENT_NEXT), SEGMENT_NEXT);
      store<u32>(last, block as u32, SEGMENT_NEXT);
    }
    store<u32>(shard, load<u32>(shard, EFFECT_BLOCKS) + 1, EFFECT_BLOCKS);
    atomic.add<u32>(HEADER, 1, HEADER_EFFECT_BLOCKS);
  }

  /** The block behind the one that is written leaves, which may be that itself when it is the last. */
  @inline static leave(shard: usize, state: u32): usize {
    const block: usize = EffectBlocks.behind(shard);
    if (MUST) assert(block !== 0, "there is a block to leave");
    if (load<u32>(shard, EFFECT_BLOCKS) === 1) {
      // Nobody finds room where there is no block: neither who writes less nor who writes more.
      store<u32>(shard, load<u32>(shard, EFFECT_HEAD), EFFECT_MORE_LIMIT);
      EffectBlocks.write(shard, 0, load<u32>(shard, EFFECT_HEAD));
      store<u32>(shard, 0, EFFECT_READ_BLOCK);
      store<u32>(shard, 0, EFFECT_READ_INDEX);
    } else {
      store<u32>(load<u32>(shard, EFFECT_BLOCK), load<u32>(block, SEGMENT_NEXT), SEGMENT_NEXT);
    }
    store<u32>(block, state, BLOCK_STATE);
    store<u32>(shard, load<u32>(shard, EFFECT_BLOCKS) - 1, EFFECT_BLOCKS);
    atomic.sub<u32>(HEADER, 1, HEADER_EFFECT_BLOCKS);
    return block;
  }

  /** One store says where records come and how far. */
  @inline static write(shard: usize, block: usize, limit: u32): void {
    store<u64>(shard, (block as u64) | ((limit as u64) << 32), EFFECT_BLOCK);
  }

  /** The writer goes on in the next block. */
  @inline static goOn(shard: usize): void {
    if (MUST) assert(EffectBlocks.canGoOn(shard), "the writer stays out of the journal's block");
    const next: usize = EffectBlocks.behind(shard);
    store<u32>(load<u32>(shard, EFFECT_BLOCK), Effects.index(shard), EFFECT_END);
    store<u32>(next, EFFECT_RECORDS, EFFECT_END);
    EffectBlocks.write(shard, next, load<u32>(shard, EFFECT_HEAD) + EFFECT_RECORDS_MIN);
  }

  /** How far sends and claims may write in this block: not at all in the last quarter. */
  @inline static share(shard: usize): void {
    const word = EffectBlocks.hasQuarter(shard) ? EFFECT_LIMIT : EFFECT_HEAD;
    store<u32>(shard, load<u32>(shard + word), EFFECT_MORE_LIMIT);
  }
}
