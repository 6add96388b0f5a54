/**
 * The builds of the engine that tests read from build/. What ships exports only what the bindings
 * call. Tests that work one section at a time, or look at the whole memory, take the probe build: the
 * same sources and optimisation with the exports of assembly/probe/, whose sections make the release's
 * stores in the release's order (test/repository/release.test.ts). SLUICE_ENGINE=debug has them take
 * the debug build in its place.
 */
import { readFileSync } from "node:fs";
import { type WasmMemory, type WasmModule, wasm } from "../../bindings/webassembly.ts";

export type Build = "release" | "probe" | "debug";

export function bytesOf(build: Build): Uint8Array {
  return readFileSync(new URL(`../../build/engine.${build}.wasm`, import.meta.url));
}

/** The build that SLUICE_ENGINE names; of the two that have the exports for tests. */
export function testedBuild(): "probe" | "debug" {
  const named = process.env.SLUICE_ENGINE ?? "probe";
  if (named === "probe" || named === "debug") return named;
  throw new Error(`SLUICE_ENGINE is "${named}"; write "probe" or "debug"`);
}

const compiled = new Map<Build, WasmModule>();

/** The build, compiled once in this process. */
export function moduleOf(build: Build = testedBuild()): WasmModule {
  const module = compiled.get(build) ?? new wasm.Module(bytesOf(build));
  compiled.set(build, module);
  return module;
}

interface Seat {
  readonly memory: WasmMemory;
  readonly thread: number;
}

/** 0, or the number of the first invariant of the memory that does not hold; nobody else may be active. */
export function verify({ memory, thread }: Seat): number {
  const { exports } = new wasm.Instance(moduleOf("probe"), { env: { memory } });
  return (exports as { verify(thread: number): number }).verify(thread);
}
