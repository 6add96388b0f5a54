/**
 * Compiles the engine that was built, once for the process: other threads are given the compiled
 * module. Run from sources it is the release build.
 */
import { promises } from "node:fs";
import { abortOf } from "./assertion.ts";
import { builtFile } from "./built.ts";
import type { EngineExports } from "./exports.ts";
import { type WasmMemory, type WasmModule, wasm } from "./webassembly.ts";

const PLACES = ["../engine.wasm", "../build/engine.release.wasm"];

let loaded: Promise<WasmModule> | undefined;

/** The engine, compiled; the same promise for every caller of this thread. */
export function loadModule(): Promise<WasmModule> {
  loaded ??= compileFile(builtFile("The engine", PLACES));
  return loaded;
}

/** Another build of the engine, compiled now (tests use the debug and the fault build). */
export async function compileFile(file: URL): Promise<WasmModule> {
  return wasm.compile(await promises.readFile(file));
}

/** The module over a memory, in this thread. */
export interface Instance {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly exports: EngineExports;
}

export function instantiate(module: WasmModule, memory: WasmMemory): Instance {
  const instance = new wasm.Instance(module, { env: { memory, abort: abortOf(memory) } });
  return { module, memory, exports: instance.exports as EngineExports };
}
