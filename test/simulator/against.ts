/** The simulator against the plain event-list program (plain.ts), and against an approximation. */
import { expect } from "vitest";
import type { Estimate } from "../../engine/simulator/result.ts";
import type { Plan, PlannedFleet, PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { meanOf } from "../../engine/simulator/statistics/student.ts";
import { note, standardErrorOf } from "./near.ts";
import { exponentialOf, type PlainModel, type PlainResult, runPlainly } from "./plain.ts";
import { planOf, producerOf } from "./plans.ts";

const RUNS = 10;
/** So long that the mean wait itself is known to some percent, where a formula is only near it. */
export const LONG = { messages: 120_000, seconds: Number.POSITIVE_INFINITY };

/** The plain program ten times, with other seeds. */
export function plainly(model: Partial<PlainModel>): PlainResult[] {
  const whole: PlainModel = {
    gap: exponentialOf(1),
    service: exponentialOf(1),
    consumers: 1,
    batch: 1,
    timeout: 1e9,
    pause: 0,
    messages: 20_000,
    warmup: 2_000,
    ...model,
  };
  return Array.from({ length: RUNS }, (_, seed) => runPlainly(whole, seed + 1));
}

/** The same within three standard errors of their difference. */
export function expectSame(simulated: Estimate, plain: readonly number[]): void {
  const { mean, standardError } = meanOf(plain);
  const error = Math.hypot(standardErrorOf(simulated, RUNS), standardError);
  const errors = ((simulated.mean as number) - mean) / error;
  note({ exact: mean, simulated: simulated.mean, errors });
  const text = `${simulated.mean} and ${mean}, standard error of the difference ${error}`;
  expect(Math.abs(errors), text).toBeLessThanOrEqual(3);
}

/** Within 10 % of what an approximation says. */
export function expectAbout(simulated: Estimate, formula: number): void {
  expect(Math.abs((simulated.mean as number) / formula - 1)).toBeLessThanOrEqual(0.1);
}

export function planWith(row: number, gap: PlannedLaw, fleet: PlannedFleet): Plan {
  const producers = [producerOf(1, { arrivals: { kind: "renewal", gap, size: 1 } })];
  return planOf(row, { producers, fleets: [fleet] });
}
