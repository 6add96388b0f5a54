/**
 * Moments of a trace, one message after another. The messages of a row are spread over its width, or to
 * the next row where that is nearer: evenly, or at random, as moments of a Poisson process lie of which
 * one knows how many there are. Rows of one moment are one.
 */
import type { PlayedTrace } from "../trace/traceRequest.ts";
import { power } from "./math.ts";
import type { Stream } from "./stream.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class TracePlayer {
  readonly #trace: PlayedTrace;
  readonly #stream: Stream;
  /** The row that is next. */
  #row = 0;
  /** Of the rows that are played: messages that are left, of how many. */
  #left = 0;
  #count = 0;
  /** When this pass began; and of the rows that are played, when they begin, how long they are, how far they are. */
  readonly #times = new Float64Array(4);

  constructor(trace: PlayedTrace, stream: Stream) {
    this.#trace = trace;
    this.#stream = stream;
  }

  /** The next moment; Infinity: it is over. */
  next(): number {
    while (this.#left === 0) if (!this.#begin()) return NEVER;
    const times = this.#times;
    const [begin, width] = [times[1] as number, times[2] as number];
    const share = width === 0 ? 0 : this.#share();
    this.#left--;
    return begin + width * share;
  }

  /** Where the next message lies, of 1. */
  #share(): number {
    if (this.#trace.isEven) return (this.#count - this.#left + 0.5) / this.#count;
    // The least of so many that are left, of the rest.
    const times = this.#times;
    const rest = 1 - (times[3] as number);
    const share = 1 - rest * power(this.#stream.positive(), 1 / this.#left);
    times[3] = share;
    return share;
  }

  /** The next rows of one moment; false where there are none. */
  #begin(): boolean {
    const { atMs, until, widthMs, spanMs, repeats } = this.#trace;
    const { length } = atMs;
    const times = this.#times;
    if (this.#row === length) {
      if (!repeats) return false;
      this.#row = 0;
      times[0] = (times[0] as number) + spanMs;
    }
    const first = this.#row;
    const at = atMs[first] as number;
    let end = first + 1;
    while (end < length && atMs[end] === at) end++;
    this.#count = (until[end - 1] as number) - (first === 0 ? 0 : (until[first - 1] as number));
    this.#left = this.#count;
    this.#row = end;
    times[1] = (times[0] as number) + at;
    times[2] = Math.min(widthMs, (end < length ? (atMs[end] as number) : spanMs) - at);
    times[3] = 0;
    return true;
  }
}
