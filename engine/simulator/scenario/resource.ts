/**
 * What handlings of several fleets share, in a scenario: a database, an API of somebody else. Types only;
 * types.ts says what they are made into.
 */
import type { PositiveRate, Seconds } from "./measures.ts";

/** A handling has a place of it as long as it takes, or one of its starts; by one of the two. */
export interface Resource {
  /**
   * Handlings that it bears side by side.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   */
  concurrency?: number;
  /** Handlings that it lets begin in a second. */
  perSecond?: PositiveRate;
  /**
   * Handlings that may begin at one moment, after a rest. Goes with perSecond. Default 1.
   * @asType integer
   * @minimum 1
   * @maximum 1000000
   */
  burst?: number;
  /**
   * What becomes of a handling that finds no place: it `wait`s, first come, first served, or it `fail`s,
   * as one does that throws. Default wait.
   */
  whenFull?: "wait" | "fail";
  /** How long it takes until a handling has failed that found no place. Default 0. */
  refusalSeconds?: Seconds;
}
