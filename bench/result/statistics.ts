/**
 * Medians and how far they can be trusted. Pure: the same samples always give the same answer, since
 * resampling draws from a generator with a fixed seed.
 */
export function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

export function median(values: readonly number[]): number {
  const ascending = sorted(values);
  const middle = ascending.length >> 1;
  const upper = ascending[middle] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : (upper + (ascending[middle - 1] ?? Number.NaN)) / 2;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % interval of the median, from the order of the samples: whatever they are distributed like,
 * the median lies between the k-th and the k-th from the end with the probability that of n tosses of
 * a coin k to n - k are heads. Fewer than six samples can't promise 95 %: then it is their range.
 */
export function intervalOfMedian(values: readonly number[]): Interval {
  const ascending = sorted(values);
  const n = ascending.length;
  let rank = 0;
  let probability = 0.5 ** n;
  for (let cumulative = probability; cumulative <= 0.025; cumulative += probability) {
    rank++;
    probability *= (n - rank + 1) / rank;
  }
  const at = Math.max(0, rank - 1);
  return { low: ascending[at] ?? Number.NaN, high: ascending[n - 1 - at] ?? Number.NaN };
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const RESAMPLES = 2_000;
const SEED = 20_261_129;

/** The 95 % interval of median(after) / median(before), by the bootstrap. */
export function intervalOfRatio(before: readonly number[], after: readonly number[]): Interval {
  const random = generator(SEED);
  const draw = (values: readonly number[]) =>
    values.map(() => values[Math.floor(random() * values.length)] as number);
  const ratios = sorted(
    Array.from({ length: RESAMPLES }, () => median(draw(after)) / median(draw(before))),
  );
  const at = Math.floor(RESAMPLES * 0.025);
  return { low: ratios[at] ?? Number.NaN, high: ratios[RESAMPLES - 1 - at] ?? Number.NaN };
}

/** The change of y for each 1 of x, of the line nearest to all points (Theil and Sen). */
export function slope(x: readonly number[], y: readonly number[]): number {
  const slopes: number[] = [];
  for (let one = 0; one < x.length; one++) {
    for (let other = one + 1; other < x.length; other++) {
      const run = (x[other] as number) - (x[one] as number);
      slopes.push(((y[other] as number) - (y[one] as number)) / run);
    }
  }
  return median(slopes);
}
