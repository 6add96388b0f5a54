/** Says of a plan, before it is run, what in it can't be stable: in a sentence for each queue. Pure. */
import { loadsOf, type QueueLoad } from "./load.ts";
import { poisonLoops } from "./poisonLoops.ts";
import { callsPerSecondOf } from "./quotas.ts";
import type { Plan } from "./scenario/plan.ts";

/** As far as doubles can tell from 1. */
const slack = 1e-9;

/** Three digits, or all of a whole number below a million. */
function shown(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded);
}

/** Who handles no more, by what bounds the capacity. */
const passing = {
  consumers: "its consumers finish",
  "largest message group": "its largest message group lets pass",
  resource: "the resource that they use lets its consumers finish",
  quota: "AWS's quota on calls to FIFO queues lets its consumers finish",
};

/**
 * A sentence for each queue that can't be stable, for each that can't be sent what is to be sent, and for
 * each to which poison comes back for ever.
 */
export function instabilities(plan: Plan): string[] {
  const loads = loadsOf(plan);
  return [
    ...loads.filter(isHeldBack).map((one) => holding(one, plan)),
    ...loads.filter(({ load }) => load > 1 + slack).map(growing),
    ...loads
      .filter(({ endlessPerSecond }) => endlessPerSecond > 0)
      .map(({ queue, endlessPerSecond }) => endless(plan, queue, endlessPerSecond)),
  ];
}

/** Whether the quota on its calls holds back some of what producers would send, for ever. */
export function isHeldBack({ unsentPerSecond, arrivesPerSecond }: QueueLoad): boolean {
  return unsentPerSecond > slack * arrivesPerSecond;
}

function holding({ queue, unsentPerSecond, arrivesPerSecond }: QueueLoad, plan: Plan): string {
  const planned = plan.queues.find(({ name }) => name === queue);
  const calls = planned === undefined ? 0 : callsPerSecondOf(plan, planned);
  const come = shown(arrivesPerSecond + unsentPerSecond);
  return (
    `${queue}: what waits to be sent grows by ${shown(unsentPerSecond)} messages a second: ${come} are to be ` +
    `sent, and the FIFO quota of ${calls} calls a second takes ${shown(arrivesPerSecond)}.`
  );
}

function growing(one: QueueLoad): string {
  const { queue, arrivesPerSecond, capacityPerSecond, growsPerSecond, load, bound } = one;
  if (growsPerSecond === Number.POSITIVE_INFINITY) {
    return `${queue}: the queue grows ever faster: each of its messages brings it one or more again.`;
  }
  const grows = `${queue}: the queue grows by ${shown(growsPerSecond)} messages a second`;
  const come = `${shown(arrivesPerSecond)} come`;
  if (bound === "no consumers") return `${grows}: ${come}, and it has no consumers.`;
  const who = passing[bound];
  return `${grows}: ${come}, and ${who} ${shown(capacityPerSecond)} at most (load ${shown(load)}).`;
}

/** Of poison that goes round. */
function endless(plan: Plan, queue: string, perSecond: number): string {
  const index = plan.queues.findIndex(({ name }) => name === queue);
  const loop = poisonLoops(plan).find(({ queues }) => queues[0] === index);
  const dead = plan.queues[loop?.dead ?? index]?.name;
  return `${queue}: the queue gets ever more to do: ${shown(perSecond)} messages a second are poison, and the redrives of ${dead} bring all of them back again and again. Redrive it once (atSeconds alone), to a queue whose consumers do not fail at them, or give it consumers.`;
}
