/**
 * Says whether what was simulated agrees with a formula: within three standard errors. The standard
 * error is predicted where there is a formula for it; else it is the spread of the replications, taken from
 * the 95 % interval that the result tells: half of it, divided by Student's t.
 */
import { expect } from "vitest";
import type { Estimate } from "../../engine/simulator/result.ts";
import { t975 } from "../../engine/simulator/statistics/student.ts";

const ERRORS = 3;

/** Of `replications` runs. */
export function standardErrorOf({ halfWidth }: Estimate, replications: number): number {
  expect(halfWidth).not.toBeNull();
  return (halfWidth as number) / t975(replications - 1);
}

/** `simulated` is within three standard errors of `exact`. */
export function expectNear(simulated: number | null, exact: number, standardError: number): void {
  expect(simulated).not.toBeNull();
  expect(standardError).toBeGreaterThan(0);
  const errors = ((simulated as number) - exact) / standardError;
  const text = `${simulated} for ${exact}, standard error ${standardError}`;
  expect(Math.abs(errors), text).toBeLessThanOrEqual(ERRORS);
}

/** An estimate over `replications` runs is. */
export function expectEstimate(simulated: Estimate, exact: number, replications: number): void {
  expectNear(simulated.mean, exact, standardErrorOf(simulated, replications));
}
