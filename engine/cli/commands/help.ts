/**
 * `sluice help [command]`: what `--help` prints. Commander's own command of that name does not say
 * which command it does not know.
 */
import type { Command } from "commander";
import { suggestion } from "../../suggestion.ts";

export function addHelp(program: Command): void {
  program
    .command("help")
    .description("Print this help, or that of a command.")
    .argument("[command]", "the command's name")
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments(false)
    .action((name: string | undefined) => {
      if (name === undefined) program.help();
      const command = program.commands.find((one) => one.name() === name);
      if (command !== undefined) command.help();
      const near = suggestion(
        name,
        program.commands.map((one) => one.name()),
      );
      program.error(`error: There is no command '${name}'${near || "."}`, { exitCode: 2 });
    });
}
