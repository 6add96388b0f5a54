/**
 * Typed arrays over the shared memory: the only place that makes any. `Views` lie over all of it,
 * an `Area` over one thread's own records, staging and receive buffer. Making a view costs
 * time and garbage, so they are made once a thread and never a message.
 */
import { HEADER, HEADER_THREADS_BASE, THREAD_BYTES } from "../assembly/layout.ts";
import { type TextBuffer, textOver } from "./text.ts";

/** All of the memory, in three widths; indices are addresses divided by the width. */
export class Views {
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  /** A word of the header, as an unsigned number. */
  header(offset: number): number {
    return this.u32[(HEADER + offset) >> 2] as number;
  }
}

/**
 * A piece of memory in every width; indices are offsets in it divided by the width. One class for
 * shared and unshared pieces, so that code that reads both stays fast.
 */
export class Area {
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  readonly f64: Float64Array;
  readonly bytes: Uint8Array;
  readonly text: TextBuffer;

  constructor(buffer: ArrayBufferLike, base: number, bytes: number) {
    this.i32 = new Int32Array(buffer, base, bytes >> 2);
    this.u32 = new Uint32Array(buffer, base, bytes >> 2);
    this.u16 = new Uint16Array(buffer, base, bytes >> 1);
    this.f64 = new Float64Array(buffer, base, bytes >> 3);
    this.bytes = new Uint8Array(buffer, base, bytes);
    this.text = textOver(buffer, base, bytes);
  }
}

/** One thread's records, staging and receive buffer (THREAD_*). Its thread only. */
export function threadArea(views: Views, thread: number): Area {
  const base = views.header(HEADER_THREADS_BASE) + thread * THREAD_BYTES;
  return new Area(views.i32.buffer, base, THREAD_BYTES);
}
