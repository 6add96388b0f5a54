/**
 * Makes the shared memory, and recognises one that another thread made. Its whole size is reserved
 * at once and never grows (a growing memory leaves every view of it stale); the operating system
 * gives pages only when they are touched.
 */
import {
  HEADER,
  HEADER_MAGIC,
  HEADER_VERSION,
  LAYOUT_MAGIC,
  LAYOUT_VERSION,
  MEMORY_PAGES_MAX,
  PAGE_BYTES,
} from "../assembly/layout.ts";
import { type WasmMemory, wasm } from "./webassembly.ts";

/** The pages that `memoryBytes` bytes take, rounded down; at most what 32 bits can address. */
export function pagesOf(memoryBytes: number): number {
  return Math.min(Math.floor(memoryBytes / PAGE_BYTES), MEMORY_PAGES_MAX);
}

/** The pages that `bytes` bytes behind `pages` pages take; 0 where 32 bits can't address all of them. */
export function pagesBeside(pages: number, bytes: number): number {
  const more = Math.ceil(bytes / PAGE_BYTES);
  return pages + more <= MEMORY_PAGES_MAX ? more : 0;
}

/** A new memory of `pages` pages of 64 KiB, all zero. */
export function createMemory(pages: number): WasmMemory {
  return new wasm.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Throws when `memory` was not laid out by this version of the engine. */
export function checkMemory(memory: WasmMemory): void {
  const words = new Int32Array(memory.buffer, HEADER, 16);
  const version = words[HEADER_VERSION >> 2];
  if (words[HEADER_MAGIC >> 2] !== LAYOUT_MAGIC) {
    throw new Error("This memory was not made by a Sluice broker.");
  }
  if (version !== LAYOUT_VERSION) {
    throw new Error(`This memory has layout ${version}; this program reads ${LAYOUT_VERSION}.`);
  }
}
