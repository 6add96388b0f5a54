/** What `sluice simulate run FILE` does: one scenario, its tables, its verdict and its charts. */
import { reportContent } from "../../simulator/show/reportPage.ts";
import { tablesOf } from "../../simulator/show/tables.ts";
import { simulate } from "../../simulator/simulate.ts";
import type { SimulationResult } from "../../simulator/simulationResult.ts";
import { type OutputOptions, type Told, work } from "./output.ts";

/** What all simulations may be told. */
export interface SimulationOptions {
  readonly threads?: number;
  readonly seed?: number;
  readonly prices?: string;
  readonly unstable?: boolean;
}

export interface RunOptions extends OutputOptions, SimulationOptions {}

export async function simulateRun(file: string, options: RunOptions): Promise<void> {
  const { threads, seed, prices, unstable } = options;
  await work(options, `simulating ${file}`, async (watch) => {
    const result = await simulate(file, { threads, seed, prices, unstable, ...watch });
    return { told: toldOf(result), isComplete: result.isComplete };
  });
}

function toldOf(result: SimulationResult): Told {
  const page = reportContent(result);
  const charts = page.sections.flatMap(({ charts: own = [] }) => own);
  return {
    tables: tablesOf(result),
    verdict: result.verdict,
    chart: charts.find(({ title }) => title === "Messages that wait"),
    charts,
    page,
    data: result,
  };
}
