/**
 * Draws times by a law of the plan, in milliseconds. One class for all laws, so that the code that
 * draws stays fast whatever is drawn. Each has its own stream, and draws from it alone: so it draws some
 * ahead, in one go, and hands them out.
 */
import type { PlannedLaw } from "../scenario/plan.ts";
import { Choice } from "./choice.ts";
import { logGamma, power } from "./math.ts";
import type { Stream } from "./stream.ts";
import { exponential, fillExponential } from "./ziggurat.ts";

const DETERMINISTIC = 0;
const EXPONENTIAL = 1;
const UNIFORM = 2;
const ERLANG = 3;
const GAMMA = 4;
const SMALL_GAMMA = 5;
const LOGNORMAL = 6;
const WEIBULL = 7;
const PARETO = 8;
const HYPEREXPONENTIAL = 9;
const EMPIRICAL = 10;
const TRACE = 11;

/** So many uniform numbers multiplied stay above the smallest double. */
const STAGES_MULTIPLIED = 16;
const MS = 1_000;
/** So many are drawn in one go. */
const AHEAD = 32;

export class Law {
  readonly #kind: number;
  readonly #stream: Stream;
  /** What they are depends on the kind: a scale in milliseconds, and a shape. */
  readonly #scale: number;
  readonly #shape: number;
  readonly #third: number;
  readonly #values: Float64Array;
  /** In seconds, shared with other threads. */
  readonly #traced: Float64Array;
  readonly #choice: Choice | undefined;
  /** The next times, and how many of them were handed out. */
  readonly #ahead = new Float64Array(AHEAD);
  #handed = AHEAD;
  /** Normal numbers come in pairs. */
  #spare = Number.NaN;

  constructor(law: PlannedLaw, stream: Stream) {
    const { kind, scale, shape, third = 0 } = parametersOf(law);
    this.#kind = kind;
    this.#stream = stream;
    this.#scale = scale * MS;
    this.#shape = shape;
    this.#third = third;
    const isEmpirical = law.kind === "empirical";
    this.#values = Float64Array.from(isEmpirical ? law.seconds : [], (seconds) => seconds * MS);
    this.#traced = law.kind === "trace" ? law.seconds : this.#values;
    this.#choice = isEmpirical ? new Choice(law.weights) : undefined;
  }

  /** The next time, in milliseconds. */
  draw(): number {
    if (this.#handed === AHEAD) this.#fill();
    return this.#ahead[this.#handed++] as number;
  }

  #fill(): void {
    const ahead = this.#ahead;
    this.#handed = 0;
    if (this.#kind === DETERMINISTIC) ahead.fill(this.#scale);
    else if (this.#kind === EXPONENTIAL) fillExponential(this.#stream, ahead, this.#scale);
    else for (let index = 0; index < AHEAD; index++) ahead[index] = this.#draw();
  }

  #draw(): number {
    const stream = this.#stream;
    switch (this.#kind) {
      case UNIFORM:
        return this.#scale * (this.#shape + this.#third * stream.double());
      case ERLANG:
        return this.#erlang();
      case GAMMA:
        return this.#scale * this.#gamma(this.#shape);
      case SMALL_GAMMA:
        // A gamma number of one more, times a power of a uniform one.
        return (
          this.#scale * this.#gamma(this.#shape + 1) * power(stream.positive(), 1 / this.#shape)
        );
      case LOGNORMAL:
        return this.#scale * Math.exp(this.#shape * this.#normal());
      case WEIBULL:
        return this.#scale * power(exponential(stream), this.#shape);
      case PARETO:
        return this.#scale * Math.exp(exponential(stream) * this.#shape);
      case HYPEREXPONENTIAL:
        return this.#hyperexponential();
      case TRACE:
        return (this.#traced[stream.below(this.#traced.length)] as number) * MS;
      default:
        return this.#values[(this.#choice as Choice).draw(stream)] as number;
    }
  }

  /** The logarithm of a product: one logarithm for all stages. */
  #erlang(): number {
    let product = 1;
    for (let stage = 0; stage < this.#shape; stage++) product *= this.#stream.positive();
    return -this.#scale * Math.log(product);
  }

  #hyperexponential(): number {
    const isFirst = this.#stream.double() < this.#shape;
    const mean = this.#scale / (2 * (isFirst ? this.#shape : 1 - this.#shape));
    return mean * exponential(this.#stream);
  }

  /** Marsaglia's polar method: two normal numbers of two uniform ones within a circle. */
  #normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.#stream.double() - 1;
      const y = 2 * this.#stream.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }

  /** Marsaglia and Tsang (2000); a shape of 1 and more, scale 1. */
  #gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.#normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const cube = root * root * root;
      const u = this.#stream.positive();
      if (Math.log(u) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) return d * cube;
    }
  }
}

interface Parameters {
  readonly kind: number;
  readonly scale: number;
  readonly shape: number;
  readonly third?: number;
}

function parametersOf(law: PlannedLaw): Parameters {
  switch (law.kind) {
    case "deterministic":
      return { kind: DETERMINISTIC, scale: law.seconds, shape: 0 };
    case "exponential":
      return { kind: EXPONENTIAL, scale: law.meanSeconds, shape: 0 };
    case "uniform":
      return {
        kind: UNIFORM,
        scale: 1,
        shape: law.minSeconds,
        third: law.maxSeconds - law.minSeconds,
      };
    case "erlang": {
      const scale = law.meanSeconds / law.shape;
      return { kind: law.shape > STAGES_MULTIPLIED ? GAMMA : ERLANG, scale, shape: law.shape };
    }
    case "gamma":
      return gammaOf(law.meanSeconds, 1 / (law.cv * law.cv));
    case "lognormal": {
      const variance = Math.log(1 + law.cv * law.cv);
      const scale = law.meanSeconds * Math.exp(-variance / 2);
      return { kind: LOGNORMAL, scale, shape: Math.sqrt(variance) };
    }
    case "weibull": {
      const scale = law.meanSeconds / Math.exp(logGamma(1 + 1 / law.shape));
      return { kind: WEIBULL, scale, shape: 1 / law.shape };
    }
    case "pareto": {
      const scale = (law.meanSeconds * (law.shape - 1)) / law.shape;
      return { kind: PARETO, scale, shape: 1 / law.shape };
    }
    case "hyperexponential": {
      // Two branches that bring the same share of the mean each.
      const square = law.cv * law.cv;
      const shape = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
      return { kind: HYPEREXPONENTIAL, scale: law.meanSeconds, shape };
    }
    case "empirical":
      return { kind: EMPIRICAL, scale: 0, shape: 0 };
    case "trace":
      return { kind: TRACE, scale: 0, shape: 0 };
  }
}

function gammaOf(meanSeconds: number, shape: number): Parameters {
  return { kind: shape < 1 ? SMALL_GAMMA : GAMMA, scale: meanSeconds / shape, shape };
}
