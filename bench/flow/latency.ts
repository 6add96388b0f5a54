/**
 * Latencies from the moment at which a message was to be sent, whenever it was: who is late makes what
 * comes behind it late, and that counts. Logarithmic buckets, 64 to a doubling, so that each is known
 * to 1.6 %; the greatest is known exactly.
 */
import type { LatencyBucket } from "./words.ts";

const PER_DOUBLING = 64;
/** Finer than this nothing is told apart: 2^-14 ms, 61 ns. */
const LEAST_MS = 2 ** -14;
const BUCKETS = 40 * PER_DOUBLING;

function bucketOf(ms: number): number {
  const place = Math.floor(Math.log2(Math.max(ms, LEAST_MS) / LEAST_MS) * PER_DOUBLING);
  return Math.min(BUCKETS - 1, place);
}

/** The greatest that a bucket holds; the last holds all above. */
function msOf(bucket: number): number {
  if (bucket === BUCKETS - 1) return Number.POSITIVE_INFINITY;
  return LEAST_MS * 2 ** ((bucket + 1) / PER_DOUBLING);
}

export class Latencies {
  readonly #counts = new Float64Array(BUCKETS);
  #maxMs = 0;

  add(ms: number): void {
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  /** In ascending order; the last says the greatest. */
  shape(): LatencyBucket[] {
    const found: LatencyBucket[] = [];
    for (const [bucket, count] of this.#counts.entries()) {
      if (count > 0) found.push({ ms: Math.min(msOf(bucket), this.#maxMs), count });
    }
    return found;
  }
}

/** The percentiles of what several threads have seen; NaN of nothing. */
export function percentilesOf(
  all: readonly (readonly LatencyBucket[])[],
  percentiles: readonly number[],
): number[] {
  const buckets = all.flat().sort((one, other) => one.ms - other.ms);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  return percentiles.map((percentile) => {
    const rank = Math.max(1, Math.ceil((percentile / 100) * total));
    let seen = 0;
    for (const { ms, count } of buckets) {
      seen += count;
      if (seen >= rank) return ms;
    }
    return Number.NaN;
  });
}
