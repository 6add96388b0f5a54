/**
 * The part of the engine's memory that a load is about to use: a thread that has time has the system give its pages
 * before. A page that nobody has written yet costs who writes it first a fault, in which the system clears it;
 * `sluice bench durable` says how long that takes. Nothing changes in it (assembly/journal/ahead.ts).
 *
 * Used by the thread that loads, while it has nothing else to do, and by one that reads for it; each has an object of
 * its own, and what both know lies in words beside the engine's memory. While no more than one thread loads.
 *
 * How much will be needed is reckoned from what the log had so far: a log whose messages were deleted needs none.
 * Before there is anything to reckon from, at most GUESS_BYTES lie ready, which may stay unused.
 *
 *     words: [ READY of blocks | of slots | of links | TOTAL | LOADED ]  the last two of the log; in pages of the system
 */
import {
  ARENA_PAGES_BUMP,
  ARENA_SLOTS_BUMP,
  HEADER,
  HEADER_AGE_LINKS_BASE,
  HEADER_ARENA,
  HEADER_ARENA_BASE,
  HEADER_PAGES_MAX,
  HEADER_SLOTS_BASE,
  HEADER_SLOTS_MAX,
  LIST_LINK_BYTES,
  PAGE_BYTES,
  SLOT_BYTES,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import { SharedBlock } from "./sharedBlock.ts";
import type { Views } from "./views.ts";

/** What the system gives at a time, on any machine at least. */
const SYSTEM_PAGE_BYTES = 4_096;
const STEP_PAGES = 256;
/** Of blocks; of slots and links as much as there is of them where bodies are small. */
const GUESS_BYTES = 67_108_864;
/** From so much of the log on it is reckoned. */
const SAMPLE_BYTES = 1_048_576;
/** And so much lies ready at most: what comes later in the log may be of another kind. */
const AHEAD_BYTES = 268_435_456;
/** Behind all blocks, a message: its place in a ready ring. Those are built last. */
const INDEX_BYTES = 8;

const BLOCKS = 0;
const TOTAL = 3;
const LOADED = 4;

/** What its words take. */
export const FRESH_BYTES = 64;

const SLOTS_BUMP = (HEADER + HEADER_ARENA + ARENA_SLOTS_BUMP) >> 2;

/** Things of one size in a row, numbered, of which all up to the bump were in use. */
interface Row {
  readonly base: number;
  readonly bytesEach: number;
  readonly endPage: number;
  readonly bumpWord: number;
  /** Its word. */
  readonly ready: number;
  /** Which part of the log a row takes, before it is known. */
  readonly part: number;
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / SYSTEM_PAGE_BYTES);
}

export class FreshMemory {
  readonly #exports: EngineExports;
  readonly #views: Views;
  readonly #words: SharedBlock;
  readonly #rows: readonly Row[];

  /** @param at where its words lie, all zero before one of the two threads uses them */
  constructor(exports: EngineExports, views: Views, at: number) {
    this.#exports = exports;
    this.#views = views;
    this.#words = new SharedBlock(views.bytes.buffer as SharedArrayBuffer, at, FRESH_BYTES);
    const blocks = {
      ...{ base: HEADER_ARENA_BASE, bytesEach: PAGE_BYTES, max: HEADER_PAGES_MAX },
      bump: ARENA_PAGES_BUMP,
    };
    const slots = { max: HEADER_SLOTS_MAX, bump: ARENA_SLOTS_BUMP };
    this.#rows = [
      { ...blocks, part: 1 },
      { ...slots, base: HEADER_SLOTS_BASE, bytesEach: SLOT_BYTES, part: 3 },
      { ...slots, base: HEADER_AGE_LINKS_BASE, bytesEach: LIST_LINK_BYTES, part: 24 },
    ].map(({ base, bytesEach, max, bump, part }, ready) => {
      const begin = views.header(base);
      const endPage = Math.floor((begin + views.header(max) * bytesEach) / SYSTEM_PAGE_BYTES);
      const bumpWord = (HEADER + HEADER_ARENA + bump) >> 2;
      return { base: begin, bytesEach, endPage, bumpWord, ready, part };
    });
  }

  /** The log has so many bytes. */
  begin(totalBytes: number): void {
    this.#words.store(TOTAL, pagesOf(totalBytes));
  }

  /** So many bytes of it have been loaded. */
  onLoaded(loadedBytes: number): void {
    this.#words.store(LOADED, pagesOf(loadedBytes));
  }

  /** A step; false: enough lies ready. */
  readonly provide = (): boolean => {
    let isAny = false;
    for (const row of this.#rows) isAny = this.#step(row) || isAny;
    return isAny;
  };

  #step(row: Row): boolean {
    const usedPages = pagesOf(this.#used(row.bumpWord) * row.bytesEach);
    const usedPage = pagesOf(row.base) + usedPages;
    const from = Math.max(this.#words.load(row.ready), usedPage);
    const wanted = usedPage + this.#neededPages(usedPages, row);
    const to = Math.min(row.endPage, wanted, from + STEP_PAGES);
    if (from >= to) return false;
    // Two threads at once may take the same: that costs time, and else nothing.
    this.#words.store(row.ready, to);
    this.#exports.loadAhead(from * SYSTEM_PAGE_BYTES, (to - from) * SYSTEM_PAGE_BYTES);
    return true;
  }

  #used(bumpWord: number): number {
    return Atomics.load(this.#views.i32, bumpWord) >>> 0;
  }

  /** How much more of a row, whose used pages hold what was loaded so far. */
  #neededPages(usedPages: number, { ready, part }: Row): number {
    const loaded = this.#words.load(LOADED);
    const left = Math.max(0, this.#words.load(TOTAL) - loaded);
    if (loaded < pagesOf(SAMPLE_BYTES)) {
      return Math.ceil(Math.min(pagesOf(GUESS_BYTES), left) / part);
    }
    const reckoned = Math.min(pagesOf(AHEAD_BYTES), Math.ceil((left * usedPages) / loaded));
    return ready === BLOCKS ? reckoned + pagesOf(this.#used(SLOTS_BUMP) * INDEX_BYTES) : reckoned;
  }
}
