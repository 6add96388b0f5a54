/**
 * Simulates a plan: all its runs, in this thread or on several, and what comes of them together.
 */
import { elapsedMs } from "../clock.ts";
import type { RunReport } from "./events/report.ts";
import { World } from "./events/world.ts";
import type { Outcome } from "./result.ts";
import type { Plan } from "./scenario/plan.ts";
import { outcomeOf } from "./statistics/outcome.ts";

export interface RunOptions {
  /** Ends the simulation: what was simulated by then is the outcome, which says so. */
  readonly signal?: AbortSignal | undefined;
}

/** Events of a step: some milliseconds. */
const STEP_EVENTS = 50_000;

/** Simulates all runs of a plan. Rejects when one does not balance. */
export async function simulatePlan(plan: Plan, options: RunOptions = {}): Promise<Outcome> {
  const beganMs = elapsedMs();
  const reports: RunReport[] = [];
  for (let run = 0; run < plan.replications; run++) {
    if (options.signal?.aborted && reports.length > 0) break;
    reports.push(await simulateRun(plan, run, options));
  }
  return outcomeOf(plan, reports, elapsedMs() - beganMs);
}

async function simulateRun(plan: Plan, run: number, { signal }: RunOptions): Promise<RunReport> {
  const world = await World.open(plan, run);
  while (!signal?.aborted && world.step(STEP_EVENTS)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return world.close();
}
