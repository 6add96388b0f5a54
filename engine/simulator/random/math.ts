/**
 * What the laws need of mathematics and JavaScript does not promise bit for bit: V8's powers and sines
 * changed between versions, its exp, log and sqrt did not. So these are made of the latter, and of the
 * four rules of arithmetic. Pure; a leaf.
 */

export const { PI } = Math;

/** `base` above 0. Good to some 1e-14 of its value where it is neither vast nor tiny. */
export function power(base: number, exponent: number): number {
  return Math.exp(exponent * Math.log(base));
}

/** The Taylor series of the sine up to x^21, for x from -pi/2 to pi/2: off by less than 1e-15. */
const SINES = [
  -1 / 6,
  1 / 120,
  -1 / 5_040,
  1 / 362_880,
  -1 / 39_916_800,
  1 / 6_227_020_800,
  -1 / 1_307_674_368_000,
  1 / 355_687_428_096_000,
  -1 / 121_645_100_408_832_000,
  1 / 51_090_942_171_709_440_000,
];

/** The sine of so many whole turns. */
export function sineOfTurns(turns: number): number {
  const part = turns - Math.floor(turns + 0.5);
  const folded = part > 0.25 ? 0.5 - part : part < -0.25 ? -0.5 - part : part;
  const x = folded * 2 * PI;
  const square = x * x;
  let sum = 0;
  for (let index = SINES.length - 1; index >= 0; index--) {
    sum = (sum + (SINES[index] as number)) * square;
  }
  return x * (1 + sum);
}

export function cosineOfTurns(turns: number): number {
  return sineOfTurns(turns + 0.25);
}

/** Lanczos' series with g = 7. */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** The logarithm of the gamma function, `x` of 1 and more; good to some 1e-13. */
export function logGamma(x: number): number {
  let sum = 0.9999999999998099;
  for (let index = 0; index < LANCZOS.length; index++) {
    sum += (LANCZOS[index] as number) / (x + index);
  }
  const shifted = x + 6.5;
  return 0.5 * Math.log(2 * PI) + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}
