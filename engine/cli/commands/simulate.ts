/**
 * `sluice simulate`: its commands and their options. What they do is in cli/simulate/, which is loaded when
 * it is asked for, with the simulator.
 */
import type { Command } from "commander";
import type { AdviseCommandOptions } from "../simulate/advise.ts";
import type { CompareCommandOptions } from "../simulate/compare.ts";
import type { InitOptions } from "../simulate/init.ts";
import {
  collect,
  readDuration,
  readFailures,
  readKind,
  readKnob,
  readPercent,
  readRate,
  readRuns,
  readShare,
  readWhole,
  readWithin,
  withHelp,
  withOutput,
  withSimulation,
} from "../simulate/options.ts";
import type { RunOptions } from "../simulate/run.ts";
import type { SweepCommandOptions } from "../simulate/sweep.ts";

const runExamples = `Examples:
  sluice simulate run shop.yaml                  tables, and a verdict in one line
  sluice simulate run shop.yaml --json out.json --html out.html
  sluice simulate run shop.yaml --seed 7 --threads 2
  sluice simulate run shop.yaml --json - | jq .queues.orders.waitSeconds
  sluice simulate run rush.yaml --unstable       though a queue grows without end
`;
const sweepExamples = `Examples:
  sluice simulate sweep shop.yaml --vary consumers.workers.count=4..12
  sluice simulate sweep shop.yaml --vary consumers.workers.count=4..12:2 --vary queues.orders.VisibilityTimeout=30,60,120 --html sweep.html
  sluice simulate sweep shop.yaml --vary consumers.workers.batch=1,10 --show sojournSeconds.p99 --show cost.monthUsd --csv -
`;
const compareExamples = `Examples:
  sluice simulate compare today.yaml tomorrow.yaml
  sluice simulate compare today.yaml tomorrow.yaml --precision 1 --html compared.html
  sluice simulate compare main.yaml branch.yaml --fail-if-worse 2     exits with 1 where it is
`;
const adviseExamples = `Examples:
  sluice simulate advise shop.yaml --max-wait-p95 2s
  sluice simulate advise shop.yaml --within 10s=99% --duplicates 0.1% --write advised.yaml
  sluice simulate advise shop.yaml --max-wait-p99 5s --dead-letters 0.01% --keep batch
`;
const initExamples = `Examples:
  sluice simulate init                           asks, and writes scenario.yaml
  sluice simulate init shop.yaml --messages-per-second 20 --msg-processing-time 100ms --acceptable-latency 10s --failures 1% --kind fifo
`;
const schemaExamples = `Examples:
  sluice simulate schema > scenario.schema.json
`;
const examples = `Examples:
  sluice simulate init                           a scenario, of five answers
  sluice simulate run shop.yaml                  what becomes of a day of traffic
  sluice simulate sweep shop.yaml --vary consumers.workers.count=4..12
  sluice simulate compare today.yaml tomorrow.yaml
  sluice simulate advise shop.yaml --max-wait-p95 2s
`;
const scenarioFile = "the scenario: YAML or JSON (docs/SIMULATION.md)";

