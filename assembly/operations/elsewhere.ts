/**
 * Whether a message that its FIFO queue has no more lives on in another: a receipt of it has run out
 * then, since only what is visible moves. Told by its birth number, which a move keeps. Any thread,
 * outside of every lock, after a section answered RESULT_GONE: what is read here may change under the
 * reading, and then the answer is that of a moment before or behind the change. Nothing is followed
 * that might not be an address.
 */

import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Table } from "../indexes/table";
import { BLOCK_BIRTH, HANDLE_SEQUENCE, HANDLE_SLOT, SHARD_QUEUE, SLOT_MOVING } from "../layout";

export class Elsewhere {
  /** The message of a handle record that `shard` does not have; its slot number was checked. */
  static has(shard: usize, handle: usize, birth: u64, now: f64): bool {
    const slot = At.slot(load<u32>(handle, HANDLE_SLOT));
    const state = slot.state();
    const isMoving = state === SLOT_MOVING;
    const block = slot.block;
    if (!isMoving && !Slot.isListed(state)) return false;
    if (!Table.isAddress(block) || load<u64>(block, BLOCK_BIRTH) !== birth) return false;
    // On its way it is in no queue that could have ended it.
    return isMoving || Elsewhere.isLiving(shard, slot, load<u64>(handle, HANDLE_SEQUENCE), now);
  }

  static isLiving(shard: usize, slot: Slot, sequence: u64, now: f64): bool {
    if (slot.isOf(At.shardIndex(shard), sequence)) return false;
    const other = At.shard(slot.shard);
    const retentionMs = At.queue(load<u32>(other, SHARD_QUEUE)).retentionMs;
    return !slot.isPast(other, retentionMs, now);
  }
}
