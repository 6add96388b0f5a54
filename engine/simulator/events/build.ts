/**
 * Makes the parts of a run of its plan, on a broker of its own. Each part that draws has a stream of its
 * own, numbered by what it is and not by what stands before it: another fleet more changes nothing of
 * what the producers draw, so that two scenarios can be compared on the same traffic.
 */
import { Broker } from "../../broker/broker.ts";
import { SECRET_WORDS, trafficOf } from "../../broker/messages/traffic.ts";
import { memoryBytes as limits } from "../../limits.ts";
import type { RedrivePolicy } from "../../types.ts";
import { Arrivals } from "../random/arrivals.ts";
import { Law } from "../random/law.ts";
import { Groups, Sizes } from "../random/marks.ts";
import { Stream } from "../random/stream.ts";
import { TraceRows } from "../random/traceRows.ts";
import { invokePools, poolPlace } from "../scenario/invokePools.ts";
import type {
  Plan,
  PlannedProducer,
  PlannedQueue,
  PlannedResource,
  PlannedSend,
} from "../scenario/plan.ts";
import type { Agenda } from "./agenda.ts";
import { Cards, needsCards } from "./cards.ts";
import type { Copies } from "./copies.ts";
import { Failures } from "./failures.ts";
import { Fleet } from "./fleet.ts";
import { PLACES } from "./lanes.ts";
import { Limiter } from "./limiter.ts";
import { Outlet } from "./outlet.ts";
import { Pauses } from "./pauses.ts";
import { type Allowance, Producer } from "./producer.ts";
import { Redriver } from "./redriver.ts";
import { Rollout } from "./rollout.ts";
import { Scaler } from "./scaler.ts";
import type { SendLineParts } from "./sendLine.ts";
import type { Freed } from "./settler.ts";
import { SimQueue } from "./simQueue.ts";
import { SENT } from "./tally.ts";
import type { Timeline } from "./timeline.ts";
import { highOf, lowOf, NOBODY } from "./token.ts";
import { Work } from "./work.ts";

/** What draws, of three kinds of parts (in Plan.streams, too); each part has up to eight streams. */
const OF_PRODUCERS = 0;
const OF_FLEETS = 1;
const OF_QUEUES = 2;
const KINDS = 3;
const STREAMS = 8;
/** The stream of a fleet's pauses, of a producer's, and of an outlet's, before calls that were refused. */
const FLEET_PAUSES = 3;
const PRODUCER_PAUSES = 5;
const OUTLET_PAUSES = 4;
/** Of a queue's streams, one draws lots; the others are those of what has no number of its own. */
const OF_OUTLETS = 1;
const OF_CARDS = 4;
const OF_SECRET = 6;

/** A simulated message takes less of the memory, with its place in all indexes. */
const BYTES_A_MESSAGE = 256;
const MEMORY_MIN = 32 * 1_048_576;
/** A broker's greatest number of messages takes half of what it may reserve at the most. */
const MESSAGES_MAX = limits.max / (2 * BYTES_A_MESSAGE);
/** Messages of a call that fills a queue. */
const FILL_MESSAGES = 256;
const FILL_BYTES = 100;

export interface Parts {
  readonly broker: Broker;
  readonly queues: readonly SimQueue[];
  readonly producers: readonly Producer[];
  readonly fleets: readonly Fleet[];
  readonly scalers: readonly (Scaler | undefined)[];
  readonly rollouts: readonly Rollout[];
  readonly limiters: readonly Limiter[];
  /** Invokes of Lambda functions. */
  readonly pools: readonly Limiter[];
  readonly redrivers: readonly Redriver[];
  /** The fleet of each lane. */
  readonly fleetOf: readonly Fleet[];
}

export interface Frame {
  readonly plan: Plan;
  readonly run: number;
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  readonly since: Float64Array;
  readonly allowance: Allowance;
  readonly copies: Copies;
  readonly freed: Freed;
  readonly cards: Cards | undefined;
  readonly periodMs: number;
}

