/**
 * What `sluice simulate compare A B` does: which of two scenarios is better, and by how much. With
 * --fail-if-worse it exits with 1 where B is surely worse than A in some result by so many percent.
 */
import { compare } from "../../simulator/questions/compare.ts";
import type { Comparison } from "../../simulator/questions/types.ts";
import { compareCharts, compareContent, compareTable } from "../../simulator/show/comparePage.ts";
import { fail, type OutputOptions, work } from "./output.ts";
import type { SimulationOptions } from "./run.ts";

export interface CompareCommandOptions extends OutputOptions, SimulationOptions {
  readonly show?: readonly string[];
  readonly replications?: number;
  readonly precision?: number;
  readonly replicationsMax?: number;
  readonly failIfWorse?: number;
}

export async function simulateCompare(
  a: string,
  b: string,
  options: CompareCommandOptions,
): Promise<void> {
  const { threads, seed, prices, unstable, show, replications, replicationsMax } = options;
  await work(options, `comparing ${a} and ${b}`, async (watch) => {
    const found = await compare(a, b, {
      ...{ threads, seed, prices, unstable, show, replications, replicationsMax },
      precisionPercent: options.precision,
      ...watch,
    });
    failIfWorse(found, options.failIfWorse);
    const charts = compareCharts(found);
    const told = {
      tables: [compareTable(found)],
      verdict: found.verdict,
      chart: charts.find(({ title }) => title === "Until first received"),
      charts,
      page: compareContent(found),
      data: found,
    };
    return { told, isComplete: found.isComplete };
  });
}

function failIfWorse({ differences }: Comparison, percent: number | undefined): void {
  if (percent === undefined) return;
  const worse = differences.filter(({ a, difference, better }) => {
    return better === "a" && 100 * (difference ?? 0) >= percent * Math.abs(a ?? 0);
  });
  if (worse.length === 0) return;
  const labels = worse.map(({ label }) => label).join(", ");
  fail(1, [`Worse by ${percent} % or more: ${labels}.`]);
}
