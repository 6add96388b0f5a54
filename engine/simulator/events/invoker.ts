/**
 * Batches that a lane has received become invokes of a Lambda function: it waits until the batch is full or
 * its window is over (the lane stands in the queue's line meanwhile), and for a place among the invokes of
 * the function or the account. One that finds none until its messages' visibility timeout is over gives the
 * batch up: they come back, and have been received once more.
 */
import type { PlannedLambda } from "../scenario/planLambda.ts";
import { lambdaOf } from "../scenario/planScaling.ts";
import type { Agenda } from "./agenda.ts";
import { GETTING, type Lanes, PLACES } from "./lanes.ts";
import type { Guest, Limiter } from "./limiter.ts";
import type { FleetParts } from "./parts.ts";
import type { Timeline } from "./timeline.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** What an invoker needs of its fleet. */
export interface InvokerHost {
  /** The lane's batch is handled. */
  start(lane: number): void;
  /** The lane's batch is given up: it has nothing, and goes on. */
  giveUp(lane: number): void;
}

export interface InvokerParts {
  readonly plan: PlannedLambda;
  readonly limiter: Limiter;
  readonly state: Lanes;
  readonly timeline: Timeline;
  readonly agenda: Agenda;
  /** The number of the fleet's first lane. */
  readonly first: number;
  readonly visibilityMs: number;
}

export class Invoker implements Guest {
  readonly #parts: InvokerParts;
  readonly #host: InvokerHost;
  /** By lane: when its first message came, and how often it has waited for a place. */
  readonly #began: Float64Array;
  readonly #turn: Float64Array;
  #lately = 0;
  /** Batches that were given up. */
  throttled = 0;

  constructor(parts: InvokerParts, host: InvokerHost) {
    this.#parts = parts;
    this.#host = host;
    this.#began = new Float64Array(parts.state.count);
    this.#turn = new Float64Array(parts.state.count);
  }

  /** Batches that found no place at once, since this was asked last. */
  takeThrottled(): number {
    const lately = this.#lately;
    this.#lately = 0;
    return lately;
  }

  /** The lane has received the first of a batch. */
  began(lane: number): void {
    this.#began[lane] = this.#parts.timeline.nowMs;
  }

  /** Until when a batch that is not full is waited for. */
  untilMs(lane: number): number {
    return (this.#began[lane] as number) + this.#parts.plan.windowSeconds * 1_000;
  }

  /** The lane's batch is full, or its window is over; whether it is invoked at once. */
  enter(lane: number): boolean {
    const { limiter, state, first, agenda, visibilityMs } = this.#parts;
    state.phase[lane] = GETTING;
    state.due[lane] = NEVER;
    const place = (first + lane) * PLACES;
    if (limiter.take(place)) {
      this.#host.start(lane);
      return true;
    }
    this.#lately++;
    const turn = (this.#turn[lane] as number) + 1;
    this.#turn[lane] = turn;
    agenda.at((this.#began[lane] as number) + visibilityMs, () => {
      if (this.#turn[lane] !== turn) return;
      this.throttled++;
      this.#turn[lane] = turn + 1;
      limiter.giveUp(place);
      this.#host.giveUp(lane);
    });
    return false;
  }

  grant(place: number): void {
    const lane = Math.floor(place / PLACES) - this.#parts.first;
    this.#turn[lane] = (this.#turn[lane] as number) + 1;
    this.#host.start(lane);
  }

  /** The lane's invoke is over, or never was. */
  leave(lane: number): void {
    this.#turn[lane] = (this.#turn[lane] as number) + 1;
    this.#parts.limiter.leave((this.#parts.first + lane) * PLACES);
  }
}

/** That of a fleet that is a Lambda function. */
export function invokerOf(
  { plan, invokes, timeline, agenda, first }: FleetParts,
  state: Lanes,
  host: InvokerHost,
): Invoker | undefined {
  const lambda = lambdaOf(plan);
  if (lambda === undefined || invokes === undefined) return undefined;
  const visibilityMs = plan.visibilityTimeoutSeconds * 1_000;
  const shared = { timeline, agenda, first, visibilityMs, state };
  return new Invoker({ plan: lambda, limiter: invokes, ...shared }, host);
}
