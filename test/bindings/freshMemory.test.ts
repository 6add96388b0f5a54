/**
 * Memory that is made ready for a load, over a real one: pages cost who writes them nothing any more, making them
 * ready costs one fault a page, nothing that lies in them changes, and no more is made ready than the log can need
 * by what it had so far. Counts are the system's, of this process.
 */
import { beforeEach, describe, expect, test } from "vitest";
import {
  ARENA_PAGES_BUMP,
  ARENA_SLOTS_BUMP,
  HEADER,
  HEADER_AGE_LINKS_BASE,
  HEADER_ARENA,
  HEADER_ARENA_BASE,
  HEADER_PAGES_MAX,
  HEADER_SLOTS_BASE,
} from "../../assembly/layout.ts";
import { BESIDE_BYTES } from "../../bindings/beside.ts";
import { Engine } from "../../bindings/engine.ts";
import type { FreshMemory } from "../../bindings/freshMemory.ts";
import { Views } from "../../bindings/views.ts";

const MIB = 1_048_576;
const SYSTEM_PAGE_BYTES = 4_096;
/** Of the log, and so of blocks as long as nothing was loaded. */
const LOG_PAGES = 768;
const LOG_BYTES = LOG_PAGES * SYSTEM_PAGE_BYTES;
const BUMP = (HEADER + HEADER_ARENA + ARENA_PAGES_BUMP) >> 2;
const SLOTS_BUMP = (HEADER + HEADER_ARENA + ARENA_SLOTS_BUMP) >> 2;

const IDENTITY = { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false };
const SIZES = { memoryBytes: 64 * MIB, threadsMax: 4, queuesMax: 8, messagesMax: 100_000 };

let views: Views;
let fresh: FreshMemory;

beforeEach(async () => {
  const engine = await Engine.open({ ...SIZES, besideBytes: BESIDE_BYTES }, IDENTITY);
  const share = engine.share();
  const beside = engine.beside();
  if (share === undefined || beside === undefined) throw new Error("something is missing");
  views = new Views((share.memory as { buffer: SharedArrayBuffer }).buffer);
  fresh = beside.fresh;
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

/** What it costs to write them, by the median of eight parts: other threads of the process have pages given, too. */
function faultsOfWriting(address: number, pages: number): number {
  const each = pages >> 3;
  const faults = Array.from({ length: 8 }, (_, part) =>
    faultsOf(() => write(address + part * each * SYSTEM_PAGE_BYTES, each)),
  );
  return (faults.sort((left, right) => left - right)[4] as number) * 8;
}

describe("memory that is about to be used", () => {
  test("is written without faults, and was given with one a page", () => {
    const blocks = views.header(HEADER_ARENA_BASE);
    // Where pages are larger, or the system is busy for this process otherwise, so many say nothing.
    const noise = LOG_PAGES / 4;
    fresh.begin(LOG_BYTES);
    const giving = faultsOf(provideAll);
    expect(giving).toBeLessThan(LOG_PAGES * (1 + 1 / 3 + 1 / 24) + noise);
    const ready = faultsOfWriting(blocks, LOG_PAGES);
    const notReady = faultsOfWriting(blocks + 2 * LOG_BYTES, LOG_PAGES);
    expect(ready).toBeLessThan(Math.max(notReady / 2, noise));
    // Likewise slots and their links.
    const slots = views.header(HEADER_SLOTS_BASE);
    const links = views.header(HEADER_AGE_LINKS_BASE);
    expect(faultsOfWriting(slots, LOG_PAGES / 3)).toBeLessThan(LOG_PAGES / 6);
    expect(faultsOfWriting(links, LOG_PAGES / 24)).toBeLessThan(LOG_PAGES / 48);
  });

  test("is followed up as it is used, to its end and not beyond", () => {
    expect(provideAll()).toBe(0);
    fresh.begin(LOG_BYTES);
    expect(provideAll()).toBeGreaterThan(1);
    expect(provideAll()).toBe(0);
    views.u32[BUMP] = (views.u32[BUMP] as number) + 16;
    expect(provideAll()).toBeGreaterThan(0);
    expect(provideAll()).toBe(0);
    views.u32[BUMP] = views.header(HEADER_PAGES_MAX);
    expect(provideAll()).toBe(0);
  });

  test("is as much as the log can need by what it had so far, and for a log of which nothing is left none", () => {
    const blocks = views.header(HEADER_ARENA_BASE);
    fresh.begin(20 * MIB);
    fresh.onLoaded(10 * MIB);
    expect(provideAll()).toBe(0);
    // A half of what was loaded is there: 5 MiB more will be, and the ready ring's places of 1,000 messages.
    views.u32[BUMP] = (5 * MIB) / 65_536;
    views.u32[SLOTS_BUMP] = 1_000;
    const pages = (5 * MIB) / SYSTEM_PAGE_BYTES;
    const giving = faultsOf(provideAll);
    expect(giving).toBeLessThan(pages * 1.2);
    expect(faultsOfWriting(blocks + 5 * MIB, pages)).toBeLessThan(pages / 4);
    fresh.onLoaded(20 * MIB);
    views.u32[BUMP] = (10 * MIB) / 65_536;
    expect(provideAll()).toBeLessThan(2);
  });

  test("is known to both threads: what one has made ready the other does not make ready again", async () => {
    const engine = await Engine.open({ ...SIZES, besideBytes: BESIDE_BYTES }, IDENTITY);
    const [one, other] = [engine.beside()?.fresh, engine.beside()?.fresh];
    one?.begin(LOG_BYTES);
    expect(other?.provide()).toBe(true);
    while (one?.provide());
    expect(other?.provide()).toBe(false);
  });

  test("keeps what is in it", () => {
    const at = views.header(HEADER_ARENA_BASE) >> 2;
    const words = LOG_BYTES >> 2;
    for (let word = 0; word < words; word += 512) views.u32[at + word] = word + 1;
    fresh.begin(LOG_BYTES);
    provideAll();
    for (let word = 0; word < words; word += 512) expect(views.u32[at + word]).toBe(word + 1);
  });
});

test("a memory that 32 bits can't address with more behind it has nothing behind it", async () => {
  const engine = await Engine.open(
    { ...SIZES, memoryBytes: 2 ** 32, besideBytes: BESIDE_BYTES },
    IDENTITY,
  );
  expect(engine.beside()).toBeUndefined();
  expect((await Engine.open(SIZES, IDENTITY)).beside()).toBeUndefined();
});