export async function buildParts(frame: Frame): Promise<Parts> {
  const { plan, timeline } = frame;
  const memoryBytes = memoryOf(plan);
  const broker = await Broker.open({
    clock: { nowMs: () => timeline.nowMs },
    memoryBytes,
    messagesMax: Math.min(Math.floor(memoryBytes / BYTES_A_MESSAGE), MESSAGES_MAX),
    threadsMax: 2,
    queuesMax: plan.queues.length,
    quotas: plan.quotas,
  });
  const queues = await makeQueues(frame, broker);
  const producers = makeProducers(frame, queues);
  const limiters = makeLimiters(frame);
  const pools = makePools(frame);
  const { fleets, fleetOf } = makeFleets(frame, queues, limiters, pools);
  for (const pool of pools) {
    pool.guestOf = (place) => fleetOf[Math.floor(place / PLACES)]?.invoker;
  }
  for (const limiter of limiters) {
    limiter.guestOf = (place) => fleetOf[Math.floor(place / PLACES)]?.handling;
  }
  for (const queue of queues) queue.lookers = fleetOf;
  const scalers = makeScalers(frame, fleets);
  const rollouts = makeRollouts(frame, fleets);
  const redrivers = plan.redrives.map(
    (redrive) => new Redriver(redrive, queues, timeline, frame.agenda),
  );
  const shared = { limiters, pools, redrivers, fleetOf };
  return { broker, queues, producers, fleets, scalers, rollouts, ...shared };
}

/** As much as all messages take that can be there at once, where that is known. */
function memoryOf({ queues, horizon }: Plan): number {
  const initial = queues.reduce((sum, { backlog }) => sum + (backlog?.messages ?? 0), 0);
  const most = (horizon.messages + initial) * BYTES_A_MESSAGE * 2;
  return Math.min(limits.max, Math.max(MEMORY_MIN, most));
}

/** Cards for the messages of a run, where they need them. */
export function makeCards(plan: Plan, run: number, since: Float64Array): Cards | undefined {
  if (!needsCards(plan)) return undefined;
  return new Cards(plan, streamAt({ plan, run }, OF_QUEUES, 0, OF_CARDS), since);
}

function streamOf(frame: Frame, kind: number, place: number, which: number): Stream {
  return streamAt(frame, kind, frame.plan.streams?.[kind]?.[place] ?? place, which);
}

function streamAt(
  { plan, run }: Pick<Frame, "plan" | "run">,
  kind: number,
  part: number,
  which: number,
): Stream {
  return Stream.of(plan.seed, run, (part * STREAMS + which) * KINDS + kind);
}

async function makeQueues(frame: Frame, broker: Broker): Promise<SimQueue[]> {
  const { plan, timeline, periodMs } = frame;
  const lanes = plan.fleets.reduce((sum, fleet) => sum + Fleet.lanesOf(fleet), 0);
  const hasPoison = plan.fleets.some(({ failure }) => failure.poisonShare > 0);
  const queues: SimQueue[] = [];
  for (const [index, planned] of plan.queues.entries()) {
    const queue = await broker.createQueue(planned.name, planned.attributes);
    const lots = hasPoison ? streamOf(frame, OF_QUEUES, index, 0) : undefined;
    queues.push(
      new SimQueue({
        ...{ queue, traffic: trafficOf(queue), plan: planned, index, timeline, lanes, periodMs },
        ...{ lots, cards: frame.cards },
        isCapped: plan.quotas !== "off",
        isTarget: plan.queues.some(({ deadLetters }) => deadLetters?.queue === index),
      }),
    );
  }
  fixSecret(frame, queues);
  for (const queue of queues) {
    await link(queue, queues);
    fill(queue, timeline);
  }
  return queues;
}

