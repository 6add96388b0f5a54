/**
 * How rows below a microsecond are measured: an own loop, cut into slices, and the slices of all
 * rows interleaved, so that a busy moment of the machine falls on every row alike. A row's figure
 * is the median of its slices; the least is kept beside it.
 */
export interface Row {
  readonly name: string;
  /** Moves about so many messages and answers how many it moved. */
  run(messages: number): number;
}

export interface Figure {
  readonly name: string;
  readonly unit: "ns/message";
  readonly median: number;
  readonly least: number;
  readonly slices: number;
}

const SLICE_MESSAGES = 20_000;
const WARM_UP_MESSAGES = 60_000;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Runs every row `rounds` times, in turn. `said` is told of each round. */
export function measure(
  rows: readonly Row[],
  rounds: number,
  said: (round: number) => void,
): Figure[] {
  const times = rows.map((): number[] => []);
  for (const row of rows) row.run(WARM_UP_MESSAGES);
  for (let round = 1; round <= rounds; round++) {
    rows.forEach((row, index) => {
      const startedMs = performance.now();
      const moved = row.run(SLICE_MESSAGES);
      times[index]?.push(((performance.now() - startedMs) * 1e6) / moved);
    });
    said(round);
  }
  return rows.map((row, index) => figureOf(row.name, times[index] ?? []));
}

export function figureOf(name: string, nsPerMessage: readonly number[]): Figure {
  return {
    name,
    unit: "ns/message",
    median: median(nsPerMessage),
    least: Math.min(...nsPerMessage),
    slices: nsPerMessage.length,
  };
}
