/**
 * Simulates plans: all runs of all of them, in this thread or on the threads of one pool, from the first
 * plan on. What comes of a plan is the same however many threads there are and whichever was quickest.
 */
import { availableParallelism } from "node:os";
import { elapsedMs } from "../clock.ts";
import type { RunReport } from "./events/report.ts";
import { Pool } from "./pool.ts";
import type { Outcome } from "./result.ts";
import { runOne } from "./runOne.ts";
import type { RunOptions } from "./runOptions.ts";
import type { Plan } from "./scenario/plan.ts";
import { type Runner, runsMaxOf, Simulation } from "./simulation.ts";
import { outcomeOf } from "./statistics/outcome.ts";

/** What came of one of several plans. */
export interface Ran {
  /** Of the first runs, in their order; none where the simulation ended before any had begun. */
  readonly reports: readonly RunReport[];
  /** Whether they are all that the plan asks for, each to its end. */
  readonly isEnough: boolean;
}

/** Simulates all runs of a plan. Rejects when one does not balance, or memory is full. */
export async function simulatePlan(plan: Plan, options: RunOptions = {}): Promise<Outcome> {
  const beganMs = elapsedMs();
  const [ran] = await simulatePlans([plan], options, (own) => own);
  const { reports, isEnough } = ran as Ran;
  const outcome = outcomeOf(plan, reports, elapsedMs() - beganMs);
  return { ...outcome, isComplete: outcome.isComplete && isEnough };
}

/**
 * Simulates all runs of several plans; rejects as `simulatePlan`. Resolves with what `made` makes of each,
 * in the plans' order. It is called when a plan's runs are over, or all are, and what it does not keep of
 * the reports is forgotten: they take much memory. Runs are numbered from `firstRun` on.
 */
export async function simulatePlans<T>(
  plans: readonly Plan[],
  options: RunOptions,
  made: (ran: Ran, index: number) => T,
  firstRun = 0,
): Promise<T[]> {
  const runs = plans.reduce((sum, plan) => sum + runsMaxOf(plan), 0);
  const threads = Math.min(threadsOf(options.threads), runs);
  const pool = threads > 1 ? new Pool(threads) : undefined;
  try {
    const runner: Runner = (plan, run, host) =>
      pool === undefined
        ? runOne(plan, firstRun + run, host)
        : pool.run(plan, firstRun + run, host);
    return await new Crew(plans, runner, options, made).all(threads);
  } finally {
    await pool?.close();
  }
}

export function threadsOf(threads = availableParallelism()): number {
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new RangeError(`threads is a whole number of 1 or more, not ${threads}.`);
}

/** Takes runs of the first plan that has some left, as often as a thread is free. */
class Crew<T> {
  readonly #simulations: readonly Simulation[];
  readonly #runner: Runner;
  readonly #options: RunOptions;
  readonly #made: (ran: Ran, index: number) => T;
  readonly #results: (T | undefined)[] = [];
  #hasBegun = false;
  /** Plans before it are over, or have no run left to be taken. */
  #first = 0;
  #failure: unknown;

  constructor(
    plans: readonly Plan[],
    runner: Runner,
    options: RunOptions,
    made: (ran: Ran, index: number) => T,
  ) {
    this.#runner = runner;
    this.#options = options;
    this.#made = made;
    const isStopped = () => this.#isStopped();
    const onAdvance = () => this.#tell();
    this.#simulations = plans.map((plan) => new Simulation(plan, isStopped, onAdvance));
  }

  async all(threads: number): Promise<T[]> {
    await Promise.all(Array.from({ length: threads }, () => this.#work()));
    if (this.#failure !== undefined) throw this.#failure;
    return this.#simulations.map((_, index) => this.#resultOf(index));
  }

  #resultOf(index: number): T {
    const simulation = this.#simulations[index] as Simulation;
    const { reports, isEnough } = simulation;
    const result = this.#results[index] ?? this.#made({ reports, isEnough }, index);
    this.#results[index] = result;
    simulation.release();
    return result;
  }

  async #work(): Promise<void> {
    while (this.#failure === undefined && !this.#isStopped()) {
      const task = this.#take();
      if (task === undefined) return;
      const [index, run] = task;
      const simulation = this.#simulations[index] as Simulation;
      try {
        await simulation.make(run, this.#runner);
        if (simulation.isOver) this.#resultOf(index);
      } catch (error) {
        this.#failure ??= error;
      }
    }
  }

  #take(): [index: number, run: number] | undefined {
    for (; this.#first < this.#simulations.length; this.#first++) {
      const run = (this.#simulations[this.#first] as Simulation).take();
      if (run === undefined) continue;
      this.#hasBegun = true;
      return [this.#first, run];
    }
    return undefined;
  }

  /** The first run begins in any case: else there would be no outcome. */
  #isStopped(): boolean {
    if (this.#failure !== undefined) return true;
    return this.#options.signal?.aborted === true && this.#hasBegun;
  }

  #tell(): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    let [share, messages] = [0, 0];
    for (const simulation of this.#simulations) {
      share += simulation.share;
      messages += simulation.sent;
    }
    onProgress({ share: share / this.#simulations.length, messages });
  }
}
