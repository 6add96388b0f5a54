/**
 * The processes of a fleet: which are there, which come and which go. A process that is wanted is placed,
 * then it starts, then it is up. One that is not wanted any more is killed, or drained: it receives no
 * more, and ends with the last that it holds or when its grace is over; a protected one ends when it
 * holds nothing. The newest go first, those that are not up yet before all. What lanes do is the fleet's.
 */

import type { PlannedFleet } from "../scenario/plan.ts";
import { mostProcesses } from "../scenario/planScaling.ts";
import type { Agenda } from "./agenda.ts";
import type { Timeline } from "./timeline.ts";

/** What a place for a process has in it. */
const NOBODY = 0;
const PLACED = 1;
const STARTING = 2;
const UP = 3;
const STOPPING = 4;
const STATES = 5;

/** What processes need of their fleet. */
export interface ProcessHost {
  /** Its lanes begin at that moment. */
  begin(process: number, atMs: number): void;
  /** It receives no more, and goes on with what it holds. */
  halt(process: number): void;
  /** Whether it holds nothing. */
  isIdle(process: number): boolean;
  /** Its lanes forget all; how many messages it held. */
  drop(process: number): number;
  /** Their number changes. */
  touch(): void;
}

export class Processes {
  /** Places for processes. */
  readonly places: number;
  readonly #plan: PlannedFleet;
  readonly #host: ProcessHost;
  readonly #timeline: Timeline;
  readonly #agenda: Agenda;
  readonly #how: "kill" | "drain" | "protect";
  readonly #graceSeconds: number;
  /** Whether a process ends after one receive, whatever is wanted. */
  readonly isOnce: boolean;
  readonly #state: Uint8Array;
  readonly #counts = new Int32Array(STATES);
  /** The number of each among all that there ever were; 0 for none. */
  readonly #birth: Float64Array;
  /** Since when it has been there. */
  readonly #since: Float64Array;
  readonly #free: number[] = [];
  #births = 0;
  #ranMs = 0;
  #desired = 0;
  /** By births: who is told when a new one is up, and when one that is at work has been replaced. */
  readonly #comers = new Map<number, () => void>();
  readonly #goers = new Map<number, () => void>();
  /** Whether a process may have to end that has nothing to do. */
  isWatching = false;
  crashed = 0;
  restarted = 0;
  /** Those that were ended with messages in hand, and the messages. */
  killed = 0;
  abandoned = 0;

  constructor(plan: PlannedFleet, host: ProcessHost, timeline: Timeline, agenda: Agenda) {
    this.#plan = plan;
    this.#host = host;
    this.#timeline = timeline;
    this.#agenda = agenda;
    this.#how = plan.scaling?.scaleIn ?? "kill";
    this.#graceSeconds = plan.scaling?.graceSeconds ?? 0;
    this.isOnce = plan.scaling?.autoscaler?.rule.kind === "kedaJobs";
    this.places = Processes.placesOf(plan);
    this.#state = new Uint8Array(this.places);
    this.#birth = new Float64Array(this.places);
    this.#since = new Float64Array(this.places);
    for (let place = this.places - 1; place >= 0; place--) this.#free.push(place);
  }

  /** As many as are wanted at the most, and as many again where the former ones may still be draining. */
  static placesOf(plan: PlannedFleet): number {
    return mostProcesses(plan) * (plan.scaling?.scaleIn === "drain" ? 2 : 1);
  }

