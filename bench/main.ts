/**
 * `sluice bench` and `npm run bench`: what this machine's queues take. The result goes to standard
 * output, what is going on to standard error, and that only on a terminal. commandLine.ts says what
 * may be asked for, suites/catalogue.ts which suites there are.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Options, readOptions, UsageError, usage } from "./commandLine.ts";
import { print, show, writeFiles } from "./output.ts";
import { compareFiles } from "./result/compare.ts";
import { MINUTE, type Pace, QUICK, WHOLE } from "./run/pace.ts";
import { RunFailed } from "./run/processes.ts";
import { runSelftest } from "./run/selftest.ts";
import { INTERRUPTED, runSuites } from "./run/suites.ts";
import { answer } from "./suites/answer.ts";
import { PROGRAMS, SUITES } from "./suites/catalogue.ts";
import type { Suite } from "./suites/work.ts";

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function suitesOf(names: readonly string[]): Suite[] {
  return names.map((name) => {
    const suite = SUITES.get(name);
    if (suite !== undefined) return suite;
    const known = [...SUITES.keys(), ...PROGRAMS.keys(), "show", "compare"];
    throw new UsageError(`there is no suite ${name}; choose of ${known.join(", ")}`);
  });
}

function paceOf({ isQuick, names, soakMinutes }: Options): Pace {
  const whole = names.length === 0 ? MINUTE : WHOLE;
  const pace = isQuick ? QUICK : whole;
  return soakMinutes === undefined ? pace : { ...pace, soakMinutes };
}

async function measure(options: Options): Promise<number> {
  const isAlone = options.names.length === 0;
  const suites = isAlone ? [answer] : suitesOf(options.names);
  const result = await runSuites(suites, paceOf(options));
  const moment = result.environment.measuredAt.replace(/[-:]|\..*/g, "");
  const own = isAlone ? join(tmpdir(), `sluice-bench-${moment}.html`) : undefined;
  const withPage = { ...options, html: options.html ?? own };
  await writeFiles(result, withPage);
  print(result, { ...withPage, isShort: isAlone });
  return result.interrupted ? INTERRUPTED : 0;
}

function help(): void {
  const suites = [...SUITES.values(), ...PROGRAMS.values()];
  const list = suites.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n");
  process.stdout.write(`${usage}\nSuites:\n${list}\n`);
}

async function run(words: readonly string[]): Promise<number> {
  const options = readOptions(words);
  const [first = "", ...rest] = options.names;
  if (options.isHelp) {
    help();
    return 0;
  }
  if (options.isSelftest) return runSelftest();
  if (first === "compare") return compareFiles(rest);
  if (first === "show") return show(rest, options);
  const program = PROGRAMS.get(first);
  if (program !== undefined && rest.length === 0) return program.run(options, say);
  return measure(options);
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    say(`sluice bench: ${error.message}\nsluice bench --help prints what may be asked for.`);
    process.exitCode = 2;
  } else if (error instanceof RunFailed) {
    say(`sluice bench: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}
