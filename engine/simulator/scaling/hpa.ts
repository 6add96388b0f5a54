/**
 * Kubernetes' HorizontalPodAutoscaler with an external metric: what it recommends by the metric, what its
 * stabilisation windows leave of that, and how far its policies let it go at once. The steps and their
 * roundings are those of the controller: a recommendation within the tolerance is none; growth is rounded
 * up, and shrinking cut off.
 */
import type { PlannedHpa, PlannedScalingRules } from "../scenario/planKubernetes.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";
import type { PlannedBounds } from "./bounds.ts";

interface Dated {
  readonly atSeconds: number;
  readonly count: number;
}

export class Hpa implements Autoscaler {
  readonly periodsSeconds: readonly number[];
  readonly #plan: PlannedHpa;
  readonly #bounds: PlannedBounds;
  readonly #longestSeconds: number;
  #recommended: Dated[] = [];
  /** Pods that were added, and taken away. */
  #added: Dated[] = [];
  #removed: Dated[] = [];

  constructor(plan: PlannedHpa, bounds: PlannedBounds, periodSeconds: number) {
    this.#plan = plan;
    this.#bounds = bounds;
    this.periodsSeconds = [periodSeconds];
    const rules = [plan.scaleUp, plan.scaleDown];
    this.#longestSeconds = Math.max(
      ...rules.map(({ stabilizationWindowSeconds }) => stabilizationWindowSeconds),
      ...rules.flatMap(({ policies }) => policies.map(({ periodSeconds: period }) => period)),
    );
  }

  decide(reading: Reading, standing: Standing): number {
    const { desired, nowSeconds } = standing;
    this.#forget(nowSeconds);
    const recommended = this.#recommend(reading, desired);
    const stable = this.#stabilize(recommended, standing);
    return this.#limit(stable, standing);
  }

  scaled(from: number, to: number, atSeconds: number): void {
    if (to > from) this.#added.push({ atSeconds, count: to - from });
    else this.#removed.push({ atSeconds, count: from - to });
  }

  #forget(nowSeconds: number): void {
    const isKept = ({ atSeconds }: Dated): boolean => atSeconds > nowSeconds - this.#longestSeconds;
    this.#recommended = this.#recommended.filter(isKept);
    this.#added = this.#added.filter(isKept);
    this.#removed = this.#removed.filter(isKept);
  }

  /** By the metric alone. */
  #recommend({ value, running }: Reading, desired: number): number {
    const { target, tolerance, isAverage } = this.#plan;
    const ratio = isAverage ? value / (target * desired) : value / target;
    if (desired > 0 && Math.abs(ratio - 1) <= tolerance) return desired;
    if (isAverage) return Math.ceil(value / target);
    return Math.ceil(desired > 0 ? (value * running) / target : ratio);
  }

  /** Up: the least that was recommended lately; down: the most. */
  #stabilize(recommended: number, { desired, nowSeconds }: Standing): number {
    const { scaleUp, scaleDown } = this.#plan;
    // What there is when it begins counts as recommended.
    if (this.#recommended.length === 0) this.#recommended.push(dated(nowSeconds, desired));
    let [least, most] = [recommended, recommended];
    for (const { atSeconds, count } of this.#recommended) {
      const age = nowSeconds - atSeconds;
      if (age < scaleUp.stabilizationWindowSeconds) least = Math.min(least, count);
      if (age < scaleDown.stabilizationWindowSeconds) most = Math.max(most, count);
    }
    this.#recommended.push(dated(nowSeconds, recommended));
    return Math.min(Math.max(desired, least), most);
  }

  /** No further than policies allow, and within its bounds. */
  #limit(wanted: number, { desired, nowSeconds }: Standing): number {
    const { min, max } = this.#bounds;
    const began = (seconds: number): number =>
      desired -
      within(this.#added, nowSeconds, seconds) +
      within(this.#removed, nowSeconds, seconds);
    if (wanted > desired) {
      const most = Math.max(desired, upLimit(this.#plan.scaleUp, desired, began));
      return Math.min(wanted, max, most);
    }
    const least = Math.min(desired, downLimit(this.#plan.scaleDown, desired, began));
    return Math.min(max, Math.max(wanted, min, wanted < desired ? least : 0));
  }
}

function dated(atSeconds: number, count: number): Dated {
  return { atSeconds, count };
}

/** The sum of what happened in the last seconds. */
function within(changes: readonly Dated[], nowSeconds: number, seconds: number): number {
  return changes.reduce(
    (sum, { atSeconds, count }) => (atSeconds > nowSeconds - seconds ? sum + count : sum),
    0,
  );
}

/** As many as there may be: by the policy that allows most, or least. */
function upLimit(rules: PlannedScalingRules, desired: number, began: Began): number {
  if (rules.selectPolicy === "Disabled") return desired;
  const limits = limitsOf(rules, began, 1).map(Math.ceil);
  return rules.selectPolicy === "Min" ? Math.min(...limits) : Math.max(...limits);
}

/** As few as there may be. */
function downLimit(rules: PlannedScalingRules, desired: number, began: Began): number {
  if (rules.selectPolicy === "Disabled") return desired;
  const limits = limitsOf(rules, began, -1).map(Math.trunc);
  return rules.selectPolicy === "Min" ? Math.max(...limits) : Math.min(...limits);
}

/** How many there were at the beginning of the last seconds. */
type Began = (seconds: number) => number;

/** How far each policy lets it go, upwards (1) or downwards (-1); not yet whole numbers. */
function limitsOf({ policies }: PlannedScalingRules, began: Began, sign: 1 | -1): number[] {
  return policies.map(({ type, value, periodSeconds }) => {
    const from = began(periodSeconds);
    return type === "Pods" ? from + sign * value : (from * (100 + sign * value)) / 100;
  });
}
