/**
 * How long the oldest effect may have waited that is not on the disk yet, at the most: what a commit took may have come
 * any time since the taking before it, where that was just before. The journal thread's alone.
 */
import { monotonicMs } from "../../clock.ts";
import type { Counts } from "./journalNumbers.ts";

interface Taken {
  /** Where it ends in the log. */
  readonly position: number;
  readonly sinceMs: number;
}

export class Lag {
  readonly #counts: Counts;
  /** What is not on the disk, in its order. */
  readonly #taken: Taken[] = [];
  #sinceMs = 0;
  #beganMs = 0;
  /** When the taking before began; undefined: there was nothing to take since. */
  #beforeMs: number | undefined;

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  /** A commit begins to take what there is. */
  begin(): void {
    this.#beganMs = monotonicMs();
    this.#sinceMs = this.#beforeMs ?? this.#beganMs;
    this.#beforeMs = undefined;
  }

  /** And has taken something, which ends there in the log. */
  took(position: number): void {
    this.#taken.push({ position, sinceMs: this.#sinceMs });
    this.#beforeMs = this.#beganMs;
    this.#tell();
  }

  /** All up to there is on the disk. */
  reached(position: number): void {
    const { length } = this.#taken;
    let done = 0;
    while (done < length && (this.#taken[done] as Taken).position <= position) done++;
    if (done === 0) return;
    this.#taken.splice(0, done);
    this.#tell();
  }

  #tell(): void {
    this.#counts.set("pendingSinceMs", this.#taken[0]?.sinceMs ?? 0);
  }
}
