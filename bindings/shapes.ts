/**
 * What an engine is made from, shared by and asked for, as plain data. Types only.
 */
import type { WasmMemory, WasmModule } from "./webassembly.ts";

export interface EngineSizes {
  /** Bytes of the shared memory. */
  readonly memoryBytes: number;
  readonly messagesMax: number;
  readonly threadsMax: number;
  readonly queuesMax: number;
  /** So much more behind what the engine uses, for its user; default 0. Where 32 bits don't reach that far, 0. */
  readonly besideBytes?: number;
}

export interface EngineIdentity {
  /** HEADER_SECRET_BYTES bytes nobody can guess. */
  readonly secret: Uint8Array;
  /** Tells this memory from those before it. */
  readonly epoch: number;
  /** True when all threads read `virtualNow`, which the opener writes. */
  readonly isClockVirtual: boolean;
}

/** What another thread needs to join; it can be posted. */
export interface EngineShare {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  /** The number that thread shall have. */
  readonly thread: number;
}

/**
 * Which queue a call means. A number is used again when its queue was deleted; the incarnation is not.
 * Made once a queue that a thread knows, never for a message.
 */
export interface QueueHandle {
  readonly number: number;
  readonly incarnation: number;
}

/** What a queue holds now; `oldestSentAtMs` is NaN for an empty queue. */
export interface EngineCounts {
  visible: number;
  inFlight: number;
  delayed: number;
  oldestSentAtMs: number;
}

/** Which queue stands in the place of one that was deleted; both by their incarnations. */
export interface Namesake {
  readonly gone: number;
  readonly incarnation: number;
}
