/**
 * What a consumer sends on for each message that it has handled well: to one queue, with a probability, so
 * many at once. It takes the process no time of its own: that is in its service. The messages belong to
 * the journey of the one that was handled.
 */
import type { Groups, Sizes } from "../random/marks.ts";
import type { Stream } from "../random/stream.ts";
import type { PlannedSend } from "../scenario/plan.ts";
import type { Cards } from "./cards.ts";
import { sendCall } from "./sendCall.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import { lowOf } from "./token.ts";

/** Messages of a call. */
const CALL_MAX = 10;
/** Places of a lane. */
const PLACES = 10;

export interface OutletParts {
  readonly plan: PlannedSend;
  readonly queue: SimQueue;
  readonly timeline: Timeline;
  readonly cards: Cards;
  readonly sizes: Sizes;
  readonly groups: Groups;
  readonly chance: Stream;
}

/** A fleet; `first` is the number of its first lane. */
interface Sender {
  readonly outlets: readonly Outlet[];
  readonly queue: SimQueue;
  readonly first: number;
}

export class Outlet {
  readonly #plan: PlannedSend;
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #cards: Cards;
  readonly #sizes: Sizes;
  readonly #groups: Groups;
  readonly #chance: Stream;
  readonly #delaySeconds: number;
  readonly #hasOwnDelay: boolean;
  sent = 0;

  constructor(parts: OutletParts) {
    const { plan, queue } = parts;
    this.#plan = plan;
    this.#queue = queue;
    this.#timeline = parts.timeline;
    this.#cards = parts.cards;
    this.#sizes = parts.sizes;
    this.#groups = parts.groups;
    this.#chance = parts.chance;
    this.#hasOwnDelay = plan.delaySeconds !== undefined && !queue.isFifo;
    this.#delaySeconds = (queue.isFifo ? undefined : plan.delaySeconds) ?? queue.delaySeconds;
  }

  /** A message was handled, whose card this is. */
  send(card: number): void {
    const { probability, count } = this.#plan;
    if (probability < 1 && this.#chance.double() >= probability) return;
    for (let left = count; left > 0; left -= CALL_MAX) this.#call(Math.min(left, CALL_MAX), card);
  }

  #call(count: number, card: number): void {
    const queue = this.#queue;
    queue.touch();
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += this.#add(card);
    this.sent += count;
    sendCall(queue, this.#timeline.nowMs, count, bytes);
  }

  /** How large it is. */
  #add(card: number): number {
    const { traffic, isFifo } = this.#queue;
    const bodyBytes = this.#sizes.draw();
    const low = lowOf(bodyBytes, this.#delaySeconds);
    const high = this.#cards.follow(card);
    if (isFifo) {
      const number = this.#queue.nextNumber();
      traffic.addFifo(low, high, this.#groups.draw(number), number);
    } else if (this.#hasOwnDelay) {
      traffic.addDelayed(low, high, this.#delaySeconds * 1_000);
    } else {
      traffic.add(low, high);
    }
    return bodyBytes;
  }
}

/** Sends on of a message in a place of a fleet, which was handled well; undefined where nothing goes on. */
export function sendingOn({
  outlets,
  queue,
  first,
}: Sender): ((place: number) => void) | undefined {
  if (outlets.length === 0) return undefined;
  const base = first * PLACES;
  return (place) => {
    const card = queue.traffic.high(base + place);
    for (const outlet of outlets) outlet.send(card);
  };
}
