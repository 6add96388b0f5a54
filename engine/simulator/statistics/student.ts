/** Confidence intervals of means by Student's t. Pure; a leaf. */

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
