/**
 * What the memory holds, read from the truths alone: slots, pages, blocks. Nothing here trusts a
 * list, a ring or a counter, so it can be compared before and after a death.
 */
import * as layout from "../../../assembly/layout.ts";
import type { Sections } from "../../model/history/sections.ts";

const STATES = new Map([
  [layout.SLOT_DELAYED, "delayed"],
  [layout.SLOT_READY, "ready"],
  [layout.SLOT_IN_FLIGHT, "in flight"],
]);

function slotAt(sections: Sections, index: number): number {
  return (sections.header(layout.HEADER_SLOTS_BASE) + index * layout.SLOT_BYTES) >> 2;
}

/** Each message of a queue that is neither purged nor dead: its sequence, and all about it. */
export function messagesOf(sections: Sections, queue: number): Map<number, string> {
  const { words, doubles } = sections;
  const purged = sections.shard(queue, layout.SHARD_PURGE_SEQUENCE);
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  const messages = new Map<number, string>();
  for (let index = 1; index <= last; index++) {
    const slot = slotAt(sections, index);
    const word = words[slot] as number;
    const state = STATES.get(word & layout.SLOT_STATE_MASK);
    const sequence = words[slot + (layout.SLOT_SEQUENCE >> 2)] as number;
    const isHere = words[slot + (layout.SLOT_SHARD >> 2)] === queue && sequence > purged;
    if (state === undefined || !isHere) continue;
    const count = words[slot + (layout.SLOT_COUNT >> 2)];
    const due = state === "ready" ? "" : ` until ${doubles[(slot >> 1) + (layout.SLOT_DUE >> 3)]}`;
    messages.set(sequence, `${state}, received ${count}${due}`);
  }
  return messages;
}

/** A message as the audit finds it in a queue. */
export interface Found {
  readonly queue: number;
  readonly sequence: number;
  /** How often it was received. */
  readonly count: number;
  readonly birth: number;
  /** Its content's first two bytes, which are its group in the FIFO queues of these tests; 0: in a page. */
  readonly group: number;
}

/** `block`: the number of its first word. */
function isPlainIn(words: Uint32Array, block: number): boolean {
  return ((words[block + (layout.BLOCK_FLAGS >> 2)] as number) & layout.BODY_PLAIN) !== 0;
}

/** Each message of these queues that is neither purged nor dead, in the order of the slots. */
export function foundIn(sections: Sections, queues: readonly number[]): Found[] {
  const { words } = sections;
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  const found: Found[] = [];
  for (let index = 1; index <= last; index++) {
    const slot = slotAt(sections, index);
    const queue = words[slot + (layout.SLOT_SHARD >> 2)] as number;
    const sequence = words[slot + (layout.SLOT_SEQUENCE >> 2)] as number;
    const isHere = STATES.has((words[slot] as number) & layout.SLOT_STATE_MASK);
    if (!isHere || !queues.includes(queue)) continue;
    if (sequence <= sections.shard(queue, layout.SHARD_PURGE_SEQUENCE)) continue;
    const block = (words[slot + (layout.SLOT_BLOCK >> 2)] as number) >> 2;
    const birth = (block << 2) + layout.BLOCK_BIRTH;
    const isPlain = isPlainIn(words, block);
    const pages = isPlain ? 0 : (words[block + (layout.BLOCK_PAGE >> 2)] as number);
    const hasPages = (pages & 0xffff) !== 0;
    const header = isPlain ? layout.BLOCK_PLAIN_BYTES : layout.BLOCK_HEADER_BYTES;
    // BLOCK_GROUP_BYTES is in the same word.
    const first = (pages & 0xff0000) !== 0 ? layout.BLOCK_GROUPED_BYTES : header;
    const start = words[block + (first >> 2)] as number;
    found.push({
      queue,
      sequence,
      count: words[slot + (layout.SLOT_COUNT >> 2)] as number,
      birth: (words[birth >> 2] as number) + (words[(birth >> 2) + 1] as number) * 2 ** 32,
      group: hasPages ? 0 : start & 0xffff,
    });
  }
  return found;
}

/** Slots that belong to nobody: neither free, nor in a living thread's stock, nor a message. */
function lostSlots(sections: Sections): number {
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  let lost = 0;
  for (let index = 1; index <= last; index++) {
    const state = (sections.words[slotAt(sections, index)] as number) & layout.SLOT_STATE_MASK;
    if (state === layout.SLOT_PREPARED || state === layout.SLOT_MOVING) lost++;
  }
  return lost;
}

function threadArea(sections: Sections, thread: number): number {
  return (sections.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES) >> 2;
}

/** Blocks in the magazines of all threads. */
function stockedBlocks(sections: Sections): number {
  const threads = sections.header(layout.HEADER_THREADS_MAX);
  let stocked = 0;
  for (let thread = 0; thread < threads; thread++) {
    const counts = threadArea(sections, thread) + (layout.THREAD_BLOCKS_COUNTS >> 2);
    for (let index = 0; index < layout.CLASS_COUNT; index++) {
      stocked += sections.words[counts + index] as number;
    }
  }
  return stocked;
}

interface Used {
  blocks: number;
  pages: number;
}

