/** What `sluice bench` is asked for. */
import { parseArgs } from "node:util";

export const usage = `Usage: sluice bench [SUITE...] [options]
       sluice bench show RESULT.json [--markdown] [--html FILE] [--svg FOLDER]
       sluice bench compare OLD.json NEW.json...
       sluice bench --selftest

Measures what this machine's queues take. Without a suite: Standard against FIFO, in a minute.

Options:
  --quick           one process a suite, short windows: a look, about 15 seconds a suite
  --json FILE       write all rows, with the machine they were measured on
  --markdown        print tables of Markdown
  --html FILE       write one page that needs nothing else
  --svg FOLDER      write each chart into a file of its own
  --append FILE     add the result as one line of a file that compare reads
  --minutes NUMBER  how long the suite soak takes (default 10)
  --selftest        lose, double, reorder and spoil a message: each must be reported by its id
  -h, --help        print this help

Exit codes: 0 done, 1 a message was lost or a regression found, 2 the command line is wrong,
130 interrupted.
`;

export interface Options {
  readonly names: readonly string[];
  readonly isQuick: boolean;
  readonly json: string | undefined;
  readonly isMarkdown: boolean;
  readonly html: string | undefined;
  readonly svg: string | undefined;
  readonly append: string | undefined;
  /** Undefined: as long as it is by itself. */
  readonly soakMinutes: number | undefined;
  readonly isSelftest: boolean;
  readonly isHelp: boolean;
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function readOptions(words: readonly string[]): Options {
  const { values, positionals } = parsed(words);
  const soakMinutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (soakMinutes !== undefined && !(soakMinutes > 0 && soakMinutes <= 10_000)) {
    throw new UsageError(`--minutes ${values.minutes}: it is a number above 0`);
  }
  return {
    names: positionals,
    isQuick: values.quick,
    json: values.json,
    isMarkdown: values.markdown,
    html: values.html,
    svg: values.svg,
    append: values.append,
    soakMinutes,
    isSelftest: values.selftest,
    isHelp: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        markdown: { type: "boolean", default: false },
        html: { type: "string" },
        svg: { type: "string" },
        append: { type: "string" },
        minutes: { type: "string" },
        selftest: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    // Node says more than a line; the first names what is wrong.
    throw new UsageError(String((error as Error).message).split(". ")[0]);
  }
}