  /** The first ones are there, and start. */
  start(): void {
    this.#desired = this.#plan.count;
    while (this.#coming < this.#desired) this.#place(this.#take());
  }

  /** As many as are wanted; where each ends by itself, as have not. */
  get desired(): number {
    return this.isOnce ? this.#coming + (this.#counts[STOPPING] as number) : this.#desired;
  }

  /** Those that can work: draining ones among them. */
  get working(): number {
    return this.inService + (this.#counts[STOPPING] as number);
  }

  get inService(): number {
    return this.#counts[UP] as number;
  }

  /** Those that hold something. */
  get busy(): number {
    let busy = 0;
    for (let place = 0; place < this.places; place++) {
      if (this.#state[place] === UP && !this.#host.isIdle(place)) busy++;
    }
    return busy;
  }

  /** Those that are not told to go: as many as are wanted, unless protected ones are more. */
  get #coming(): number {
    return (
      (this.#counts[PLACED] as number) +
      (this.#counts[STARTING] as number) +
      (this.#counts[UP] as number)
    );
  }

  get #isTooMany(): boolean {
    return !this.isOnce && this.#coming > this.#desired;
  }

  get pending(): number {
    return (this.#counts[PLACED] as number) + (this.#counts[STARTING] as number);
  }

  /** How long all of them were there until now. */
  get ranMs(): number {
    let sum = this.#ranMs;
    for (let place = 0; place < this.places; place++) {
      if ((this.#state[place] as number) < STARTING) continue;
      sum += this.#timeline.nowMs - (this.#since[place] as number);
    }
    return sum;
  }

  // --- Coming -------------------------------------------------------------------------------------

  #enter(place: number, state: number): void {
    const counts = this.#counts;
    const before = this.#state[place] as number;
    counts[before] = (counts[before] as number) - 1;
    counts[state] = (counts[state] as number) + 1;
    this.#state[place] = state;
    this.#host.touch();
  }

  /** A place for a new process. */
  #take(): number {
    const place = this.#free.pop() as number;
    this.#birth[place] = ++this.#births;
    return place;
  }

  #launch(): void {
    const { placementSeconds = 0 } = this.#plan.scaling ?? {};
    const place = this.#take();
    if (placementSeconds === 0) {
      this.#place(place);
      return;
    }
    this.#enter(place, PLACED);
    const birth = this.#births;
    this.#agenda.after(placementSeconds, () => {
      if (this.#birth[place] === birth && this.#state[place] === PLACED) this.#place(place);
    });
  }

  /** It is there, and starts. */
  #place(place: number): void {
    this.#since[place] = this.#timeline.nowMs;
    this.#boot(place);
  }

  #boot(place: number): void {
    this.#enter(place, STARTING);
    this.#host.begin(place, this.#timeline.nowMs + this.#plan.coldStartSeconds * 1_000);
  }

  /** A process makes its first receive. */
  rise(place: number): void {
    if (this.#state[place] !== STARTING) return;
    this.#enter(place, UP);
    this.#tell(this.#comers, this.#birth[place] as number);
  }

  #tell(those: Map<number, () => void>, birth: number): void {
    const told = those.get(birth);
    if (told === undefined) return;
    those.delete(birth);
    told();
  }

  /** A process has died of what it handled: it starts again, unless it was to go. */
  crash(place: number): void {
    this.crashed++;
    this.#host.drop(place);
    if (this.#state[place] === STOPPING) {
      this.#leave(place);
      return;
    }
    this.#boot(place);
    this.#tell(this.#goers, this.#birth[place] as number);
  }

  // --- Going --------------------------------------------------------------------------------------

  /** There are to be so many. */
  resize(desired: number): void {
    if (this.isOnce) {
      for (let more = desired - this.desired; more > 0; more--) this.#launch();
      return;
    }
    this.#desired = desired;
    this.#host.touch();
    for (const place of this.#leastWanted()) this.#stop(place);
    this.#fill();
    this.#watch();
  }

  #fill(): void {
    while (this.#coming < this.#desired && this.#free.length > 0) this.#launch();
  }

  /** Those that are too many: the newest, those that are not up before all, of protected ones the idle. */
  #leastWanted(): number[] {
    const more = this.#coming - this.#desired;
    if (more <= 0) return [];
    const places: number[] = [];
    for (let place = 0; place < this.places; place++) {
      const state = this.#state[place] as number;
      if (state === NOBODY || state === STOPPING) continue;
      if (state === UP && this.#how === "protect" && !this.#host.isIdle(place)) continue;
      places.push(place);
    }
    const birth = this.#birth;
    const state = this.#state;
    places.sort((one, other) => {
      const byState = (state[one] as number) - (state[other] as number);
      return byState === 0 ? (birth[other] as number) - (birth[one] as number) : byState;
    });
    return places.slice(0, more);
  }

  #stop(place: number): void {
    const isUp = this.#state[place] === UP;
    if (!isUp || this.#how !== "drain") {
      this.#kill(place);
      return;
    }
    this.#enter(place, STOPPING);
    this.#host.halt(place);
    if (this.#host.isIdle(place)) {
      this.#kill(place);
      return;
    }
    const birth = this.#birth[place];
    this.#agenda.after(this.#graceSeconds, () => {
      if (this.#birth[place] === birth && this.#state[place] === STOPPING) this.#kill(place);
    });
  }