/** The partitions of groups are hashes: they are the run's own, and the same whenever it is made. */
function fixSecret({ plan, run }: Frame, [queue]: readonly SimQueue[]): void {
  const stream = streamAt({ plan, run }, OF_QUEUES, 0, OF_SECRET);
  queue?.traffic.fixSecret(Uint32Array.from({ length: SECRET_WORDS }, () => stream.word()));
}

async function link(queue: SimQueue, queues: readonly SimQueue[]): Promise<void> {
  const { deadLetters } = queue.plan;
  if (deadLetters === undefined) return;
  const target = queues[deadLetters.queue] as SimQueue;
  const { maxReceiveCount } = deadLetters;
  const redrivePolicy: RedrivePolicy = { deadLetterTargetArn: target.queue.arn, maxReceiveCount };
  await queue.queue.setAttributes({ redrivePolicy });
  queue.target = target;
}

/** What is in the queue when the run begins. */
function fill(queue: SimQueue, { nowMs }: Timeline): void {
  const { backlog }: PlannedQueue = queue.plan;
  if (backlog === undefined) return;
  const { traffic, flow } = queue;
  const low = lowOf(FILL_BYTES, queue.delaySeconds);
  for (let left = backlog.messages; left > 0; ) {
    const count = Math.min(left, FILL_MESSAGES);
    for (let index = 0; index < count; index++) {
      const high = queue.cards?.loose() ?? highOf(NOBODY, queue.drawLot());
      const number = queue.nextNumber();
      if (queue.isFifo) traffic.addFifo(low, high, number, number);
      else traffic.add(low, high);
    }
    queue.flushed(traffic.send(nowMs - backlog.ageSeconds * 1_000), count);
    left -= count;
  }
  queue.initial = backlog.messages;
  queue.count(SENT, backlog.messages);
  flow.arrive(backlog.messages);
  flow.hasAged = backlog.ageSeconds > 0;
  queue.settle();
}

function makeProducers(frame: Frame, queues: readonly SimQueue[]): Producer[] {
  const { timeline, allowance, copies, cards } = frame;
  return frame.plan.producers.map((plan, index) => {
    const stream = (which: number): Stream => streamOf(frame, OF_PRODUCERS, index, which);
    const queue = queues[plan.queue] as SimQueue;
    return new Producer({
      ...{ plan, queue, timeline, index, allowance, copies, since: frame.since },
      line: lineOf(frame, queue, () => stream(PRODUCER_PAUSES)),
      ...{ cards, rows: cards && rowsOf(plan) },
      arrivals: new Arrivals(plan.arrivals, stream(0)),
      sizes: new Sizes(plan.sizes, stream(1), ownRows(plan)),
      groups: new Groups(plan.groups, stream(2)),
      copyStream: stream(3),
      think: stream(4),
    });
  });
}

/** What a line of calls needs that send to this queue; undefined where its calls are not counted. */
function lineOf(
  { timeline, agenda }: Frame,
  queue: SimQueue,
  jitter: () => Stream,
): SendLineParts | undefined {
  const { gate } = queue;
  return gate && { queue, gate, timeline, agenda, pauses: new Pauses(jitter(), 1) };
}

/** The rows by which a producer's messages come. */
function rowsOf({ arrivals }: Pick<PlannedProducer, "arrivals">): TraceRows | undefined {
  return arrivals.kind === "trace" ? new TraceRows(arrivals.played) : undefined;
}

/** The same, where their sizes are of the same file. */
function ownRows({ arrivals, sizes }: PlannedProducer): TraceRows | undefined {
  const isOwn = arrivals.kind === "trace" && sizes.kind === "trace" && arrivals.file === sizes.file;
  return isOwn ? rowsOf({ arrivals }) : undefined;
}

