/**
 * Says whether what was simulated agrees with a formula: within three standard errors. The standard
 * error is predicted where there is a formula for it; else it is the spread of the replications: the half
 * width of the 95 % interval that the result tells, divided by Student's t. What was compared is written
 * down where SLUICE_MEASURED names a file: measured.mjs makes the table of docs/SIMULATION.md of it.
 */
import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import type { Estimate, QueueResult } from "../../engine/simulator/result.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import type { Plan } from "../../engine/simulator/scenario/plan.ts";
import { t975 } from "../../engine/simulator/statistics/student.ts";

const ERRORS = 3;

/** Simulates in this thread; the plan's first queue. */
export async function simulateQueue(plan: Plan): Promise<QueueResult> {
  const { queues } = await simulatePlan(plan, { threads: 1 });
  return queues[plan.queues[0]?.name ?? ""] as QueueResult;
}

/** Of `runs` replications. */
export function standardErrorOf({ halfWidth }: Estimate, runs: number): number {
  expect(halfWidth).not.toBeNull();
  return (halfWidth as number) / t975(runs - 1);
}

/** Of a share of `count` independent messages. */
export function binomialError(share: number, count: number): number {
  return Math.sqrt((share * (1 - share)) / count);
}

/** `simulated` is within three standard errors of `exact`. */
export function expectNear(simulated: number | null, exact: number, standardError: number): void {
  expect(simulated).not.toBeNull();
  expect(standardError).toBeGreaterThan(0);
  const errors = ((simulated as number) - exact) / standardError;
  note({ exact, simulated, errors });
  const text = `${simulated} for ${exact}, standard error ${standardError}`;
  expect(Math.abs(errors), text).toBeLessThanOrEqual(ERRORS);
}

/** For whoever asks for all that was compared: a line of JSON each. */
export function note(compared: Readonly<Record<string, number | null>>): void {
  const file = process.env.SLUICE_MEASURED;
  if (file === undefined) return;
  const test = expect.getState().currentTestName;
  appendFileSync(file, `${JSON.stringify({ test, ...compared })}\n`);
}

/** An estimate over `runs` replications is. */
export function expectEstimate(simulated: Estimate, exact: number, runs: number): void {
  expectNear(simulated.mean, exact, standardErrorOf(simulated, runs));
}

/** A percentile over `runs` replications is. */
export function expectPercentile(
  times: QueueResult["waitSeconds"],
  which: "p50" | "p90" | "p95" | "p99",
  exact: number,
  runs: number,
): void {
  expectEstimate({ mean: times[which], halfWidth: times.halfWidths[which] }, exact, runs);
}
