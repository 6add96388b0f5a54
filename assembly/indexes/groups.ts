/**
 * The message groups of a FIFO shard. A group has a record while it has messages: a block of the
 * smallest class, found by the table of groups, taken from and given back to the shard's own list of
 * free records, so that no section ever allocates. Its messages hang in its chain in the order they
 * were sent, from the send until they are gone; receiving one only changes the message's state.
 * A group is among the ready exactly while the first of its chain is READY; it joins at the tail.
 *
 *   ready --> [group] <--> [group] <--> ...             free --> [record] --> [record] --> 0
 *                |
 *              chain: in flight, in flight, ready, ready, delayed
 *
 * A purge ends whole groups: whatever comes after it opens a new record, so no chain ever holds both
 * what is dead and what lives. A dead group's record leaves when the sweep has taken its last
 * message. Under the shard's lock, O(1). Growth: groupsGrowth.ts.
 */
import { Circle } from "../ground/circle";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import {
  BLOCK_IS_GROUP,
  FIFO_FREE,
  FIFO_FREE_COUNT,
  FIFO_GROUP_TABLE,
  FIFO_READY,
  GROUP_CHAIN,
  GROUP_IN_FLIGHT,
  GROUP_LAST_SEQUENCE,
  GROUP_NEXT,
  GROUP_NODE,
  GROUP_READY,
  GROUP_USED,
  NODE_KEY,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_PURGE_SEQUENCE,
  SLOT_READY,
  THREAD_OUT_READY,
} from "../layout";
import { Table } from "./table";

/** Group records are of the smallest class. */
export const CLASS_OF_GROUP: u32 = 0;

export class Groups {
  @inline static table(shard: usize): usize {
    return shard + FIFO_GROUP_TABLE;
  }

  @inline static chain(group: usize): usize {
    return group + GROUP_CHAIN;
  }

  /** Whether a purge has ended the group. */
  @inline static isDead(shard: usize, group: usize): bool {
    return load<u64>(group, GROUP_LAST_SEQUENCE) <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
  }

  /** Whether this is the living record of the group with this key. */
  @inline static isOf(shard: usize, group: usize, low: u64, high: u64): bool {
    return (
      load<u32>(group, GROUP_NEXT) === GROUP_USED &&
      Mark.isOn(group, Mark.of(shard, BLOCK_IS_GROUP)) &&
      Table.hasKey(group + GROUP_NODE, low, high) &&
      !Groups.isDead(shard, group)
    );
  }

  /** Outside the lock: the record of the group with this key, as a hint; 0: none. */
  static find(shard: usize, first: usize, low: u64, high: u64): usize {
    let node = Table.find(first, low, high);
    while (node !== 0 && !Groups.isOf(shard, node - GROUP_NODE, low, high)) {
      node = Table.find(Table.after(node), low, high);
    }
    return node === 0 ? 0 : node - GROUP_NODE;
  }

  /** A record for a new group; there must be a free one. */
  @inline static create(shard: usize, low: u64, high: u64): usize {
    const group: usize = load<u32>(shard, FIFO_FREE);
    store<u32>(shard, load<u32>(group, GROUP_NEXT), FIFO_FREE);
    store<u32>(shard, load<u32>(shard, FIFO_FREE_COUNT) - 1, FIFO_FREE_COUNT);
    store<u64>(group, low, GROUP_NODE + NODE_KEY);
    store<u64>(group, high, GROUP_NODE + NODE_KEY + 8);
    store<u32>(group, 0, GROUP_READY);
    store<u32>(group, 0, GROUP_IN_FLIGHT);
    store<u32>(group, GROUP_USED, GROUP_NEXT);
    Circle.clear(Groups.chain(group));
    const table = Groups.table(shard);
    Table.insert(table, Table.bucket(table, low), group + GROUP_NODE);
    return group;
  }

