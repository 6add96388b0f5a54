/**
 * What a consumer sends on for each message that it has handled well: to one queue, with a probability, so
 * many at once. It takes the process no time of its own: that is in its service. The messages belong to
 * the journey of the one that was handled. Where the queue's quota refuses a call, the calls of all the
 * fleet's processes stand in one line, and a process waits until its own are through (Onward).
 */
import type { Groups, Sizes } from "../random/marks.ts";
import type { Stream } from "../random/stream.ts";
import type { PlannedSend } from "../scenario/plan.ts";
import type { Cards } from "./cards.ts";
import { sendCall } from "./sendCall.ts";
import { type LineSender, SendLine, type SendLineParts, type SentCall } from "./sendLine.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import { lowOf } from "./token.ts";

/** Messages of a call. */
const CALL_MAX = 10;
/** Of a call whose sender is gone. */
const NOBODY = -1;

export interface OutletParts {
  readonly plan: PlannedSend;
  readonly queue: SimQueue;
  readonly timeline: Timeline;
  readonly cards: Cards;
  readonly sizes: Sizes;
  readonly groups: Groups;
  readonly chance: Stream;
  /** For a queue whose calls are counted. */
  readonly line: SendLineParts | undefined;
}

export class Outlet implements LineSender {
  readonly most = Number.POSITIVE_INFINITY;
  /** Told of each call that was refused and is let through now, with the place it is of. */
  onThrough: (place: number) => void = () => undefined;
  readonly #plan: PlannedSend;
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #cards: Cards;
  readonly #sizes: Sizes;
  readonly #groups: Groups;
  readonly #chance: Stream;
  readonly #delaySeconds: number;
  readonly #hasOwnDelay: boolean;
  readonly #line: SendLine | undefined;
  /** Whether a call is being made: then nobody waits for it yet. */
  #isCalling = false;
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
    this.#line = parts.line && new SendLine(parts.line, this);
  }

  /** The message in this place of the fleet was handled, whose card this is; how many calls are refused. */
  send(place: number, card: number): number {
    const { probability, count } = this.#plan;
    if (probability < 1 && this.#chance.double() >= probability) return 0;
    let refused = 0;
    for (let left = count; left > 0; left -= CALL_MAX) {
      const few = Math.min(left, CALL_MAX);
      if (this.#line === undefined) this.#call(few, card);
      else if (!this.#callInLine(this.#line, few, card, place)) refused++;
    }
    return refused;
  }

  #call(count: number, card: number): void {
    const queue = this.#queue;
    queue.touch();
    let bytes = 0;
    for (let index = 0; index < count; index++) bytes += this.#add(card);
    this.sent += count;
    sendCall(queue, this.#timeline.nowMs, count, bytes);
  }

  #callInLine(line: SendLine, count: number, card: number, place: number): boolean {
    for (let index = 0; index < count; index++) {
      const low = lowOf(this.#sizes.draw(), this.#delaySeconds);
      const number = this.#queue.nextNumber();
      line.addFifo(low, this.#cards.follow(card), this.#groups.draw(number), number);
    }
    this.#isCalling = true;
    const isThrough = line.call(place);
    this.#isCalling = false;
    return isThrough;
  }

  onSent({ tag, count }: SentCall): void {
    this.sent += count;
    if (!this.#isCalling && tag !== NOBODY) this.onThrough(tag);
  }

  /** Nobody waits for calls of places `from` to `end - 1` any more: they are made all the same. */
  forget(from: number, end: number): void {
    this.#line?.retag((place) => place >= from && place < end, NOBODY);
  }

  /** Messages that its line holds. */
  get unsent(): number {
    return this.#line?.unsent ?? 0;
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
