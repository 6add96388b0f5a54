/**
 * Finds the compiled engine and compiles it once for the process: other threads are given the
 * compiled module. In a package or a build it lies above the compiled TypeScript as engine.wasm;
 * run from sources it is the release build.
 */
import { existsSync, promises } from "node:fs";
import { fileURLToPath } from "node:url";
import { abortOf } from "./assertion.ts";
import type { EngineExports } from "./exports.ts";
import { type WasmMemory, type WasmModule, wasm } from "./webassembly.ts";

const PLACES = ["../engine.wasm", "../build/engine.release.wasm"];

let loaded: Promise<WasmModule> | undefined;

/** The engine, compiled; the same promise for every caller of this thread. */
export function loadModule(): Promise<WasmModule> {
  loaded ??= compileFile(find());
  return loaded;
}

/** Another build of the engine, compiled now (tests use the debug and the fault build). */
export async function compileFile(file: URL): Promise<WasmModule> {
  return wasm.compile(await promises.readFile(file));
}

function find(): URL {
  const files = PLACES.map((place) => new URL(place, import.meta.url));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  const places = files.map((file) => fileURLToPath(file)).join(" or ");
  throw new Error(`The engine is not built: there is no ${places}. Run "npm run build".`);
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
