/**
 * The blocks that a load takes from pages, many at a time: none twice, none forgotten, in the order of their
 * addresses, so that who drains the backlog reads on and on; and all are given back with their messages.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { reload } from "./logScene.ts";
import { World } from "./logWorld.ts";

/** 408, 227 and 26 of their blocks fill a page of 64 KiB. */
const BODY_BYTES = [90, 200, 2_400];
const MESSAGES = 1_500;

async function sent(messages = MESSAGES): Promise<{ world: World; parts: Uint8Array[] }> {
  const world = await World.open();
  const queue = world.createQueue({});
  const parts: Uint8Array[] = [];
  for (let index = 0; index < messages; index += 10) {
    const bodies = Array.from({ length: 10 }, (_, at) => BODY_BYTES[(index + at) % 3] as number);
    world.send(
      queue,
      bodies.map((bytes) => ({ body: "x".repeat(bytes) })),
    );
    parts.push(...world.takeAll());
  }
  return { world, parts };
}

/** Of all messages, in the order of their slots: the place of its block, by how long its body is. */
function blocksOf(world: World): number[][] {
  const blocks: number[][] = BODY_BYTES.map(() => []);
  const base = world.header(layout.HEADER_SLOTS_BASE);
  for (let slot = 1; slot <= MESSAGES; slot++) {
    const word = (base + slot * layout.SLOT_BYTES) >> 2;
    const bodyBytes = world.words[word + (layout.SLOT_BODY_BYTES >> 2)] as number;
    const block = world.words[word + (layout.SLOT_BLOCK >> 2)] as number;
    blocks[BODY_BYTES.indexOf(bodyBytes)]?.push(block);
  }
  return blocks;
}

/** How many blocks the pages count as used. */
function usedBlocks(world: World): number {
  const bump = world.header(layout.HEADER_ARENA + layout.ARENA_PAGES_BUMP);
  let used = 0;
  for (let page = 1; page <= bump; page++) {
    const record = (world.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES) >> 2;
    const state = world.words[record + (layout.PAGE_STATE >> 2)] as number;
    if (state >= layout.PAGE_CLASSED) used += world.words[record + (layout.PAGE_USED >> 2)] ?? 0;
  }
  return used;
}

test("each message of a load has a block of its own, and a size's blocks rise with their messages", async () => {
  const { world, parts } = await sent();
  const { world: next } = await reload(world, parts);
  const blocks = blocksOf(next);
  expect(blocks.map(({ length }) => length)).toEqual(BODY_BYTES.map(() => MESSAGES / 3));
  expect(new Set(blocks.flat()).size).toBe(MESSAGES);
  for (const one of blocks) {
    // Whole pages come in any order; in each of them blocks do not.
    const falls = one.filter((block, index) => index > 0 && block < (one[index - 1] as number));
    expect(falls).toEqual([]);
  }
});

test("the blocks of a load are given back when its messages are gone", async () => {
  const { world, parts } = await sent();
  const { world: next } = await reload(world, parts);
  const [queue] = [...next.catalogue.queues.keys()];
  if (queue === undefined) throw new Error("the queue is gone");
  expect(usedBlocks(next)).toBeGreaterThanOrEqual(MESSAGES);
  for (let left = MESSAGES; left > 0; ) {
    const receipts = next.receive(queue, 10);
    expect(receipts.length).toBeGreaterThan(0);
    next.remove(queue, receipts);
    left -= receipts.length;
  }
  expect(next.verify()).toBe(0);
  // What is left is in magazines of this thread: of three sizes, and of the queue's ring.
  expect(usedBlocks(next)).toBeLessThan(5 * layout.THREAD_BLOCKS_MAX);
});

test("what a load leaves in magazines is held by its thread, and no more than they have room for", async () => {
  // Of each size 13 or 14: fewer than come with a page.
  const { world, parts } = await sent(40);
  const { world: next } = await reload(world, parts);
  const { thread } = next.engine;
  const area = next.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
  const held = layout.BLOCK_HELD | ((thread + 1) << layout.BLOCK_THREAD_SHIFT);
  const counts: number[] = [];
  for (let index = 0; index < layout.CLASS_COUNT; index++) {
    const count = next.words[(area + layout.THREAD_BLOCKS_COUNTS + index * 4) >> 2] as number;
    expect(count).toBeLessThanOrEqual(layout.THREAD_BLOCKS_MAX);
    if (count > 0) counts.push(count);
    for (let at = 0; at < count; at++) {
      const entry = area + layout.THREAD_BLOCKS + (index * layout.THREAD_BLOCKS_MAX + at) * 4;
      const block = next.words[entry >> 2] as number;
      expect(next.words[(block + layout.BLOCK_STATE) >> 2]).toBe(held);
    }
  }
  // Of both small sizes 40 were taken, and 13 or 14 of those are with messages.
  expect(counts.filter((count) => count > 20)).toHaveLength(2);
});
