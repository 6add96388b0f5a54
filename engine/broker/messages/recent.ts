/**
 * What came to an end lately: counts in grains of time, of which the newest take the place of the
 * oldest. One thread writes; any reads, at any moment. Allocates nothing to count.
 */
/** Handlers that came to an end in some time. */
export interface HandledCounts {
  readonly handled: number;
  readonly failed: number;
}

/** Of a grain: its number since 1970, how many were handled in it, how many failed. */
const FIELDS = 3;

/** How many numbers a window of so many grains needs: the running one comes to them. */
export function recentFloats(grains: number): number {
  return (grains + 1) * FIELDS;
}

export class Recent {
  readonly #f64: Float64Array;
  readonly #first: number;
  readonly #grainMs: number;
  readonly #grains: number;

  /** The window is of `grains` times `grainMs`; its numbers begin at `first`. */
  constructor(f64: Float64Array, first: number, grainMs: number, grains: number) {
    this.#f64 = f64;
    this.#first = first;
    this.#grainMs = grainMs;
    this.#grains = grains;
  }

  add(handled: number, failed: number, nowMs: number): void {
    const grain = Math.floor(nowMs / this.#grainMs);
    const at = this.#first + (grain % (this.#grains + 1)) * FIELDS;
    const f64 = this.#f64;
    if (f64[at] !== grain) {
      // In this order: whoever reads meanwhile finds an old grain that is empty.
      f64[at + 1] = 0;
      f64[at + 2] = 0;
      f64[at] = grain;
    }
    f64[at + 1] = (f64[at + 1] as number) + handled;
    f64[at + 2] = (f64[at + 2] as number) + failed;
  }

  /** All that ended within the window before `nowMs`, and nothing that is older by a grain. */
  read(nowMs: number): HandledCounts {
    const last = Math.floor(nowMs / this.#grainMs);
    const f64 = this.#f64;
    let handled = 0;
    let failed = 0;
    for (let index = 0; index <= this.#grains; index++) {
      const at = this.#first + index * FIELDS;
      const grain = f64[at] as number;
      if (grain > last || grain < last - this.#grains) continue;
      handled += f64[at + 1] as number;
      failed += f64[at + 2] as number;
    }
    return { handled, failed };
  }
}
