/**
 * The age list of a shard: its messages in order of arrival, so that the head is always the oldest.
 * Retention and the age of the oldest message are read off its head. Under the shard's lock; O(1).
 */
import {
  LIST_LINK_NEXT,
  LIST_LINK_PREVIOUS,
  SHARD_AGE_HEAD,
  SHARD_AGE_TAIL,
  SHARD_LISTED,
} from "./layout";
import { At } from "./memory";

export class Age {
  @inline static append(shard: usize, slot: u32): void {
    const link = At.ageLink(slot);
    const tail = load<u32>(shard, SHARD_AGE_TAIL);
    store<u32>(link, 0, LIST_LINK_NEXT);
    store<u32>(link, tail, LIST_LINK_PREVIOUS);
    if (tail !== 0) store<u32>(At.ageLink(tail), slot, LIST_LINK_NEXT);
    else store<u32>(shard, slot, SHARD_AGE_HEAD);
    store<u32>(shard, slot, SHARD_AGE_TAIL);
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + 1, SHARD_LISTED);
  }

  @inline static unlink(shard: usize, slot: u32): void {
    const link = At.ageLink(slot);
    const next = load<u32>(link, LIST_LINK_NEXT);
    const previous = load<u32>(link, LIST_LINK_PREVIOUS);
    if (next !== 0) store<u32>(At.ageLink(next), previous, LIST_LINK_PREVIOUS);
    else store<u32>(shard, previous, SHARD_AGE_TAIL);
    if (previous !== 0) store<u32>(At.ageLink(previous), next, LIST_LINK_NEXT);
    else store<u32>(shard, next, SHARD_AGE_HEAD);
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) - 1, SHARD_LISTED);
  }
}
