/**
 * The memory of a scene and the two who play in it, for the scenes of this folder and of wakeups.test.ts,
 * one thread alone. There are thousands of scenes, each over in some milliseconds, and to make a
 * memory and to instantiate the engine would take most of them: so a scene that is over leaves its
 * stage to the next one, with every byte 0 again, as in a new memory. A scene that fails leaves
 * nothing.
 */
import { HEADER, PAGE_BYTES } from "../../../assembly/layout.ts";
import { createMemory } from "../../../bindings/memory.ts";
import type { WasmMemory, WasmModule } from "../../../bindings/webassembly.ts";
import { Sections } from "../../model/history/sections.ts";

interface Sizes {
  readonly pages: number;
  readonly threads: number;
  readonly queues: number;
  readonly slots: number;
}

/** Each stage that is free, by its pages. */
const free = new Map<number, WasmMemory[]>();
let zeros = new Uint8Array();

/** A survivor that runs `build`, and a victim that runs `victims`, over a memory of these sizes. */
export function enterStage(
  build: WasmModule,
  victims: WasmModule,
  sizes: Sizes,
): { readonly survivor: Sections; readonly victim: Sections } {
  const memory = free.get(sizes.pages)?.pop() ?? createMemory(sizes.pages);
  const survivor = Sections.open(build, sizes, () => {}, memory);
  return { survivor, victim: new Sections({ module: victims, memory }, () => {}) };
}

/** The scene is over: nobody looks at it any more. */
export function leaveStage({ survivor }: { readonly survivor: Sections }): void {
  const { memory } = survivor.share;
  // The first page is nobody's, and has the texts of the debug build's assertions.
  const bytes = new Uint8Array(memory.buffer, HEADER);
  // In one copy: `fill` writes a shared memory byte by byte, which takes nine times as long.
  if (zeros.length !== bytes.length) zeros = new Uint8Array(bytes.length);
  bytes.set(zeros);
  const pages = memory.buffer.byteLength / PAGE_BYTES;
  free.set(pages, [...(free.get(pages) ?? []), memory]);
}