  /** It ends, whatever it holds. */
  #kill(place: number): void {
    const held = this.#host.drop(place);
    if (held > 0) {
      this.killed++;
      this.abandoned += held;
    }
    this.#leave(place);
  }

  #leave(place: number): void {
    const wasThere = (this.#state[place] as number) >= STARTING;
    if (wasThere) this.#ranMs += this.#timeline.nowMs - (this.#since[place] as number);
    const birth = this.#birth[place] as number;
    this.#enter(place, NOBODY);
    this.#birth[place] = 0;
    this.#free.push(place);
    if (!this.isOnce) this.#fill();
    this.#watch();
    this.#tell(this.#comers, birth);
    this.#tell(this.#goers, birth);
  }

  /** Its one receive is made: it ends when it has handled that, or at once where that is nothing. */
  received(place: number, count: number): void {
    if (count === 0) {
      this.#kill(place);
      return;
    }
    this.#enter(place, STOPPING);
    this.#watch();
  }

  #watch(): void {
    const isAnyLeaving = (this.#counts[STOPPING] as number) > 0 || this.#goers.size > 0;
    this.isWatching = isAnyLeaving || this.#isTooMany;
  }

  /** A process that is watched has a lane with nothing to do; whether the lane is to stay so. */
  rests(place: number): boolean {
    const isStopping = this.#state[place] === STOPPING;
    const birth = this.#birth[place] as number;
    const isOld = this.#goers.has(birth);
    if (!isStopping && !isOld && !this.#isTooMany) return false;
    const isIdle = this.#host.isIdle(place);
    if (isIdle && isOld) this.#replace(place);
    else if (isIdle) this.#kill(place);
    return isIdle || isStopping;
  }

  // --- New ones for old ones ------------------------------------------------------------------------

  /** The births of those that are there and not told to go, the oldest first. */
  births(): number[] {
    const places = Array.from(this.#state.keys());
    const there = places.filter((place) => {
      const state = this.#state[place];
      return state === STARTING || state === UP;
    });
    return there.map((place) => this.#birth[place] as number).sort((one, other) => one - other);
  }

  /**
   * A new process takes the place of this one, as it goes when it is one too many; `done` is called when the new
   * one is up, or nobody takes its place. False where it is gone, and nothing happens.
   */
  renew(birth: number, done: () => void): boolean {
    const place = this.#birth.indexOf(birth);
    if (place < 0 || this.#state[place] === STOPPING) return false;
    this.#goers.set(birth, done);
    const isProtected = this.#how === "protect" && this.#state[place] === UP;
    if (isProtected && !this.#host.isIdle(place)) this.#watch();
    else this.#replace(place);
    return true;
  }

  #replace(place: number): void {
    const birth = this.#birth[place] as number;
    const done = this.#goers.get(birth) as () => void;
    const before = this.#births;
    this.restarted++;
    this.#goers.delete(birth);
    this.#stop(place);
    this.#fill();
    this.#watch();
    if (this.#births > before) this.#comers.set(this.#births, done);
    else done();
  }
}
