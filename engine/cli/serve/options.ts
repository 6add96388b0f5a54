/**
 * The server's options on the command line: each of the table's (server/settings/options.ts) by its name
 * with hyphens, and the configuration file.
 */
import { type Command, Option } from "commander";
import { type OptionName, optionNames, optionOf } from "../../server/settings/options.ts";
import { argumentOf } from "../options.ts";

/** `--log-level` for logLevel. */
export function flagOf(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The defaults are for people to read; who settles them takes only what was said. */
export function addServeOptions(command: Command): void {
  for (const name of optionNames) {
    const { placeholder, description, read, default: value, shown } = optionOf(name);
    const isSwitch = placeholder === undefined;
    const option = new Option(
      isSwitch ? flagOf(name) : `${flagOf(name)} ${placeholder}`,
      description,
    );
    if (!isSwitch) {
      option.argParser(argumentOf(read));
      if (value !== undefined) option.default(value, shown);
    }
    command.addOption(option);
  }
  command.option(
    "--testing",
    "let tests reset it, move its time and break it, below /_sluice/testing/",
  );
  command.option(
    "--config <file>",
    "options and queues from a YAML or JSON file; options here win",
  );
  command.option("--print-schema", "print the JSON Schema of such files, and end");
}
