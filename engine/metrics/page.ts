/**
 * One metric of one queue on one day: numbers by the minute. Made when something other than nothing
 * happened; until then a minute holds zeros. Plain memory, no behaviour of its own.
 */
import type { MetricKind } from "../metricNames.ts";

export const MINUTE_MS = 60_000;
export const MINUTES_A_DAY = 1_440;

/** What one metric has of a minute, and of any time. */
export interface Values {
  sum: number;
  least: number;
  greatest: number;
}

/** Sums of a gauge are of its samples. A sum has no least and greatest: a minute has one of it. */
export class Page {
  readonly sum: Uint32Array | Float64Array;
  readonly least: Uint32Array | undefined;
  readonly greatest: Uint32Array | undefined;

  constructor(kind: MetricKind) {
    // Bytes of a minute may be more than 32 bits hold; nothing else that is counted here may.
    this.sum = kind === "size" ? new Float64Array(MINUTES_A_DAY) : new Uint32Array(MINUTES_A_DAY);
    if (kind === "sum") return;
    this.least = new Uint32Array(MINUTES_A_DAY);
    this.greatest = new Uint32Array(MINUTES_A_DAY);
  }

  static bytesOf(kind: MetricKind): number {
    const widths = { sum: 4, gauge: 12, size: 16 } as const;
    return widths[kind] * MINUTES_A_DAY;
  }
}

/** In the place of a page for which there was no memory: from that minute of the day on nothing is known. */
export class Refused {
  readonly fromMinute: number;

  constructor(fromMinute: number) {
    this.fromMinute = fromMinute;
  }
}
