/**
 * What must hold between the fields of a law, of arrivals, and of a producer and its queue. Part of
 * rules.ts.
 */
import type { Arrivals } from "./arrivals.ts";
import type { Law } from "./laws.ts";
import { defaultBodyBytes } from "./planLaws.ts";
import type { Groups, Sizes } from "./producer.ts";
import type { KnownQueue, Tell } from "./rule.ts";

type Path = readonly string[];

interface Messages {
  readonly bodyBytes?: Sizes;
  readonly delaySeconds?: number;
  readonly groups?: Groups;
}

function ruleBounds(min: number, max: number, path: Path, field: string, tell: Tell): void {
  if (min > max) tell([...path, field], `It is at most its maximum, ${max}, not ${min}.`);
}

function ruleWeights(
  values: readonly number[],
  weights: readonly number[] | undefined,
  path: Path,
  tell: Tell,
): void {
  if (weights === undefined) return;
  if (weights.length !== values.length) {
    const sentence = `It has a weight for each value: ${values.length}, not ${weights.length}.`;
    tell([...path, "weights"], sentence);
  } else if (!weights.some((weight) => weight > 0)) {
    tell([...path, "weights"], "At least one weight is above 0.");
  }
}

export function ruleLaw(law: Law, path: Path, tell: Tell): void {
  if ("uniform" in law) {
    const { minSeconds, maxSeconds } = law.uniform;
    ruleBounds(minSeconds, maxSeconds, [...path, "uniform"], "minSeconds", tell);
  }
  if ("empirical" in law) {
    const { seconds, weights } = law.empirical;
    ruleWeights(seconds, weights, [...path, "empirical"], tell);
  }
}

export function ruleArrivals(arrivals: Arrivals, path: Path, tell: Tell): void {
  if ("ramp" in arrivals) {
    const { fromSeconds = 0, untilSeconds } = arrivals.ramp;
    if (fromSeconds >= untilSeconds) {
      const sentence = `It is above fromSeconds, ${fromSeconds}; for a change at once there is step.`;
      tell([...path, "ramp", "untilSeconds"], sentence);
    }
  }
  if ("mmpp2" in arrivals && arrivals.mmpp2.perSecond.every((rate) => rate === 0)) {
    tell([...path, "mmpp2", "perSecond"], "At least one of the two is above 0.");
  }
  if ("weekly" in arrivals && arrivals.weekly.perSecond.every((rate) => rate === 0)) {
    tell([...path, "weekly", "perSecond"], "At least one of them is above 0.");
  }
  if ("closedLoop" in arrivals && arrivals.closedLoop.think !== undefined) {
    ruleLaw(arrivals.closedLoop.think, [...path, "closedLoop", "think"], tell);
  }
}

/** The largest message of a law; lognormal and traced ones are cut at what its queue takes. */
function largestBytes(sizes: Sizes): number {
  if (typeof sizes === "number") return sizes;
  if ("uniform" in sizes) return sizes.uniform.maxBytes;
  if ("lognormal" in sizes) return sizes.lognormal.meanBytes;
  if ("trace" in sizes) return 1;
  return sizes.empirical.bytes.reduce((most, bytes) => Math.max(most, bytes), 0);
}

/** Of messages to a queue, a producer's or those that a consumer sends on: their sizes, delays and groups. */
export function ruleMessages(
  { bodyBytes = defaultBodyBytes, delaySeconds, groups }: Messages,
  queue: KnownQueue,
  path: Path,
  tell: Tell,
): void {
  const largest = largestBytes(bodyBytes);
  if (largest > queue.maximumBytes) {
    const sentence = `Messages of ${largest} bytes are more than ${queue.name} takes (MaximumMessageSize: ${queue.maximumBytes}).`;
    tell([...path, "bodyBytes"], sentence);
  }
  if (typeof bodyBytes === "object" && "uniform" in bodyBytes) {
    const { minBytes, maxBytes } = bodyBytes.uniform;
    ruleBounds(minBytes, maxBytes, [...path, "bodyBytes", "uniform"], "minBytes", tell);
  }
  if (typeof bodyBytes === "object" && "empirical" in bodyBytes) {
    const { bytes, weights } = bodyBytes.empirical;
    ruleWeights(bytes, weights, [...path, "bodyBytes", "empirical"], tell);
  }
  if (groups !== undefined && !queue.isFifo) {
    tell([...path, "groups"], `Only a FIFO queue has groups, and ${queue.name} is none.`);
  }
  if (delaySeconds !== undefined && queue.isFifo) {
    const sentence = "A FIFO queue has one delay for all messages: give it DelaySeconds.";
    tell([...path, "delaySeconds"], sentence);
  }
}
