/**
 * Memory that is made ready for a load, over a real one: pages cost who writes them nothing any more, making them
 * ready costs one fault a page, and nothing that lies in them changes. Counts are the system's, of this process.
 */
import { beforeEach, describe, expect, test } from "vitest";
import {
  ARENA_PAGES_BUMP,
  HEADER,
  HEADER_AGE_LINKS_BASE,
  HEADER_ARENA,
  HEADER_ARENA_BASE,
  HEADER_PAGES_MAX,
  HEADER_SLOTS_BASE,
} from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import { FreshMemory } from "../../bindings/freshMemory.ts";
import { Views } from "../../bindings/views.ts";

const SYSTEM_PAGE_BYTES = 4_096;
/** Of blocks, as FreshMemory has it. */
const AHEAD_PAGES = 768;
const BUMP = (HEADER + HEADER_ARENA + ARENA_PAGES_BUMP) >> 2;

let views: Views;
let fresh: FreshMemory;

beforeEach(async () => {
  const engine = await Engine.open(
    { memoryBytes: 64 * 1_048_576, threadsMax: 4, queuesMax: 8, messagesMax: 100_000 },
    { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false },
  );
  const share = engine.share();
  if (share === undefined) throw new Error("no thread is left");
  views = new Views((share.memory as { buffer: SharedArrayBuffer }).buffer);
  fresh = new FreshMemory(share);
});

/** How many pages the system gave this process meanwhile. */
function faultsOf(work: () => void): number {
  const before = process.resourceUsage().minorPageFault;
  work();
  return process.resourceUsage().minorPageFault - before;
}

function provideAll(): number {
  let steps = 0;
  while (fresh.provide()) steps++;
  return steps;
}

/** Writes the first word of so many pages of the system. */
function write(address: number, pages: number): void {
  for (let page = 0; page < pages; page++)
    views.u32[(address + page * SYSTEM_PAGE_BYTES) >> 2] = page;
}

describe("memory that is about to be used", () => {
  test("is written without faults, and was given with one a page", () => {
    const blocks = views.header(HEADER_ARENA_BASE);
    // Where pages are larger, or the system is busy for this process otherwise, so many say nothing.
    const noise = AHEAD_PAGES / 4;
    const giving = faultsOf(provideAll);
    expect(giving).toBeLessThan(AHEAD_PAGES * (1 + 1 / 3 + 1 / 24) + noise);
    const ready = faultsOf(() => write(blocks, AHEAD_PAGES));
    const notReady = faultsOf(() =>
      write(blocks + 2 * AHEAD_PAGES * SYSTEM_PAGE_BYTES, AHEAD_PAGES),
    );
    expect(ready).toBeLessThan(Math.max(notReady / 2, noise));
    // Likewise slots and their links.
    const slots = views.header(HEADER_SLOTS_BASE);
    const links = views.header(HEADER_AGE_LINKS_BASE);
    expect(faultsOf(() => write(slots, AHEAD_PAGES / 3))).toBeLessThan(AHEAD_PAGES / 6);
    expect(faultsOf(() => write(links, AHEAD_PAGES / 24))).toBeLessThan(AHEAD_PAGES / 48);
  });

  test("is followed up as it is used, to its end and not beyond", () => {
    expect(provideAll()).toBeGreaterThan(1);
    expect(provideAll()).toBe(0);
    views.u32[BUMP] = (views.u32[BUMP] as number) + 16;
    expect(provideAll()).toBeGreaterThan(0);
    expect(provideAll()).toBe(0);
    views.u32[BUMP] = views.header(HEADER_PAGES_MAX);
    expect(provideAll()).toBe(0);
  });

  test("keeps what is in it", () => {
    const at = views.header(HEADER_ARENA_BASE) >> 2;
    const words = (AHEAD_PAGES * SYSTEM_PAGE_BYTES) >> 2;
    for (let word = 0; word < words; word += 512) views.u32[at + word] = word + 1;
    provideAll();
    for (let word = 0; word < words; word += 512) expect(views.u32[at + word]).toBe(word + 1);
  });
});