export function addSimulate(program: Command): void {
  const group = program
    .command("simulate")
    .description("Ask what a day of traffic does to queues and consumers.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("before", examples);
  addRun(group);
  addSweep(group);
  addCompare(group);
  addAdvise(group);
  addInit(group);
  addSchema(group);
}

function addRun(group: Command): void {
  const command = group
    .command("run")
    .description("Simulate a scenario on the real engine, with a clock of its own.")
    .argument("<file>", scenarioFile);
  withOutput(withSimulation(withHelp(command, runExamples)))
    .option("--unstable", "run it though a queue would grow without end")
    .action(async (file: string, options: RunOptions) => {
      const { simulateRun } = await import("../simulate/run.ts");
      await simulateRun(file, options);
    });
}

function addSweep(group: Command): void {
  const command = group
    .command("sweep")
    .description("Vary fields of a scenario: a row for each combination, and a picture of them.")
    .argument("<file>", scenarioFile);
  withHelp(command, sweepExamples)
    .requiredOption(
      "--vary <path=values>",
      "a field and its values: 1,2,5 or 1..8 or 0.5..2:0.5; may be repeated",
      collect,
    )
    .option("--show <path>", "a number of the result (its JSON); may be repeated", collect);
  withOutput(withSimulation(command))
    .option("--csv <file>", "write the cells as CSV; - is standard output")
    .option("--unstable", "simulate cells whose queues would grow without end, too")
    .action(async (file: string, options: SweepCommandOptions) => {
      const { simulateSweep } = await import("../simulate/sweep.ts");
      await simulateSweep(file, options);
    });
}

function addCompare(group: Command): void {
  const command = group
    .command("compare")
    .description("Simulate two scenarios on the same traffic: which is better, and by how much.")
    .argument("<a>", scenarioFile)
    .argument("<b>", "what it is compared with");
  withHelp(command, compareExamples)
    .option(
      "--replications <number>",
      "runs of each (default: the scenarios', 10 at least)",
      readRuns,
    )
    .option(
      "--precision <percent>",
      "more runs, until the first difference is known so well",
      readPercent,
    )
    .option(
      "--replications-max <number>",
      "with --precision, no more than these (default: 200)",
      readRuns,
    )
    .option("--show <path>", "a number of the result (its JSON); may be repeated", collect)
    .option(
      "--fail-if-worse <percent>",
      "exit with 1 where B is surely worse by that",
      readPercent,
    );
  withOutput(withSimulation(command))
    .option("--unstable", "run them though a queue would grow without end")
    .action(async (a: string, b: string, options: CompareCommandOptions) => {
      const { simulateCompare } = await import("../simulate/compare.ts");
      await simulateCompare(a, b, options);
    });
}

function addAdvise(group: Command): void {
  const command = group
    .command("advise")
    .description(
      "Find the smallest fleet and the settings that meet a service level at least cost.",
    )
    .argument("<file>", scenarioFile);
  withHelp(command, adviseExamples);
  for (const share of ["p50", "p90", "p95", "p99", "p999"]) {
    const name = `--max-wait-${share} <time>`;
    const of = share === "p999" ? "99.9" : share.slice(1);
    command.option(name, `${of} % wait at most so long until they are received`, readDuration);
  }
  command
    .option(
      "--within <time=share>",
      "so many are done so soon after they were sent: 10s=99%; may be repeated",
      readWithin,
    )
    .option("--duplicates <share>", "of the handlings, those for nothing, at most: 0.1%", readShare)
    .option("--dead-letters <share>", "of the messages, at most: 0.01%", readShare)
    .option("--fleet <name>", "the consumers that are asked about, where there are several")
    .option(
      "--keep <knob>",
      "what stays: count, batch, waitTimeSeconds, visibilityTimeout, maxReceiveCount; may be repeated",
      readKnob,
    )
    .option("--max-count <number>", "processes, at the most (default: 1000)", (text: string) =>
      readWhole(text, 1, 10_000, "It"),
    )
    .option("--write <file>", "write the scenario as advised");
  withSimulation(command)
    .option("--json <file>", "write the advice as JSON; - is standard output")
    .option("--markdown <file>", "write the tables as Markdown; - is standard output")
    .option("--html <file>", "write it as one page, which needs no network")
    .action(async (file: string, options: AdviseCommandOptions) => {
      const { simulateAdvise } = await import("../simulate/advise.ts");
      await simulateAdvise(file, options);
    });
}

function addInit(group: Command): void {
  const command = group
    .command("init")
    .description("Write a scenario to begin with, of five answers.")
    .argument("[file]", "where to; - is standard output", "scenario.yaml");
  withHelp(command, initExamples)
    .option("--messages-per-second <number>", "at the peak", readRate)
    .option("--msg-processing-time <time>", "what a handling takes: 100ms", readDuration)
    .option("--acceptable-latency <time>", "how soon a message must be done: 10s", readDuration)
    .option("--failures <share>", "of the handlings, those that fail: 1%", readFailures)
    .option("--kind <kind>", "standard or fifo", readKind)
    .option("--force", "write over what is there")
    .action(async (file: string, options: InitOptions) => {
      const { simulateInit } = await import("../simulate/init.ts");
      await simulateInit(file, options);
    });
}

function addSchema(group: Command): void {
  const command = group
    .command("schema")
    .description("Print the JSON Schema of scenarios, for editors.");
  withHelp(command, schemaExamples).action(async () => {
    const { scenarioSchema } = await import("../../simulator/scenario/schema.ts");
    process.stdout.write(`${JSON.stringify(scenarioSchema(), null, 2)}\n`);
  });
}
