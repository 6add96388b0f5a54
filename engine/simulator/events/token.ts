/**
 * What a simulated message carries, in the two words of its body: how large it is said to be, its delay,
 * whether it is poison, and which producer sent it. A leaf.
 */

/** A body has at most 2^20 bytes, a delay at most 900 seconds. */
const DELAY_SHIFT = 21;
const BYTES_MASK = 0x1fffff;
const DELAY_MASK = 0x3ff;
const POISON_SHIFT = 31;

export function lowOf(bodyBytes: number, delaySeconds: number, isPoison: boolean): number {
  return bodyBytes | (delaySeconds << DELAY_SHIFT) | (isPoison ? 1 << POISON_SHIFT : 0);
}

export function bodyBytesOf(low: number): number {
  return low & BYTES_MASK;
}

export function delayMsOf(low: number): number {
  return ((low >>> DELAY_SHIFT) & DELAY_MASK) * 1_000;
}

export function isPoison(low: number): boolean {
  return low >>> POISON_SHIFT === 1;
}
