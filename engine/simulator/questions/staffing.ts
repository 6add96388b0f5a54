/** How many processes the formulas ask for: Erlang's C, and Allen and Cunneen's factor for other laws. Pure. */

import { loadsOf, meanRate, type QueueLoad } from "../load.ts";
import type { Plan, PlannedArrivals, PlannedFleet } from "../scenario/plan.ts";
import { squaredCv } from "./lawTail.ts";

/** Messages a second when most come. */
export function peakRate(arrivals: PlannedArrivals): number {
  if (arrivals.kind === "mmpp2") return Math.max(...arrivals.perSecond);
  if (arrivals.kind !== "profile") return meanRate(arrivals);
  const { rate } = arrivals;
  if (rate.kind === "sine") return rate.meanPerSecond * (1 + rate.amplitude);
  return Math.max(
    ...rate.pieces.flatMap(({ perSecond, endPerSecond }) => [perSecond, endPerSecond]),
  );
}

export interface Staffing {
  /** Messages a second at the peak, and the seconds of a place that one takes, retries included. */
  readonly perSecond: number;
  readonly placeSeconds: number;
  /** The two multiplied: places that are busy in the mean. */
  readonly erlangs: number;
  /** (ca² + cs²)/2, by which waits are longer than those of Erlang's formula. */
  readonly variability: number;
  /** Places of one process. */
  readonly concurrency: number;
}

/** Of a fleet by its place; undefined where its queue has no messages or no bound on what it can handle. */
export function staffingOf(plan: Plan, place: number): Staffing | undefined {
  const fleet = plan.fleets[place] as PlannedFleet;
  const queue = plan.queues[fleet.queue]?.name;
  const load = loadsOf(plan).find((one) => one.queue === queue);
  if (load === undefined || load.arrivesPerSecond === 0) return undefined;
  const own = plan.producers.filter((producer) => producer.queue === fleet.queue);
  const mean = own.reduce((sum, { arrivals }) => sum + meanRate(arrivals), 0);
  const peak = own.reduce((sum, { arrivals }) => sum + peakRate(arrivals), 0);
  const perSecond = load.arrivesPerSecond * (mean === 0 ? 1 : peak / mean);
  const places = fleet.count * fleet.concurrency;
  const placeSeconds = places / load.capacityPerSecond;
  if (!(placeSeconds > 0) || hasOtherBound(load)) return undefined;
  const spreads = own.map(({ arrivals }) =>
    arrivals.kind === "renewal" ? squaredCv(arrivals.gap) * arrivals.size : 1,
  );
  const arriving = Math.max(0, ...spreads);
  return {
    perSecond,
    placeSeconds,
    erlangs: perSecond * placeSeconds,
    variability: (arriving + squaredCv(fleet.service)) / 2,
    concurrency: fleet.concurrency,
  };
}

/** Whether the capacity does not come of places. */
function hasOtherBound({ bound }: QueueLoad): boolean {
  return bound === "largest message group" || bound === "quota";
}

/** Erlang's C: the share that waits, of so many servers with so many erlangs. */
export function erlangC(servers: number, erlangs: number): number {
  if (erlangs >= servers) return 1;
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (erlangs * blocked) / (k + erlangs * blocked);
  const rho = erlangs / servers;
  return blocked / (1 - rho * (1 - blocked));
}

/** The wait that the share of the messages does not exceed, with so many processes. */
export function waitOf(staffing: Staffing, processes: number, share: number): number {
  const { erlangs, placeSeconds, variability, concurrency } = staffing;
  const servers = processes * concurrency;
  if (erlangs >= servers) return Number.POSITIVE_INFINITY;
  const waits = erlangC(servers, erlangs);
  if (waits <= 1 - share) return 0;
  return (Math.log(waits / (1 - share)) * placeSeconds * variability) / (servers - erlangs);
}

/** The fewest processes with which the share waits no longer than that; `most` where that is not enough. */
export function processesFor(
  staffing: Staffing,
  goals: readonly { readonly share: number; readonly seconds: number }[],
  most: number,
): number {
  let processes = Math.max(1, Math.floor(staffing.erlangs / staffing.concurrency) + 1);
  const isShort = ({ share, seconds }: (typeof goals)[number]) =>
    waitOf(staffing, processes, share) > seconds;
  while (processes < most && goals.some(isShort)) processes++;
  return Math.min(processes, most);
}
