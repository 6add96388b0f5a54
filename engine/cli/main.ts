#!/usr/bin/env node
/**
 * The command `sluice`: where the process starts. One file a command in commands/.
 * What was asked for goes to standard output; the log, and what went wrong, to standard error. Exit
 * codes: 0 done, 1 it could not be done, 2 the command line is wrong.
 */
import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { addBench } from "./commands/bench.ts";
import { addCredentials } from "./commands/credentials.ts";
import { addHealth } from "./commands/health.ts";
import { addHelp } from "./commands/help.ts";
import { addJournal } from "./commands/journal.ts";
import { addServe } from "./commands/serve.ts";
import { addSimulate } from "./commands/simulate.ts";

const { version } = createRequire(import.meta.url)("sluice/package.json") as { version: string };

function program(): Command {
  const sluice = new Command("sluice")
    .description("A message broker that any Amazon SQS client can use.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride();
  sluice.addHelpText(
    "before",
    "Examples:\n  sluice serve\n  sluice bench\n  sluice simulate run shop.yaml\n",
  );
  addServe(sluice);
  addHealth(sluice);
  addCredentials(sluice);
  addJournal(sluice);
  addSimulate(sluice);
  addBench(sluice);
  addHelp(sluice);
  return sluice;
}

/** Commander has said on standard error what was wrong; asking for help is not wrong. */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? 0 : 2;
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
