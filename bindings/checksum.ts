/**
 * The check of the journal's bytes (assembly/checksum), in any thread. Where the bytes lie in a memory that was named
 * here (`checkIn`), they are read where they are; others are copied, a piece at a time. The module is compiled when
 * a thread first needs it; there is nothing to close.
 */
import { readFileSync } from "node:fs";
import { builtFile } from "./built.ts";
import { type WasmMemory, type WasmModule, wasm } from "./webassembly.ts";

/** Built or in a package, in the file of the journal's thread, and run from sources. */
const PLACES = ["../checksum.wasm", "../../../checksum.wasm", "../build/checksum.wasm"];
/** assembly/checksum takes whole ones. */
export const STRIPE_BYTES = 32;
/** So much is copied at a time: a page of WebAssembly's. */
const OWN_BYTES = 65_536;

interface ChecksumExports {
  begin(): void;
  add(address: number, bytes: number): void;
  end(address: number, bytes: number): number;
}

/** The module over a memory that its bytes lie in: one check at a time. As short as can be: called for each batch of a log. */
class Checker {
  protected readonly exports: ChecksumExports;

  constructor(memory: WasmMemory) {
    this.exports = new wasm.Instance(compiled(), { env: { memory } }).exports as ChecksumExports;
  }

  begin(): void {
    this.exports.begin();
  }

  add(bytes: Uint8Array): void {
    this.exports.add(bytes.byteOffset, bytes.length);
  }

  end(bytes: Uint8Array): number {
    return this.exports.end(bytes.byteOffset, bytes.length) >>> 0;
  }
}

/** Of bytes that lie elsewhere: copied to the beginning of a memory that nothing else is in. */
class CopyingChecker extends Checker {
  readonly #memory: Uint8Array;

  constructor(memory: WasmMemory) {
    super(memory);
    this.#memory = new Uint8Array(memory.buffer);
  }

  override add(bytes: Uint8Array): void {
    super.add(this.#placed(this.#addAllButLast(bytes)));
  }

  override end(bytes: Uint8Array): number {
    return super.end(this.#placed(this.#addAllButLast(bytes)));
  }

  /** What is left: no more than there is a place for. */
  #addAllButLast(bytes: Uint8Array): Uint8Array {
    let left = bytes;
    while (left.length > OWN_BYTES) {
      super.add(this.#placed(left.subarray(0, OWN_BYTES)));
      left = left.subarray(OWN_BYTES);
    }
    return left;
  }

  #placed(bytes: Uint8Array): Uint8Array {
    this.#memory.set(bytes);
    return this.#memory.subarray(0, bytes.length);
  }
}

let module: WasmModule | undefined;
let own: Checker | undefined;
const memories = new WeakMap<ArrayBufferLike, WasmMemory>();
const checkers = new WeakMap<ArrayBufferLike, Checker>();

function compiled(): WasmModule {
  module ??= new wasm.Module(readFileSync(builtFile("The check", PLACES)));
  return module;
}

/** From now on, bytes of this memory are read where they are. */
export function checkIn(memory: WasmMemory): void {
  memories.set(memory.buffer, memory);
}

function checkerFor(buffer: ArrayBufferLike): Checker {
  const memory = memories.get(buffer);
  if (memory === undefined) {
    own ??= new CopyingChecker(new wasm.Memory({ initial: 1, maximum: 1, shared: true }));
    return own;
  }
  const checker = checkers.get(buffer) ?? new Checker(memory);
  checkers.set(buffer, checker);
  return checker;
}

/** A check of bytes that come piece by piece, all of one buffer; this thread has no other one begun meanwhile. */
export class Checksum {
  readonly #checker: Checker;

  constructor(buffer: ArrayBufferLike) {
    this.#checker = checkerFor(buffer);
    this.#checker.begin();
  }

  /** The next bytes: a multiple of STRIPE_BYTES. */
  add(bytes: Uint8Array): void {
    this.#checker.add(bytes);
  }

  /** The last ones, as many as there are; a number below 2^32. */
  end(bytes: Uint8Array): number {
    return this.#checker.end(bytes);
  }
}

/** The check of bytes that are there. */
export function checksumOf(bytes: Uint8Array): number {
  return new Checksum(bytes.buffer).end(bytes);
}
