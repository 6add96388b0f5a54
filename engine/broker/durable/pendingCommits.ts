/**
 * Commits that are written and whose syncs go on beside what follows, in the order in which they began, and
 * when the next may begin. Where syncs are quick there are none: each commit waits for its own, which costs
 * the least. Where they take their time, what comes just behind a commit would wait for two: the rest of
 * that one and all of the next. Then up to SYNC_THREADS overlap, evenly spread, so that it waits for little
 * more than one. The journal thread's alone; looks at no clock by itself.
 */
import { SYNC_THREADS } from "../../journal/syncThreads.ts";

/** What becomes true for whoever waits when a sync is done. */
export interface PendingCommit {
  /** The position in the log that is durable then. */
  readonly position: number;
  /** How far each queue is then. */
  readonly reached: ReadonlyMap<number, number>;
  /** When what it has was taken, and when its sync began. */
  readonly takenMs: number;
  readonly beganMs: number;
}

/** Syncs that take less are waited for: to wake another thread costs a good part of it. */
const SLOW_MS = 0.5;
/** How much a sync changes what is thought of them. */
const WEIGHT = 0.1;

export class PendingCommits {
  readonly #commits: PendingCommit[] = [];
  readonly #slowMs: number;
  #syncMs = 0;
  #takenMs = Number.NEGATIVE_INFINITY;

  /** @param slowMs how long syncs take that had better overlap */
  constructor(slowMs = SLOW_MS) {
    this.#slowMs = slowMs;
  }

  /** Whether syncs take so long that they had better overlap. */
  get isSlow(): boolean {
    return this.#syncMs >= this.#slowMs;
  }

  get isEmpty(): boolean {
    return this.#commits.length === 0;
  }

  /** How long until the next may begin; 0: now; infinity: when one is done. */
  waitMs(nowMs: number): number {
    if (this.isEmpty) return 0;
    if (this.#commits.length >= SYNC_THREADS) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#takenMs + this.#syncMs / SYNC_THREADS - nowMs);
  }

  /** A sync took so long. */
  took(ms: number): void {
    this.#syncMs += (ms - this.#syncMs) * WEIGHT;
  }

  begin(commit: PendingCommit): void {
    this.#commits.push(commit);
    this.#takenMs = commit.takenMs;
  }

  /** The next that is done: all up to `durable` is on the disk. */
  takeDone(durable: number, nowMs: number): PendingCommit | undefined {
    const first = this.#commits[0];
    if (first === undefined || first.position > durable) return undefined;
    this.#commits.shift();
    this.took(nowMs - first.beganMs);
    return first;
  }
}
