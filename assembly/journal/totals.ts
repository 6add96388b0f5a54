/**
 * What a shard counted since its queue was made, as a row of eight numbers: a part of the log has it,
 * and a shard gets it back. Loads and stores alone, for a section as well as outside.
 */
import {
  SHARD_TOTAL_DEDUPLICATED,
  SHARD_TOTAL_DELETED,
  SHARD_TOTAL_EMPTY_RECEIVES,
  SHARD_TOTAL_EXPIRED,
  SHARD_TOTAL_MOVED,
  SHARD_TOTAL_RECEIVED,
  SHARD_TOTAL_SENT,
  SHARD_TOTAL_SENT_BYTES,
} from "../layout";

export class Totals {
  /** From a shard into a row. */
  @inline static take(shard: usize, row: usize): void {
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_SENT));
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_SENT_BYTES), 8);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_RECEIVED), 16);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_DELETED), 24);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_EXPIRED), 32);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_MOVED), 40);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_DEDUPLICATED), 48);
    store<u64>(row, load<u64>(shard, SHARD_TOTAL_EMPTY_RECEIVES), 56);
  }

  /** From a row into a shard. */
  static put(row: usize, shard: usize): void {
    store<u64>(shard, load<u64>(row), SHARD_TOTAL_SENT);
    store<u64>(shard, load<u64>(row, 8), SHARD_TOTAL_SENT_BYTES);
    store<u64>(shard, load<u64>(row, 16), SHARD_TOTAL_RECEIVED);
    store<u64>(shard, load<u64>(row, 24), SHARD_TOTAL_DELETED);
    store<u64>(shard, load<u64>(row, 32), SHARD_TOTAL_EXPIRED);
    store<u64>(shard, load<u64>(row, 40), SHARD_TOTAL_MOVED);
    store<u64>(shard, load<u64>(row, 48), SHARD_TOTAL_DEDUPLICATED);
    store<u64>(shard, load<u64>(row, 56), SHARD_TOTAL_EMPTY_RECEIVES);
  }
}
