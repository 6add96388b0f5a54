/**
 * Simulates a plan: all its runs, in this thread or on several, and what comes of them together. The
 * outcome is that of the first runs, by their numbers, however many threads there are and whichever
 * was quickest; only its `speed` tells them apart.
 */
import { availableParallelism } from "node:os";
import { elapsedMs } from "../clock.ts";
import type { RunReport, TimesReport } from "./events/report.ts";
import { Pool } from "./pool.ts";
import type { Progress } from "./progress.ts";
import type { Outcome } from "./result.ts";
import { type RunHost, runOne } from "./runOne.ts";
import type { Plan } from "./scenario/plan.ts";
import { outcomeOf } from "./statistics/outcome.ts";
import { meanOf } from "./statistics/student.ts";

export interface RunOptions {
  /** Threads that simulate runs, 1 to the machine's processors (default). One run needs one. */
  readonly threads?: number | undefined;
  /** Ends the simulation: what was simulated by then is the outcome, which says so. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is, some times a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

type Runner = (plan: Plan, run: number, host: RunHost) => Promise<RunReport>;

/** Simulates all runs of a plan. Rejects when one does not balance, or memory is full. */
export async function simulatePlan(plan: Plan, options: RunOptions = {}): Promise<Outcome> {
  const beganMs = elapsedMs();
  const runs = runsMaxOf(plan);
  const threads = Math.min(threadsOf(options.threads), runs);
  const pool = threads > 1 ? new Pool(threads) : undefined;
  try {
    const runner: Runner = pool === undefined ? runOne : (...one) => pool.run(...one);
    const simulation = new Simulation(plan, runner, options);
    const reports = await simulation.all(threads, runs);
    const outcome = outcomeOf(plan, reports, elapsedMs() - beganMs);
    return { ...outcome, isComplete: outcome.isComplete && simulation.isEnough };
  } finally {
    await pool?.close();
  }
}

function runsMaxOf({ replications, precision }: Plan): number {
  return Math.max(replications, precision?.replicationsMax ?? 0);
}

function threadsOf(threads = availableParallelism()): number {
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new RangeError(`threads is a whole number of 1 or more, not ${threads}.`);
}

class Simulation {
  readonly #plan: Plan;
  readonly #runner: Runner;
  readonly #options: RunOptions;
  readonly #reports: (RunReport | undefined)[] = [];
  readonly #shares: number[] = [];
  readonly #sent: number[] = [];
  #next = 0;
  /** So many runs, the first ones, are the outcome; undefined: not known yet. */
  #enough: number | undefined;
  #checked = 0;
  #failure: unknown;

  constructor(plan: Plan, runner: Runner, options: RunOptions) {
    this.#plan = plan;
    this.#runner = runner;
    this.#options = options;
  }

  /** Whether all runs that the plan asks for are there. */
  get isEnough(): boolean {
    return this.#enough !== undefined;
  }

  /** The reports of the outcome's runs, `runs` of them at the most. */
  async all(threads: number, runs: number): Promise<RunReport[]> {
    await Promise.all(Array.from({ length: threads }, () => this.#work(runs)));
    if (this.#failure !== undefined) throw this.#failure;
    const there = this.#reports.slice(0, this.#enough ?? this.#reports.length);
    return there.filter((report) => report !== undefined);
  }

  async #work(runs: number): Promise<void> {
    while (this.#next < runs && !this.#isStopped()) {
      const run = this.#next++;
      try {
        this.#reports[run] = await this.#runner(this.#plan, run, {
          isStopped: () => this.#isStopped(),
          tell: ({ share, sent }) => this.#tell(run, share, sent),
        });
      } catch (error) {
        this.#failure ??= error;
        return;
      }
      this.#check(runs);
    }
  }

  /** The first run begins in any case: else there would be no outcome. */
  #isStopped(): boolean {
    if (this.#failure !== undefined || this.#enough !== undefined) return true;
    return this.#options.signal?.aborted === true && this.#next > 0;
  }

  /** Whether the first runs are enough, one more at a time: what others are quicker does not count. */
  #check(runs: number): void {
    while (this.#enough === undefined && this.#reports[this.#checked] !== undefined) {
      this.#checked++;
      if (this.#checked < this.#plan.replications) continue;
      const isLast = this.#checked === runs || this.#isPrecise(this.#checked);
      if (isLast && this.#isWhole(this.#checked)) this.#enough = this.#checked;
    }
  }

  #isWhole(count: number): boolean {
    return this.#reports.slice(0, count).every((report) => report?.isComplete === true);
  }

  #isPrecise(count: number): boolean {
    const { precision, queues } = this.#plan;
    if (precision === undefined) return true;
    if (count < 2) return false;
    const reports = this.#reports.slice(0, count) as RunReport[];
    const asked = precision.queue === undefined ? queues.map((_, at) => at) : [precision.queue];
    return asked.every((queue) => {
      const waits = reports.map((report) => waitOf(report, queue));
      const { mean, halfWidth } = meanOf(waits);
      // A queue from which nothing was received has no wait to be sure of.
      return Number.isNaN(mean) || halfWidth * 100 <= precision.halfWidthPercent * mean;
    });
  }

  #tell(run: number, share: number, sent: number): void {
    this.#shares[run] = Math.min(1, share);
    this.#sent[run] = sent;
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    const total = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + (value ?? 0), 0);
    const runs = Math.max(this.#plan.replications, this.#shares.length);
    onProgress({ share: total(this.#shares) / runs, messages: total(this.#sent) });
  }
}

function waitOf({ queues }: RunReport, queue: number): number {
  const { sum, total } = (queues[queue] as { readonly wait: TimesReport }).wait;
  return sum / total;
}
