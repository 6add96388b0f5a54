/** How long handlings take: as the fleet's law says, or as the row of a trace says that a message came by. */
import type { Law } from "../random/law.ts";
import type { PlannedFleet, PlannedLaw } from "../scenario/plan.ts";
import { type Cards, NO_ROW } from "./cards.ts";
import { type Lanes, PLACES } from "./lanes.ts";
import type { SimQueue } from "./simQueue.ts";

export class Work {
  readonly #law: Law;
  readonly #queue: SimQueue;
  readonly #cards: Cards;
  readonly #file: string;
  readonly #seconds: Float64Array;

  readonly #base: number;
  readonly #isBatch: boolean;

  /** @param first the number of the fleet's first lane. */
  constructor(law: Law, plan: PlannedFleet, queue: SimQueue, cards: Cards, first: number) {
    const { file, seconds } = plan.service as Traced;
    this.#law = law;
    this.#queue = queue;
    this.#cards = cards;
    this.#file = file;
    this.#seconds = seconds;
    this.#base = first * PLACES;
    this.#isBatch = plan.handler === "batch";
  }

  /** Of the message in this place of the fleet, in milliseconds. */
  of(place: number): number {
    const row = this.#cards.rowOf(this.#queue.traffic.high(this.#base + place), this.#file);
    return row === NO_ROW ? this.#law.draw() : (this.#seconds[row] as number) * 1_000;
  }

  /** Of the message that a lane handles; of a batch in one handling, of all one after another. */
  ofLane(lane: number, { at, held }: Lanes): number {
    const first = lane * PLACES;
    if (!this.#isBatch) return this.of(first + (at[lane] as number));
    let ms = 0;
    for (let index = 0; index < (held[lane] as number); index++) ms += this.of(first + index);
    return ms;
  }
}

type Traced = Extract<PlannedLaw, { kind: "trace" }>;
