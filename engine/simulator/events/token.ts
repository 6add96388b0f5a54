/**
 * What a simulated message carries, in the two words of its body. The low one: how large it is said to
 * be, and its delay. The high one: which producer sent it, and its lot, a number from 0 to below 1 by
 * which a fleet tells whether it is poison. A leaf.
 */

/** A body has at most 2^20 bytes, a delay at most 900 seconds. */
const DELAY_SHIFT = 21;
const BYTES_MASK = 0x1fffff;
const DELAY_MASK = 0x3ff;
const LOT_BITS = 20;
const LOTS = 1 << LOT_BITS;

/** The most producers; this number stands for messages that were there at the beginning. */
export const NOBODY = 0xfff;

export function lowOf(bodyBytes: number, delaySeconds: number): number {
  return bodyBytes | (delaySeconds << DELAY_SHIFT);
}

export function highOf(producer: number, lot: number): number {
  return (producer << LOT_BITS) | Math.floor(lot * LOTS);
}

export function bodyBytesOf(low: number): number {
  return low & BYTES_MASK;
}

export function delayMsOf(low: number): number {
  return ((low >>> DELAY_SHIFT) & DELAY_MASK) * 1_000;
}

export function producerOf(high: number): number {
  return high >>> LOT_BITS;
}

export function lotOf(high: number): number {
  return (high & (LOTS - 1)) / LOTS;
}
