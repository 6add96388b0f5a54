/**
 * What a message carries: a block with header, a group's hashes and content (group, deduplication id, trace,
 * sender, attributes, body), perhaps a tail block, perhaps whole pages; mostly a body alone, behind half a header. Filling and freeing are the
 * owner's (the slot is PREPARED); reading is anybody's who holds the slot's number, and whoever
 * reads compares the slot's sequence afterwards. Outside of every lock; loops over pieces.
 */

import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import {
  BLOCK_ATTRIBUTES_BYTES,
  BLOCK_DEDUPLICATION_BYTES,
  BLOCK_FLAGS,
  BLOCK_GROUP_BYTES,
  BLOCK_OUT,
  BLOCK_PAGE,
  BLOCK_PLAIN_BYTES,
  BLOCK_SENDER_BYTES,
  BLOCK_STATE,
  BLOCK_TAIL,
  BLOCK_TRACE_BYTES,
  BODY_PLAIN,
  HEADER,
  HEADER_PAGES_MAX,
  PAGE_BYTES,
  PAGE_BYTES_LOG2,
  PAGE_CHAIN,
  PAGE_STATE,
  PAGE_WHOLE,
  TAIL_HEADER_BYTES,
} from "../layout";
import { Blocks } from "./blocks";
import { BlockClass, Shape } from "./classes";
import { Pages } from "./pages";

/** Up to here a content is one block (Shape.head). */
const WHOLE_IN_HEAD_BYTES: u32 = 4096;

export class Content {
  @inline static sendBytes(send: SendRecord): u32 {
    return send.isPlain() ? send.bodyBytes : Content.sendBytesOf(send);
  }

  static sendBytesOf(send: SendRecord): u32 {
    return (
      (send.groupBytes as u32) +
      (send.deduplicationBytes as u32) +
      (send.traceBytes as u32) +
      (send.senderBytes as u32) +
      send.attributesBytes +
      send.bodyBytes
    );
  }

  /** Hangs room for a content on a PREPARED slot; false, and nothing held, when memory is full. */
  @inline static open(thread: u32, slot: u32, send: SendRecord): bool {
    const bodyBytes = send.bodyBytes;
    return send.isPlain() && Content.isWholeInHead(bodyBytes)
      ? Content.openPlain(thread, slot, send.flags, bodyBytes)
      : Content.openAny(thread, slot, send);
  }

  /** Whether a content of a body alone is one block. */
  @inline static isWholeInHead(bodyBytes: u32): bool {
    return bodyBytes + BLOCK_PLAIN_BYTES <= WHOLE_IN_HEAD_BYTES;
  }

  /** Where in its block a content begins, by its sizes. */
  @inline static firstOf(contentBytes: u32, bodyBytes: u32, groupBytes: u32): u32 {
    return contentBytes === bodyBytes && Content.isWholeInHead(bodyBytes)
      ? BLOCK_PLAIN_BYTES
      : Shape.first(groupBytes);
  }

  /** One block, and no sizes but the body's: what most messages take. */
  @inline static openPlain(thread: u32, slot: u32, flags: u32, bodyBytes: u32): bool {
    const classIndex = BlockClass.of(bodyBytes + BLOCK_PLAIN_BYTES);
    return Content.openIn(thread, slot, flags, bodyBytes, classIndex);
  }

  /** Likewise, where its block's class is known. */
  @inline static openIn(thread: u32, slot: u32, flags: u32, bodyBytes: u32, classIndex: u32): bool {
    const block = Blocks.top(thread, classIndex);
    if (block === 0) return false;
    const at = At.slot(slot);
    store<u32>(block, flags | BODY_PLAIN, BLOCK_FLAGS);
    at.block = block;
    store<u32>(block, BLOCK_OUT, BLOCK_STATE);
    Blocks.drop(thread, classIndex);
    at.bodyBytes = bodyBytes;
    return true;
  }

  static openAny(thread: u32, slot: u32, send: SendRecord): bool {
    const contentBytes = Content.sendBytes(send);
    const rest = Shape.rest(contentBytes);
    const first = Shape.first(send.groupBytes);
    const headBytes = Shape.head(rest, first);
    const classIndex = BlockClass.of(headBytes + first);
    const block = Blocks.top(thread, classIndex);
    if (block === 0) return false;
    const at = At.slot(slot);
    store<u32>(block, 0, BLOCK_TAIL);
    store<u32>(block, 0, BLOCK_PAGE);
    // Flags before OUT: until then they may still say that this is a ring segment.
    store<u32>(block, send.flags, BLOCK_FLAGS);
    at.block = block;
    store<u32>(block, BLOCK_OUT, BLOCK_STATE);
    Blocks.drop(thread, classIndex);
    at.bodyBytes = send.bodyBytes;
    store<u8>(block, send.groupBytes as u8, BLOCK_GROUP_BYTES);
    store<u8>(block, send.deduplicationBytes as u8, BLOCK_DEDUPLICATION_BYTES);
    store<u16>(block, send.traceBytes, BLOCK_TRACE_BYTES);
    store<u16>(block, send.senderBytes, BLOCK_SENDER_BYTES);
    store<u32>(block, send.attributesBytes, BLOCK_ATTRIBUTES_BYTES);
    if (rest === contentBytes && headBytes === rest) return true;
    if (Content.openMore(thread, block, rest - headBytes, Shape.pages(contentBytes))) return true;
    Content.free(thread, slot);
    return false;
  }

