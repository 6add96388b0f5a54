/** How long a fleet's receives wait. */
import type { PlannedFleet } from "../scenario/plan.ts";

const NEVER = Number.POSITIVE_INFINITY;

/**
 * In milliseconds; below 0: not at all. A receive that waits for nothing, and after which there is no pause,
 * would be made without end at one moment: it stands in the line instead until there is something, as if
 * it were made all the time. A process that makes one receive and ends does not.
 */
export function waitMsOf(plan: PlannedFleet, isOnce: boolean): number {
  const { waitTimeSeconds, pauseSeconds, roundTripMs } = plan;
  if (waitTimeSeconds > 0) return waitTimeSeconds * 1_000;
  return !isOnce && pauseSeconds === 0 && roundTripMs === 0 ? NEVER : -1;
}
