/**
 * The age list of a shard: its messages in order of arrival, so that the first is always the
 * oldest. Retention and the age of the oldest message are read off it. A circle through the
 * shard's end record. Under the shard's lock; O(1).
 */

import { At } from "../ground/memory";
import { LINK_NEXT, LINK_PREVIOUS, SHARD_AGE } from "../layout";

export class Age {
  @inline static end(shard: usize): usize {
    return shard + SHARD_AGE;
  }

  @inline static clear(shard: usize): void {
    store<u32>(Age.end(shard), Age.end(shard) as u32, LINK_NEXT);
    store<u32>(Age.end(shard), Age.end(shard) as u32, LINK_PREVIOUS);
  }

  /** The oldest message's slot, or 0; without the lock a hint. */
  @inline static first(shard: usize): u32 {
    const link: usize = load<u32>(Age.end(shard), LINK_NEXT);
    return link === Age.end(shard) || link === 0 ? 0 : At.slotOfAgeLink(link);
  }

  @inline static last(shard: usize): usize {
    return load<u32>(Age.end(shard), LINK_PREVIOUS);
  }

  /** Hangs a link behind `last`; the circle stays open until `close`. Answers the new last. */
  @inline static hang(last: usize, link: usize): usize {
    store<u32>(last, link as u32, LINK_NEXT);
    store<u32>(link, last as u32, LINK_PREVIOUS);
    return link;
  }

  @inline static close(shard: usize, last: usize): void {
    store<u32>(last, Age.end(shard) as u32, LINK_NEXT);
    store<u32>(Age.end(shard), last as u32, LINK_PREVIOUS);
  }

  @inline static unlink(link: usize): void {
    const next: usize = load<u32>(link, LINK_NEXT);
    const previous: usize = load<u32>(link, LINK_PREVIOUS);
    store<u32>(previous, next as u32, LINK_NEXT);
    store<u32>(next, previous as u32, LINK_PREVIOUS);
  }
}