function makeFleets(
  frame: Frame,
  queues: readonly SimQueue[],
  limiters: readonly Limiter[],
  pools: readonly Limiter[],
): { fleets: Fleet[]; fleetOf: Fleet[] } {
  const { timeline, agenda, since, freed, cards, periodMs } = frame;
  const fleets: Fleet[] = [];
  const fleetOf: Fleet[] = [];
  const planned = frame.plan.fleets;
  const invokes = invokePools(planned);
  let [shelf, outlet] = [PLACES, 0];
  for (const plan of planned) shelf += Fleet.lanesOf(plan) * PLACES;
  for (const [index, plan] of planned.entries()) {
    const stream = (which: number): Stream => streamOf(frame, OF_FLEETS, index, which);
    const queue = queues[plan.queue] as SimQueue;
    const law = new Law(plan.service, stream(0));
    const isTraced = plan.service.kind === "trace" && cards !== undefined;
    const fleet = new Fleet({
      ...{ plan, queue, timeline, agenda, since, freed, periodMs, shelf, law },
      limiter: plan.uses === undefined ? undefined : limiters[plan.uses],
      invokes: pools[poolPlace(invokes, planned, index)],
      work: isTraced ? new Work(law, plan, queue, cards, fleetOf.length) : undefined,
      outlets: plan.sends.map((send) => makeOutlet(frame, send, outlet++, queues)),
      failures: new Failures(plan.failure, stream(1), timeline.nowMs, cards),
      jitter: stream(2),
      pauses: queue.gate && new Pauses(stream(FLEET_PAUSES), Fleet.lanesOf(plan) * PLACES),
      first: fleetOf.length,
    });
    shelf += Fleet.shelfPlaces(plan);
    fleets.push(fleet);
    for (let lane = 0; lane < fleet.lanes; lane++) fleetOf.push(fleet);
  }
  return { fleets, fleetOf };
}

function makeLimiter(
  { plan: whole, timeline, agenda, periodMs }: Frame,
  plan: PlannedResource,
): Limiter {
  const lanes = whole.fleets.reduce((sum, fleet) => sum + Fleet.lanesOf(fleet), 0);
  return new Limiter({ plan, timeline, agenda, places: lanes * PLACES, periodMs });
}

/** One for each of the plan's resources. */
function makeLimiters(frame: Frame): Limiter[] {
  return frame.plan.resources.map((plan) => makeLimiter(frame, plan));
}

/** One for each of the plan's pools of invokes. */
function makePools(frame: Frame): Limiter[] {
  return invokePools(frame.plan.fleets).map(({ resource }) => makeLimiter(frame, resource));
}

/** @param number of all outlets of the plan. */
function makeOutlet(
  frame: Frame,
  plan: PlannedSend,
  number: number,
  queues: readonly SimQueue[],
): Outlet {
  const stream = (which: number): Stream => streamAt(frame, OF_QUEUES, number, OF_OUTLETS + which);
  const queue = queues[plan.queue] as SimQueue;
  return new Outlet({
    ...{ plan, queue, timeline: frame.timeline },
    line: lineOf(frame, queue, () => stream(OUTLET_PAUSES)),
    cards: frame.cards as Cards,
    sizes: new Sizes(plan.sizes, stream(0)),
    groups: new Groups(plan.groups, stream(1)),
    chance: stream(2),
  });
}

/** One for each fleet whose number changes by itself. */
function makeScalers(
  { timeline, agenda }: Frame,
  fleets: readonly Fleet[],
): (Scaler | undefined)[] {
  return fleets.map((fleet) => {
    const autoscaler = fleet.plan.scaling?.autoscaler;
    return autoscaler && new Scaler(autoscaler, fleet, timeline, agenda);
  });
}

function makeRollouts({ agenda }: Frame, fleets: readonly Fleet[]): Rollout[] {
  return fleets.flatMap(({ plan, processes }) => {
    const restarts = plan.scaling?.restarts;
    return restarts === undefined ? [] : [new Rollout(restarts, processes, agenda)];
  });
}
