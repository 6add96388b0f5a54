/** What `sluice simulate sweep FILE --vary PATH=VALUES` does: a row a cell, and a picture of them. */
import { readVary } from "../../simulator/questions/grid.ts";
import { sweep } from "../../simulator/questions/sweep.ts";
import { ScenarioError } from "../../simulator/scenario/scenarioError.ts";
import {
  mainChart,
  sweepCharts,
  sweepContent,
  sweepVerdict,
} from "../../simulator/show/sweepPage.ts";
import { sweepCsv, sweepTable } from "../../simulator/show/sweepTable.ts";
import { type OutputOptions, work } from "./output.ts";
import type { SimulationOptions } from "./run.ts";

export interface SweepCommandOptions extends OutputOptions, SimulationOptions {
  readonly vary: readonly string[];
  readonly show?: readonly string[];
}

export async function simulateSweep(file: string, options: SweepCommandOptions): Promise<void> {
  const { threads, seed, prices, unstable, show } = options;
  await work(options, `sweeping ${file}`, async (watch) => {
    const vary = readAll(options.vary);
    const found = await sweep(file, { vary, show, threads, seed, prices, unstable, ...watch });
    const told = {
      tables: [sweepTable(found)],
      verdict: sweepVerdict(found),
      chart: mainChart(found),
      charts: sweepCharts(found),
      page: sweepContent(found),
      data: found,
      csv: sweepCsv(found),
    };
    return { told, isComplete: found.isComplete };
  });
}

/** All mistakes at once. */
function readAll(texts: readonly string[]): ReturnType<typeof readVary>[] {
  const mistakes: string[] = [];
  const read = texts.flatMap((text) => {
    try {
      return [readVary(text)];
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      mistakes.push(...error.mistakes);
      return [];
    }
  });
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
  return read;
}
