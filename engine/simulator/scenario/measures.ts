/**
 * The numbers of a scenario by what they measure, with their ranges. Types only; types.ts says what they
 * are made into.
 */
/**
 * Seconds.
 * @minimum 0
 * @maximum 1000000000
 */
export type Seconds = number;

/**
 * Seconds, more than none.
 * @exclusiveMinimum 0
 * @maximum 1000000000
 */
export type PositiveSeconds = number;

/**
 * Messages, or calls, a second.
 * @minimum 0
 * @maximum 1000000
 */
export type Rate = number;

/**
 * Messages, or calls, a second: more than none.
 * @exclusiveMinimum 0
 * @maximum 1000000
 */
export type PositiveRate = number;

/**
 * From 0, never, to 1, always.
 * @minimum 0
 * @maximum 1
 */
export type Probability = number;

/**
 * The standard deviation as a multiple of the mean.
 * @exclusiveMinimum 0
 * @maximum 100
 */
export type CoefficientOfVariation = number;

/**
 * Messages.
 * @asType integer
 * @minimum 1
 * @maximum 1000000000000
 */
export type MessageCount = number;

/**
 * How often, against the others.
 * @minimum 0
 * @maximum 1000000000
 */
export type Weight = number;

/** How messages lie around a rate that changes: at random (Poisson), or as even as it allows. */
export type Spacing = "random" | "even";
