/**
 * What the commands of `sluice simulate` have in common: what was asked for goes to standard output or to
 * files, progress and what went wrong to standard error. Ctrl-C ends the simulation, and what was done by
 * then is told; a second one ends the process at once. On the main thread.
 *
 * Exit codes: 0 done, 1 it could not be done, 2 the scenario or the command line is wrong, 130 interrupted.
 */
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WriteStream } from "node:tty";
import type { Chart } from "../../report/chart.ts";
import type { PageContent } from "../../report/content.ts";
import { page } from "../../report/page.ts";
import { svg } from "../../report/svg.ts";
import { type Table, tableMarkdown, tableText } from "../../report/table.ts";
import { terminalChart, terminalOptions } from "../../report/terminal.ts";
import type { Progress } from "../../simulator/progress.ts";
import { ScenarioError } from "../../simulator/scenario/scenarioError.ts";
import { UnstableError } from "../../simulator/simulate.ts";
import { ProgressLine, progressText } from "../progressLine.ts";

/** Where results go; `-` is standard output, which one of them may have. */
export interface OutputOptions {
  readonly json?: string;
  readonly csv?: string;
  readonly markdown?: string;
  readonly html?: string;
  /** A folder; each chart is a file in it. */
  readonly svg?: string;
  /** Undefined: where the text goes to a terminal. */
  readonly chart?: boolean;
}

/** What there is to tell. */
export interface Told {
  readonly tables: readonly Table[];
  /** Below the tables. */
  readonly verdict: string;
  /** The chart that a terminal has room for. */
  readonly chart: Chart | undefined;
  readonly charts: readonly Chart[];
  readonly page: PageContent;
  readonly data: unknown;
  readonly csv?: string;
}

export const interruptedCode = 130;
const standardOutput = "-";
const files = ["json", "csv", "markdown", "html"] as const;

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function fail(code: number, sentences: readonly string[]): void {
  for (const sentence of sentences) say(`sluice: ${sentence}`);
  process.exitCode = code;
}

/** What the work is given to be stopped by, and to say how far it is. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Does what a command is for, once it is known that its results can be written. What goes wrong is said,
 * and the exit code set.
 */
export async function work(
  options: OutputOptions,
  begin: string,
  act: (watch: Watch) => Promise<{ told: Told; isComplete: boolean }>,
): Promise<void> {
  const unfit = unwritable(options);
  if (unfit.length > 0) return fail(2, unfit);
  const interrupt = new AbortController();
  // The next one is Node's, which ends the process.
  const stop = (): void => interrupt.abort();
  process.once("SIGINT", stop);
  say(`sluice: ${begin}`);
  const line = new ProgressLine(process.stderr, progressText);
  try {
    const onProgress = (progress: Progress) => line.show(progress);
    const { told, isComplete } = await act({ signal: interrupt.signal, onProgress });
    line.clear();
    if (!isComplete) process.exitCode = interruptedCode;
    tell(told, options);
  } catch (error) {
    line.clear();
    explain(error);
  } finally {
    process.removeListener("SIGINT", stop);
  }
}

/** Why something could not be written, before hours are spent. */
function unwritable(options: OutputOptions): string[] {
  const piped = files.filter((kind) => options[kind] === standardOutput);
  if (piped.length > 1) {
    return [`Standard output has room for one: --${piped.join(" - or --")} -, not both.`];
  }
  const unfit = files.flatMap((kind) => fileMistake(options[kind]) ?? []);
  return [...unfit, ...(folderMistake(options.svg) ?? [])];
}

/** Why nothing could be written to that file; undefined where it can, or goes to standard output. */
export function fileMistake(file: string | undefined): string[] | undefined {
  if (file === undefined || file === standardOutput) return undefined;
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) return [`${file} is a folder; name a file.`];
  return accessMistake(file, there === undefined ? dirname(file) : file);
}

function folderMistake(folder: string | undefined): string[] | undefined {
  if (folder === undefined) return undefined;
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there?.isFile() === true) return [`${folder} is a file; name a folder.`];
  return accessMistake(folder, there === undefined ? dirname(folder) : folder);
}

function accessMistake(name: string, place: string): string[] | undefined {
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch (error) {
    return [`${name} can't be written: ${(error as Error).message}.`];
  }
}

function explain(error: unknown): void {
  if (error instanceof UnstableError) {
    fail(2, error.mistakes);
    say(
      "sluice: Give it more consumers, against a quota larger batches, or run it as it is with --unstable.",
    );
  } else if (error instanceof ScenarioError) fail(2, error.mistakes);
  else fail(1, [error instanceof Error ? error.message : String(error)]);
}

/** Chart, tables and verdict go where no file of results does. */
function tell(told: Told, options: OutputOptions): void {
  const isPiped = files.some((kind) => options[kind] === standardOutput);
  const out = isPiped ? process.stderr : process.stdout;
  out.write(textOf(told, options.chart, out));
  const texts: Record<(typeof files)[number], () => string> = {
    json: () => `${JSON.stringify(told.data, null, 2)}\n`,
    csv: () => told.csv ?? "",
    markdown: () => `${told.tables.map(tableMarkdown).join("\n")}\n${told.verdict}\n`,
    html: () => page(told.page),
  };
  for (const kind of files) {
    const file = options[kind];
    if (file === standardOutput) process.stdout.write(texts[kind]());
    else if (file !== undefined) writeFileSync(file, texts[kind]());
  }
  if (options.svg !== undefined) writePictures(told.charts, options.svg);
}

function textOf({ chart, tables, verdict }: Told, asked: boolean | undefined, out: WriteStream) {
  const isDrawn = asked ?? out.isTTY === true;
  const picture = isDrawn && chart !== undefined ? terminalChart(chart, terminalOptions(out)) : "";
  const parts = [picture, ...tables.map(tableText)].filter((part) => part !== "");
  return `${parts.join("\n")}\n${verdict}\n`;
}

/** A file a chart, called by its title: `messages-that-wait.svg`. */
function writePictures(charts: readonly Chart[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  const taken = new Set<string>();
  for (const chart of charts) {
    const plain = chart.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");
    let name = plain || "chart";
    for (let count = 2; taken.has(name); count++) name = `${plain}-${count}`;
    taken.add(name);
    writeFileSync(join(folder, `${name}.svg`), svg(chart));
  }
}
