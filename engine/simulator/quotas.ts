/**
 * What AWS's quota on the calls of a FIFO queue is by a plan: the same numbers that the broker counts by.
 * Pure.
 */
import { fifoCallsPerSecond, regions } from "../limits.ts";
import type { Plan, PlannedQueue } from "./scenario/plan.ts";

/** Calls a second that the queue takes of each action; Infinity where none are counted. */
export function callsPerSecondOf({ quotas }: Pick<Plan, "quotas">, queue: PlannedQueue): number {
  if (quotas === "off" || !queue.isFifo) return Number.POSITIVE_INFINITY;
  const isByGroup = queue.attributes.fifoThroughputLimit === "perMessageGroupId";
  return fifoCallsPerSecond(isByGroup, regions.default);
}
