/**
 * Where the lanes of a fleet stand: numbers in lists, by the lane's number within its fleet. A lane has
 * one thing in front of it at a time; an event that does not meet its lane in that phase, at that
 * moment, was planned for a process that has died since, and means nothing.
 */

/** Nothing is planned: it has nothing to do, or its process has not started. */
export const IDLE = 0;
/** It will make a receive. */
export const BEGINNING = 1;
/** Its receive is on the way to the queue. */
export const ASKING = 2;
/** Its receive stands in the queue's line. */
export const WAITING = 3;
/** The answer is on the way back. */
export const GETTING = 4;
export const HANDLING = 5;
/** What it says of its messages is on the way, and the answer to that. */
export const SETTLING = 6;
/** It waits until the resource that it uses has a place. */
export const QUEUEING = 7;
/** What it sends on is refused by a queue's quota, and will be sent again. */
export const SENDING = 8;

/** Places of a lane in its queue's traffic: as many messages as a receive brings. */
export const PLACES = 10;

const NEVER = Number.POSITIVE_INFINITY;

export class Lanes {
  readonly count: number;
  readonly phase: Uint8Array;
  /** When what is in front of it happens. */
  readonly due: Float64Array;
  /** Messages in hand, and which of them is handled (or how many are, side by side). */
  readonly held: Int32Array;
  readonly at: Int32Array;
  readonly open: Int32Array;
  /** When the handling began. */
  readonly began: Float64Array;
  /** When its wait is over, and when that is looked at. */
  readonly waitUntil: Float64Array;
  readonly waitPlanned: Float64Array;
  /** When it extends what it holds; Infinity for never. */
  readonly beatDue: Float64Array;

  constructor(count: number) {
    this.count = count;
    this.phase = new Uint8Array(count);
    this.due = new Float64Array(count);
    this.held = new Int32Array(count);
    this.at = new Int32Array(count);
    this.open = new Int32Array(count);
    this.began = new Float64Array(count);
    this.waitUntil = new Float64Array(count);
    this.waitPlanned = new Float64Array(count).fill(NEVER);
    this.beatDue = new Float64Array(count).fill(NEVER);
  }

  /** Whether this is what the lane has in front of it. */
  isDue(lane: number, phase: number, nowMs: number): boolean {
    return this.phase[lane] === phase && this.due[lane] === nowMs;
  }
}
