/**
 * `sweep`: a scenario with some of its fields varied, each combination of their values a cell. All runs of
 * all cells share one pool of threads; what a cell comes to does not depend on it, nor on the others.
 */
import { priceBook } from "../cost.ts";
import { instabilities } from "../instabilities.ts";
import { loadsOf } from "../load.ts";
import { type Ran, simulatePlans } from "../run.ts";
import type { Scenario } from "../scenario/types.ts";
import { withSeed } from "../simulate.ts";
import { defaultPaths, figureOf, figuresAt, resultsOf } from "./figures.ts";
import { type GridCell, gridOf, openScenario } from "./grid.ts";
import type { Sweep, SweepOptions } from "./types.ts";

/**
 * Simulates every cell but those whose queues can't be stable, which are marked (`unstable: true`
 * simulates them, too). Rejects with a ScenarioError for what is wrong with the scenario, a field, a value
 * or what is to be shown; with an Error when a run does not balance. Aborted by `signal`, it resolves
 * with the cells that were done.
 */
export async function sweep(scenario: string | Scenario, options: SweepOptions): Promise<Sweep> {
  const { seed, unstable = false, prices, vary, show, ...run } = options;
  const book = priceBook(prices);
  const base = await openScenario(scenario);
  const grid = (await gridOf(base, vary)).map((cell) => ({
    ...cell,
    plan: withSeed(cell.plan, seed),
    growing: instabilities(cell.plan),
  }));
  const { plan: first } = grid[0] as GridCell;
  const shown = await figuresAt(show ?? defaultPaths(first), first);
  const simulated = grid.filter(({ growing }) => unstable || growing.length === 0);
  const plans = simulated.map(({ plan }) => plan);
  const results = await simulatePlans(plans, run, ({ reports, isEnough }: Ran, index) => {
    if (!isEnough) return { values: null };
    const found = resultsOf(plans[index] as (typeof plans)[number], reports, book);
    return {
      values: Object.fromEntries(shown.map((figure) => [figure.path, figureOf(found, figure)])),
    };
  });
  const byCell = new Map(simulated.map((cell, index) => [cell, results[index]?.values ?? null]));
  return {
    title: first.title,
    seed: first.seed,
    varied: vary,
    shown,
    cells: grid.map((cell) => ({
      values: cell.values,
      load: Math.max(0, ...loadsOf(cell.plan).map(({ load }) => load)),
      unstable: cell.growing,
      results: byCell.get(cell) ?? null,
    })),
    isComplete: results.every(({ values }) => values !== null),
  };
}
