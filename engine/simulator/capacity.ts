/**
 * What a queue's consumers can finish in a second when they are never idle, by a plan: the time that a
 * place of a process takes, how often a message is handled, what resources and quotas let through. Pure.
 */
import { numericAttributes } from "../limits.ts";
import { callsPerSecondOf } from "./quotas.ts";
import type { Plan, PlannedFleet, PlannedLaw, PlannedQueue } from "./scenario/plan.ts";
import { lambdaOf, mostProcesses } from "./scenario/planScaling.ts";

const NEVER = Number.POSITIVE_INFINITY;
/** Messages of a call. */
const CALL_MAX = 10;

/** Times a message is handled, and the share that ends as dead letters. */
export interface Tries {
  readonly handlings: number;
  readonly deadShare: number;
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
export function triesOf(fleet: PlannedFleet, queue: PlannedQueue): Tries {
  const { probability, poisonShare } = fleet.failure;
  const isWhole = fleet.handler === "batch" && !fleet.partialBatches;
  const failing = isWhole ? 1 - power(1 - probability, fleet.batch) : probability;
  const lived =
    queue.attributes.messageRetentionPeriod ?? numericAttributes.messageRetentionPeriod.default;
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
export function placeCapacity(fleet: PlannedFleet, { handlings }: Tries): number {
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

export interface FleetsCapacity {
  readonly all: number;
  /** Of one place of the quickest. */
  readonly place: number;
  /** What bounds it. */
  readonly bound: "consumers" | "resource" | "quota";
}

/**
 * Messages a second that quotas let the consumers of a queue finish: each handling was received, each
 * success is deleted and has sent on what it sends on. With the largest calls that any of them makes.
 */
function quotaCapacity(plan: Plan, index: number): number {
  const queue = plan.queues[index] as PlannedQueue;
  const calls = callsPerSecondOf(plan, queue);
  let most = 0;
  for (const fleet of plan.fleets) {
    if (fleet.queue !== index) continue;
    const { handlings, deadShare } = triesOf(fleet, queue);
    const deletes = (fleet.deleteBatch ? fleet.batch : 1) / (1 - deadShare);
    const own = calls * Math.min(fleet.batch / handlings, deletes);
    most = Math.max(most, Math.min(own, sendCapacity(plan, fleet)));
  }
  return most === 0 ? NEVER : most;
}

/** Messages a second whose messages that are sent on pass the quotas of their queues. */
function sendCapacity(plan: Plan, { sends }: PlannedFleet): number {
  let least = NEVER;
  for (const { queue, probability, count } of sends) {
    const calls = probability * Math.ceil(count / CALL_MAX);
    if (calls === 0) continue;
    least = Math.min(least, callsPerSecondOf(plan, plan.queues[queue] as PlannedQueue) / calls);
  }
  return least;
}

/** Of all fleets of a queue. */
export function fleetsCapacity(plan: Plan, index: number): FleetsCapacity {
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
  const quota = quotaCapacity(plan, index);
  if (quota < all) return { all: quota, place, bound: "quota" };
  return { all, place, bound: isShared ? "resource" : "consumers" };
}
