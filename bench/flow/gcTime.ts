/** How long the garbage collections of this thread have taken since this was made. */
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";

export class GcTime {
  #ms = 0;
  readonly #observer = new PerformanceObserver((list) => this.#add(list.getEntries()));

  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** Node tells of collections in a turn of the event loop, which a thread that blocks has none of. */
  async end(): Promise<number> {
    await turn();
    await turn();
    this.#add(this.#observer.takeRecords());
    this.#observer.disconnect();
    return this.#ms;
  }

  #add(entries: readonly PerformanceEntry[]): void {
    for (const { duration } of entries) this.#ms += duration;
  }
}
