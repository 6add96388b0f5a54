/**
 * Variants of a scenario that advice is made of: each is simulated once, several at a time on all threads,
 * and held against the goals. What costs less is better; where processes have no price, fewer processes.
 */
import type { PriceBook } from "../cost.ts";
import { instabilities } from "../instabilities.ts";
import { simulatePlans } from "../run.ts";
import type { RunOptions } from "../runOptions.ts";
import type { Plan, PlannedFleet } from "../scenario/plan.ts";
import { resultsOf } from "./figures.ts";
import { measured } from "./goals.ts";
import { type Opened, readCell } from "./grid.ts";
import type { CellValues, Goal, GoalResult, Knob } from "./types.ts";

/** What a variant sets, by what it is. */
export type Setting = Readonly<Partial<Record<Knob, number>>>;

export interface Trial {
  readonly setting: Setting;
  readonly plan: Plan;
  readonly goals: readonly GoalResult[];
  /** Whether it can be stable; what can't was not simulated. */
  readonly isStable: boolean;
  readonly isMet: boolean;
  readonly monthUsd: number;
}

export interface Subject {
  readonly opened: Opened;
  readonly seed: number;
  /** Runs of each variant. */
  readonly replications: number;
  readonly fleet: number;
  readonly names: { readonly queue: string; readonly fleet: string };
  readonly goals: readonly Goal[];
  /** Where each knob is in the scenario; one that it does not have is not turned. */
  readonly paths: Readonly<Partial<Record<Knob, string>>>;
  readonly book: PriceBook;
}

/** Tells of several questions as of one: shares are of what is known to be asked. */
export class Trials {
  readonly #subject: Subject;
  readonly #options: RunOptions;
  readonly #done = new Map<string, Trial>();
  #messages = 0;
  simulated = 0;

  constructor(subject: Subject, options: RunOptions) {
    this.#subject = subject;
    this.#options = options;
  }

  get isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  get all(): Trial[] {
    return [...this.#done.values()];
  }

  /** In the settings' order; those that an interrupt ended before they were done are left out. */
  async run(settings: readonly Setting[]): Promise<Trial[]> {
    const { opened, seed, replications, paths } = this.#subject;
    const fresh = new Map<string, { setting: Setting; plan: Plan }>();
    for (const setting of settings) {
      const key = keyOf(setting);
      if (this.#done.has(key) || fresh.has(key)) continue;
      const { plan } = await readCell(opened, valuesOf(setting, paths));
      const own = { ...plan, seed, replications };
      if (instabilities(own).length > 0) this.#done.set(key, this.#unstable(setting, own));
      else fresh.set(key, { setting, plan: own });
    }
    await this.#simulate([...fresh.values()]);
    return settings.flatMap((setting) => this.#done.get(keyOf(setting)) ?? []);
  }

  async #simulate(fresh: readonly { setting: Setting; plan: Plan }[]): Promise<void> {
    if (fresh.length === 0) return;
    const { goals, fleet, names, book } = this.#subject;
    const before = this.#messages;
    const onProgress: RunOptions["onProgress"] = ({ share, messages }) => {
      this.#messages = before + messages;
      this.#options.onProgress?.({ share, messages: this.#messages });
    };
    const plans = fresh.map(({ plan }) => plan);
    await simulatePlans(plans, { ...this.#options, onProgress }, ({ reports, isEnough }, index) => {
      if (!isEnough) return false;
      const { setting, plan } = fresh[index] as (typeof fresh)[number];
      const results = resultsOf(plan, reports, book);
      const queue = (plan.fleets[fleet] as PlannedFleet).queue;
      const found = measured(goals, reports, results, names, queue);
      this.#done.set(keyOf(setting), {
        ...{ setting, plan, goals: found, isStable: true },
        isMet: found.every(({ isMet }) => isMet),
        monthUsd: results.all.cost.monthUsd,
      });
      this.simulated++;
      return true;
    });
  }

  #unstable(setting: Setting, plan: Plan): Trial {
    const goals = this.#subject.goals.map((goal) => ({
      ...{ goal, value: null, upTo: null },
      isMet: false,
    }));
    const monthUsd = Number.POSITIVE_INFINITY;
    return { setting, plan, goals, isStable: false, isMet: false, monthUsd };
  }
}

export function valuesOf(setting: Setting, paths: Subject["paths"]): CellValues {
  const pairs = Object.entries(setting).flatMap(([knob, value]) => {
    const path = paths[knob as Knob];
    return path === undefined ? [] : [[path, value] as const];
  });
  return Object.fromEntries(pairs);
}

function keyOf(setting: Setting): string {
  return JSON.stringify(
    Object.entries(setting).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Whether the first is better than the second; both meet the goals. */
export function isBetter(one: Trial, other: Trial, isPriced: boolean): boolean {
  const [count, otherCount] = [one.setting.count ?? 0, other.setting.count ?? 0];
  if (!isPriced && count !== otherCount) return count < otherCount;
  if (one.monthUsd !== other.monthUsd) return one.monthUsd < other.monthUsd;
  return count < otherCount;
}

/** The best of those that meet the goals. */
export function bestOf(trials: readonly Trial[], isPriced: boolean): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.isMet && (best === undefined || isBetter(trial, best, isPriced))) best = trial;
  }
  return best;
}
