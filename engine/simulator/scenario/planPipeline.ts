/** Sends and redrives of a scenario as the plan has them. Pure; what it is given has been checked. */
import type { Send } from "./pipeline.ts";
import type { PlannedRedrive, PlannedSend } from "./plan.ts";
import { planGroups, planSizes } from "./planLaws.ts";
import type { Scenario } from "./types.ts";

const perSecondMax = 500;

/** Of a queue: its place in the plan, and what it takes. */
export interface SendTarget {
  readonly place: number;
  readonly isFifo: boolean;
  readonly maximumBytes: number;
}

export function planSends(
  sends: readonly Send[] | undefined,
  targetOf: (queue: string) => SendTarget,
): PlannedSend[] {
  return (sends ?? []).map(({ queue, probability, count, delaySeconds, bodyBytes, groups }) => {
    const { place, isFifo, maximumBytes } = targetOf(queue);
    return {
      queue: place,
      probability: probability ?? 1,
      count: count ?? 1,
      delaySeconds,
      sizes: planSizes(bodyBytes, maximumBytes),
      groups: planGroups(groups, isFifo),
    };
  });
}

export function planRedrives(
  { redrives }: Scenario,
  placeOf: (queue: string) => number,
): PlannedRedrive[] {
  return (redrives ?? []).map(({ from, to, atSeconds, everySeconds, perSecond }) => ({
    from: placeOf(from),
    to: to === undefined ? undefined : placeOf(to),
    atSeconds: atSeconds ?? everySeconds ?? 0,
    everySeconds,
    perSecond: perSecond ?? perSecondMax,
  }));
}
