/**
 * How a fleet's lanes handle what they hold: one message after another, all side by side, or the whole
 * batch at once. It knows no receive; what the queue is told then is telling.ts.
 */
import type { Law } from "../random/law.ts";
import type { PlannedFleet } from "../scenario/plan.ts";
import { lambdaOf } from "../scenario/planScaling.ts";
import { Histogram } from "../statistics/histogram.ts";
import type { Failures } from "./failures.ts";
import { DONE, eventOf, PLACE_DONE } from "./kinds.ts";
import { HANDLING, IDLE, type Lanes, PLACES, QUEUEING, SENDING } from "./lanes.ts";
import type { Limiter } from "./limiter.ts";
import { type Onward, onwardOf } from "./onward.ts";
import type { FleetParts, LaneHost } from "./parts.ts";
import { Places } from "./places.ts";
import { FAILED, OPEN, Settler, WENT_WELL } from "./settler.ts";
import type { SimQueue } from "./simQueue.ts";
import { type Teller, Telling } from "./telling.ts";
import type { Timeline } from "./timeline.ts";
import type { Work } from "./work.ts";

const NEVER = Number.POSITIVE_INFINITY;

const ONE = 0;
const PARALLEL = 1;
const BATCH = 2;
const HANDLERS = { one: ONE, parallel: PARALLEL, batch: BATCH } as const;

export class Handling implements Teller {
  readonly service = new Histogram();
  handled = 0;
  failed = 0;
  readonly #plan: PlannedFleet;
  readonly #fleet: LaneHost;
  readonly #queue: SimQueue;
  readonly #timeline: Timeline;
  readonly #law: Law;
  readonly #failures: Failures;
  readonly #work: Work | undefined;
  readonly #onward: Onward | undefined;
  readonly #settler: Settler;
  readonly telling: Telling;
  readonly #state: Lanes;
  readonly #first: number;
  readonly #handler: number;
  readonly #beatMs: number;
  readonly #refusalMs: number;
  /** A Lambda function that takes so long has failed. */
  readonly #timeoutMs: number;
  /** Nothing can fail, and a message is deleted by itself, at once. */
  readonly #isPlain: boolean;
  /** Whatever is handled goes well, and nothing follows from it but the delete. */
  readonly #isSure: boolean;
  readonly #busy: Uint8Array;
  /** By place: what became of it, and what is in front of it. */
  readonly #outcome: Uint8Array;
  readonly #places: Places;
  readonly #firstPlace: number;
  readonly #limiter: Limiter | undefined;
  /** By place: whether it found no place of the resource; and whether the last failure ends a process. */
  readonly #refused: Uint8Array;
  #isFatal = false;

