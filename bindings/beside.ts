/**
 * Memory behind all that the engine uses, where a log is read ahead of the thread that loads it: pieces of the log, so
 * that they are loaded from where they were read to, what two threads know of the memory that the load will use, and
 * which of them builds its last index. Each of the two makes this for itself. The engine has no part in it; it is there
 * when the memory was made for it.
 *
 *     +- - - - - - - - - - - - - - - - +---------------------+----------------+------------------+
 *     | the engine's                   | a PieceRing         | FreshMemory's  | LastIndex's      |
 *     | HEADER_MEMORY_PAGES pages      | RING_BYTES          | FRESH_BYTES    | LAST_INDEX_BYTES |
 *     +- - - - - - - - - - - - - - - - +---------------------+----------------+------------------+
 */
import { HEADER_MEMORY_PAGES, PAGE_BYTES } from "../assembly/layout.ts";
import { checkIn } from "./checksum.ts";
import type { EngineExports } from "./exports.ts";
import { FRESH_BYTES, FreshMemory } from "./freshMemory.ts";
import { LAST_INDEX_BYTES, LastIndex } from "./lastIndex.ts";
import { PieceRing, RING_BYTES } from "./pieceRing.ts";
import type { Views } from "./views.ts";
import type { WasmMemory } from "./webassembly.ts";

/** What it takes: `besideBytes` of the memory's sizes. */
export const BESIDE_BYTES = RING_BYTES + FRESH_BYTES + LAST_INDEX_BYTES;

export interface Beside {
  readonly ring: PieceRing;
  readonly fresh: FreshMemory;
  readonly lastIndex: LastIndex;
}

/** Undefined: there is none. */
export function besideOf(
  exports: EngineExports,
  views: Views,
  memory: WasmMemory,
): Beside | undefined {
  const { buffer } = memory;
  const at = views.header(HEADER_MEMORY_PAGES) * PAGE_BYTES;
  if (at + BESIDE_BYTES > buffer.byteLength) return undefined;
  checkIn(memory);
  const fresh = new FreshMemory(exports, views, at + RING_BYTES);
  const lastIndex = new LastIndex(exports, buffer, at + RING_BYTES + FRESH_BYTES);
  return { ring: new PieceRing(buffer, at), fresh, lastIndex };
}
