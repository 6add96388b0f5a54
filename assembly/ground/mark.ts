/**
 * How a block that is no message says in its flags what it serves as and whose shard it is of, so
 * that a rebuild finds it without any index. Pure arithmetic.
 */
import { BLOCK_FLAGS, BLOCK_OUT, BLOCK_OWNER_SHIFT, BLOCK_STATE } from "../layout";
import { At } from "./memory";

export class Mark {
  /** `kind`: one of BLOCK_IS_.... */
  @inline static of(shard: usize, kind: u32): u32 {
    return kind | (At.shardIndex(shard) << BLOCK_OWNER_SHIFT);
  }

  @inline static isOn(block: usize, mark: u32): bool {
    return load<u32>(block, BLOCK_STATE) === BLOCK_OUT && load<u32>(block, BLOCK_FLAGS) === mark;
  }
}
