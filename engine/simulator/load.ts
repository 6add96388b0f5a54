/**
 * What load a plan puts on its consumers, before it is run: messages that come by messages that could
 * be handled, in the long run. Above 1 no run is long enough: the queue grows. Pure.
 *
 * It never calls stable scenarios unstable: where a capacity has no closed form here, the larger one
 * is taken (docs/SIMULATION.md says where).
 */

import { poisonLoops, redriveOf } from "./poisonLoops.ts";
import { type Flow, ratesOf } from "./rates.ts";
import type {
  Plan,
  PlannedArrivals,
  PlannedFleet,
  PlannedGroups,
  PlannedLaw,
  PlannedQueue,
} from "./scenario/plan.ts";
import { lambdaOf, mostProcesses } from "./scenario/planScaling.ts";
import type { PlayedTrace } from "./trace/traceRequest.ts";

export interface QueueLoad {
  readonly queue: string;
  /** Messages a second, those from other queues included. */
  readonly arrivesPerSecond: number;
  /** Messages a second that its consumers can finish; 0 where there are none. */
  readonly capacityPerSecond: number;
  /** The one by the other; above 1 the queue grows. */
  readonly load: number;
  readonly growsPerSecond: number;
  /** Poison messages a second that redrives bring back for ever: the load rises as long as it runs. */
  readonly endlessPerSecond: number;
  /** What bounds the capacity. */
  readonly bound: "consumers" | "largest message group" | "resource" | "no consumers";
}

/** As far as doubles can tell from 1. */
const slack = 1e-9;

/** Times a message is handled, and the share that ends as dead letters. */
interface Tries {
  readonly handlings: number;
  readonly deadShare: number;
}

/** Messages a second, in the long run; of a closed loop none that its consumers did not ask for. */
export function meanRate(arrivals: PlannedArrivals): number {
  switch (arrivals.kind) {
    case "renewal":
      return arrivals.size / meanSeconds(arrivals.gap);
    case "mmpp2": {
      const [first, second] = arrivals.meanStaySeconds;
      const [one, other] = arrivals.perSecond;
      return (one * first + other * second) / (first + second);
    }
    case "closedLoop":
      return 0;
    case "trace":
      return tracedRate(arrivals.played);
    case "profile":
      return profileRate(arrivals.rate);
  }
}

/** Its mean from its beginning to its end; of messages that all come at once none. */
export function tracedRate({ until, spanMs }: PlayedTrace): number {
  return spanMs === 0 ? 0 : ((until.at(-1) ?? 0) / spanMs) * 1_000;
}

function profileRate(rate: Extract<PlannedArrivals, { kind: "profile" }>["rate"]): number {
  if (rate.kind === "sine") return rate.meanPerSecond;
  const last = rate.pieces.at(-1);
  if (last === undefined) return 0;
  if (!Number.isFinite(rate.periodSeconds)) return last.endPerSecond;
  let area = 0;
  for (const [index, piece] of rate.pieces.entries()) {
    const until = rate.pieces[index + 1]?.fromSeconds ?? rate.periodSeconds;
    area += ((piece.perSecond + piece.endPerSecond) / 2) * (until - piece.fromSeconds);
  }
  return area / rate.periodSeconds;
}

export function meanSeconds(law: PlannedLaw): number {
  switch (law.kind) {
    case "deterministic":
      return law.seconds;
    case "uniform":
      return (law.minSeconds + law.maxSeconds) / 2;
    case "empirical": {
      let [sum, all] = [0, 0];
      for (const [index, seconds] of law.seconds.entries()) {
        sum += seconds * (law.weights[index] ?? 0);
        all += law.weights[index] ?? 0;
      }
      return sum / all;
    }
    default:
      return law.meanSeconds;
  }
}

/** The mean of the longest of so many; where it has no closed form here, that of one of them. */
function meanOfLongest(law: PlannedLaw, count: number): number {
  if (law.kind === "exponential") {
    let harmonic = 0;
    for (let k = 1; k <= count; k++) harmonic += 1 / k;
    return law.meanSeconds * harmonic;
  }
  if (law.kind === "uniform") {
    return law.minSeconds + ((law.maxSeconds - law.minSeconds) * count) / (count + 1);
  }
  return meanSeconds(law);
}

