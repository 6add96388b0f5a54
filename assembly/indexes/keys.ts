/**
 * The keys that a FIFO message is found by: 128-bit hashes, under this memory's secret, of its group
 * and of its deduplication id, kept in its block's header (the texts stand in the content). Computed
 * outside the lock, by the thread that sends. Equal keys are taken for equal ids: by chance that
 * happens once in 10^38 pairs.
 */

import { SipHash } from "../ground/hash";
import { SendRecord } from "../ground/records";
import { BLOCK_DEDUPLICATION_HASH, BLOCK_GROUP_HASH, QUEUE_FLAG_GROUP_SCOPE } from "../layout";

export class Keys {
  /** From the beginning of a content in flat memory into the header of its block. */
  static write(block: usize, send: SendRecord, content: usize): void {
    const groupBytes: u32 = send.groupBytes;
    const idBytes: u32 = send.deduplicationBytes;
    SipHash.wide(content, groupBytes, block + BLOCK_GROUP_HASH);
    if (idBytes !== 0)
      SipHash.wide(content + groupBytes, idBytes, block + BLOCK_DEDUPLICATION_HASH);
    else {
      store<u64>(block, 0, BLOCK_DEDUPLICATION_HASH);
      store<u64>(block, 0, BLOCK_DEDUPLICATION_HASH + 8);
    }
  }

  @inline static groupLow(block: usize): u64 {
    return load<u64>(block, BLOCK_GROUP_HASH);
  }

  @inline static groupHigh(block: usize): u64 {
    return load<u64>(block, BLOCK_GROUP_HASH + 8);
  }

  /** The low half of the deduplication key: of the id, or in a queue of group scope of both. */
  @inline static idLow(block: usize, kind: u32): u64 {
    const low = load<u64>(block, BLOCK_DEDUPLICATION_HASH);
    return (kind & QUEUE_FLAG_GROUP_SCOPE) === 0 ? low : low + rotl<u64>(Keys.groupLow(block), 23);
  }

  @inline static idHigh(block: usize, kind: u32): u64 {
    const high = load<u64>(block, BLOCK_DEDUPLICATION_HASH + 8);
    return (kind & QUEUE_FLAG_GROUP_SCOPE) === 0
      ? high
      : high ^ rotl<u64>(Keys.groupHigh(block), 41);
  }

  /** Whether the message has an id to be deduplicated by. */
  @inline static hasId(block: usize): bool {
    return (
      (load<u64>(block, BLOCK_DEDUPLICATION_HASH) |
        load<u64>(block, BLOCK_DEDUPLICATION_HASH + 8)) !==
      0
    );
  }
}