  constructor(parts: FleetParts, state: Lanes, fleet: LaneHost) {
    const { plan } = parts;
    this.#plan = plan;
    this.#fleet = fleet;
    this.#queue = parts.queue;
    this.#timeline = parts.timeline;
    this.#law = parts.law;
    this.#failures = parts.failures;
    this.#work = parts.work;
    this.#onward = onwardOf(parts, state.count, (place) => this.#onSentOn(place));
    this.#state = state;
    this.#first = parts.first;
    this.#handler = HANDLERS[plan.handler];
    this.#refusalMs = (parts.limiter?.plan.refusalSeconds ?? 0) * 1_000;
    this.#beatMs = (plan.heartbeat?.everySeconds ?? 0) * 1_000;
    this.#timeoutMs = (lambdaOf(plan)?.timeoutSeconds ?? NEVER) * 1_000;
    this.#outcome = new Uint8Array(state.count * PLACES);
    this.#limiter = parts.limiter;
    this.#refused = new Uint8Array(parts.limiter === undefined ? 0 : state.count * PLACES);
    this.#busy = new Uint8Array(state.count);
    this.#firstPlace = parts.first * PLACES;
    const places = this.#handler === PARALLEL ? state.count * PLACES : 0;
    this.#places = new Places(places, parts.timeline, this.#firstPlace);
    this.#settler = new Settler(parts, this.#outcome, this.#firstPlace);
    this.telling = new Telling(parts, state, this.#places, this.#settler, this);
    const isAlone = this.#handler === ONE && !plan.deleteBatch && plan.roundTripMs === 0;
    const isQuiet = parts.limiter === undefined && this.#onward === undefined;
    const isSafe = isQuiet && !this.#failures.isAny;
    this.#isSure = isSafe && this.#timeoutMs === NEVER;
    this.#isPlain = isAlone && isSafe && parts.queue.gate === undefined;
  }

  /** The lane holds messages: it begins to handle them. */
  start(lane: number): void {
    const { at, open, held } = this.#state;
    const count = held[lane] as number;
    const place = lane * PLACES;
    if (!this.#isPlain) this.#mark(place, place + count, OPEN);
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

  /** What became of the messages in these places: a loop, since so few are filled faster by it. */
  #mark(from: number, end: number, outcome: number): void {
    const outcomes = this.#outcome;
    for (let place = from; place < end; place++) outcomes[place] = outcome;
  }

  /** One message, or the whole batch. */
  #handle(lane: number): void {
    const limiter = this.#limiter;
    if (limiter === undefined || limiter.take(this.#firstPlace + lane * PLACES)) this.#begin(lane);
    else if (limiter.isRefusing) this.#refuse(lane);
    else {
      this.#state.phase[lane] = QUEUEING;
      this.#beBusy(lane);
    }
  }

  #begin(lane: number): void {
    const state = this.#state;
    const { nowMs } = this.#timeline;
    const ms = this.#work?.ofLane(lane, state) ?? this.#law.draw();
    const atMs = nowMs + Math.min(ms, this.#timeoutMs);
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

  /** It found no place: it fails when that is known. */
  #refuse(lane: number): void {
    const { phase, due, held, at } = this.#state;
    const first = lane * PLACES;
    const from = this.#handler === ONE ? first + (at[lane] as number) : first;
    this.#refused.fill(1, from, this.#handler === ONE ? from + 1 : first + (held[lane] as number));
    phase[lane] = HANDLING;
    due[lane] = this.#timeline.nowMs + this.#refusalMs;
    this.#beBusy(lane);
    this.#timeline.plan(due[lane] as number, eventOf(DONE, this.#first + lane));
  }

  /** The resource has a place for it now. */
  grant(global: number): void {
    const place = global - this.#firstPlace;
    if (this.#handler === PARALLEL) this.#beginPlace(place);
    else this.#begin(Math.floor(place / PLACES));
  }

  onDone(global: number): void {
    const lane = global - this.#first;
    const { nowMs } = this.#timeline;
    if (!this.#state.isDue(lane, HANDLING, nowMs)) return;
    const { began, at } = this.#state;
    const place = lane * PLACES + (this.#handler === ONE ? (at[lane] as number) : 0);
    if (this.#refused[place] !== 1) this.service.record(nowMs - (began[lane] as number));
    this.#limiter?.leave(this.#firstPlace + lane * PLACES);
    if (this.#isPlain) this.#doneOnePlainly(lane);
    else if (this.#handler !== BATCH) this.#doneOne(lane);
    else if (this.#isSure) this.#doneBatchSurely(lane);
    else this.#doneBatch(lane);
  }

  // --- One after another ----------------------------------------------------------------------------

  /** The shortest way: nothing fails, and calls take no time. */
  #doneOnePlainly(lane: number): void {
    this.handled++;
    this.#settler.deleteOne(lane * PLACES + (this.#state.at[lane] as number));
    this.goOn(lane);
  }

  #doneOne(lane: number): void {
    const place = lane * PLACES + (this.#state.at[lane] as number);
    const isFailed = this.#fails(place);
    if (isFailed && this.#isFatal) this.#fleet.crash(lane);
    else if (isFailed || this.#sendsOn(place)) this.#doneWith(lane);
    else this.#state.phase[lane] = SENDING;
  }

  #doneWith(lane: number): void {
    const { at, held } = this.#state;
    const isLast = (at[lane] as number) + 1 >= (held[lane] as number);
    if (this.#plan.deleteBatch && !isLast) this.goOn(lane);
    else this.telling.say(lane);
  }

  /** The next of its messages, or the next receive. */
  goOn(lane: number): void {
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
    const isRefused = this.#refused[place] === 1;
    if (isRefused) this.#refused[place] = 0;
    this.#isFatal = this.#plan.failure.isCrash && !isRefused;
    const isFailed =
      isRefused || (this.#failures.isAny && this.#failures.fails(this.#timeline.nowMs, high));
    this.#outcome[place] = isFailed ? FAILED : WENT_WELL;
    if (isFailed) this.failed++;
    else this.handled++;
    return isFailed;
  }

  // --- The whole batch at once ------------------------------------------------------------------------

  #doneBatchSurely(lane: number): void {
    const first = lane * PLACES;
    const count = this.#state.held[lane] as number;
    this.#mark(first, first + count, WENT_WELL);
    this.handled += count;
    this.telling.say(lane);
  }

  #doneBatch(lane: number): void {
    const first = lane * PLACES;
    const count = this.#state.held[lane] as number;
    let failed = 0;
    const isLate = this.#timeline.nowMs >= (this.#state.began[lane] as number) + this.#timeoutMs;
    for (let index = 0; index < count; index++) if (this.#fails(first + index)) failed++;
    if (failed > 0 && this.#isFatal) {
      this.#fleet.crash(lane);
      return;
    }
    const isWhole = isLate || (failed > 0 && !this.#plan.partialBatches);
    if (isWhole && failed < count) {
      this.#mark(first, first + count, FAILED);
      this.handled -= count - failed;
      this.failed += count - failed;
    }
    let isThrough = true;
    for (let place = first; place < first + count; place++) {
      if (this.#outcome[place] === WENT_WELL && !this.#sendsOn(place)) isThrough = false;
    }
    if (isThrough) this.telling.say(lane);
    else this.#state.phase[lane] = SENDING;
  }

  // --- What goes on -----------------------------------------------------------------------------------

  /** Sends on of the message in this place; whether that is through. */
  #sendsOn(place: number): boolean {
    return this.#onward === undefined || this.#onward.send(place);
  }

  /** What goes on of the message in this place was refused, and is through now. */
  #onSentOn(place: number): void {
    const lane = Math.floor(place / PLACES);
    const first = lane * PLACES;
    if (this.#handler === PARALLEL) this.#doneWithPlace(place);
    else if (this.#handler === ONE) this.#doneWith(lane);
    else if (this.#onward?.isDone(first, first + PLACES)) this.telling.say(lane);
  }

  // --- All side by side -----------------------------------------------------------------------------

  #handleAll(lane: number, count: number): void {
    const state = this.#state;
    state.phase[lane] = HANDLING;
    this.#beBusy(lane);
    const limiter = this.#limiter;
    for (let place = lane * PLACES; place < lane * PLACES + count; place++) {
      if (limiter === undefined || limiter.take(this.#firstPlace + place)) this.#beginPlace(place);
      else if (limiter.isRefusing) {
        this.#refused[place] = 1;
        this.#places.plan(place, PLACE_DONE, this.#timeline.nowMs + this.#refusalMs);
      }
    }
  }

  #beginPlace(place: number): void {
    const { nowMs } = this.#timeline;
    this.#places.began[place] = nowMs;
    const ms = this.#work?.of(place) ?? this.#law.draw();
    this.#places.plan(place, PLACE_DONE, nowMs + ms);
  }

  onPlaceDone(global: number): void {
    const place = global - this.#firstPlace;
    if (!this.#places.isDue(place)) return;
    if (this.#refused[place] !== 1)
      this.service.record(this.#timeline.nowMs - (this.#places.began[place] as number));
    this.#limiter?.leave(global);
    const isFailed = this.#fails(place);
    if (isFailed && this.#isFatal) this.#fleet.crash(Math.floor(place / PLACES));
    else if (isFailed || this.#sendsOn(place)) this.#doneWithPlace(place);
  }

  #doneWithPlace(place: number): void {
    const { at } = this.#state;
    const lane = Math.floor(place / PLACES);
    at[lane] = (at[lane] as number) - 1;
    if (at[lane] === 0) this.rest(lane);
    if (!this.#plan.deleteBatch) this.telling.sayPlace(place);
    else if (at[lane] === 0) this.telling.say(lane);
  }

  // --- The end of what it held ------------------------------------------------------------------------

  #end(lane: number): void {
    const { held, phase, beatDue } = this.#state;
    held[lane] = 0;
    phase[lane] = IDLE;
    beatDue[lane] = NEVER;
    this.#fleet.next(lane);
  }

  /** Messages that it could not send on yet. */
  get unsent(): number {
    return this.#onward?.unsent ?? 0;
  }

  /** The lane's process has died: it forgets what it held; how many messages those were. */
  drop(lane: number): number {
    const { held, phase, beatDue } = this.#state;
    const count = this.#inHand(lane);
    this.#refused.fill(0, lane * PLACES, (lane + 1) * PLACES);
    this.#limiter?.leaveAll(this.#firstPlace + lane * PLACES, PLACES);
    this.rest(lane);
    held[lane] = 0;
    phase[lane] = IDLE;
    beatDue[lane] = NEVER;
    this.#places.clear(lane * PLACES, (lane + 1) * PLACES);
    this.#onward?.forget(lane * PLACES, (lane + 1) * PLACES);
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