  static openMore(thread: u32, block: usize, tailBytes: u32, pages: u32): bool {
    if (tailBytes !== 0) {
      const classIndex = BlockClass.of(tailBytes + TAIL_HEADER_BYTES);
      const tail = Blocks.top(thread, classIndex);
      if (tail === 0) return false;
      // A block keeps the flags of its former use, and a rebuild finds ring segments by them.
      store<u32>(tail, 0, BLOCK_FLAGS);
      store<u32>(block, tail as u32, BLOCK_TAIL);
      store<u32>(tail, BLOCK_OUT, BLOCK_STATE);
      Blocks.drop(thread, classIndex);
    }
    for (let index: u32 = 0; index < pages; index++) {
      const page = Pages.takeWhole(thread);
      if (page === 0) return false;
      store<u32>(At.pageRecord(page), load<u16>(block, BLOCK_PAGE), PAGE_CHAIN);
      store<u16>(block, page as u16, BLOCK_PAGE);
      store<u32>(At.pageRecord(page), PAGE_WHOLE, PAGE_STATE);
    }
    return true;
  }

  /** Frees what hangs on a PREPARED slot of this thread: the last piece first, the head last. */
  @inline static free(thread: u32, slot: u32): void {
    const at = At.slot(slot);
    const block = at.block;
    if (block === 0) return;
    if ((load<u32>(block, BLOCK_FLAGS) & BODY_PLAIN) === 0) Content.freeMore(thread, block);
    store<u32>(block, Blocks.held(thread), BLOCK_STATE);
    at.block = 0;
    Blocks.release(thread, block);
  }

  /** What hangs on the block besides, if anything does. */
  static freeMore(thread: u32, block: usize): void {
    let page: u32 = load<u16>(block, BLOCK_PAGE);
    while (page !== 0) {
      const next = load<u32>(At.pageRecord(page), PAGE_CHAIN);
      store<u32>(At.pageRecord(page), Pages.held(thread), PAGE_STATE);
      store<u16>(block, next as u16, BLOCK_PAGE);
      Pages.giveWhole(thread, page);
      page = next;
    }
    const tail: usize = load<u32>(block, BLOCK_TAIL);
    if (tail !== 0) {
      store<u32>(tail, Blocks.held(thread), BLOCK_STATE);
      store<u32>(block, 0, BLOCK_TAIL);
      Blocks.release(thread, tail);
    }
  }

  /** Copies a whole content in, from flat memory, to where it begins in its block. */
  @inline static fill(block: usize, first: u32, contentBytes: u32, from: usize): void {
    if (contentBytes + first <= WHOLE_IN_HEAD_BYTES) {
      Copy.bytes(block + first, from, contentBytes);
    } else {
      Content.move(block, first, contentBytes, 0, contentBytes, from, true);
    }
  }

  /** Copies a whole content out, to flat memory. */
  @inline static gather(block: usize, first: u32, contentBytes: u32, to: usize): void {
    if (contentBytes + first <= WHOLE_IN_HEAD_BYTES) {
      Copy.bytes(to, block + first, contentBytes);
    } else {
      Content.move(block, first, contentBytes, 0, contentBytes, to, false);
    }
  }

  /** Copies between a content and flat memory: `bytes` from contentOffset on, in or out. */
  static move(
    block: usize,
    first: u32,
    contentBytes: u32,
    contentOffset: u32,
    bytes: u32,
    flat: usize,
    into: bool,
  ): void {
    const rest = Shape.rest(contentBytes);
    const headBytes = Shape.head(rest, first);
    let done: u32 = 0;
    while (done < bytes) {
      const offset = contentOffset + done;
      let piece: usize;
      let room: u32;
      if (offset < headBytes) {
        piece = block + first + offset;
        room = headBytes - offset;
      } else if (offset < rest) {
        piece = Content.tailOf(block, rest - headBytes) + TAIL_HEADER_BYTES + offset - headBytes;
        room = rest - offset;
      } else {
        piece = Content.pageByte(block, offset - rest);
        room = PAGE_BYTES - ((offset - rest) & (PAGE_BYTES - 1));
      }
      const part = room < bytes - done ? room : bytes - done;
      if (into) Copy.bytes(piece, flat + done, part);
      else Copy.bytes(flat + done, piece, part);
      done += part;
    }
  }

  /**
   * Pointers in a block that is being reused under a reader may be anything: what is read through
   * them is thrown away, but they must not lead out of the arena.
   */
  @inline static tailOf(block: usize, bytes: u32): usize {
    const tail: usize = load<u32>(block, BLOCK_TAIL);
    const first = At.page(1);
    const last = At.page(load<u32>(HEADER, HEADER_PAGES_MAX)) + PAGE_BYTES - TAIL_HEADER_BYTES;
    return tail >= first && tail <= last - bytes ? tail : first;
  }

  static pageByte(block: usize, offset: u32): usize {
    const last = load<u32>(HEADER, HEADER_PAGES_MAX);
    let page: u32 = load<u16>(block, BLOCK_PAGE);
    for (let index: u32 = offset >> PAGE_BYTES_LOG2; index > 0; index--) {
      if (page === 0 || page > last) break;
      page = load<u32>(At.pageRecord(page), PAGE_CHAIN);
    }
    if (page === 0 || page > last) page = 1;
    return At.page(page) + (offset & (PAGE_BYTES - 1));
  }
}

export class Copy {
  /** A runtime call for memory.copy costs more than the copying of a small message. */
  @inline static bytes(to: usize, from: usize, bytes: u32): void {
    if (bytes > 256) {
      memory.copy(to, from, bytes);
      return;
    }
    let done: u32 = 0;
    while (done + 16 <= bytes) {
      v128.store(to + done, v128.load(from + done));
      done += 16;
    }
    while (done + 4 <= bytes) {
      store<u32>(to + done, load<u32>(from + done));
      done += 4;
    }
    while (done < bytes) {
      store<u8>(to + done, load<u8>(from + done));
      done++;
    }
  }
}
