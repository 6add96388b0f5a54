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
    .argument("[command...]", "the command's name")
    .helpOption("-h, --help", "print this help")
    .allowExcessArguments(false)
    .action((names: readonly string[]) => {
      let command = program;
      for (const [index, name] of names.entries()) {
        const inner = command.commands.find((one) => one.name() === name);
        if (inner === undefined) {
          const near = suggestion(
            name,
            command.commands.map((one) => one.name()),
          );
          const said = names.slice(0, index + 1).join(" ");
          program.error(`error: There is no command '${said}'${near || "."}`, { exitCode: 2 });
        }
        command = inner;
      }
      command.help();
    });
}
