/**
 * A shard's ring of effects, for Verify: the circle is whole and all of it the shard's, and from what
 * the journal reads next to the head lie as many records as the two numbers say, section by section in
 * the order of their operations, each section in one block. The checks are explained in verify.ts.
 */

import { Effects } from "../effects/effects";
import { Mark } from "../ground/mark";
import {
  BLOCK_IS_EFFECTS,
  EFFECT_BLOCK,
  EFFECT_BLOCKS,
  EFFECT_BYTES,
  EFFECT_COUNT,
  EFFECT_CUT,
  EFFECT_END,
  EFFECT_EXTRA,
  EFFECT_HEAD,
  EFFECT_KIND,
  EFFECT_NODE,
  EFFECT_OPERATION,
  EFFECT_READ,
  EFFECT_READ_BLOCK,
  EFFECT_READ_INDEX,
  EFFECT_RECORDS_OFFSET,
  EFFECT_SENT,
  SEGMENT_NEXT,
  SHARD_OPERATION,
} from "../layout";

export class VerifyEffects {
  static run(shard: usize): i32 {
    const blocks = load<u32>(shard, EFFECT_BLOCKS);
    const first: usize = load<u32>(shard, EFFECT_BLOCK);
    if (first === 0) return blocks === 0 ? 0 : 780;
    let at = first;
    let seen: u32 = 0;
    let isReaderIn = false;
    do {
      if (++seen > blocks) return 780;
      if (!Mark.isOn(at, Mark.of(shard, BLOCK_IS_EFFECTS))) return 781;
      if (at === load<u32>(shard, EFFECT_READ_BLOCK)) isReaderIn = true;
      at = load<u32>(at, SEGMENT_NEXT);
    } while (at !== first);
    if (seen !== blocks) return 780;
    return isReaderIn ? VerifyEffects.unread(shard) : 782;
  }

  static unread(shard: usize): i32 {
    const head = load<u64>(shard, EFFECT_HEAD);
    let block: usize = load<u32>(shard, EFFECT_READ_BLOCK);
    let index = load<u32>(shard, EFFECT_READ_INDEX);
    let number = load<u64>(shard, EFFECT_READ);
    let operation: u64 = 0;
    while (number < head) {
      if (index === load<u32>(block, EFFECT_END)) {
        block = load<u32>(block, SEGMENT_NEXT);
        index = 0;
      }
      const at = block + EFFECT_RECORDS_OFFSET + index * EFFECT_BYTES;
      const broken = VerifyEffects.head(shard, at, operation);
      if (broken !== 0) return broken;
      operation = load<u64>(at, EFFECT_OPERATION);
      const records = VerifyEffects.records(at);
      index += records;
      number += records;
      if (index > load<u32>(block, EFFECT_END)) return 785;
    }
    const isAtHead = block === load<u32>(shard, EFFECT_BLOCK) && index === Effects.index(shard);
    // Who has read all of a block may stand at its end still, with the writer at the next one's begin.
    const isBefore = index === load<u32>(block, EFFECT_END) && Effects.index(shard) === 0;
    return number === head && (isAtHead || isBefore) ? 0 : 786;
  }

  /** A head of a kind that there is, behind what was written before it. */
  static head(shard: usize, at: usize, before: u64): i32 {
    const kind: u32 = load<u8>(at, EFFECT_KIND);
    const operation = load<u64>(at, EFFECT_OPERATION);
    if (kind < (EFFECT_SENT as u32) || kind > (EFFECT_NODE as u32)) return 783;
    return operation < before || operation > load<u64>(shard, SHARD_OPERATION) ? 784 : 0;
  }

  static records(at: usize): u32 {
    const extra: u32 = load<u8>(at, EFFECT_KIND) === EFFECT_CUT ? 0 : load<u16>(at, EFFECT_EXTRA);
    return 1 + load<u8>(at, EFFECT_COUNT) + extra;
  }
}
