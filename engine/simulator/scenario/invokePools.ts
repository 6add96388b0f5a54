/**
 * Where the invokes of Lambda functions come from: each has those that are reserved for it, and all others
 * share what is left of the account's. A pool of them is a resource of so many places. Pure.
 */
import type { PlannedFleet, PlannedResource } from "./plan.ts";
import { lambdaOf } from "./planScaling.ts";

export interface InvokePool {
  /** The function that they are reserved for, by its place among the fleets; undefined: the account's. */
  readonly fleet: number | undefined;
  readonly resource: PlannedResource;
}

/** Those that functions take from, the account's first. */
export function invokePools(fleets: readonly PlannedFleet[]): InvokePool[] {
  const functions = fleets.map(lambdaOf);
  const pools = functions.flatMap((one, fleet) => {
    const own = one?.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    return own < Number.POSITIVE_INFINITY ? [poolOf(fleet, own)] : [];
  });
  const isShared = functions.some((one) => one?.reservedConcurrency === Number.POSITIVE_INFINITY);
  if (!isShared) return pools;
  const all = functions.map((one) => one?.accountConcurrency ?? Number.POSITIVE_INFINITY);
  const reserved = pools.reduce((sum, { resource }) => sum + resource.concurrency, 0);
  return [poolOf(undefined, Math.max(0, Math.min(...all) - reserved)), ...pools];
}

function poolOf(fleet: number | undefined, concurrency: number): InvokePool {
  const others = { burst: 1, isRefusing: false, refusalSeconds: 0 };
  const perSecond = Number.POSITIVE_INFINITY;
  return { fleet, resource: { name: "invokes", concurrency, perSecond, ...others } };
}

/** The place in these pools of the one that a fleet's invokes are of; -1 for a fleet that is no function. */
export function poolPlace(
  pools: readonly InvokePool[],
  fleets: readonly PlannedFleet[],
  fleet: number,
): number {
  if (lambdaOf(fleets[fleet] as PlannedFleet) === undefined) return -1;
  const own = pools.findIndex((pool) => pool.fleet === fleet);
  return own >= 0 ? own : pools.findIndex((pool) => pool.fleet === undefined);
}
