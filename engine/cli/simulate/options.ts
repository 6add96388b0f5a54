/** Options that several commands of `sluice simulate` have, and the readers of their values. */
import { type Command, InvalidArgumentError } from "commander";
import type { Knob } from "../../simulator/questions/types.ts";

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

const unitSeconds: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, min: 60, h: 3_600 };

/** Seconds, of a number with its unit. */
export function readDuration(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?|\.\d+) ?([a-z]+)$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (unitSeconds[unit] ?? Number.NaN);
  if (seconds > 0) return Number(seconds.toPrecision(12));
  throw new InvalidArgumentError("It is a time above 0 with its unit: 500ms, 2s, 5m or 1h.");
}

/** A share of 1, of percents. */
export function readShare(text: string): number {
  const [, number = ""] = /^(\d{1,3}(?:\.\d+)?|\.\d+) ?%$/.exec(text.trim()) ?? [];
  const share = number === "" ? Number.NaN : Number((Number(number) / 100).toPrecision(12));
  if (share > 0 && share < 1) return share;
  throw new InvalidArgumentError("It is a share in percent, above 0 % and below 100 %, as 0.1%.");
}

export function readPercent(text: string): number {
  const number = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw new InvalidArgumentError("It is a number from 0 to 100, in percent.");
}

/** Messages a second. */
export function readRate(text: string): number {
  const number = /^\d{1,7}(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (number > 0 && number <= 1_000_000) return number;
  throw new InvalidArgumentError("It is a number of messages a second, above 0, at most 1000000.");
}

/** The share of handlings that fail; there may be none. */
export function readFailures(text: string): number {
  return /^0(\.0+)? ?%?$/.test(text.trim()) ? 0 : readShare(text);
}

export function readKind(text: string): "standard" | "fifo" {
  const kind = text.trim().toLowerCase();
  if (kind === "standard" || kind === "fifo") return kind;
  throw new InvalidArgumentError("It is standard or fifo.");
}

/** One more `10s=99%`. */
export function readWithin(
  text: string,
  before: readonly { seconds: number; share: number }[] = [],
): readonly { seconds: number; share: number }[] {
  const [time = "", share = "", ...more] = text.split("=");
  if (share === "" || more.length > 0) {
    throw new InvalidArgumentError("It is a time and a share, as 10s=99%.");
  }
  return [...before, { seconds: readDuration(time), share: readShare(share) }];
}

const knobs: readonly Knob[] = [
  "count",
  "batch",
  "waitTimeSeconds",
  "visibilityTimeout",
  "maxReceiveCount",
];

/** One more of what advice leaves alone. */
export function readKnob(text: string, before: readonly Knob[] = []): readonly Knob[] {
  const knob = knobs.find((one) => one === text);
  if (knob !== undefined) return [...before, knob];
  throw new InvalidArgumentError(`It is one of ${knobs.join(", ")}.`);
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
