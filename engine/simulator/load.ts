/**
 * What load a plan puts on its consumers, before it is run: messages that come by messages that could
 * be handled, in the long run. Above 1 no run is long enough: the queue grows. Pure.
 *
 * It never calls stable scenarios unstable: where a capacity has no closed form here, the larger one
 * is taken (docs/SIMULATION.md says where).
 */

import {
  type FleetsCapacity,
  fleetsCapacity,
  meanSeconds,
  placeCapacity,
  triesOf,
} from "./capacity.ts";
import { poisonLoops, redriveOf } from "./poisonLoops.ts";
import { callsPerSecondOf } from "./quotas.ts";
import { type Flow, ratesOf } from "./rates.ts";
import type {
  Plan,
  PlannedArrivals,
  PlannedFleet,
  PlannedGroups,
  PlannedProducer,
  PlannedQueue,
} from "./scenario/plan.ts";
import { mostProcesses } from "./scenario/planScaling.ts";
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
  /** Messages a second that its producers would send and the quota on its calls holds back. */
  readonly unsentPerSecond: number;
  /** What bounds the capacity. */
  readonly bound: "consumers" | "largest message group" | "resource" | "quota" | "no consumers";
}

/** Messages of a call. */
const CALL_MAX = 10;

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

/** What producers would send to a queue: a copy of a message counts on a Standard queue. */
function wantedPerSecond(plan: Plan, queue: number): number {
  let rate = 0;
  for (const { queue: own, arrivals, duplicates } of plan.producers) {
    if (own !== queue) continue;
    const isKept = plan.queues[queue]?.isFifo !== true || duplicates.afterSeconds >= 300;
    rate += meanRate(arrivals) * (1 + (isKept ? duplicates.probability : 0));
  }
  return rate;
}

/** Of their calls, the share that the queue's quota lets through in the long run. */
function sentShare(plan: Plan, queue: number): number {
  let calls = 0;
  for (const producer of plan.producers) {
    if (producer.queue !== queue) continue;
    const { probability } = producer.duplicates;
    calls += meanRate(producer.arrivals) * (1 / messagesOfCall(producer) + probability);
  }
  const most = callsPerSecondOf(plan, plan.queues[queue] as PlannedQueue);
  return calls <= most ? 1 : most / calls;
}

/** In the mean. */
function messagesOfCall({ arrivals, batch }: PlannedProducer): number {
  if (batch > 0) return batch;
  const size = arrivals.kind === "renewal" ? arrivals.size : 1;
  return size / Math.ceil(size / CALL_MAX);
}

/** What they send. */
function sentPerSecond(plan: Plan, queue: number): number {
  return wantedPerSecond(plan, queue) * sentShare(plan, queue);
}

function loadOf(plan: Plan, index: number, rates: readonly number[]): QueueLoad {
  const { name, isFifo } = plan.queues[index] as PlannedQueue;
  const { all, place, bound: own } = fleetsCapacity(plan, index);
  const share = isFifo ? largestShare(plan, index, rates) : 0;
  const ofGroup = share === 0 ? Number.POSITIVE_INFINITY : place / share;
  const least = Math.min(all, ofGroup);
  const arrives = rates[index] as number;
  const grows = arrives === Number.POSITIVE_INFINITY ? arrives : Math.max(0, arrives - least);
  const bound = ofGroup < all ? "largest message group" : own;
  return {
    queue: name,
    arrivesPerSecond: arrives,
    capacityPerSecond: least,
    load: loadBy(arrives, least),
    growsPerSecond: grows,
    endlessPerSecond: 0,
    unsentPerSecond: wantedPerSecond(plan, index) - sentPerSecond(plan, index),
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