/** What hangs on slots that are messages (dead ones too). */
function hungOnSlots(sections: Sections): Used {
  const { words } = sections;
  const used = { blocks: 0, pages: 0 };
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  for (let index = 1; index <= last; index++) {
    const slot = slotAt(sections, index);
    const state = (words[slot] as number) & layout.SLOT_STATE_MASK;
    if (!STATES.has(state) && state !== layout.SLOT_DEAD) continue;
    const block = (words[slot + (layout.SLOT_BLOCK >> 2)] as number) >> 2;
    used.blocks += 1;
    if (isPlainIn(words, block)) continue;
    if (words[block + (layout.BLOCK_TAIL >> 2)] !== 0) used.blocks += 1;
    let page = (words[block + (layout.BLOCK_PAGE >> 2)] as number) & 0xffff;
    for (
      ;
      page !== 0;
      page = words[pageRecord(sections, page) + (layout.PAGE_CHAIN >> 2)] as number
    ) {
      used.pages++;
    }
  }
  return used;
}

function pageRecord(sections: Sections, page: number): number {
  return (sections.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES) >> 2;
}

/** What the pages say is not free. */
function usedByPages(sections: Sections): Used {
  const used = { blocks: 0, pages: 0 };
  const last = sections.arena(layout.ARENA_PAGES_BUMP);
  for (let page = 1; page <= last; page++) {
    const record = pageRecord(sections, page);
    const state = sections.words[record + (layout.PAGE_STATE >> 2)] as number;
    if ((state & layout.PAGE_STATE_MASK) >= layout.PAGE_CLASSED) {
      used.blocks += sections.words[record + (layout.PAGE_USED >> 2)] as number;
    } else if (state !== layout.PAGE_UNUSED) used.pages++;
  }
  return used;
}

/** Ring segments, blocks of effects and catalogue entries. */
function hungOnQueues(sections: Sections): number {
  const queues = sections.header(layout.HEADER_QUEUES_BUMP);
  let blocks = 0;
  for (let queue = 0; queue < queues; queue++) {
    const descriptor =
      (sections.header(layout.HEADER_QUEUES_BASE) + queue * layout.QUEUE_BYTES) >> 2;
    blocks += sections.shard(queue, layout.SHARD_RING_SEGMENTS);
    blocks += sections.shard(queue, layout.EFFECT_BLOCKS);
    if (sections.words[descriptor + (layout.QUEUE_ENTRY >> 2)] !== 0) blocks++;
  }
  return blocks;
}

/** The addresses of the blocks of a class that are not free. */
export function* takenBlocks(
  sections: Sections,
  classIndex: number,
  bytes: number,
): Generator<number> {
  const { words } = sections;
  const base = sections.header(layout.HEADER_ARENA_BASE);
  const last = sections.arena(layout.ARENA_PAGES_BUMP);
  for (let page = 1; page <= last; page++) {
    const record = pageRecord(sections, page);
    const state = words[record + (layout.PAGE_STATE >> 2)] as number;
    if (state !== layout.PAGE_CLASSED + classIndex) continue;
    for (let index = 0; (index + 1) * bytes <= layout.PAGE_BYTES; index++) {
      const map = words[record + (layout.PAGE_MAP >> 2) + (index >> 5)] as number;
      const isFree = ((map >>> (index & 31)) & 1) === 1;
      if (!isFree) yield base + (page - 1) * layout.PAGE_BYTES + index * bytes;
    }
  }
}

/** Blocks that say they are a FIFO shard's: groups' records, pages of tables, segments of windows. */
function hungOnFifo(sections: Sections): number {
  const { words } = sections;
  const blocks = [
    ...takenBlocks(sections, 0, layout.GROUP_BYTES),
    ...takenBlocks(sections, layout.CLASS_OF_SEGMENT, layout.SEGMENT_BYTES),
  ];
  const isFifo = (block: number): boolean => {
    const flags = words[(block + layout.BLOCK_FLAGS) >> 2] as number;
    const kind = flags % 2 ** layout.BLOCK_OWNER_SHIFT;
    const isOut = words[(block + layout.BLOCK_STATE) >> 2] === layout.BLOCK_OUT;
    return isOut && kind >= layout.BLOCK_IS_GROUP && kind <= layout.BLOCK_IS_ATTEMPTS;
  };
  return blocks.filter(isFifo).length;
}

/** What nobody has and nobody can get: all zero in a sound memory. */
export function lossesOf(sections: Sections): { slots: number; blocks: number; pages: number } {
  const used = usedByPages(sections);
  const hung = hungOnSlots(sections);
  const fifo = hungOnFifo(sections);
  return {
    slots: lostSlots(sections),
    blocks: used.blocks - hung.blocks - stockedBlocks(sections) - hungOnQueues(sections) - fifo,
    pages: used.pages - hung.pages,
  };
}

/** What is in use, and how many slots are free wherever they lie: in stock, given back or never used. */
export function stockOf(sections: Sections): { freeSlots: number; used: Used } {
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  let freeSlots = sections.header(layout.HEADER_SLOTS_MAX) - last;
  for (let index = 1; index <= last; index++) {
    const state = (sections.words[slotAt(sections, index)] as number) & layout.SLOT_STATE_MASK;
    if (state === layout.SLOT_FREE || state === layout.SLOT_HELD) freeSlots++;
  }
  const used = usedByPages(sections);
  return { freeSlots, used: { ...used, blocks: used.blocks - stockedBlocks(sections) } };
}
