/**
 * How the command line reads an option's value: by the readers that the server has as well, or by its
 * own. What is wrong is commander's InvalidArgumentError; commander puts the option's name and the value
 * before its sentence.
 */
import { InvalidArgumentError } from "commander";
import { roleNames, userNames } from "../limits.ts";
import { OptionError } from "../server/settings/optionError.ts";

/** A reader of the server's, as commander wants it. */
export function argumentOf<Value>(
  read: (text: string, before?: Value) => Value,
): (text: string, before?: Value) => Value {
  return (text, before) => {
    try {
      return read(text, before);
    } catch (error) {
      if (error instanceof OptionError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** A user's name, as IAM has it; perhaps behind a path. */
export function readUser(text: string): string {
  if (userNames.test(text)) return text;
  throw new InvalidArgumentError("It is 1 to 64 letters, digits, or any of + = , . @ _ -");
}

/** A role's name, as IAM has it, perhaps with its session's behind a colon. */
export function readRole(text: string): string {
  if (roleNames.test(text)) return text;
  throw new InvalidArgumentError(
    "It is 1 to 64 letters, digits, or any of + = , . @ _ - and may have :SESSION behind it.",
  );
}
