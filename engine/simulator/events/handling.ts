/**
 * How a fleet's lanes handle what they hold: one message after another, all side by side, or the whole
 * batch at once; and what becomes of it then. It knows no receive.
 */
import type { Law } from "../random/law.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import { Histogram } from "../statistics/histogram.ts";
import type { Failures } from "./failures.ts";
import { DONE, eventOf, PLACE_DONE, PLACE_SETTLE, SETTLE, SETTLED } from "./kinds.ts";
import { HANDLING, IDLE, type Lanes, SETTLING } from "./lanes.ts";
import type { FleetParts, LaneHost } from "./parts.ts";
import { FAILED, OPEN, Settler, WENT_WELL } from "./settler.ts";
import type { SimQueue } from "./simQueue.ts";
import type { Timeline } from "./timeline.ts";

const PLACES = 10;
const NEVER = Number.POSITIVE_INFINITY;

const ONE = 0;
const PARALLEL = 1;
const BATCH = 2;
const HANDLERS = { one: ONE, parallel: PARALLEL, batch: BATCH } as const;

export class Handling {
  readonly service = new Histogram();
  handled = 0;
  failed = 0;
  readonly #plan: PlannedFleet;
  readonly #fleet: LaneHost;
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #law: Law;
  readonly #failures: Failures;
  readonly #settler: Settler;
  readonly #state: Lanes;
  readonly #first: number;
  readonly #handler: number;
  readonly #halfTripMs: number;
  readonly #beatMs: number;
  /** Nothing can fail, and a message is deleted by itself, at once. */
  readonly #isPlain: boolean;
  readonly #busy: Uint8Array;
  /** By place: what became of it, and when what is in front of it happens. */
  readonly #outcome: Uint8Array;
  readonly #placeDue: Float64Array;
  readonly #firstPlace: number;

  constructor(parts: FleetParts, state: Lanes, fleet: LaneHost) {
    const { plan } = parts;
    this.#plan = plan;
    this.#fleet = fleet;
    this.#queue = parts.queue;
    this.#timeline = parts.timeline;
    this.#law = parts.law;
    this.#failures = parts.failures;
    this.#state = state;
    this.#first = parts.first;
    this.#handler = HANDLERS[plan.handler];
    this.#halfTripMs = plan.roundTripMs / 2;
    this.#beatMs = (plan.heartbeat?.everySeconds ?? 0) * 1_000;
    this.#outcome = new Uint8Array(state.count * PLACES);
    this.#placeDue = new Float64Array(this.#handler === PARALLEL ? state.count * PLACES : 0);
    this.#busy = new Uint8Array(state.count);
    this.#firstPlace = parts.first * PLACES;
    this.#settler = new Settler(parts, this.#outcome, this.#firstPlace);
    const isAlone = this.#handler === ONE && !plan.deleteBatch && plan.roundTripMs === 0;
    this.#isPlain = isAlone && !this.#failures.isAny;
  }

