/**
 * The part of the engine's memory that a load is about to use: another thread, which has time, has the system
 * give its pages before. A page that nobody has written yet costs who writes it first a fault, in which the system
 * clears it; `sluice bench durable` says how long that takes.
 *
 * What always holds: nothing changes. A word that is 0 becomes 0 by a compare and exchange, which finds what the
 * thread that loads stored, or comes before it, whatever kind of store that is. It has to be that: to the
 * processor it is a write, even where it changes nothing. An `Atomics.add` of 0 reads first, for which the system
 * lends a page of zeros that it takes back at the write: another fault, and an interrupt of all threads.
 *
 * While no more than one thread loads; costs memory of AHEAD_BYTES that may stay unused.
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
import type { EngineShare } from "./shapes.ts";
import { Views } from "./views.ts";

/** What the system gives at a time, on any machine at least. */
const SYSTEM_PAGE_BYTES = 4_096;
const STEP_BYTES = 16 * SYSTEM_PAGE_BYTES;
/** How much lies ready of blocks; of slots and links a fraction, as there is of them to blocks. */
const AHEAD_BYTES = 3_145_728;

/** Things of one size in a row, numbered, of which all up to the bump were in use. */
interface Row {
  readonly base: number;
  readonly bytesEach: number;
  readonly end: number;
  readonly bump: number;
  readonly aheadBytes: number;
  /** Up to where it lies ready. */
  ready: number;
}

export class FreshMemory {
  readonly #views: Views;
  readonly #rows: readonly Row[];

  constructor({ memory }: Pick<EngineShare, "memory">) {
    this.#views = new Views(memory.buffer);
    const row = (base: number, bytesEach: number, max: number, bump: number, part: number): Row => {
      const begin = this.#views.header(base);
      return {
        ...{ base: begin, bytesEach, end: begin + this.#views.header(max) * bytesEach },
        ...{ bump: (HEADER + HEADER_ARENA + bump) >> 2, aheadBytes: AHEAD_BYTES / part, ready: 0 },
      };
    };
    this.#rows = [
      row(HEADER_ARENA_BASE, PAGE_BYTES, HEADER_PAGES_MAX, ARENA_PAGES_BUMP, 1),
      row(HEADER_SLOTS_BASE, SLOT_BYTES, HEADER_SLOTS_MAX, ARENA_SLOTS_BUMP, 3),
      row(HEADER_AGE_LINKS_BASE, LIST_LINK_BYTES, HEADER_SLOTS_MAX, ARENA_SLOTS_BUMP, 24),
    ];
  }

  /** A step; false: enough lies ready. */
  readonly provide = (): boolean => {
    let isAny = false;
    for (const row of this.#rows) isAny = this.#step(row) || isAny;
    return isAny;
  };

  #step(row: Row): boolean {
    const { i32 } = this.#views;
    const used = row.base + (Atomics.load(i32, row.bump) >>> 0) * row.bytesEach;
    let at = Math.max(row.ready, Math.ceil(used / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES);
    const end = Math.min(row.end, used + row.aheadBytes, at + STEP_BYTES);
    const isAny = at < end;
    for (; at < end; at += SYSTEM_PAGE_BYTES) Atomics.compareExchange(i32, at >>> 2, 0, 0);
    row.ready = at;
    return isAny;
  }
}
