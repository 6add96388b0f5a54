/**
 * Sorts what a rebuild has found: a chain of age links by their messages' sequences, or a chain of
 * window segments by their first nodes'. Merge sort, halves first, through the links themselves: it
 * takes no memory but a frame a level (22 at the most), and who is cut in between leaves a chain that
 * the next rebuild makes again. Called under the shard's lock, from rebuild.ts and rebuildFifo.ts alone.
 */

import { At } from "../ground/memory";
import { LINK_NEXT, SEGMENT_NEXT, WINDOW_SEGMENT_FIRST } from "../layout";

export class ChainSort {
  /** The chain's new first, or 0; `first` is an address, and the last one's next is 0. */
  static run(first: usize, isSegments: bool): usize {
    let length: u32 = 0;
    for (let node = first; node !== 0; node = ChainSort.next(node, isSegments)) length++;
    return ChainSort.sort(first, length, isSegments);
  }

  /** The first `length` of a chain, cut off from the rest. */
  static sort(first: usize, length: u32, isSegments: bool): usize {
    if (length === 0) return 0;
    if (length === 1) {
      ChainSort.link(first, 0, isSegments);
      return first;
    }
    const half = length >> 1;
    let second = first;
    for (let left = half; left > 0; left--) second = ChainSort.next(second, isSegments);
    const earlier = ChainSort.sort(first, half, isSegments);
    return ChainSort.merge(earlier, ChainSort.sort(second, length - half, isSegments), isSegments);
  }

  /** Two chains that are sorted and not empty; what is equal keeps its order. */
  static merge(left: usize, right: usize, isSegments: bool): usize {
    let first: usize = 0;
    let last: usize = 0;
    while (left !== 0 && right !== 0) {
      const isLeft = ChainSort.key(left, isSegments) <= ChainSort.key(right, isSegments);
      const taken = isLeft ? left : right;
      if (isLeft) left = ChainSort.next(left, isSegments);
      else right = ChainSort.next(right, isSegments);
      if (first === 0) first = taken;
      else ChainSort.link(last, taken, isSegments);
      last = taken;
    }
    ChainSort.link(last, left !== 0 ? left : right, isSegments);
    return first;
  }

  @inline static next(node: usize, isSegments: bool): usize {
    return isSegments ? load<u32>(node, SEGMENT_NEXT) : load<u32>(node, LINK_NEXT);
  }

  @inline static link(node: usize, next: usize, isSegments: bool): void {
    if (isSegments) store<u32>(node, next as u32, SEGMENT_NEXT);
    else store<u32>(node, next as u32, LINK_NEXT);
  }

  @inline static key(node: usize, isSegments: bool): u64 {
    return isSegments
      ? load<u64>(node, WINDOW_SEGMENT_FIRST)
      : At.slot(At.slotOfAgeLink(node)).sequence;
  }
}
