/**
 * The search of advice: for each batch the fewest processes that meet the goals, from where the formulas say
 * on; then what lies around the best. More processes never make a goal of times worse, so the fewest are
 * found by halving; batches that can't beat the best are given up.
 */
import { loadsOf } from "../load.ts";
import { bestOf, type Setting, type Trial, type Trials } from "./trials.ts";

export interface Beginning {
  /** All but the count, which is searched. */
  readonly setting: Setting;
  /** Of processes: what the formula asks for. */
  readonly start: number;
}

export interface Limits {
  readonly countMax: number;
  /** The count that stays, where it is not to be turned. */
  readonly count: number | undefined;
  readonly isPriced: boolean;
  /** Of one process in a month. */
  readonly processUsd: number;
}

/** Of one batch: so many processes are too few, and so many do. */
interface Bracket {
  readonly setting: Setting;
  next: number;
  tooFew: number;
  enough: number | undefined;
  step: number;
  isOver: boolean;
}

/** After so many times as many processes without any change, more are no help. */
const growthMax = 16;

/** The best trial, or undefined where none meets the goals. */
export async function search(
  trials: Trials,
  beginnings: readonly Beginning[],
  limits: Limits,
): Promise<Trial | undefined> {
  const brackets = beginnings.map(({ setting, start }): Bracket => {
    const next = limits.count ?? Math.min(start, limits.countMax);
    return { setting, next, tooFew: 0, enough: undefined, step: 1, isOver: false };
  });
  for (;;) {
    const open = brackets.filter((bracket) => !bracket.isOver && !isHopeless(bracket));
    if (open.length === 0 || trials.isStopped) break;
    const asked = open.map(({ setting, next }) => ({ ...setting, count: next }));
    const found = await trials.run(asked);
    if (found.length < asked.length) break;
    for (const [index, bracket] of open.entries()) advance(bracket, found[index] as Trial, limits);
  }
  return bestOf(trials.all, limits.isPriced);

  function isHopeless({ tooFew }: Bracket): boolean {
    const best = bestOf(trials.all, limits.isPriced);
    if (best === undefined) return false;
    const least = tooFew + 1;
    if (!limits.isPriced) return least > (best.setting.count ?? 0);
    return least * limits.processUsd > best.monthUsd;
  }
}

/** Takes in what so many processes came to, and says how many are next. */
function advance(bracket: Bracket, trial: Trial, { countMax, count }: Limits): void {
  if (trial.isMet) bracket.enough = bracket.next;
  else bracket.tooFew = Math.max(bracket.tooFew, bracket.next);
  const { tooFew, enough } = bracket;
  if (count !== undefined || (enough !== undefined && enough - tooFew <= 1)) {
    bracket.isOver = true;
    return;
  }
  if (enough === undefined) {
    if (tooFew >= countMax || bracket.step > growthMax * Math.max(4, tooFew)) {
      bracket.isOver = true;
      return;
    }
    // What can't be stable says itself how many it takes.
    const least = trial.isStable ? tooFew + bracket.step : Math.max(tooFew + 1, stableCount(trial));
    bracket.next = Math.min(countMax, least);
    bracket.step *= 2;
    return;
  }
  const isNear = tooFew === 0 && enough > 1 && bracket.step < 8;
  bracket.next = isNear ? Math.max(1, enough - bracket.step) : Math.floor((tooFew + enough) / 2);
  bracket.step *= 2;
}

/** The fewest processes with which no queue grows, by the capacity of those that it was tried with. */
function stableCount({ plan, setting }: Trial): number {
  const worst = Math.max(...loadsOf(plan).map(({ load }) => load));
  return Number.isFinite(worst) ? Math.ceil((setting.count ?? 1) * worst - 1e-9) : 1;
}

/** Around the best: other timeouts, one process fewer, one message more or less in a receive. */
export async function refine(
  trials: Trials,
  best: Trial,
  timeouts: readonly number[],
  batches: readonly number[],
  limits: Limits,
): Promise<Trial> {
  let found = best;
  for (let round = 0; round < 3 && !trials.isStopped; round++) {
    const { count = 1, batch = 1 } = found.setting;
    const near: Setting[] = timeouts.map((visibilityTimeout) => ({
      ...found.setting,
      visibilityTimeout,
    }));
    for (const other of batches) {
      if (Math.abs(other - batch) === 1) near.push({ ...found.setting, batch: other });
    }
    const fewer =
      limits.count === undefined && count > 1
        ? [found.setting, ...near].map((setting) => ({ ...setting, count: count - 1 }))
        : [];
    await trials.run([...near, ...fewer]);
    const next = bestOf(trials.all, limits.isPriced) ?? found;
    if (next === found) break;
    found = next;
  }
  return found;
}
