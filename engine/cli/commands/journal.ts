/**
 * `sluice journal`: what stands in a directory that `sluice serve --data` keeps, and whether it is whole.
 * Reads and changes nothing, and only while nobody has the directory: what is being written looks torn. On
 * the main thread.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { InspectOptions } from "../journal/inspect.ts";
import type { VerifyOptions } from "../journal/verify.ts";

const examples = `Examples:
  sluice journal inspect ./queues           what is in it: segments, queues, what was written of them
  sluice journal verify ./queues            whether it is whole, and where it is not
  sluice journal inspect ./queues --json | jq .queues
`;

const inspectExamples = `Examples:
  sluice journal inspect ./queues
  sluice journal inspect ./queues --batches --segment 3
  sluice journal inspect ./queues --json | jq .queues
`;

const verifyExamples = `Examples:
  sluice journal verify ./queues
  sluice journal verify ./queues --json | jq '.defects[]'
`;

const inspectBehind = `
With --json there is one object a line: of --batches and --entries one each, and the summary last.
Exit code 0: it was read to its end; 1: it is damaged, or can't be read; 2: the command line is wrong.
`;

const verifyBehind = `
Exit code 0: it is whole; 1: it is not, or can't be read; 2: the command line is wrong. What can't be told
apart from a crash is no defect: docs/JOURNAL.md has the list.
`;

export function addJournal(program: Command): void {
  const journal = program
    .command("journal")
    .description("Look into a directory of --data: what is in it, and whether it is whole.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText("before", examples);
  journal
    .command("inspect")
    .argument("<directory>", "what --data of the server says")
    .description("Say what is in it.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", inspectExamples)
    .addHelpText("after", inspectBehind)
    .option("--batches", "each batch by itself")
    .option("--entries", "each entry of each batch, too")
    .addOption(
      new Option("--segment <number>", "batches of this segment alone").argParser(readSegment),
    )
    .option("--json", "as JSON, one object a line")
    .allowExcessArguments(false)
    .action(async (directory: string, options: InspectOptions) => {
      const { inspect } = await import("../journal/inspect.ts");
      inspect(directory, options);
    });
  journal
    .command("verify")
    .argument("<directory>", "what --data of the server says")
    .description("Check every byte, and what the entries say; exit code 0 if it is whole, else 1.")
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", verifyExamples)
    .addHelpText("after", verifyBehind)
    .option("--json", "as one JSON object")
    .allowExcessArguments(false)
    .action(async (directory: string, options: VerifyOptions) => {
      const { verify } = await import("../journal/verify.ts");
      verify(directory, options);
    });
}

function readSegment(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1, as in the file's name.");
}
