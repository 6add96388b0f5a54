/**
 * How a ring segment says in its block's flags whose it is, so that a rebuild finds it without any
 * index. Pure arithmetic.
 */
import { BLOCK_IS_SEGMENT, BLOCK_OWNER_SHIFT } from "./layout";
import { At } from "./memory";

export class SegmentMark {
  @inline static of(shard: usize): u32 {
    return BLOCK_IS_SEGMENT | (At.shardIndex(shard) << BLOCK_OWNER_SHIFT);
  }
}