  /** Its chain is empty: the record is free for another group. */
  @inline static retire(shard: usize, group: usize): void {
    Table.unlink(Groups.table(shard), group + GROUP_NODE);
    store<u32>(group, load<u32>(shard, FIFO_FREE), GROUP_NEXT);
    store<u32>(shard, group as u32, FIFO_FREE);
    store<u32>(shard, load<u32>(shard, FIFO_FREE_COUNT) + 1, FIFO_FREE_COUNT);
  }

  // --- Ready groups ------------------------------------------------------------------------------

  @inline static isReady(group: usize): bool {
    return load<u32>(group, GROUP_READY) !== 0;
  }

  @inline static join(shard: usize, group: usize): void {
    Circle.append(shard + FIFO_READY, group + GROUP_READY);
  }

  @inline static leave(group: usize): void {
    Circle.unlink(group + GROUP_READY);
    store<u32>(group, 0, GROUP_READY);
  }

  /** Whether a group waits to be received from; without the lock a hint. */
  @inline static anyReady(shard: usize): bool {
    const first = load<u32>(shard, FIFO_READY);
    return first !== ((shard + FIFO_READY) as u32) && first !== 0;
  }

  /** The first of its chain became READY: the group joins, and somebody may be woken. */
  @inline static opened(area: usize, shard: usize, group: usize, link: usize): void {
    if (Circle.previous(link) !== Groups.chain(group)) return;
    Groups.join(shard, group);
    store<u32>(area, load<u32>(area, THREAD_OUT_READY) + 1, THREAD_OUT_READY);
  }

  // --- Chains ------------------------------------------------------------------------------------

  /** A message at the end of its group's chain, already in the state `isReady` tells of. */
  @inline static append(
    shard: usize,
    group: usize,
    slotIndex: u32,
    sequence: u64,
    isReady: bool,
  ): void {
    const chain = Groups.chain(group);
    if (isReady && Circle.isEmpty(chain)) Groups.join(shard, group);
    Circle.append(chain, At.chainLink(slotIndex));
    store<u64>(group, sequence, GROUP_LAST_SEQUENCE);
    At.slot(slotIndex).group = group;
  }

  /**
   * A message leaves its chain for good; where it was the first, the next one decides whether the
   * group is ready. The last one takes the record with it.
   */
  @inline static take(area: usize, shard: usize, slotIndex: u32): void {
    const slot = At.slot(slotIndex);
    const group = slot.group;
    const chain = Groups.chain(group);
    const link = At.chainLink(slotIndex);
    const wasFirst = Circle.previous(link) === chain;
    Circle.unlink(link);
    slot.group = 0;
    if (!wasFirst) return;
    const isDead = Groups.isDead(shard, group);
    const isEmpty = Circle.isEmpty(chain);
    const next = At.slot(At.slotOfChainLink(Circle.next(chain)));
    const opens = !isEmpty && (isEmpty ? slot : next).state() === SLOT_READY;
    if (!isDead && opens !== Groups.isReady(group)) {
      if (opens) {
        Groups.join(shard, group);
        store<u32>(area, load<u32>(area, THREAD_OUT_READY) + 1, THREAD_OUT_READY);
      } else Groups.leave(group);
    }
    if (isEmpty) Groups.retire(shard, group);
  }

  @inline static countIn(shard: usize, group: usize): void {
    const inFlight = load<u32>(group, GROUP_IN_FLIGHT);
    store<u32>(group, inFlight + 1, GROUP_IN_FLIGHT);
    if (inFlight === 0) Groups.raise(shard, 1);
  }

  @inline static countOut(shard: usize, group: usize): void {
    const inFlight = load<u32>(group, GROUP_IN_FLIGHT) - 1;
    store<u32>(group, inFlight, GROUP_IN_FLIGHT);
    if (inFlight === 0) Groups.raise(shard, -1);
  }

  @inline static raise(shard: usize, more: i32): void {
    store<u32>(shard, load<u32>(shard, SHARD_GROUPS_IN_FLIGHT) + more, SHARD_GROUPS_IN_FLIGHT);
  }

  @inline static hasRoom(shard: usize, more: u32): bool {
    return load<u32>(shard, FIFO_FREE_COUNT) >= more;
  }
}
