/**
 * When a producer's messages come: moments in milliseconds from the beginning of the run, one after
 * another. A closed loop has none of its own. One class for all, as Law is.
 */
import type { PlannedArrivals, PlannedLaw } from "../scenario/plan.ts";
import { Law } from "./law.ts";
import { type Rate, rateOf } from "./rate.ts";
import type { Stream } from "./stream.ts";
import { TracePlayer } from "./tracePlayer.ts";
import { exponential } from "./ziggurat.ts";

const RENEWAL = 0;
const MMPP2 = 1;
const RANDOM_PROFILE = 2;
const EVEN_PROFILE = 3;
const NONE = 4;
const TRACE = 5;

const MS = 1_000;
const NEVER = Number.POSITIVE_INFINITY;

export class Arrivals {
  /** Messages at each moment. */
  readonly size: number;
  readonly #kind: number;
  readonly #stream: Stream;
  readonly #gap: Law | undefined;
  readonly #rate: Rate | undefined;
  readonly #player: TracePlayer | undefined;
  /** Of the two states: messages a millisecond, and how long it lasts. */
  readonly #perMs: readonly number[];
  readonly #stayMs: readonly number[];
  #state = 0;
  /** The last moment, and when the state ends. */
  readonly #at = new Float64Array(2);

  constructor(planned: PlannedArrivals, stream: Stream) {
    this.#stream = stream;
    this.size = planned.kind === "renewal" ? planned.size : 1;
    this.#kind = kindOf(planned);
    this.#gap = planned.kind === "renewal" ? new Law(planned.gap, stream) : undefined;
    this.#rate = planned.kind === "profile" ? rateOf(planned.rate) : undefined;
    this.#player = planned.kind === "trace" ? new TracePlayer(planned.played, stream) : undefined;
    const isMmpp = planned.kind === "mmpp2";
    this.#perMs = isMmpp ? planned.perSecond.map((rate) => rate / MS) : [];
    this.#stayMs = isMmpp ? planned.meanStaySeconds.map((stay) => stay * MS) : [];
    this.#at[1] = isMmpp ? this.#exponential(this.#stayMs[0] as number) : NEVER;
  }

  /** The next moment; Infinity: there is none. */
  next(): number {
    this.#advance();
    return this.#at[0] as number;
  }

  #advance(): void {
    const last = this.#at[0] as number;
    this.#at[0] = this.#kind === RENEWAL ? last + (this.#gap as Law).draw() : this.#nextOf(last);
  }

  #nextOf(last: number): number {
    if (this.#kind === MMPP2) return this.#mmpp(last);
    if (this.#kind === TRACE) return (this.#player as TracePlayer).next();
    if (this.#kind === RANDOM_PROFILE) return this.#thinned(this.#rate as Rate, last);
    return this.#kind === EVEN_PROFILE ? (this.#rate as Rate).after(last, 1) : NEVER;
  }

  #exponential(meanMs: number): number {
    return meanMs * exponential(this.#stream);
  }

  /** A distance that leads out of the state is drawn again from its end on. */
  #mmpp(last: number): number {
    const at = this.#at;
    let from = last;
    for (;;) {
      const rate = this.#perMs[this.#state] as number;
      const next = rate > 0 ? from + this.#exponential(1 / rate) : NEVER;
      const end = at[1] as number;
      if (next < end) return next;
      from = end;
      this.#state = 1 - this.#state;
      at[1] = end + this.#exponential(this.#stayMs[this.#state] as number);
    }
  }

  /** Thinning (Lewis and Shedler, 1979): moments at the greatest rate, of which some are kept. */
  #thinned(rate: Rate, last: number): number {
    let from = last;
    // Over a whole period without any the rate is 0 for ever, which is seen by its end.
    for (;;) {
      const bound = rate.bound(from);
      const until = rate.boundUntil(from);
      const next = bound > 0 ? from + this.#exponential(1 / bound) : NEVER;
      if (next >= until) {
        if (until === NEVER) return NEVER;
        from = until;
        continue;
      }
      if (next === NEVER) return NEVER;
      from = next;
      if (this.#stream.double() * bound < rate.at(next)) return next;
    }
  }
}

function kindOf(planned: PlannedArrivals): number {
  switch (planned.kind) {
    case "renewal":
      return RENEWAL;
    case "mmpp2":
      return MMPP2;
    case "profile":
      return planned.isEven ? EVEN_PROFILE : RANDOM_PROFILE;
    case "closedLoop":
      return NONE;
    case "trace":
      return TRACE;
  }
}

/**
 * How many messages a second, roughly, and of a rate that changes at the most: how long a run's periods
 * are is settled by it. What consumers are held against is load.ts's, the mean in the long run. 0 where
 * it depends on others.
 */
export function roughRateOf(planned: PlannedArrivals): number {
  switch (planned.kind) {
    case "renewal":
      return planned.size / meanSecondsOf(planned.gap);
    case "mmpp2": {
      const [one, other] = planned.meanStaySeconds;
      return (planned.perSecond[0] * one + planned.perSecond[1] * other) / (one + other);
    }
    case "profile":
      return planned.rate.kind === "sine"
        ? planned.rate.meanPerSecond
        : Math.max(...planned.rate.pieces.map(({ perSecond }) => perSecond));
    case "closedLoop":
      return 0;
    case "trace":
      return ((planned.played.until.at(-1) as number) / (planned.played.spanMs || 1)) * MS;
  }
}

function meanSecondsOf(law: PlannedLaw): number {
  if (law.kind === "deterministic") return law.seconds;
  if (law.kind === "uniform") return (law.minSeconds + law.maxSeconds) / 2;
  return law.kind === "empirical" ? Math.max(...law.seconds) : law.meanSeconds;
}