  /** The lane holds messages: it begins to handle them. */
  start(lane: number): void {
    const { at, open, held } = this.#state;
    const count = held[lane] as number;
    const place = lane * PLACES;
    if (!this.#isPlain) this.#outcome.fill(OPEN, place, place + count);
    if (this.#beatMs > 0) this.#fleet.planBeat(lane, this.#timeline.nowMs + this.#beatMs);
    if (this.#handler === PARALLEL) {
      at[lane] = count;
      open[lane] = count;
      this.#handleAll(lane, count);
    } else {
      at[lane] = 0;
      this.#handle(lane);
    }
  }

  /** One message, or the whole batch. */
  #handle(lane: number): void {
    const state = this.#state;
    const { nowMs } = this.#timeline;
    const atMs = nowMs + this.#law.draw();
    state.phase[lane] = HANDLING;
    state.began[lane] = nowMs;
    state.due[lane] = atMs;
    this.#beBusy(lane);
    this.#timeline.plan(atMs, eventOf(DONE, this.#first + lane));
  }

  #beBusy(lane: number): void {
    if (this.#busy[lane] === 1) return;
    this.#busy[lane] = 1;
    this.#fleet.setBusy(1);
  }

  /** The lane handles nothing from now on; one that goes on at the same moment never rested. */
  rest(lane: number): void {
    if (this.#busy[lane] === 0) return;
    this.#busy[lane] = 0;
    this.#fleet.setBusy(-1);
  }

  onDone(global: number): void {
    const lane = global - this.#first;
    const { nowMs } = this.#timeline;
    if (!this.#state.isDue(lane, HANDLING, nowMs)) return;
    this.#took(nowMs - (this.#state.began[lane] as number));
    if (this.#isPlain) this.#doneOnePlainly(lane);
    else if (this.#handler === BATCH) this.#doneBatch(lane);
    else this.#doneOne(lane);
  }

  #took(ms: number): void {
    this.service.record(ms);
  }

  // --- One after another ----------------------------------------------------------------------------

  /** The shortest way: nothing fails, and calls take no time. */
  #doneOnePlainly(lane: number): void {
    this.handled++;
    this.#settler.deleteOne(lane * PLACES + (this.#state.at[lane] as number));
    this.#goOn(lane);
  }

  #doneOne(lane: number): void {
    const state = this.#state;
    const at = state.at[lane] as number;
    if (this.#fails(lane * PLACES + at) && this.#plan.failure.isCrash) {
      this.#fleet.crash(lane);
      return;
    }
    if (this.#plan.deleteBatch && at + 1 < (state.held[lane] as number)) this.#goOn(lane);
    else this.#say(lane);
  }

  /** The next of its messages, or the next receive. */
  #goOn(lane: number): void {
    const { at, held } = this.#state;
    const next = (at[lane] as number) + 1;
    if (this.#handler !== ONE || next >= (held[lane] as number)) {
      this.#end(lane);
      return;
    }
    at[lane] = next;
    this.#handle(lane);
  }

  /** Whether handling this message has failed; notes what became of it. */
  #fails(place: number): boolean {
    const high = this.#queue.traffic.high(this.#firstPlace + place);
    const isFailed = this.#failures.isAny && this.#failures.fails(this.#timeline.nowMs, high);
    this.#outcome[place] = isFailed ? FAILED : WENT_WELL;
    if (isFailed) this.failed++;
    else this.handled++;
    return isFailed;
  }

  // --- The whole batch at once ------------------------------------------------------------------------

  #doneBatch(lane: number): void {
    const first = lane * PLACES;
    const count = this.#state.held[lane] as number;
    let failed = 0;
    for (let index = 0; index < count; index++) if (this.#fails(first + index)) failed++;
    if (failed > 0 && this.#plan.failure.isCrash) {
      this.#fleet.crash(lane);
      return;
    }
    if (failed > 0 && failed < count && !this.#plan.partialBatches) {
      this.#outcome.fill(FAILED, first, first + count);
      this.handled -= count - failed;
      this.failed += count - failed;
    }
    this.#say(lane);
  }

  // --- All side by side -----------------------------------------------------------------------------

  #handleAll(lane: number, count: number): void {
    const state = this.#state;
    const { nowMs } = this.#timeline;
    state.phase[lane] = HANDLING;
    state.began[lane] = nowMs;
    this.#beBusy(lane);
    for (let place = lane * PLACES; place < lane * PLACES + count; place++) {
      this.#planPlace(place, PLACE_DONE, nowMs + this.#law.draw());
    }
  }

