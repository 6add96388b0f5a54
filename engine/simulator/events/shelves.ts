/**
 * The shelves of a fleet that receives ahead: each process has one, its last lane fills it, its other lanes
 * take from it what they handle. Part of fleet.ts, whose lanes these are.
 */
import type { PlannedFleet } from "../scenario/plan.ts";
import { IDLE, type Lanes } from "./lanes.ts";
import { Shelf } from "./shelf.ts";
import type { SimQueue } from "./simQueue.ts";

/** What they need of their fleet. */
export interface ShelvesHost {
  /** The lane, which receives, has nothing to do. */
  next(lane: number): void;
  /** The lane handles what it holds. */
  start(lane: number): void;
  /** The lane waits for something to handle. */
  rest(lane: number): void;
}

export interface ShelvesParts {
  readonly plan: PlannedFleet;
  readonly queue: SimQueue;
  readonly state: Lanes;
  readonly processes: number;
  /** Lanes of a process, the one that receives among them. */
  readonly width: number;
  /** The first place of the fleet's lanes in the queue's traffic, and that of its shelves. */
  readonly places: number;
  readonly first: number;
  /** Places of a lane. */
  readonly each: number;
}

export class Shelves {
  readonly #parts: ShelvesParts;
  readonly #host: ShelvesHost;
  readonly #shelves: readonly Shelf[];

  constructor(parts: ShelvesParts, host: ShelvesHost) {
    const { plan, queue, first, each, processes } = parts;
    const size = plan.prefetch + each;
    this.#parts = parts;
    this.#host = host;
    this.#shelves = Array.from(
      { length: processes },
      (_, process) => new Shelf(queue.traffic, first + process * size, size),
    );
  }

  #of(lane: number): Shelf {
    return this.#shelves[Math.floor(lane / this.#parts.width)] as Shelf;
  }

  /** Messages that a process has ahead. */
  countOf(process: number): number {
    return (this.#shelves[process] as Shelf).count;
  }

  clear(process: number): void {
    this.#shelves[process]?.clear();
  }

  /** Whether the lane takes from the shelf, and does not fill it. */
  serves(lane: number): boolean {
    const { width } = this.#parts;
    return lane % width < width - 1;
  }

  /** How many messages a receive of this lane asks for. */
  mostOf(lane: number): number {
    const { batch, prefetch, handler } = this.#parts.plan;
    const each = handler === "one" ? 1 : batch;
    return Math.min(batch, prefetch - this.#of(lane).count + this.#idleOf(lane) * each);
  }

  /** Lanes of this one's process that have nothing to do. */
  #idleOf(lane: number): number {
    const { width, state } = this.#parts;
    const first = lane - (lane % width);
    let idle = 0;
    for (let other = first; other < first + width - 1; other++) {
      if (state.phase[other] === IDLE) idle++;
    }
    return idle;
  }

  /** What the lane received is put there, for all lanes of its process. */
  fill(lane: number): void {
    const { places, each, width, state } = this.#parts;
    const { phase, held } = state;
    const shelf = this.#of(lane);
    shelf.put(places + lane * each, held[lane] as number);
    held[lane] = 0;
    phase[lane] = IDLE;
    const first = lane - (lane % width);
    for (let other = first; other < lane && shelf.count > 0; other++) {
      if (phase[other] === IDLE) this.#serve(other, shelf);
    }
    this.#refill(lane);
  }

  /** The process's last lane receives, if the shelf has room and it does not already. */
  #refill(lane: number): void {
    const { width, state } = this.#parts;
    const last = lane - (lane % width) + width - 1;
    if (state.phase[last] === IDLE && this.mostOf(last) > 0) this.#host.next(last);
  }

  /** The lane, which has nothing, takes what is there. */
  take(lane: number): void {
    const shelf = this.#of(lane);
    this.#parts.state.phase[lane] = IDLE;
    if (shelf.count > 0) this.#serve(lane, shelf);
    else this.#host.rest(lane);
    this.#refill(lane);
  }

  #serve(lane: number, shelf: Shelf): void {
    const { plan, state, places, each } = this.#parts;
    const most = plan.handler === "one" ? 1 : plan.batch;
    state.held[lane] = shelf.take(most, places + lane * each);
    this.#host.start(lane);
  }
}
