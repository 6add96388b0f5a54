/**
 * What `sluice simulate run FILE` does: a scenario's result as tables on standard output, as JSON and as
 * a page. Runs on the main thread; the runs themselves have threads of their own.
 *
 * What was asked for goes to standard output, progress and what went wrong to standard error. Ctrl-C
 * ends the runs, and what was simulated by then is told and written, marked so; a second one ends the
 * process at once. Exit codes: 0 done, 1 it could not be done, 2 the scenario or the command line is
 * wrong, 130 interrupted.
 */
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { page } from "../report/page.ts";
import { tableText } from "../report/table.ts";
import { ScenarioError } from "../simulator/scenario/scenarioError.ts";
import { reportContent } from "../simulator/show/reportPage.ts";
import { tablesOf } from "../simulator/show/tables.ts";
import { simulate, UnstableError } from "../simulator/simulate.ts";
import type { SimulationResult } from "../simulator/simulationResult.ts";
import { ProgressLine } from "./progressLine.ts";

/** The command's options, as it was given them. */
export interface RunOptions {
  readonly json?: string;
  readonly html?: string;
  readonly threads?: number;
  readonly seed?: number;
  readonly prices?: string;
  readonly unstable?: boolean;
}

const interruptedCode = 130;
/** A file's name that means standard output. */
const standardOutput = "-";

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(code: number, sentences: readonly string[]): void {
  for (const sentence of sentences) say(`sluice: ${sentence}`);
  process.exitCode = code;
}

/** Simulates, tells and writes; what goes wrong is said, and the exit code set. */
export async function simulateRun(file: string, options: RunOptions): Promise<void> {
  const unfit = [options.json, options.html].map(unwritable).filter((why) => why !== undefined);
  if (unfit.length > 0) return fail(2, unfit);
  const interrupt = new AbortController();
  // The next one is Node's, which ends the process.
  const stop = (): void => interrupt.abort();
  process.once("SIGINT", stop);
  say(`sluice: simulating ${file}`);
  const line = new ProgressLine(process.stderr);
  try {
    const { threads, seed, prices, unstable } = options;
    const result = await simulate(file, {
      ...{ threads, seed, prices, unstable },
      signal: interrupt.signal,
      onProgress: (progress) => line.show(progress),
    });
    line.clear();
    if (!result.isComplete) process.exitCode = interruptedCode;
    write(result, options);
  } catch (error) {
    line.clear();
    explain(error);
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

/** Why nothing could be written there, before hours are spent; undefined where it can. */
function unwritable(file: string | undefined): string | undefined {
  if (file === undefined || file === standardOutput) return undefined;
  try {
    const isThere = statSync(file, { throwIfNoEntry: false });
    if (isThere?.isDirectory() === true) return `${file} is a folder; name a file.`;
    accessSync(isThere === undefined ? dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (error) {
    return `${file} can't be written: ${(error as Error).message}.`;
  }
}

function explain(error: unknown): void {
  if (error instanceof UnstableError) {
    fail(2, error.mistakes);
    say("sluice: Give it more consumers, or run it as it is with --unstable.");
  } else if (error instanceof ScenarioError) fail(2, error.mistakes);
  else fail(1, [error instanceof Error ? error.message : String(error)]);
}

/** Tables and verdict go where the JSON does not. */
function write(result: SimulationResult, { json, html }: RunOptions): void {
  const isPiped = json === standardOutput;
  const text = `${tablesOf(result).map(tableText).join("\n")}\n${result.verdict}\n`;
  (isPiped ? process.stderr : process.stdout).write(text);
  const data = `${JSON.stringify(result, null, 2)}\n`;
  if (isPiped) process.stdout.write(data);
  else if (json !== undefined) writeFileSync(json, data);
  if (html !== undefined) writeFileSync(html, page(reportContent(result)));
}
