/**
 * The part of WebAssembly that is used here, with types: Node has it, but TypeScript declares it
 * only for browsers. Any thread. Nothing else in the repository names the global.
 */

/** A compiled module. It can be posted to another thread, which then need not compile. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

/** A memory that threads share. It can be posted to another thread. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Called where an assertion does not hold: texts by their addresses, then a line and a column. */
export type Abort = (message: number, file: number, line: number, column: number) => never;

interface WasmInstance {
  readonly exports: unknown;
}

interface MemoryDescriptor {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: true;
}

interface ExportDescriptor {
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global";
}

interface Namespace {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    exports(module: WasmModule): ExportDescriptor[];
  };
  readonly Memory: new (descriptor: MemoryDescriptor) => WasmMemory;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: { memory: WasmMemory; abort?: Abort } },
  ) => WasmInstance;
}

export const wasm: Namespace = (globalThis as unknown as { WebAssembly: Namespace }).WebAssembly;
