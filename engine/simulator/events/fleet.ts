/**
 * A consumer fleet of the run. Its processes have lanes; a lane receives, handles what it got, says what
 * became of it, and begins again. With a shelf, one more lane of each process, the last, receives for
 * all of them. Lanes are numbered through all fleets; a lane's messages lie in ten places of its
 * queue's traffic. Handling is handling.ts, processes that come and go are processes.ts; this is how
 * messages come to lanes.
 */
import type { PlannedFleet } from "../scenario/plan.ts";
import { Meter } from "../statistics/meter.ts";
import { Handling } from "./handling.ts";
import { Intake } from "./intake.ts";
import { type Invoker, type InvokerHost, invokerOf } from "./invoker.ts";
import { BEAT, eventOf, LOOK, NEXT, START, WAIT_OVER } from "./kinds.ts";
import { ASKING, BEGINNING, GETTING, IDLE, Lanes, PLACES, WAITING } from "./lanes.ts";
import type { Outlet } from "./outlet.ts";
import type { FleetParts, LaneHost } from "./parts.ts";
import { Processes, type ProcessHost } from "./processes.ts";
import { Shelves, type ShelvesHost } from "./shelves.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";
import { waitMsOf } from "./waits.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class Fleet implements LaneHost, ProcessHost, InvokerHost, ShelvesHost {
  readonly plan: PlannedFleet;
  readonly queue: SimQueue;
  readonly meter: Meter;
  readonly lanes: number;
  readonly handling: Handling;
  readonly #outlets: readonly Outlet[];
  readonly processes: Processes;
  /** Of a Lambda function. */
  readonly invoker: Invoker | undefined;
  /** Places in the queue's traffic behind those of its lanes. */
  static shelfPlaces(plan: PlannedFleet): number {
    return plan.prefetch === 0 ? 0 : Processes.placesOf(plan) * (plan.prefetch + PLACES);
  }

  readonly #first: number;
  readonly #timeline: Timeline;
  readonly #intake: Intake;
  readonly #state: Lanes;
  /** Lanes of a process, the one that receives for the others among them. */
  readonly #width: number;
  /** Undefined where nothing is received ahead. */
  readonly #shelves: Shelves | undefined;
  readonly #halfTripMs: number;
  /** How long a receive waits; below 0: not at all. */
  readonly #waitMs: number;
  readonly #pauseMs: number;
  /** Places at work, processes that work, processes that are wanted; the oldest means nothing here. */
  readonly #levels = new Float64Array([0, 0, 0, NEVER]);
  #isTouched = false;

  constructor(parts: FleetParts) {
    const { plan, queue, timeline, first } = parts;
    this.plan = plan;
    this.queue = queue;
    this.#first = first;
    this.#timeline = timeline;
    this.#width = Fleet.widthOf(plan);
    this.processes = new Processes(plan, this, timeline, parts.agenda);
    this.lanes = this.processes.places * this.#width;
    this.#state = new Lanes(this.lanes);
    this.#halfTripMs = plan.roundTripMs / 2;
    this.#pauseMs = plan.pauseSeconds * 1_000;
    this.#waitMs = waitMsOf(plan, this.processes.isOnce);
    this.#intake = new Intake(parts);
    this.meter = new Meter(timeline.now, this.#levels, parts.periodMs, new Float64Array(0));
    queue.traffic.reserve(parts.shelf + Fleet.shelfPlaces(plan));
    if (plan.prefetch > 0) this.#shelves = this.#makeShelves(parts.shelf);
    this.#outlets = parts.outlets;
    this.handling = new Handling(parts, this.#state, this);
    this.invoker = invokerOf(parts, this.#state, this);
  }

  static lanesOf(plan: PlannedFleet): number {
    return Processes.placesOf(plan) * Fleet.widthOf(plan);
  }

  static widthOf({ concurrency, prefetch }: PlannedFleet): number {
    return concurrency + (prefetch > 0 ? 1 : 0);
  }

  #makeShelves(first: number): Shelves {
    const { plan, queue, processes } = this;
    const shared = { plan, queue, state: this.#state, width: this.#width, each: PLACES, first };
    const places = this.#first * PLACES;
    return new Shelves({ ...shared, processes: processes.places, places }, this);
  }

  /** A process's lanes begin. */
  begin(process: number, atMs: number): void {
    const end = (process + 1) * this.#width;
    const isServed = this.#shelves !== undefined;
    for (let lane = process * this.#width; lane < end; lane++) {
      this.#state.phase[lane] = IDLE;
      if (!isServed || lane === end - 1) this.#begin(lane, atMs);
    }
  }

  /** The lane makes a receive at that moment. */
  #begin(lane: number, atMs: number): void {
    this.#plan(lane, BEGINNING, NEXT, atMs);
  }

  #plan(lane: number, phase: number, kind: number, atMs: number): void {
    this.#state.phase[lane] = phase;
    this.#state.due[lane] = atMs;
    this.#timeline.plan(atMs, eventOf(kind, this.#first + lane));
  }

  // --- Receiving ----------------------------------------------------------------------------------

  onNext(global: number): void {
    const lane = global - this.#first;
    if (!this.#state.isDue(lane, BEGINNING, this.#timeline.nowMs)) return;
    const process = Math.floor(lane / this.#width);
    if (lane === this.#lastOf(process)) this.processes.rise(process);
    this.next(lane);
  }

  /** The lane has nothing to do. */
  next(lane: number): void {
    this.invoker?.leave(lane);
    if (this.processes.isWatching && this.#rests(lane)) return;
    if (this.#shelves?.serves(lane) === true) {
      this.#shelves.take(lane);
      return;
    }
    if (this.#halfTripMs === 0) {
      this.#ask(lane);
      return;
    }
    this.handling.rest(lane);
    this.#plan(lane, ASKING, LOOK, this.#timeline.nowMs + this.#halfTripMs);
  }

  onLook(global: number): void {
    const lane = global - this.#first;
    if (this.#state.isDue(lane, ASKING, this.#timeline.nowMs)) this.#ask(lane);
  }

  /** The receive has come to the queue; whoever waits there is served first. */
  #ask(lane: number): void {
    const { line } = this.queue;
    const againMs = this.#intake.refusedUntilMs(lane);
    if (againMs > 0) {
      this.handling.rest(lane);
      this.#plan(lane, ASKING, LOOK, againMs);
      return;
    }
    if (line.first < 0 && this.#receive(lane)) return;
    if (this.#waitMs < 0) {
      this.#comeBack(lane);
      return;
    }
    this.handling.rest(lane);
    this.#state.phase[lane] = WAITING;
    line.join(this.#first + lane);
    if (this.#waitMs !== NEVER) this.#wait(lane, this.#timeline.nowMs + this.#waitMs);
  }

  #wait(lane: number, until: number): void {
    const { waitUntil, waitPlanned } = this.#state;
    waitUntil[lane] = until;
    // One event a lane at most, unless the one that is planned is too late: when it comes too early, it
    // is planned again.
    if ((waitPlanned[lane] as number) <= until) return;
    waitPlanned[lane] = until;
    this.#timeline.plan(until, eventOf(WAIT_OVER, this.#first + lane));
  }

  onWaitOver(global: number): void {
    const lane = global - this.#first;
    const { waitUntil, waitPlanned, phase } = this.#state;
    if (waitPlanned[lane] === this.#timeline.nowMs) waitPlanned[lane] = NEVER;
    if (phase[lane] !== WAITING) return;
    const until = waitUntil[lane] as number;
    if (until > this.#timeline.nowMs) {
      this.#wait(lane, until);
      return;
    }
    this.queue.line.leave(global);
    if ((this.#state.held[lane] as number) > 0) this.invoker?.enter(lane);
    else this.#comeBack(lane);
  }

  /** With nothing: it asks again after a pause. */
  #comeBack(lane: number): void {
    this.handling.rest(lane);
    this.#intake.countEmpty();
    if (this.processes.isOnce) {
      this.#state.phase[lane] = IDLE;
      this.processes.received(Math.floor(lane / this.#width), 0);
      return;
    }
    const atMs = this.#timeline.nowMs + this.#halfTripMs + this.#pauseMs;
    if (atMs > this.#timeline.nowMs) this.#begin(lane, atMs);
    else this.next(lane);
  }

  /** A lane that waits looks; whether it got anything. */
  look(global: number): boolean {
    return this.#receive(global - this.#first);
  }

  #receive(lane: number): boolean {
    const { phase, held } = this.#state;
    // A batch that a function waits for may have some already.
    const had = held[lane] as number;
    const most = (this.#shelves?.mostOf(lane) ?? this.plan.batch) - had;
    const count = this.#intake.receive(most, (this.#first + lane) * PLACES + had);
    if (count <= 0) return false;
    if (had === 0) this.invoker?.began(lane);
    if (phase[lane] === WAITING) this.queue.line.leave(this.#first + lane);
    held[lane] = had + count;
    if (this.processes.isOnce) this.processes.received(Math.floor(lane / this.#width), count);
    if (this.#halfTripMs > 0) {
      this.#plan(lane, GETTING, START, this.#timeline.nowMs + this.#halfTripMs);
    } else {
      this.#get(lane);
    }
    return true;
  }

  onStart(global: number): void {
    const lane = global - this.#first;
    if (this.#state.isDue(lane, GETTING, this.#timeline.nowMs)) this.#get(lane);
  }

  #get(lane: number): void {
    if (this.#shelves !== undefined) this.#shelves.fill(lane);
    else if (this.invoker === undefined) this.handling.start(lane);
    else this.#gather(lane, this.invoker);
  }

  // --- Batches of a function ------------------------------------------------------------------------

  /** Until the batch is full, or its window is over. */
  #gather(lane: number, invoker: Invoker): void {
    const untilMs = invoker.untilMs(lane);
    const { line } = this.queue;
    const isFull = (this.#state.held[lane] as number) >= this.plan.batch;
    if (isFull || untilMs <= this.#timeline.nowMs) {
      if (!invoker.enter(lane)) this.handling.rest(lane);
    } else if (line.first >= 0 || !this.#receive(lane)) {
      this.handling.rest(lane);
      this.#state.phase[lane] = WAITING;
      line.join(this.#first + lane);
      this.#wait(lane, untilMs);
    }
  }

  start(lane: number): void {
    this.handling.start(lane);
  }

  rest(lane: number): void {
    this.handling.rest(lane);
  }

  giveUp(lane: number): void {
    this.#state.held[lane] = 0;
    this.next(lane);
  }

  // --- Processes ------------------------------------------------------------------------------------

  #lastOf(process: number): number {
    return (process + 1) * this.#width - 1;
  }

  /** Whether a lane that has nothing to do is to do nothing: its process ends, or has. */
  #rests(lane: number): boolean {
    const process = Math.floor(lane / this.#width);
    const shelves = this.#shelves;
    if (shelves?.serves(lane) === true && shelves.countOf(process) > 0) return false;
    this.handling.rest(lane);
    this.#state.phase[lane] = IDLE;
    return this.processes.rests(process);
  }

  halt(process: number): void {
    const { phase } = this.#state;
    for (let lane = process * this.#width; lane <= this.#lastOf(process); lane++) {
      if (phase[lane] === WAITING) this.queue.line.leave(this.#first + lane);
      if ((phase[lane] as number) < GETTING) phase[lane] = IDLE;
    }
  }

  isIdle(process: number): boolean {
    const { phase, held } = this.#state;
    for (let lane = process * this.#width; lane <= this.#lastOf(process); lane++) {
      if ((phase[lane] as number) >= GETTING || (held[lane] as number) > 0) return false;
    }
    return (this.#shelves?.countOf(process) ?? 0) === 0;
  }

  drop(process: number): number {
    const { line } = this.queue;
    let held = this.#shelves?.countOf(process) ?? 0;
    this.touch();
    for (let lane = process * this.#width; lane <= this.#lastOf(process); lane++) {
      if (this.#state.phase[lane] === WAITING) line.leave(this.#first + lane);
      held += this.handling.drop(lane);
      this.invoker?.leave(lane);
    }
    this.#shelves?.clear(process);
    return held;
  }

  /** The process of this lane dies with all that it holds, and starts again. */
  crash(lane: number): void {
    this.processes.crash(Math.floor(lane / this.#width));
  }

  /** Messages that it has sent on. */
  get sentOn(): number {
    return this.#outlets.reduce((sum, { sent }) => sum + sent, 0);
  }

  /** One lane more, or less, has a handler at work. */
  setBusy(more: number): void {
    this.touch();
    this.#levels[0] = (this.#levels[0] as number) + more;
  }

  touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.meter.pass();
    this.#timeline.touch(this);
  }

  see(): void {
    this.#isTouched = false;
    this.#levels[1] = this.processes.working;
    this.#levels[2] = this.processes.desired;
    this.meter.see();
  }

  /** When a lane extends what it holds next. */
  planBeat(lane: number, atMs: number): void {
    this.#state.beatDue[lane] = atMs;
    this.#timeline.plan(atMs, eventOf(BEAT, this.#first + lane));
  }
}
