/**
 * How long something takes, in a scenario: a law is a map of one name and its parameters. Types only;
 * types.ts says what they are made into.
 */
import type { CoefficientOfVariation, PositiveSeconds, Seconds, Weight } from "./measures.ts";
import type { TraceLaw } from "./trace.ts";

/** How long something takes: one law, by its name. */
export type Law =
  | DeterministicLaw
  | ExponentialLaw
  | UniformLaw
  | ErlangLaw
  | HyperexponentialLaw
  | LognormalLaw
  | GammaLaw
  | WeibullLaw
  | ParetoLaw
  | EmpiricalLaw
  | TraceLaw;

/** Always the same time. */
export interface DeterministicLaw {
  deterministic: { seconds: Seconds };
}

/** Without memory: however long it has taken, what is left is as long as ever. */
export interface ExponentialLaw {
  exponential: { meanSeconds: PositiveSeconds };
}

/** Any time between two bounds, each as likely. */
export interface UniformLaw {
  uniform: { minSeconds: Seconds; maxSeconds: PositiveSeconds };
}

/** The sum of `shape` exponential times. */
export interface ErlangLaw {
  erlang: {
    /**
     * How many stages: more make it more regular.
     * @asType integer
     * @minimum 1
     * @maximum 1000
     */
    shape: number;
    meanSeconds: PositiveSeconds;
  };
}

/** Mostly short, at times long: two exponential laws with balanced means. */
export interface HyperexponentialLaw {
  hyperexponential: {
    meanSeconds: PositiveSeconds;
    /**
     * The standard deviation as a multiple of the mean: at least 1, which is exponential.
     * @minimum 1
     * @maximum 100
     */
    cv: number;
  };
}

/** The logarithm is normal: the usual shape of request times. */
export interface LognormalLaw {
  lognormal: { meanSeconds: PositiveSeconds; cv: CoefficientOfVariation };
}

/** Erlang's law with any number of stages, whole or not. */
export interface GammaLaw {
  gamma: { meanSeconds: PositiveSeconds; cv: CoefficientOfVariation };
}

/** Below shape 1 it has a heavy tail, at 1 it is exponential, above it is regular. */
export interface WeibullLaw {
  weibull: {
    meanSeconds: PositiveSeconds;
    /**
     * The exponent.
     * @minimum 0.1
     * @maximum 100
     */
    shape: number;
  };
}

/** A tail that falls by a power: a few very long ones. */
export interface ParetoLaw {
  pareto: {
    meanSeconds: PositiveSeconds;
    /**
     * The power: above 1, or there is no mean; at 2 and below the variance is infinite.
     * @exclusiveMinimum 1
     * @maximum 100
     */
    shape: number;
  };
}

/** Times that were measured: each is drawn as often as its weight says. */
export interface EmpiricalLaw {
  empirical: {
    /**
     * @minItems 1
     * @maxItems 1000000
     */
    seconds: Seconds[];
    /**
     * One for each of `seconds`, in any scale. Default: all the same.
     * @minItems 1
     * @maxItems 1000000
     */
    weights?: Weight[];
  };
}
