/**
 * What becomes of an assertion of the engine that does not hold. Only its debug build has any
 * (assembly/must.ts); that one imports the function made here. Of any thread.
 */
import type { Abort, WasmMemory } from "./webassembly.ts";

/** The engine is not as one of its functions relies on. */
export class EngineAssertion extends Error {
  override readonly name = "EngineAssertion";
}

/** A text of the compiled module: UTF-16, its length in bytes before it. */
function textAt({ buffer }: WasmMemory, address: number): string {
  const view = new DataView(buffer);
  const units = Array.from({ length: view.getUint32(address - 4, true) >> 1 }, (_, index) =>
    view.getUint16(address + index * 2, true),
  );
  return String.fromCharCode(...units);
}

/** For an instance over this memory: throws what does not hold, and where that is said. */
export function abortOf(memory: WasmMemory): Abort {
  return (message, file, line) => {
    const what = message === 0 ? "" : `: ${textAt(memory, message)}`;
    throw new EngineAssertion(`${textAt(memory, file)}:${line} does not hold${what}`);
  };
}
