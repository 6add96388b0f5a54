/**
 * How likely a time of a law is longer than so many seconds, and from where on that is as unlikely as asked
 * for: what a visibility timeout is reckoned from. Closed forms; only sums of several times whose law has
 * none are taken for a gamma law of their mean and variance. Pure.
 */
import { meanSeconds } from "../capacity.ts";
import { logGamma } from "../random/math.ts";
import type { PlannedFleet, PlannedLaw } from "../scenario/plan.ts";

/** The square of the coefficient of variation; of a law without a variance what it is at a shape of 2.1. */
export function squaredCv(law: PlannedLaw): number {
  switch (law.kind) {
    case "deterministic":
      return 0;
    case "exponential":
      return 1;
    case "uniform": {
      const width = law.maxSeconds - law.minSeconds;
      const sum = law.maxSeconds + law.minSeconds;
      return sum === 0 ? 0 : (width * width) / (3 * sum * sum);
    }
    case "erlang":
      return 1 / law.shape;
    case "weibull": {
      const once = gamma(1 + 1 / law.shape);
      return gamma(1 + 2 / law.shape) / (once * once) - 1;
    }
    case "pareto": {
      const shape = Math.max(2.1, law.shape);
      return 1 / (shape * (shape - 2));
    }
    case "empirical":
      return spreadOf(law.seconds, law.weights);
    case "trace":
      return spreadOf(law.seconds);
    default:
      return law.cv * law.cv;
  }
}

function spreadOf(values: ArrayLike<number>, weights?: readonly number[]): number {
  let [all, sum, squares] = [0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const [value, weight] = [values[index] as number, weights?.[index] ?? 1];
    all += weight;
    sum += weight * value;
    squares += weight * value * value;
  }
  return sum === 0 ? 0 : (squares * all) / (sum * sum) - 1;
}

function gamma(x: number): number {
  return Math.exp(logGamma(x));
}

/** P(S > t). */
export function tailOf(law: PlannedLaw, t: number): number {
  if (t < 0) return 1;
  switch (law.kind) {
    case "deterministic":
      return law.seconds > t ? 1 : 0;
    case "exponential":
      return Math.exp(-t / law.meanSeconds);
    case "uniform": {
      const width = law.maxSeconds - law.minSeconds;
      if (t >= law.maxSeconds) return 0;
      return t <= law.minSeconds ? 1 : (law.maxSeconds - t) / width;
    }
    case "erlang":
      return gammaTail(law.shape, (t * law.shape) / law.meanSeconds);
    case "gamma": {
      const shape = 1 / (law.cv * law.cv);
      return gammaTail(shape, (t * shape) / law.meanSeconds);
    }
    case "lognormal": {
      const variance = Math.log(1 + law.cv * law.cv);
      const z = (Math.log(t / law.meanSeconds) + variance / 2) / Math.sqrt(variance);
      return normalTail(z);
    }
    case "hyperexponential": {
      const square = law.cv * law.cv;
      const first = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
      const branch = (share: number): number =>
        share === 0 ? 0 : share * Math.exp((-t * 2 * share) / law.meanSeconds);
      return branch(first) + branch(1 - first);
    }
    case "weibull": {
      const scale = law.meanSeconds / gamma(1 + 1 / law.shape);
      return t === 0 ? 1 : Math.exp(-Math.exp(law.shape * Math.log(t / scale)));
    }
    case "pareto": {
      const least = (law.meanSeconds * (law.shape - 1)) / law.shape;
      return t <= least ? 1 : Math.exp(-law.shape * Math.log(t / least));
    }
    case "empirical":
      return shareAbove(t, law.seconds, law.weights);
    case "trace":
      return shareAbove(t, law.seconds);
  }
}

function shareAbove(t: number, values: ArrayLike<number>, weights?: readonly number[]): number {
  let [all, above] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    const weight = weights?.[index] ?? 1;
    all += weight;
    if ((values[index] as number) > t) above += weight;
  }
  return above / all;
}

/** P(N > z) of a standard normal number. */
function normalTail(z: number): number {
  const tail = gammaTail(0.5, (z * z) / 2) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** The regularised upper incomplete gamma function Q(a, x): the tail of a gamma law of scale 1. */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - (logGamma(a + 1) - Math.log(a)));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - front * sum);
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** P(S1 + … + Sj > t). */
function sumTail(law: PlannedLaw, count: number, t: number): number {
  if (count === 1) return tailOf(law, t);
  const [mean, spread] = [meanSeconds(law), squaredCv(law)];
  if (spread === 0) return count * mean > t ? 1 : 0;
  const shape = count / spread;
  return gammaTail(shape, (t * shape) / (count * mean));
}

/** The probability that of so many things at least one happens; no digits are lost where it is small. */
function anyOf(count: number, probability: number): number {
  let any = 0;
  for (let index = 0; index < count; index++) any += probability * (1 - any);
  return any;
}

/** The share of a fleet's handlings that end later than `t` after their receive, in full batches. */
export function outlasting(fleet: PlannedFleet, t: number): number {
  const { service, batch, handler, deleteBatch, roundTripMs } = fleet;
  // Hidden from the answer on, deleted when the delete arrives: half a round trip each.
  const left = t - roundTripMs / 1_000;
  if (handler === "batch" || batch === 1) return tailOf(service, left);
  if (handler === "parallel") {
    const one = tailOf(service, left);
    return deleteBatch ? anyOf(batch, one) : one;
  }
  if (deleteBatch) return sumTail(service, batch, left);
  let sum = 0;
  for (let place = 1; place <= batch; place++) sum += sumTail(service, place, left);
  return sum / batch;
}

/** The least whole seconds of which no more than `share` of the handlings outlast; undefined: above `most`. */
export function secondsFor(fleet: PlannedFleet, share: number, most: number): number | undefined {
  if (outlasting(fleet, most) > share) return undefined;
  let [low, high] = [-1, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (outlasting(fleet, middle) > share) low = middle;
    else high = middle;
  }
  return Math.max(1, high);
}
