/**
 * Block sizes and the shape of a content. Sizes go 128, then eight steps a doubling up to 4096,
 * then fractions of a page (12, 10, 8, 7, 6, 5, 4, 3, 2), so that a page is nearly filled whatever
 * its class. A content is one block; where that would waste more than an eighth, two; and of a
 * large one every full 64 KiB is a page of its own. Pure arithmetic, any thread.
 */
import {
  ARENA_CLASSES,
  BLOCK_BYTES_MAX,
  BLOCK_GROUPED_BYTES,
  BLOCK_HEADER_BYTES,
  BLOCK_PLAIN_BYTES,
  BLOCKS_HELD_BYTES_MAX,
  BODY_PLAIN,
  CLASS_BYTES,
  CLASS_COUNT,
  CLASS_HELD_MAX,
  CLASS_PER_PAGE,
  CLASS_RECIPROCAL,
  CLASS_RECORD_BYTES,
  HEADER,
  HEADER_ARENA,
  PAGE_BYTES,
  THREAD_BLOCKS_MAX,
} from "../layout";

const SMALLEST: u32 = 128;
const STEPPED_LAST: u32 = 40;
const STEPPED_BYTES_MAX: u32 = 4096;
/** A rest above this takes a whole page: it fills seven eighths of it. */
const REST_MAX: u32 = 57344;

export class BlockClass {
  @inline static record(index: u32): usize {
    return HEADER + HEADER_ARENA + ARENA_CLASSES + index * CLASS_RECORD_BYTES;
  }

  @inline static bytes(index: u32): u32 {
    return load<u32>(BlockClass.record(index), CLASS_BYTES);
  }

  /** Which block of a page begins `offset` bytes into it. */
  @inline static numberOf(index: u32, offset: usize): u32 {
    const reciprocal = load<u32>(BlockClass.record(index), CLASS_RECIPROCAL);
    return (((offset as u64) * (reciprocal as u64)) >> 32) as u32;
  }

  /** The smallest class that holds this many bytes (1 to BLOCK_BYTES_MAX). */
  @inline static of(bytes: u32): u32 {
    return bytes <= SMALLEST ? 0 : BlockClass.ofMore(bytes);
  }

  static ofMore(bytes: u32): u32 {
    if (bytes <= STEPPED_BYTES_MAX) {
      const last = bytes - 1;
      const top: u32 = 31 - clz<u32>(last);
      return 1 + ((top - 7) << 3) + ((last >> (top - 3)) & 7);
    }
    let index = STEPPED_LAST + 1;
    while (BlockClass.bytes(index) < bytes) index++;
    return index;
  }

  /** Writes the class table; once, when the memory is made. */
  static writeTable(): void {
    BlockClass.write(0, SMALLEST);
    for (let index: u32 = 1; index <= STEPPED_LAST; index++) {
      const top = 7 + ((index - 1) >> 3);
      BlockClass.write(index, (9 + ((index - 1) & 7)) << (top - 3));
    }
    BlockClass.write(41, 5440);
    BlockClass.write(42, 6528);
    BlockClass.write(43, 8192);
    BlockClass.write(44, 9344);
    BlockClass.write(45, 10880);
    BlockClass.write(46, 13056);
    BlockClass.write(47, 16384);
    BlockClass.write(48, 21824);
    BlockClass.write(CLASS_COUNT - 1, BLOCK_BYTES_MAX);
  }

  static write(index: u32, bytes: u32): void {
    store<u32>(BlockClass.record(index), bytes, CLASS_BYTES);
    store<u32>(BlockClass.record(index), PAGE_BYTES / bytes, CLASS_PER_PAGE);
    const held: u32 = BLOCKS_HELD_BYTES_MAX / bytes;
    const most = held < (THREAD_BLOCKS_MAX as u32) ? held : THREAD_BLOCKS_MAX;
    store<u32>(BlockClass.record(index), most, CLASS_HELD_MAX);
    const reciprocal = ((1 as u64) << 32) / bytes + 1;
    store<u32>(BlockClass.record(index), reciprocal as u32, CLASS_RECIPROCAL);
  }
}

/** How a content of so many bytes is cut: head block, tail block, whole pages, in this order. */
export class Shape {
  @inline static pages(contentBytes: u32): u32 {
    return contentBytes < REST_MAX ? 0 : (contentBytes + (PAGE_BYTES - REST_MAX - 1)) >> 16;
  }

  /** What of the content is not in whole pages. */
  @inline static rest(contentBytes: u32): u32 {
    const inPages = Shape.pages(contentBytes) << 16;
    return inPages >= contentBytes ? 0 : contentBytes - inPages;
  }

  /** Where in a block its content begins: behind the header, and a group's hashes. */
  @inline static first(groupBytes: u32): u32 {
    return groupBytes === 0 ? BLOCK_HEADER_BYTES : BLOCK_GROUPED_BYTES;
  }

  /** Likewise, in a block of these flags. */
  @inline static firstOf(flags: u32, groupBytes: u32): u32 {
    return (flags & BODY_PLAIN) !== 0 ? BLOCK_PLAIN_BYTES : Shape.first(groupBytes);
  }

  /** Bytes of the rest that the head block takes, from `first` on. */
  @inline static head(rest: u32, first: u32): u32 {
    return rest + first <= STEPPED_BYTES_MAX ? rest : Shape.headOfMore(rest, first);
  }

  static headOfMore(rest: u32, first: u32): u32 {
    const need = rest + first;
    if (need > (BLOCK_BYTES_MAX as u32)) return BLOCK_BYTES_MAX - first;
    const index = BlockClass.of(need);
    const room = BlockClass.bytes(index);
    if (room - need <= need >> 3) return rest;
    return BlockClass.bytes(index - 1) - first;
  }
}
