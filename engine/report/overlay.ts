/**
 * Charts of several runs laid over each other, for comparing two results in one page. Pure.
 */
import type { Chart, PlotChart } from "./chart.ts";

/** The charts of one run, such as a results file. */
export interface Run {
  readonly name: string;
  readonly charts: readonly Chart[];
}

/**
 * One chart for each title and kind, with the series of all runs, in the order in which they first
 * come. Lines for comparison are the first run's. Heat maps can't be laid over each other: each run's
 * stands by itself, under its title and the run's name.
 */
export function overlay(runs: readonly Run[]): Chart[] {
  const charts = new Map<string, Chart>();
  for (const run of runs) {
    for (const chart of run.charts) {
      if (chart.kind === "heat") {
        const title = `${chart.title} · ${run.name}`;
        charts.set(JSON.stringify([title, chart.kind]), { ...chart, title });
        continue;
      }
      const key = JSON.stringify([chart.title, chart.kind]);
      const before = charts.get(key);
      charts.set(key, withRun(before?.kind === chart.kind ? before : undefined, chart, run.name));
    }
  }
  return [...charts.values()];
}

function withRun(before: PlotChart | undefined, chart: PlotChart, run: string): PlotChart {
  const series = chart.series.map((one) => ({ ...one, run }));
  return { ...(before ?? chart), series: [...(before?.series ?? []), ...series] };
}
