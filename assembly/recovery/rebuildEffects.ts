/**
 * What a death leaves of a shard's ring of effects. Where its records lie and how many there are is one
 * word each and always true, so nothing of it is made again; blocks that are not in the circle join it,
 * and the blocks are counted. But a section that was cut may have done what it had not written down
 * yet, so the journal is told to have the whole shard stated again (`assembly/journal/resync.ts`).
 * As Rebuild: under the shard's lock, may loop, may be cut short anywhere and run again.
 */
import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { EffectBlocks } from "../effects/effectBlocks";
import { Effects } from "../effects/effects";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import {
  ARENA_PAGES_BUMP,
  BLOCK_IS_EFFECTS,
  CLASS_OF_SEGMENT,
  CLASS_PER_PAGE,
  EFFECT_BLOCK,
  EFFECT_BLOCKS,
  EFFECT_REBUILT,
  HEADER,
  HEADER_ARENA,
  HEADER_EFFECT_BLOCKS,
  HEADER_QUEUES_BUMP,
  PAGE_CLASSED,
  PAGE_STATE,
  REBUILT,
  SEGMENT_NEXT,
} from "../layout";

export class RebuildEffects {
  static shard(shard: usize): void {
    if (!Effects.isOn(shard)) return;
    store<u32>(shard, REBUILT, EFFECT_REBUILT);
    RebuildEffects.find(shard);
    store<u32>(shard, RebuildEffects.count(shard), EFFECT_BLOCKS);
    RebuildEffects.sum();
    EffectBlocks.share(shard);
  }

  /** Blocks that bear this shard's mark and are in no circle: one was to join, or had just left. */
  static find(shard: usize): void {
    const bytes = BlockClass.bytes(CLASS_OF_SEGMENT);
    const mark = Mark.of(shard, BLOCK_IS_EFFECTS);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_PAGES_BUMP);
    for (let page: u32 = 1; page <= last; page++) {
      const record = At.pageRecord(page);
      if (load<u32>(record, PAGE_STATE) !== PAGE_CLASSED + CLASS_OF_SEGMENT) continue;
      const count = load<u32>(BlockClass.record(CLASS_OF_SEGMENT), CLASS_PER_PAGE);
      for (let index: u32 = 0; index < count; index++) {
        const block = At.page(page) + index * bytes;
        if (PageMap.isFree(record, index) || !Mark.isOn(block, mark)) continue;
        if (!RebuildEffects.isIn(shard, block)) EffectBlocks.join(shard, block);
      }
    }
  }

  static isIn(shard: usize, block: usize): bool {
    const first: usize = load<u32>(shard, EFFECT_BLOCK);
    if (first === 0) return false;
    let at = first;
    do {
      if (at === block) return true;
      at = load<u32>(at, SEGMENT_NEXT);
    } while (at !== first);
    return false;
  }

  static count(shard: usize): u32 {
    const first: usize = load<u32>(shard, EFFECT_BLOCK);
    if (first === 0) return 0;
    let count: u32 = 0;
    let at = first;
    do {
      count++;
      at = load<u32>(at, SEGMENT_NEXT);
    } while (at !== first);
    return count;
  }

  /**
   * Of all rings. Another thread may be in the middle of changing its shard's number and this one, so
   * that the sum is a block off until the next rebuild; it only says when rings grow no more.
   */
  static sum(): void {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    let sum: u32 = 0;
    for (let index: u32 = 0; index < last; index++) {
      sum += load<u32>(At.shard(index), EFFECT_BLOCKS);
    }
    atomic.store<u32>(HEADER, sum, HEADER_EFFECT_BLOCKS);
  }
}
