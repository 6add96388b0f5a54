/**
 * What must hold after a round of kills, when every victim is dead and recovered: no lock is held, the
 * structure is whole, nothing is lost, doubled or back again, groups kept their order, and what is
 * there can be received, once. Looks at the memory and at the ledger, and drains the queues.
 */
import * as layout from "../../../assembly/layout.ts";
import type { QueueNumbers, Sections } from "../../model/history/sections.ts";
import type { Hand } from "../kills/hand.ts";
import type { Lane } from "../kills/victim.ts";
import { type Found, foundIn, lossesOf } from "./audit.ts";
import { type Delivery, type Ledger, NOTE_WRONG, SPAN } from "./ledger.ts";
import { checkOrder, NEVER } from "./order.ts";

export interface Case {
  readonly main: Sections;
  readonly ledger: Ledger;
  readonly lane: Lane;
  /** The lane's one or two, and a hand for each. */
  readonly queues: readonly QueueNumbers[];
  readonly hands: readonly Hand[];
  /** Birth ids of the round: from the first to before the last. */
  readonly first: number;
  readonly end: number;
  readonly now: number;
  /** How many messages may be gone though no delete that returned says so. */
  readonly unsureMax: number;
}

export interface Seen {
  sent: number;
  moved: number;
  delivered: number;
  judged: number;
  unsure: number;
}

/** Enough for every timeout of a round. */
const LATER_MS = 1_800_000;

export function must(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

/** The words of all locks. */
export function locksOf(main: Sections): number[] {
  const shards = main.header(layout.HEADER_SHARDS_BASE);
  const queues = main.header(layout.HEADER_QUEUES_MAX);
  const places = Array.from({ length: queues }, (_, at) => shards + at * layout.SHARD_BYTES);
  places.push(layout.HEADER + layout.HEADER_ARENA, layout.HEADER + layout.HEADER_CATALOGUE);
  return places.map((place) => main.words[(place + layout.LOCK_WORD) >> 2] as number);
}

function expectWhole(main: Sections): void {
  const locks = locksOf(main);
  must(
    locks.every((word) => word === 0),
    `a lock is held: ${locks}`,
  );
  const { check, index } = main.verify();
  must(check === 0, `verify found ${check} at ${index}`);
}

/** Every message that is there, by its place in the ledger; it is in one queue. */
function findAll({ main, queues, first }: Case): Map<number, Found> {
  const there = new Map<number, Found>();
  const numbers = queues.map(({ queue }) => queue);
  for (const found of foundIn(main, numbers)) {
    const place = found.birth - first;
    const other = there.get(place);
    must(other === undefined, `message ${place} is in queue ${other?.queue} and ${found.queue}`);
    there.set(place, found);
  }
  return there;
}

/** A duplicate was answered with its original's place: so no answer names what never existed. */
function expectNothingLost(one: Case, there: ReadonlyMap<number, Found>): Seen {
  const { ledger, first, end, unsureMax } = one;
  must(end - first < SPAN, "the ledger was too small for a round");
  const seen = { sent: 0, moved: 0, delivered: 0, judged: 0, unsure: 0 };
  for (let place = 0; place < end - first; place++) {
    const isThere = there.has(place);
    must(!isThere || !ledger.isDeleted(place), `message ${place} was deleted and is there`);
    if (!ledger.isSent(place)) continue;
    seen.sent++;
    must(isThere || ledger.isTaken(place), `message ${place} was sent and is lost`);
    if (!isThere && !ledger.isDeleted(place)) seen.unsure++;
  }
  must(seen.unsure <= unsureMax, `${seen.unsure} messages are gone, ${unsureMax} may be`);
  return seen;
}

/** Source and dead-letter queue, each by the operation numbers of its own sections. */
function judgeOrder(
  { ledger, lane, queues }: Case,
  deliveries: readonly Delivery[],
  there: ReadonlyMap<number, Found>,
): number {
  const isIn = (at: number, place: number): boolean =>
    there.get(place)?.queue === queues[at]?.queue;
  // Who was received as often as it may be stands aside for its move, though its mover may have died.
  const isSpent = (place: number): boolean =>
    isIn(0, place) && (there.get(place)?.count ?? 0) >= lane.receivesMax;
  const left = [...there].map(([place, { sequence, group }]) => ({ place, sequence, group }));
  const dead = new Set(deliveries.filter(({ isDead }) => isDead).map(({ place }) => place));
  let judged = 0;
  queues.forEach((_, at) => {
    const endedAt = (place: number): number => {
      if (isIn(at, place)) return isSpent(place) ? 0 : NEVER;
      // Nobody wrote down when it moved on.
      if (there.has(place) || (at === 0 && dead.has(place))) return 0;
      return ledger.isDeleted(place) ? ledger.deletedBy(place) : 0;
    };
    judged += checkOrder(
      deliveries.filter(({ isDead }) => isDead === (at === 1)),
      left.filter(({ place }) => isIn(at, place) && !isSpent(place)),
      endedAt,
    );
  });
  return judged;
}

/** All that is still there can be received, once, and deleted. */
function drain(one: Case, there: ReadonlyMap<number, Found>): void {
  const { main, ledger, lane, queues, hands, first, now } = one;
  const left = new Set(there.keys());
  const later = now + LATER_MS;
  const some = (hand: Hand): number => {
    const got = hand.receive(later);
    for (let index = 0; index < got; index++) {
      const place = hand.place(index);
      must(left.delete(place), `message ${place} (birth ${place + first}) came twice`);
    }
    if (got > 0) hand.remove(got, later);
    return got;
  };
  // What was received too often moves on while its queue is drained.
  for (const hand of hands) while (some(hand) > 0);
  const inQueues = hands.map((_, at) => {
    const { queue = 0 } = queues[at] ?? {};
    const gauges = [layout.SHARD_VISIBLE, layout.SHARD_IN_FLIGHT, layout.SHARD_ARRIVED];
    return gauges.map((gauge) => main.shard(queue, gauge)).join("+");
  });
  must(
    left.size === 0,
    `${left.size} messages are there and can't be received; visible, in flight and arrived in each ` +
      `queue: ${inQueues}; receives ${lane.receivesMax}, groups ${lane.groups}`,
  );
  must(ledger.note(main.thread, NOTE_WRONG) === 0, "a body of mixed bytes is left");
}

/** Throws what was found broken; the queues are empty afterwards. */
export function judge(one: Case): Seen {
  const { main, ledger, queues, first, end, now } = one;
  expectWhole(main);
  const { engine, thread } = main;
  // What a death left in the arrivals is let in by the next call, as any caller would.
  for (const { queue, incarnation } of queues) engine.count(thread, queue, incarnation, now);
  expectWhole(main);
  const lost = lossesOf(main);
  must(lost.slots === 0 && lost.blocks === 0 && lost.pages === 0, JSON.stringify(lost));
  const there = findAll(one);
  const seen = expectNothingLost(one, there);
  const deliveries = ledger.takeDeliveries();
  seen.delivered = deliveries.length;
  seen.judged = judgeOrder(one, deliveries, there);
  seen.moved = [...there.values()].filter(({ queue }) => queue === queues[1]?.queue).length;
  drain(one, there);
  ledger.takeDeliveries();
  ledger.clear(end - first);
  return seen;
}
