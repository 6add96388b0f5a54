/**
 * When a producer sends, in a scenario: a process is a map of one name and its parameters. Types only;
 * types.ts says what they are made into.
 */
import type { Law } from "./laws.ts";
import type {
  PositiveRate,
  PositiveSeconds,
  Probability,
  Rate,
  Seconds,
  Spacing,
} from "./measures.ts";
import type { TraceArrivals } from "./trace.ts";

/** When messages are sent: one process, by its name. */
export type Arrivals =
  | PoissonArrivals
  | DeterministicArrivals
  | UniformArrivals
  | ErlangArrivals
  | HyperexponentialArrivals
  | BatchArrivals
  | Mmpp2Arrivals
  | DiurnalArrivals
  | StepArrivals
  | RampArrivals
  | SpikeArrivals
  | WeeklyArrivals
  | ClosedLoopArrivals
  | TraceArrivals;

/** Many senders that know nothing of each other. */
export interface PoissonArrivals {
  poisson: { perSecond: PositiveRate };
}

/** One message after another at the same distance; the first after one distance. */
export interface DeterministicArrivals {
  deterministic: { perSecond: PositiveRate };
}

/** The same distance, give or take. */
export interface UniformArrivals {
  uniform: {
    perSecond: PositiveRate;
    /** How far a distance strays, as a share of its mean. Default 1: from none to twice the mean. */
    jitter?: Probability;
  };
}

/** More regular than Poisson: distances are the sum of `shape` exponential times. */
export interface ErlangArrivals {
  erlang: {
    /**
     * How many stages.
     * @asType integer
     * @minimum 1
     * @maximum 1000
     */
    shape: number;
    perSecond: PositiveRate;
  };
}

/** Burstier than Poisson. */
export interface HyperexponentialArrivals {
  hyperexponential: {
    perSecond: PositiveRate;
    /**
     * The distances' standard deviation as a multiple of their mean: at least 1, which is Poisson.
     * @minimum 1
     * @maximum 100
     */
    cv: number;
  };
}

/** Poisson moments at each of which several messages are sent. */
export interface BatchArrivals {
  batch: {
    /** Messages a second; moments are that many divided by `size`. */
    perSecond: PositiveRate;
    /**
     * Messages at a moment; they go out in calls of up to ten.
     * @asType integer
     * @minimum 1
     * @maximum 100000
     */
    size: number;
  };
}

/** Poisson with two rates, between which it changes at random: calm and rush. */
export interface Mmpp2Arrivals {
  mmpp2: {
    /** The rate in each of the two states; it begins in the first. */
    perSecond: [Rate, Rate];
    /** How long each state lasts, in the mean. */
    meanStaySeconds: [PositiveSeconds, PositiveSeconds];
  };
}

/** A rate that rises and falls like a sine, once a day. */
export interface DiurnalArrivals {
  diurnal: {
    /** The mean over a period. */
    perSecond: PositiveRate;
    /** How far it rises above the mean, and falls below it, as a share of the mean. */
    amplitude: Probability;
    /** Default 86400, a day. */
    periodSeconds?: PositiveSeconds;
    /** When the rate is highest for the first time. Default: after a quarter of the period. */
    peakAtSeconds?: Seconds;
    /** Default random. */
    spacing?: Spacing;
  };
}

/** One rate, and from a moment on another one. */
export interface StepArrivals {
  step: {
    perSecond: Rate;
    thenPerSecond: Rate;
    atSeconds: Seconds;
    /** Default random. */
    spacing?: Spacing;
  };
}

/** A rate that goes evenly over to another one. */
export interface RampArrivals {
  ramp: {
    perSecond: Rate;
    thenPerSecond: Rate;
    /** When it begins to change. Default 0. */
    fromSeconds?: Seconds;
    /** From when on the second rate holds. */
    untilSeconds: PositiveSeconds;
    /** Default random. */
    spacing?: Spacing;
  };
}

/** A rate, for a while another one, and the first again. */
export interface SpikeArrivals {
  spike: {
    perSecond: Rate;
    spikePerSecond: Rate;
    atSeconds: Seconds;
    forSeconds: PositiveSeconds;
    /** Default random. */
    spacing?: Spacing;
  };
}

/** A week's rates, again and again; a run begins with the first. */
export interface WeeklyArrivals {
  weekly: {
    /**
     * Rates of equal stretches of the week: 7 are days, 168 hours.
     * @minItems 1
     * @maxItems 10080
     */
    perSecond: Rate[];
    /** Default random. */
    spacing?: Spacing;
  };
}

/** Each client sends its next message some time after its last one was deleted or dead-lettered. */
export interface ClosedLoopArrivals {
  closedLoop: {
    /**
     * @asType integer
     * @minimum 1
     * @maximum 1000000
     */
    clients: number;
    /** From the end of one message to the next. Default: none. */
    think?: Law;
  };
}
