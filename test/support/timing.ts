/**
 * Bounds in milliseconds hold on a quiet machine and prove nothing on a busy one. So `npm test` only
 * says what was measured, and what it asserts are orders, counts and ratios; `npm run stress` runs
 * the same files again, one at a time, and asserts the bounds, too. Some of them do more of the same then.
 */
import { expect } from "vitest";

/** True in the stress project (vitest.config.ts). */
export const isTimed = process.env.SLUICE_TIMED === "1";

/** Under `npm run stress`: `ms` is less than `boundMs`. */
export function expectWithin(what: string, ms: number, boundMs: number): void {
  if (isTimed) expect(ms, what).toBeLessThan(boundMs);
  else console.log(`${what}: ${ms.toFixed(1)} ms; under npm run stress less than ${boundMs}`);
}
