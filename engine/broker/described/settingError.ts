/** What is wrong in a file of settings (setting.ts), without what it takes to read one. */

/** Something wrong in the file; the message says where: `FILE:LINE: PATH: SENTENCE`. */
export class SettingError extends Error {
  /** From 1; 0 where no line is meant. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** The mistakes' sentences in the order of their lines. */
export function sentencesOf(mistakes: readonly SettingError[]): string[] {
  return mistakes.toSorted((one, other) => one.line - other.line).map(({ message }) => message);
}
