/**
 * Which row of its file each message of a trace came by, one after another: what else the row says is the
 * message's own. A leaf.
 */
import type { PlayedTrace } from "../trace/traceRequest.ts";

export class TraceRows {
  readonly #trace: PlayedTrace;
  #row = 0;
  /** Messages of this pass. */
  #passed = 0;

  constructor(trace: PlayedTrace) {
    this.#trace = trace;
  }

  /** That of the next message, by its number in the file. */
  next(): number {
    const { until, places } = this.#trace;
    if (this.#passed === until[until.length - 1]) [this.#row, this.#passed] = [0, 0];
    while ((until[this.#row] as number) <= this.#passed) this.#row++;
    this.#passed++;
    return places === undefined ? this.#row : (places[this.#row] as number);
  }
}
