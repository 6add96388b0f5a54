/**
 * A rate over time, in milliseconds and messages a millisecond: what it is, the most that it will be for a
 * while, and when its integral has grown by so much. Pure.
 */
import type { PlannedRate, RatePiece } from "../scenario/plan.ts";
import { cosineOfTurns, PI, sineOfTurns } from "./math.ts";

const MS = 1_000;
const HALVINGS = 60;

export interface Rate {
  /** Messages a millisecond. */
  at(ms: number): number;
  /** The most it is from `ms` until `boundUntil(ms)`. */
  bound(ms: number): number;
  /** Above `ms`, or Infinity. */
  boundUntil(ms: number): number;
  /** When its integral from `ms` on is `amount`; Infinity for never. */
  after(ms: number, amount: number): number;
}

export function rateOf(planned: PlannedRate): Rate {
  return planned.kind === "sine" ? new Sine(planned) : new Pieces(planned);
}

class Sine implements Rate {
  readonly #mean: number;
  readonly #amplitude: number;
  readonly #periodMs: number;
  readonly #peakMs: number;

  constructor(planned: Extract<PlannedRate, { kind: "sine" }>) {
    this.#mean = planned.meanPerSecond / MS;
    this.#amplitude = planned.amplitude;
    this.#periodMs = planned.periodSeconds * MS;
    this.#peakMs = planned.peakAtSeconds * MS;
  }

  at(ms: number): number {
    const turns = (ms - this.#peakMs) / this.#periodMs;
    return this.#mean * (1 + this.#amplitude * cosineOfTurns(turns));
  }

  bound(): number {
    return this.#mean * (1 + this.#amplitude);
  }

  boundUntil(): number {
    return Number.POSITIVE_INFINITY;
  }

  #integral(ms: number): number {
    const turns = (ms - this.#peakMs) / this.#periodMs;
    const swing = (this.#amplitude * this.#periodMs) / (2 * PI);
    return this.#mean * (ms + swing * sineOfTurns(turns));
  }

  /** The integral grows, so its place is halved in. */
  after(ms: number, amount: number): number {
    const wanted = this.#integral(ms) + amount;
    let low = ms;
    let high = ms + amount / this.#mean + this.#periodMs;
    for (let halving = 0; halving < HALVINGS; halving++) {
      const middle = (low + high) / 2;
      if (this.#integral(middle) < wanted) low = middle;
      else high = middle;
    }
    return high;
  }
}

class Pieces implements Rate {
  readonly #pieces: readonly RatePiece[];
  readonly #periodMs: number;

  constructor(planned: Extract<PlannedRate, { kind: "pieces" }>) {
    this.#pieces = planned.pieces;
    this.#periodMs = planned.periodSeconds * MS;
  }

  /** The period in which a moment lies begins then. */
  #periodAt(ms: number): number {
    return this.#periodMs === Number.POSITIVE_INFINITY
      ? 0
      : Math.floor(ms / this.#periodMs) * this.#periodMs;
  }

  #pieceAt(ms: number): number {
    const inside = (ms - this.#periodAt(ms)) / MS;
    let low = 0;
    let high = this.#pieces.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle] as RatePiece).fromSeconds <= inside) low = middle;
      else high = middle;
    }
    return low;
  }

  #endOf(ms: number, piece: number): number {
    const next = this.#pieces[piece + 1];
    const base = this.#periodAt(ms);
    return next === undefined ? base + this.#periodMs : base + next.fromSeconds * MS;
  }

  at(ms: number): number {
    const index = this.#pieceAt(ms);
    const { fromSeconds, perSecond, endPerSecond } = this.#pieces[index] as RatePiece;
    if (perSecond === endPerSecond) return perSecond / MS;
    const beginMs = this.#periodAt(ms) + fromSeconds * MS;
    const share = (ms - beginMs) / (this.#endOf(ms, index) - beginMs);
    return (perSecond + (endPerSecond - perSecond) * share) / MS;
  }

  bound(ms: number): number {
    const { perSecond, endPerSecond } = this.#pieces[this.#pieceAt(ms)] as RatePiece;
    return Math.max(perSecond, endPerSecond) / MS;
  }

  boundUntil(ms: number): number {
    return this.#endOf(ms, this.#pieceAt(ms));
  }

  after(ms: number, amount: number): number {
    let from = ms;
    let left = amount;
    // A whole period without a message is the last.
    for (let empty = 0; empty <= this.#pieces.length; ) {
      const endMs = this.boundUntil(from);
      const rate = this.at(from);
      const slope = endMs === Number.POSITIVE_INFINITY ? 0 : this.#slopeAt(from, endMs);
      const whole = wholeOf(rate, slope, endMs - from);
      if (whole >= left) return from + Math.min(endMs - from, solve(rate, slope, left));
      if (endMs === Number.POSITIVE_INFINITY) break;
      empty = whole > 0 ? 0 : empty + 1;
      left -= whole;
      from = endMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #slopeAt(ms: number, endMs: number): number {
    const { fromSeconds, perSecond, endPerSecond } = this.#pieces[this.#pieceAt(ms)] as RatePiece;
    const beginMs = this.#periodAt(ms) + fromSeconds * MS;
    return (endPerSecond - perSecond) / MS / (endMs - beginMs);
  }
}

function wholeOf(rate: number, slope: number, ms: number): number {
  if (slope === 0) return rate === 0 ? 0 : rate * ms;
  return (rate + (slope * ms) / 2) * ms;
}

/** When rate × t + slope × t² / 2 is so much; in the form that does not cancel. */
function solve(rate: number, slope: number, amount: number): number {
  return (2 * amount) / (rate + Math.sqrt(Math.max(0, rate * rate + 2 * slope * amount)));
}
