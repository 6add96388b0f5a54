/** Confidence intervals of means by Student's t. Pure; over the mathematics alone. */
import { logGamma } from "../random/math.ts";

/** t of 0.975 for 1 to 30 degrees of freedom: 95 % lie within it, to both sides. */
const T_975 = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
  2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.13145, 2.119905, 2.109816, 2.100922, 2.093024,
  2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.05183, 2.048407, 2.04523,
  2.042272,
];
const Z_975 = 1.959963984540054;

/** The half width of a 95 % interval in standard errors. */
export function t975(degrees: number): number {
  const tabled = T_975[degrees - 1];
  if (tabled !== undefined) return tabled;
  // Cornish and Fisher's expansion; from 31 degrees on good to six digits.
  const z = Z_975;
  const square = z * z;
  const first = (z * (square + 1)) / 4;
  const second = (z * ((5 * square + 16) * square + 3)) / 96;
  const third = (z * (((3 * square + 19) * square + 17) * square - 15)) / 384;
  return z + (first + (second + third / degrees) / degrees) / degrees;
}

/**
 * So many standard errors to either side that all but the share `outside` of t lies within, 0 < outside < 1:
 * for shares that have no table. By bisection of the incomplete beta function; good to nine digits.
 */
export function tWithin(outside: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (shareBeyond(high, degrees) > outside && high < 1e12) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (shareBeyond(middle, degrees) > outside) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The share of |t| above `t`. */
function shareBeyond(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The logarithm of the gamma function for x above 0. */
function logGammaFrom0(x: number): number {
  return logGamma(x + 1) - Math.log(x);
}

/** The regularised incomplete beta function, by its continued fraction (Lentz' method). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly on this side alone.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    a * Math.log(x) +
    b * Math.log(1 - x) +
    logGammaFrom0(a + b) -
    logGammaFrom0(a) -
    logGammaFrom0(b);
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let c = 1;
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return (Math.exp(front) * fraction) / a;
}

/** Nothing is divided by 0. */
function away(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

export interface Mean {
  readonly mean: number;
  /** Of the mean; NaN where there are fewer than two. */
  readonly standardError: number;
  readonly halfWidth: number;
}

/** Of independent values, as the runs' are; NaN values are left out. */
export function meanOf(values: readonly number[]): Mean {
  const known = values.filter((value) => !Number.isNaN(value));
  const count = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, standardError: Number.NaN, halfWidth: Number.NaN };
  const squares = known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  return { mean, standardError, halfWidth: t975(count - 1) * standardError };
}