  #planPlace(place: number, kind: number, atMs: number): void {
    this.#placeDue[place] = atMs;
    this.#timeline.plan(atMs, eventOf(kind, this.#firstPlace + place));
  }

  onPlaceDone(global: number): void {
    const place = global - this.#firstPlace;
    const { nowMs } = this.#timeline;
    if (this.#placeDue[place] !== nowMs) return;
    const lane = Math.floor(place / PLACES);
    const { at, began } = this.#state;
    this.#took(nowMs - (began[lane] as number));
    const isFailed = this.#fails(place);
    at[lane] = (at[lane] as number) - 1;
    if (at[lane] === 0) this.rest(lane);
    if (isFailed && this.#plan.failure.isCrash) {
      this.#fleet.crash(lane);
      return;
    }
    if (this.#plan.deleteBatch) {
      if (at[lane] === 0) this.#say(lane);
    } else if (this.#halfTripMs > 0) {
      this.#planPlace(place, PLACE_SETTLE, nowMs + this.#halfTripMs);
    } else {
      this.#settlePlace(place, lane);
    }
  }

  onPlaceSettle(global: number): void {
    const place = global - this.#firstPlace;
    if (this.#placeDue[place] !== this.#timeline.nowMs) return;
    this.#settlePlace(place, Math.floor(place / PLACES));
  }

  #settlePlace(place: number, lane: number): void {
    const { open } = this.#state;
    this.#placeDue[place] = NEVER;
    this.#settler.settle(place, place + 1);
    open[lane] = (open[lane] as number) - 1;
    if (open[lane] === 0) this.#answered(lane);
  }

  // --- What became of it ----------------------------------------------------------------------------

  /** The lane says what became of what it has handled. */
  #say(lane: number): void {
    if (this.#halfTripMs > 0) this.#planSay(lane, SETTLE);
    else this.#settle(lane);
  }

  #planSay(lane: number, kind: number): void {
    const atMs = this.#timeline.nowMs + this.#halfTripMs;
    this.rest(lane);
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
    const isOne = this.#handler === ONE && !this.#plan.deleteBatch;
    const from = isOne ? first + (at[lane] as number) : first;
    this.#settler.settle(from, isOne ? from + 1 : first + (held[lane] as number));
    this.#answered(lane);
  }

  #answered(lane: number): void {
    if (this.#halfTripMs > 0) this.#planSay(lane, SETTLED);
    else this.#goOn(lane);
  }

  onSettled(global: number): void {
    const lane = global - this.#first;
    if (this.#state.isDue(lane, SETTLING, this.#timeline.nowMs)) this.#goOn(lane);
  }

  #end(lane: number): void {
    const { held, phase, beatDue } = this.#state;
    held[lane] = 0;
    phase[lane] = IDLE;
    beatDue[lane] = NEVER;
    this.#fleet.next(lane);
  }

  /** The lane's process has died: it forgets what it held; how many messages those were. */
  drop(lane: number): number {
    const { held, phase, beatDue } = this.#state;
    const count = this.#inHand(lane);
    this.rest(lane);
    held[lane] = 0;
    phase[lane] = IDLE;
    beatDue[lane] = NEVER;
    this.#placeDue.fill(NEVER, lane * PLACES, (lane + 1) * PLACES);
    return count;
  }

  /** Messages of which the queue was not told yet what became of them. */
  #inHand(lane: number): number {
    const { held, phase, at } = this.#state;
    const count = held[lane] as number;
    if (count === 0 || (phase[lane] as number) < HANDLING) return count;
    if (this.#isPlain) return count - (at[lane] as number);
    return this.#settler.unsaid(lane * PLACES, lane * PLACES + count);
  }

  // --- Heartbeats -------------------------------------------------------------------------------------

  onBeat(global: number): void {
    const lane = global - this.#first;
    const { beatDue, held, at } = this.#state;
    const { nowMs } = this.#timeline;
    const { heartbeat, deleteBatch } = this.#plan;
    if (beatDue[lane] !== nowMs || heartbeat === undefined) return;
    const first = lane * PLACES;
    const isBehind = this.#handler === ONE && !deleteBatch;
    const from = isBehind ? first + (at[lane] as number) : first;
    const hiddenMs = heartbeat.visibilityTimeoutSeconds * 1_000;
    this.#settler.extend(from, first + (held[lane] as number), hiddenMs);
    this.#fleet.planBeat(lane, nowMs + this.#beatMs);
  }
}
