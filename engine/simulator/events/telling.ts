/**
 * How a fleet's lanes tell the queue what became of what they have handled: half a round trip there, half
 * a round trip back, then they go on. A delete that the queue's quota refuses is made again after a pause,
 * and its lane waits; its messages' visibility timeout does not.
 */
import type { PlannedFleet } from "../scenario/plan.ts";
import { eventOf, PLACE_SETTLE, SETTLE, SETTLED } from "./kinds.ts";
import { type Lanes, PLACES, SETTLING } from "./lanes.ts";
import type { FleetParts } from "./parts.ts";
import type { Pauses } from "./pauses.ts";
import type { Places } from "./places.ts";
import type { Settler } from "./settler.ts";
import type { Timeline } from "./timeline.ts";

/** Who has handled what is told of. */
export interface Teller {
  /** The lane has its answer. */
  goOn(lane: number): void;
  /** The lane handles nothing meanwhile. */
  rest(lane: number): void;
}

export class Telling {
  readonly #plan: PlannedFleet;
  readonly #timeline: Timeline;
  readonly #state: Lanes;
  readonly #places: Places;
  readonly #settler: Settler;
  readonly #teller: Teller;
  readonly #pauses: Pauses | undefined;
  readonly #first: number;
  readonly #firstPlace: number;
  readonly #halfTripMs: number;

  constructor(parts: FleetParts, state: Lanes, places: Places, settler: Settler, teller: Teller) {
    this.#plan = parts.plan;
    this.#timeline = parts.timeline;
    this.#state = state;
    this.#places = places;
    this.#settler = settler;
    this.#teller = teller;
    this.#pauses = parts.pauses;
    this.#first = parts.first;
    this.#firstPlace = parts.first * PLACES;
    this.#halfTripMs = parts.plan.roundTripMs / 2;
  }

  // --- Of a lane's message, or its batch ------------------------------------------------------------

  say(lane: number): void {
    if (this.#halfTripMs > 0) this.#later(lane, SETTLE, this.#halfTripMs);
    else this.#settle(lane);
  }

  #later(lane: number, kind: number, afterMs: number): void {
    const atMs = this.#timeline.nowMs + afterMs;
    this.#teller.rest(lane);
    this.#state.phase[lane] = SETTLING;
    this.#state.due[lane] = atMs;
    this.#timeline.plan(atMs, eventOf(kind, this.#first + lane));
  }

  onSettle(global: number): void {
    const lane = global - this.#first;
    if (this.#state.isDue(lane, SETTLING, this.#timeline.nowMs)) this.#settle(lane);
  }

  #settle(lane: number): void {
    const { at, held } = this.#state;
    const first = lane * PLACES;
    const isOne = this.#plan.handler === "one" && !this.#plan.deleteBatch;
    const from = isOne ? first + (at[lane] as number) : first;
    const end = isOne ? from + 1 : first + (held[lane] as number);
    if (this.#settler.settle(from, end)) this.#answered(lane);
    else this.#later(lane, SETTLE, this.#againMs(first));
  }

  /** Until who is refused calls again: his answer comes, he pauses, and his call goes there. */
  #againMs(caller: number): number {
    return 2 * this.#halfTripMs + (this.#pauses as Pauses).next(caller);
  }

  #answered(lane: number): void {
    this.#pauses?.end(lane * PLACES);
    if (this.#halfTripMs > 0) this.#later(lane, SETTLED, this.#halfTripMs);
    else this.#teller.goOn(lane);
  }

  onSettled(global: number): void {
    const lane = global - this.#first;
    if (this.#state.isDue(lane, SETTLING, this.#timeline.nowMs)) this.#teller.goOn(lane);
  }

  // --- Of one of the messages that a lane handles side by side ----------------------------------------

  sayPlace(place: number): void {
    if (this.#halfTripMs === 0) this.#settlePlace(place);
    else this.#places.plan(place, PLACE_SETTLE, this.#timeline.nowMs + this.#halfTripMs);
  }

  onPlaceSettle(global: number): void {
    const place = global - this.#firstPlace;
    if (this.#places.isDue(place)) this.#settlePlace(place);
  }

  #settlePlace(place: number): void {
    const { open } = this.#state;
    const lane = Math.floor(place / PLACES);
    if (!this.#settler.settle(place, place + 1)) {
      this.#places.plan(place, PLACE_SETTLE, this.#timeline.nowMs + this.#againMs(place));
      return;
    }
    this.#pauses?.end(place);
    this.#places.clear(place, place + 1);
    open[lane] = (open[lane] as number) - 1;
    if (open[lane] === 0) this.#answered(lane);
  }
}
