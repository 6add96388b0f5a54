/**
 * Memory comes back. A class of blocks keeps an empty page only while no other of its pages has room: else messages of
 * one size would keep pages from those of another. Looked at in the pages' records while whole pages
 * are drained one after the other. What lies in the thread's magazine before differs from run to run,
 * so that in some of them a page is empty just before the next one gets room.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { type Receipt, Sections } from "../model/history/sections.ts";
import { moduleOf } from "../support/builds.ts";

const SIZES = { pages: 60, threads: 1, queues: 1, slots: 1_000 };
const SETTINGS = { visibilityMs: 1e6, delayMs: 0, retentionMs: 1e9 };
const NOW_MS = 1_700_000_000_000;
/** Of bodies this large 25 fill a page. */
const BODY_BYTES = 2_400;
const MESSAGES = 200;

/** A field of a page's record. */
function field(sections: Sections, page: number, offset: number): number {
  const record = sections.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES;
  return sections.words[(record + offset) >> 2] as number;
}

function pageOf(sections: Sections, { slot }: Receipt): number {
  const at = sections.header(layout.HEADER_SLOTS_BASE) + slot * layout.SLOT_BYTES;
  const block = sections.words[(at + layout.SLOT_BLOCK) >> 2] as number;
  const offset = block - sections.header(layout.HEADER_ARENA_BASE);
  return (offset >>> layout.PAGE_BYTES_LOG2) + 1;
}

/** The messages' receipts, by the page that their blocks are in, the fullest page first. */
function byPage(sections: Sections, receipts: readonly Receipt[]): Receipt[][] {
  const pages = new Map<number, Receipt[]>();
  for (const receipt of receipts) {
    const page = pageOf(sections, receipt);
    pages.set(page, [...(pages.get(page) ?? []), receipt]);
  }
  return [...pages.values()].sort((one, other) => other.length - one.length);
}

/** The pages of this class that have room, and how many of them are empty. */
function roomOf(sections: Sections, classState: number): { roomy: number; empty: number } {
  const found = { roomy: 0, empty: 0 };
  for (let page = 1; page <= sections.arena(layout.ARENA_PAGES_BUMP); page++) {
    if (field(sections, page, layout.PAGE_STATE) !== classState) continue;
    if (field(sections, page, layout.PAGE_LISTED) === 0) continue;
    found.roomy++;
    if (field(sections, page, layout.PAGE_USED) === 0) found.empty++;
  }
  return found;
}

test("a class of blocks keeps no empty page beside another one with room", () => {
  const bodies = Array.from({ length: 10 }, () => BODY_BYTES);
  let emptied = 0;
  for (let before = 0; before < 20; before++) {
    const sections = Sections.open(moduleOf(), SIZES, () => {});
    const queue = sections.createQueue(SETTINGS);
    for (let sent = 0; sent < MESSAGES; sent += 10) sections.commit(queue, bodies, 0, NOW_MS);
    const receipts: Receipt[] = [];
    while (receipts.length < MESSAGES) receipts.push(...sections.claim(queue, 10, 1e6, NOW_MS));
    const classState = field(sections, pageOf(sections, receipts[0] as Receipt), layout.PAGE_STATE);
    const [first = [], ...others] = byPage(sections, receipts);
    const order = [...first.splice(0, before), ...others.flat(), ...first];
    for (const receipt of order) {
      sections.remove(queue, [receipt], NOW_MS);
      const { roomy, empty } = roomOf(sections, classState);
      if (empty > 0) expect(roomy, `${empty} empty pages, ${before} before`).toBe(1);
      emptied += empty;
    }
    expect(sections.verify()).toMatchObject({ check: 0 });
  }
  expect(emptied).toBeGreaterThan(0);
});

test("a deleted queue gives its ring's segments back with its last message", () => {
  const sections = Sections.open(moduleOf(), SIZES, () => {});
  const { engine, thread } = sections;
  const { queue, incarnation } = sections.createQueue(SETTINGS);
  sections.commit({ queue, incarnation }, [BODY_BYTES], 0, NOW_MS);
  expect(sections.shard(queue, layout.SHARD_RING_SEGMENTS)).toBeGreaterThan(0);
  const version = sections.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
  engine.catalogueDelete(thread, version, queue, incarnation, NOW_MS);
  engine.reclaim(thread, queue, 100);
  expect(sections.shard(queue, layout.SHARD_RING_SEGMENTS)).toBe(0);
});
