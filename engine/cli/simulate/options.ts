/** Options that several commands of `sluice simulate` have, and the readers of their values. */
import { type Command, InvalidArgumentError } from "commander";

const seedMax = 4_294_967_295;
const threadsMax = 64;

export function readWhole(text: string, min: number, max: number, what: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new InvalidArgumentError(`${what} is a whole number from ${min} to ${max}.`);
}

function readThreads(text: string): number {
  return readWhole(text, 1, threadsMax, "It");
}

function readSeed(text: string): number {
  return readWhole(text, 0, seedMax, "A seed");
}

/** Runs of which differences are made. */
export function readRuns(text: string): number {
  return readWhole(text, 2, 10_000, "It");
}

export function readPercent(text: string): number {
  const number = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw new InvalidArgumentError("It is a number from 0 to 100, in percent.");
}

/** For an option that may stand there several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** How it is simulated. */
export function withSimulation(command: Command): Command {
  return command
    .option("--threads <number>", "threads for the runs (default: one a processor)", readThreads)
    .option("--seed <number>", "seed, in the scenario's stead", readSeed)
    .option("--prices <file>", "price book, for what it has in the stead of the one that ships");
}

/** Where the results go. */
export function withOutput(command: Command): Command {
  return command
    .option("--json <file>", "write the result as JSON; - is standard output")
    .option("--markdown <file>", "write the tables as Markdown; - is standard output")
    .option("--html <file>", "write it as one page with charts, which needs no network")
    .option("--svg <folder>", "write each chart as a picture")
    .option("--chart", "draw a chart in text, too (default: on a terminal)")
    .option("--no-chart", "draw none");
}

/** What every command of `sluice` has. */
export function withHelp(command: Command, examples: string): Command {
  return command
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examples)
    .allowExcessArguments(false);
}
