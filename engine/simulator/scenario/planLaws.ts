/**
 * Laws, arrivals, sizes and groups of a scenario as the plan has them: one shape each, defaults filled
 * in. Pure; what they are given has been checked by the schema, and rules.ts checks the rest.
 */
import type { Arrivals } from "./arrivals.ts";
import type { Law } from "./laws.ts";
import { loadedColumn, loadedTrace } from "./loadTraces.ts";
import type { Spacing } from "./measures.ts";
import type {
  PlannedArrivals,
  PlannedGroups,
  PlannedLaw,
  PlannedRate,
  PlannedSizes,
  RatePiece,
} from "./plan.ts";
import type { Groups, Sizes } from "./producer.ts";

const daySeconds = 86_400;
const weekSeconds = 7 * daySeconds;
export const defaultBodyBytes = 100;
const none: PlannedLaw = { kind: "deterministic", seconds: 0 };

/** As many weights as values: all the same where none are given. */
function weightsOf(values: readonly number[], weights: readonly number[] | undefined): number[] {
  return weights === undefined ? values.map(() => 1) : [...weights];
}

/** A law has one name, and its parameters under it; of the plan's laws the name is the kind. */
export function planLaw(law: Law): PlannedLaw {
  if ("empirical" in law) {
    const { seconds, weights } = law.empirical;
    return { kind: "empirical", seconds, weights: weightsOf(seconds, weights) };
  }
  if ("trace" in law) {
    const { file, values, mean } = loadedColumn(law.trace);
    return { kind: "trace", file, seconds: values, meanSeconds: mean };
  }
  const [named] = Object.entries(law);
  const [kind, parameters] = named as [string, object];
  return { kind, ...parameters } as PlannedLaw;
}

/** Distances of a mean of 1/perSecond. */
function renewal(gap: PlannedLaw, size = 1): PlannedArrivals {
  return { kind: "renewal", gap, size };
}

function pieces(
  spacing: Spacing | undefined,
  list: readonly RatePiece[],
  periodSeconds = Number.POSITIVE_INFINITY,
): PlannedArrivals {
  const rate: PlannedRate = { kind: "pieces", pieces: list, periodSeconds };
  return { kind: "profile", isEven: spacing === "even", rate };
}

function level(fromSeconds: number, perSecond: number): RatePiece {
  return { fromSeconds, perSecond, endPerSecond: perSecond };
}

/** Those of rates that change. */
function planProfile(arrivals: Arrivals): PlannedArrivals | undefined {
  if ("step" in arrivals) {
    const { perSecond, thenPerSecond, atSeconds, spacing } = arrivals.step;
    const first = atSeconds > 0 ? [level(0, perSecond)] : [];
    return pieces(spacing, [...first, level(atSeconds, thenPerSecond)]);
  }
  if ("ramp" in arrivals) {
    const { perSecond, thenPerSecond, fromSeconds = 0, untilSeconds, spacing } = arrivals.ramp;
    const first = fromSeconds > 0 ? [level(0, perSecond)] : [];
    const slope = { fromSeconds, perSecond, endPerSecond: thenPerSecond };
    return pieces(spacing, [...first, slope, level(untilSeconds, thenPerSecond)]);
  }
  if ("spike" in arrivals) {
    const { perSecond, spikePerSecond, atSeconds, forSeconds, spacing } = arrivals.spike;
    const first = atSeconds > 0 ? [level(0, perSecond)] : [];
    const spike = level(atSeconds, spikePerSecond);
    return pieces(spacing, [...first, spike, level(atSeconds + forSeconds, perSecond)]);
  }
  if ("weekly" in arrivals) {
    const { perSecond, spacing } = arrivals.weekly;
    const stretch = weekSeconds / perSecond.length;
    const week = perSecond.map((rate, index) => level(index * stretch, rate));
    return pieces(spacing, week, weekSeconds);
  }
  return undefined;
}

function planDiurnal(arrivals: Arrivals): PlannedArrivals | undefined {
  if (!("diurnal" in arrivals)) return undefined;
  const { perSecond, amplitude, periodSeconds = daySeconds, spacing } = arrivals.diurnal;
  const { peakAtSeconds = periodSeconds / 4 } = arrivals.diurnal;
  return {
    kind: "profile",
    isEven: spacing === "even",
    rate: { kind: "sine", meanPerSecond: perSecond, amplitude, periodSeconds, peakAtSeconds },
  };
}

export function planArrivals(arrivals: Arrivals): PlannedArrivals {
  if ("poisson" in arrivals) {
    return renewal({ kind: "exponential", meanSeconds: 1 / arrivals.poisson.perSecond });
  }
  if ("deterministic" in arrivals) {
    return renewal({ kind: "deterministic", seconds: 1 / arrivals.deterministic.perSecond });
  }
  if ("uniform" in arrivals) {
    const { perSecond, jitter = 1 } = arrivals.uniform;
    const [minSeconds, maxSeconds] = [(1 - jitter) / perSecond, (1 + jitter) / perSecond];
    return renewal({ kind: "uniform", minSeconds, maxSeconds });
  }
  if ("erlang" in arrivals) {
    const { shape, perSecond } = arrivals.erlang;
    return renewal({ kind: "erlang", shape, meanSeconds: 1 / perSecond });
  }
  if ("hyperexponential" in arrivals) {
    const { perSecond, cv } = arrivals.hyperexponential;
    return renewal({ kind: "hyperexponential", meanSeconds: 1 / perSecond, cv });
  }
  if ("batch" in arrivals) {
    const { perSecond, size } = arrivals.batch;
    return renewal({ kind: "exponential", meanSeconds: size / perSecond }, size);
  }
  if ("mmpp2" in arrivals) return { kind: "mmpp2", ...arrivals.mmpp2 };
  if ("closedLoop" in arrivals) {
    const { clients, think } = arrivals.closedLoop;
    return { kind: "closedLoop", clients, think: think === undefined ? none : planLaw(think) };
  }
  if ("trace" in arrivals) {
    const { file, ...played } = loadedTrace(arrivals.trace);
    return { kind: "trace", file, played };
  }
  const profile = planProfile(arrivals) ?? planDiurnal(arrivals);
  if (profile === undefined) throw new Error(`Unplanned arrivals: ${Object.keys(arrivals)}.`);
  return profile;
}

/** `maxBytes` is the queue's MaximumMessageSize. */
export function planSizes(sizes: Sizes | undefined, maxBytes: number): PlannedSizes {
  if (sizes === undefined) return { kind: "fixed", bodyBytes: defaultBodyBytes };
  if (typeof sizes === "number") return { kind: "fixed", bodyBytes: sizes };
  if ("uniform" in sizes) return { kind: "uniform", ...sizes.uniform };
  if ("lognormal" in sizes) return { kind: "lognormal", ...sizes.lognormal, maxBytes };
  if ("trace" in sizes) {
    const { file, values } = loadedColumn(sizes.trace);
    return { kind: "trace", file, bytes: values, maxBytes };
  }
  const { bytes, weights } = sizes.empirical;
  return { kind: "empirical", bytes, weights: weightsOf(bytes, weights) };
}

export function planGroups(groups: Groups | undefined, isFifo: boolean): PlannedGroups {
  if (!isFifo) return { kind: "none" };
  if (groups === undefined) return { kind: "own" };
  if ("uniform" in groups) return { kind: "uniform", ...groups.uniform };
  if ("zipf" in groups) return { kind: "zipf", exponent: 1, ...groups.zipf };
  return { kind: "hot", ...groups.hot };
}
