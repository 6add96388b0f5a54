/**
 * `sluice simulate run FILE`: its options. What it does is simulateRun.ts's, which is loaded when it is
 * asked for, with the simulator.
 */
import { type Command, InvalidArgumentError } from "commander";
import type { RunOptions } from "../simulateRun.ts";

const seedMax = 4_294_967_295;
const threadsMax = 64;

const examples = `Examples:
  sluice simulate run shop.yaml                  tables, and a verdict in one line
  sluice simulate run shop.yaml --json out.json --html out.html
  sluice simulate run shop.yaml --seed 7 --threads 2
  sluice simulate run shop.yaml --json - | jq .queues.orders.waitSeconds
  sluice simulate run rush.yaml --unstable       though a queue grows without end
`;

export function addSimulate(program: Command): void {
  const group = program
    .command("simulate")
    .description("Ask what a day of traffic does to queues and consumers.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("before", examples);
  group
    .command("run")
    .description("Simulate a scenario on the real engine, with a clock of its own.")
    .argument("<file>", "the scenario: YAML or JSON (docs/SIMULATION.md)")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examples)
    .allowExcessArguments(false)
    .option("--json <file>", "write the result as JSON; - is standard output")
    .option("--html <file>", "write it as one page with charts, which needs no network")
    .option("--threads <number>", "threads for the runs (default: one a processor)", readThreads)
    .option("--seed <number>", "seed, in the scenario's stead", readSeed)
    .option("--prices <file>", "price book, for what it has in the stead of the one that ships")
    .option("--unstable", "run it though a queue would grow without end")
    .action(async (file: string, options: RunOptions) => {
      const { simulateRun } = await import("../simulateRun.ts");
      await simulateRun(file, options);
    });
}

function readWhole(text: string, min: number, max: number, what: string): number {
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