/** Seconds that one place of a process takes for a full receive: calls, handling, deletes. */
function cycleSeconds(fleet: PlannedFleet): number {
  const trip = fleet.roundTripMs / 1_000;
  // What was received ahead is there when a place gets free.
  const receive = fleet.prefetch > 0 ? 0 : trip;
  const one = meanSeconds(fleet.service);
  if (fleet.handler === "batch") return receive + one + trip;
  const remove = fleet.deleteBatch ? 0 : trip;
  const once = fleet.deleteBatch ? trip : 0;
  if (fleet.handler === "parallel") {
    return receive + meanOfLongest(fleet.service, fleet.batch) + remove + once;
  }
  return receive + fleet.batch * (one + remove) + once;
}

/** `base` so many times; exact arithmetic alone, so that it is the same on every Node. */
function power(base: number, times: number): number {
  let [result, square] = [1, base];
  for (let left = times; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** (1-p^m)/(1-p) for what fails at random, and as often as it may for what always fails. */
function triesOf(fleet: PlannedFleet, queue: PlannedQueue): Tries {
  const { probability, poisonShare } = fleet.failure;
  const isWhole = fleet.handler === "batch" && !fleet.partialBatches;
  const failing = isWhole ? 1 - power(1 - probability, fleet.batch) : probability;
  const lived = queue.attributes.messageRetentionPeriod ?? Number.POSITIVE_INFINITY;
  const back = fleet.backoff?.maxSeconds ?? fleet.visibilityTimeoutSeconds;
  // Without a dead-letter queue a message comes back until it expires.
  const most =
    queue.deadLetters?.maxReceiveCount ?? Math.max(1, Math.ceil(lived / Math.max(back, 1)));
  const dead = power(failing, most);
  const sound = failing === 1 ? most : (1 - dead) / (1 - failing);
  const handlings = poisonShare * most + (1 - poisonShare) * sound;
  const deadShare = queue.deadLetters === undefined ? 0 : poisonShare + (1 - poisonShare) * dead;
  return { handlings, deadShare };
}

/** Messages a second that one place of a process finishes when it is never idle. */
function placeCapacity(fleet: PlannedFleet, { handlings }: Tries): number {
  const { probability, isCrash } = fleet.failure;
  const restart = isCrash ? fleet.batch * probability * fleet.coldStartSeconds : 0;
  const seconds = cycleSeconds(fleet) + restart;
  return seconds === 0 ? Number.POSITIVE_INFINITY : fleet.batch / (seconds * handlings);
}

/** Side by side, of a fleet that is a function. */
function invokesMax(fleet: PlannedFleet): number {
  const lambda = lambdaOf(fleet);
  if (lambda === undefined) return Number.POSITIVE_INFINITY;
  return Math.min(lambda.reservedConcurrency, lambda.accountConcurrency);
}

/** Messages a second that the resource lets a fleet finish, as if it had it for itself. */
function resourceCapacity(plan: Plan, fleet: PlannedFleet, { handlings }: Tries): number {
  const resource = plan.resources[fleet.uses ?? -1];
  if (resource === undefined) return Number.POSITIVE_INFINITY;
  const { concurrency, perSecond } = resource;
  const seconds = meanSeconds(fleet.service);
  const begins = Math.min(perSecond, seconds === 0 ? perSecond : concurrency / seconds);
  return (begins * (fleet.handler === "batch" ? fleet.batch : 1)) / handlings;
}

/** The share of a producer's messages that its most frequent group has; 0 where each has its own. */
function largestGroup(groups: PlannedGroups): number {
  switch (groups.kind) {
    case "uniform":
      return 1 / groups.count;
    case "hot": {
      if (groups.count === 1) return 1;
      return Math.max(groups.share, (1 - groups.share) / (groups.count - 1));
    }
    case "zipf": {
      let sum = 0;
      for (let k = 1; k <= groups.count; k++) sum += Math.exp(-groups.exponent * Math.log(k));
      return 1 / sum;
    }
    default:
      return 0;
  }
}

/** The same of all that is sent to a queue; producers have their groups for themselves. */
function largestShare(plan: Plan, queue: number, rates: readonly number[]): number {
  let [largest, all] = [0, 0];
  for (const { queue: own, groups, arrivals } of plan.producers) {
    if (own !== queue) continue;
    const rate = meanRate(arrivals);
    all += rate;
    largest = Math.max(largest, rate * largestGroup(groups));
  }
  // Those of a consumer that sends on, of what comes to the consumer.
  for (const fleet of plan.fleets) {
    for (const { queue: own, probability, count, groups } of fleet.sends) {
      if (own !== queue) continue;
      const rate = (rates[fleet.queue] as number) * probability * count;
      all += rate;
      largest = Math.max(largest, rate * largestGroup(groups));
    }
  }
  return all === 0 ? 0 : largest / all;
}

/** What a queue is sent by producers: a copy of a message counts on a Standard queue. */
function sentPerSecond(plan: Plan, queue: number): number {
  let rate = 0;
  for (const { queue: own, arrivals, duplicates } of plan.producers) {
    if (own !== queue) continue;
    const isKept = plan.queues[queue]?.isFifo !== true || duplicates.afterSeconds >= 300;
    rate += meanRate(arrivals) * (1 + (isKept ? duplicates.probability : 0));
  }
  return rate;
}

interface FleetsCapacity {
  readonly all: number;
  /** Of one place of the quickest. */
  readonly place: number;
  /** Whether a resource bounds it. */
  readonly isShared: boolean;
}

/** Of all fleets of a queue. */
function fleetsCapacity(plan: Plan, index: number): FleetsCapacity {
  const queue = plan.queues[index] as PlannedQueue;
  let [all, place, isShared] = [0, 0, false];
  for (const fleet of plan.fleets) {
    if (fleet.queue !== index) continue;
    const own = placeCapacity(fleet, triesOf(fleet, queue));
    const free = Math.min(mostProcesses(fleet) * fleet.concurrency, invokesMax(fleet)) * own;
    const shared = resourceCapacity(plan, fleet, triesOf(fleet, queue));
    isShared ||= shared < free;
    all += Math.min(free, shared);
    place = Math.max(place, own);
  }
  return { all, place, isShared };
}

function loadOf(plan: Plan, index: number, rates: readonly number[]): QueueLoad {
  const { name, isFifo } = plan.queues[index] as PlannedQueue;
  const { all, place, isShared } = fleetsCapacity(plan, index);
  const share = isFifo ? largestShare(plan, index, rates) : 0;
  const ofGroup = share === 0 ? Number.POSITIVE_INFINITY : place / share;
  const least = Math.min(all, ofGroup);
  const arrives = rates[index] as number;
  const grows = arrives === Number.POSITIVE_INFINITY ? arrives : Math.max(0, arrives - least);
  const own = isShared ? "resource" : "consumers";
  const bound = ofGroup < all ? "largest message group" : own;
  return {
    queue: name,
    arrivesPerSecond: arrives,
    capacityPerSecond: least,
    load: loadBy(arrives, least),
    growsPerSecond: grows,
    endlessPerSecond: 0,
    bound: plan.fleets.some(({ queue }) => queue === index) ? bound : "no consumers",
  };
}

function loadBy(arrives: number, capacity: number): number {
  if (arrives === 0) return 0;
  return arrives === Number.POSITIVE_INFINITY ? arrives : arrives / capacity;
}

/** The share of a queue's messages that its consumers make dead letters. */
function deadShareOf(plan: Plan, index: number): number {
  const queue = plan.queues[index] as PlannedQueue;
  const shares = plan.fleets
    .filter((fleet) => fleet.queue === index)
    .map((fleet) => triesOf(fleet, queue).deadShare);
  return shares.length === 0 ? 0 : Math.min(...shares);
}

/** Of what a fleet sends on: for each message that its queue finishes; fleets share by what they can do. */
function sendFlows(plan: Plan): Flow[] {
  return plan.fleets.flatMap((fleet) => {
    const peers = plan.fleets.filter(({ queue }) => queue === fleet.queue);
    const queue = plan.queues[fleet.queue] as PlannedQueue;
    const weight = (one: PlannedFleet): number => {
      const own = mostProcesses(one) * one.concurrency * placeCapacity(one, triesOf(one, queue));
      return own === Number.POSITIVE_INFINITY ? 1e12 : own;
    };
    const part = weight(fleet) / peers.reduce((sum, peer) => sum + weight(peer), 0);
    const lived = 1 - triesOf(fleet, queue).deadShare;
    return fleet.sends.map(({ queue: to, probability, count }) => ({
      ...{ from: fleet.queue, to },
      ratio: part * lived * probability * count,
    }));
  });
}

/** Dead letters, and those that are brought back: each source's by its part of them. */
function deadFlows(plan: Plan): Flow[] {
  const flows: Flow[] = [];
  for (const [from, { deadLetters }] of plan.queues.entries()) {
    const ratio = deadShareOf(plan, from);
    if (deadLetters === undefined || deadLetters.queue === from || ratio === 0) continue;
    flows.push({ from, to: deadLetters.queue, ratio });
    const redrive = redriveOf(plan, deadLetters.queue);
    if (redrive !== undefined) flows.push({ from, to: redrive.to ?? from, ratio });
  }
  return flows;
}

/** Messages a second that come to each queue. */
function plannedRates(plan: Plan): number[] {
  const external = plan.queues.map((_, index) => sentPerSecond(plan, index));
  const flows = [...sendFlows(plan), ...deadFlows(plan)];
  const capacities = plan.queues.map((_, index) => fleetsCapacity(plan, index));
  return ratesOf(external, flows, (index, rates) => {
    const { all, place } = capacities[index] as FleetsCapacity;
    if (plan.queues[index]?.isFifo !== true) return all;
    const share = largestShare(plan, index, rates);
    return share === 0 ? all : Math.min(all, place / share);
  });
}

/** Of every queue that messages are sent to, or that consumers take from. */
export function loadsOf(plan: Plan): QueueLoad[] {
  const rates = plannedRates(plan);
  const isMeant = (index: number): boolean =>
    sentPerSecond(plan, index) > 0 ||
    plan.fleets.some(
      ({ queue, sends }) => queue === index || sends.some((one) => one.queue === index),
    );
  const loops = poisonLoops(plan);
  // What comes by itself, before anything is brought back.
  const fresh = loops.length === 0 ? [] : plannedRates({ ...plan, redrives: [] });
  return [...plan.queues.keys()].filter(isMeant).map((index) => {
    const { queues, share } = loops.find((loop) => loop.queues[0] === index) ?? {
      queues: [],
      share: 0,
    };
    const come = queues.reduce((sum, queue) => sum + (fresh[queue] as number), 0);
    return { ...loadOf(plan, index, rates), endlessPerSecond: come * share };
  });
}

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
};

/** A sentence for each queue that can't be stable; none where all can. */
export function instabilities(plan: Plan): string[] {
  const loads = loadsOf(plan);
  const endless = loads
    .filter(({ endlessPerSecond }) => endlessPerSecond > 0)
    .map(({ queue, endlessPerSecond }) => endlessSentence(plan, queue, endlessPerSecond));
  const growing = loads
    .filter(({ load }) => load > 1 + slack)
    .map((one) => {
      const { queue, arrivesPerSecond, capacityPerSecond, growsPerSecond, load, bound } = one;
      if (growsPerSecond === Number.POSITIVE_INFINITY) {
        return `${queue}: the queue grows ever faster: each of its messages brings it one or more again.`;
      }
      const grows = `${queue}: the queue grows by ${shown(growsPerSecond)} messages a second`;
      const come = `${shown(arrivesPerSecond)} come`;
      if (bound === "no consumers") return `${grows}: ${come}, and it has no consumers.`;
      const who = passing[bound];
      return `${grows}: ${come}, and ${who} ${shown(capacityPerSecond)} at most (load ${shown(load)}).`;
    });
  return [...growing, ...endless];
}

/** Of poison that goes round. */
function endlessSentence(plan: Plan, queue: string, perSecond: number): string {
  const index = plan.queues.findIndex(({ name }) => name === queue);
  const loop = poisonLoops(plan).find(({ queues }) => queues[0] === index);
  const dead = plan.queues[loop?.dead ?? index]?.name;
  return `${queue}: the queue gets ever more to do: ${shown(perSecond)} messages a second are poison, and the redrives of ${dead} bring all of them back again and again. Redrive it once (atSeconds alone), to a queue whose consumers do not fail at them, or give it consumers.`;
}
