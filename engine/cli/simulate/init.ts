/**
 * What `sluice simulate init [FILE]` does: asks five questions, also in AWS's words (msg_processing_time,
 * acceptable_latency), and writes a scenario. Answers come from the command line, from a terminal, or,
 * where standard input is none, from its lines in the order of the questions. What is there is not
 * overwritten without --force. Exit codes: 0 written, 1 it can't be, 2 an answer is missing or wrong, 130
 * for Ctrl-C.
 */
import { existsSync, writeFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline/promises";
import { text as allOf } from "node:stream/consumers";
import { beginningText } from "../../simulator/questions/beginning.ts";
import { readDuration, readFailures, readKind, readRate } from "./options.ts";
import { fail, say } from "./output.ts";

export interface InitOptions {
  readonly messagesPerSecond?: number;
  readonly msgProcessingTime?: number;
  readonly acceptableLatency?: number;
  readonly failures?: number;
  readonly kind?: "standard" | "fifo";
  readonly force?: boolean;
}

interface Question {
  readonly option: keyof Omit<InitOptions, "force">;
  readonly flag: string;
  readonly ask: string;
  readonly usual: string;
  readonly read: (text: string) => unknown;
}

const questions: readonly Question[] = [
  {
    option: "messagesPerSecond",
    flag: "--messages-per-second",
    ask: "How many messages a second come at the peak?",
    usual: "10",
    read: readRate,
  },
  {
    option: "msgProcessingTime",
    flag: "--msg-processing-time",
    ask: "How long does it take to handle one (msg_processing_time)?",
    usual: "100ms",
    read: readDuration,
  },
  {
    option: "acceptableLatency",
    flag: "--acceptable-latency",
    ask: "How soon must a message be done (acceptable_latency)?",
    usual: "10s",
    read: readDuration,
  },
  {
    option: "failures",
    flag: "--failures",
    ask: "How many of the handlings fail?",
    usual: "1%",
    read: readFailures,
  },
  {
    option: "kind",
    flag: "--kind",
    ask: "Is the queue standard or fifo?",
    usual: "standard",
    read: readKind,
  },
];

/** Something wrong that was typed, or nothing. */
class AnswerError extends Error {
  readonly exitCode: number;

  constructor(sentence: string, exitCode = 2) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

export async function simulateInit(file: string, options: InitOptions): Promise<void> {
  if (file !== "-" && existsSync(file) && options.force !== true) {
    return fail(2, [`${file} is there already; name another file, or write over it with --force.`]);
  }
  try {
    const answers = await answersOf(options);
    const { messagesPerSecond, msgProcessingTime, acceptableLatency, failures, kind } = answers;
    checkLatency(answers);
    const text = beginningText({
      messagesPerSecond,
      processingSeconds: msgProcessingTime,
      latencySeconds: acceptableLatency,
      failureShare: failures,
      isFifo: kind === "fifo",
    });
    if (file === "-") {
      process.stdout.write(text);
      return;
    }
    writeFileSync(file, text);
    say(`sluice: ${file} is written. Go on with:`);
    say(`  sluice simulate run ${file}`);
    say(`  sluice simulate advise ${file} --within ${acceptableLatency}s=99%`);
  } catch (error) {
    const code = error instanceof AnswerError ? error.exitCode : 1;
    fail(code, [error instanceof Error ? error.message : String(error)]);
  }
}

type Answered = Required<Omit<InitOptions, "force">>;

async function answersOf(options: InitOptions): Promise<Answered> {
  const open = questions.filter(({ option }) => options[option] === undefined);
  const asked = process.stdin.isTTY === true ? await askAll(open, options) : await readLines(open);
  return { ...options, ...asked } as Answered;
}

function checkLatency({ acceptableLatency = Infinity, msgProcessingTime = 0 }: InitOptions): void {
  if (acceptableLatency > msgProcessingTime) return;
  throw new AnswerError("--acceptable-latency: It is more than --msg-processing-time.");
}

/** One after another; again where an answer is none. */
async function askAll(
  open: readonly Question[],
  given: InitOptions,
): Promise<Record<string, unknown>> {
  if (open.length === 0) return {};
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const left = leaving(terminal);
  const answers: Record<string, unknown> = {};
  try {
    for (const question of open) {
      while (answers[question.option] === undefined) {
        const asked = terminal.question(`${question.ask} [${question.usual}] `);
        const line = await Promise.race([asked, left]);
        try {
          const answer = answerOf(question, line);
          checkLatency({ ...given, ...answers, [question.option]: answer });
          answers[question.option] = answer;
        } catch (error) {
          say((error as Error).message);
        }
      }
    }
    return answers;
  } finally {
    terminal.close();
  }
}

/** Rejects when somebody leaves before the last answer: a question by itself would never end then. */
function leaving(terminal: Interface): Promise<never> {
  const left = new Promise<never>((_, reject) => {
    terminal.once("SIGINT", () => {
      // The next line is the shell's.
      process.stderr.write("\n");
      reject(new AnswerError("Interrupted; nothing is written.", 130));
    });
    terminal.once("close", () => {
      process.stderr.write("\n");
      reject(new AnswerError("Answers are missing; nothing is written."));
    });
  });
  left.catch(() => {});
  return left;
}

/** A line an answer. */
async function readLines(open: readonly Question[]): Promise<Record<string, unknown>> {
  if (open.length === 0) return {};
  const lines = (await allOf(process.stdin)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return Object.fromEntries(
    open.map((question, index) => {
      const line = lines[index];
      if (line === undefined) {
        const sentence = `${question.ask} Answer with ${question.flag}, as ${question.flag} ${question.usual}.`;
        throw new AnswerError(sentence);
      }
      return [question.option, answerOf(question, line)];
    }),
  );
}

/** Of a line: the usual one where it is empty; `acceptable_latency = 10s` is 10s. */
function answerOf({ flag, usual, read }: Question, line: string): unknown {
  const name = flag.slice(2).replaceAll("-", "[-_]");
  const text = line.trim().replace(new RegExp(`^${name}\\s*[=:]\\s*`, "i"), "");
  try {
    return read(text === "" ? usual : text);
  } catch (error) {
    throw new AnswerError(`${flag}: ${(error as Error).message}`);
  }
}
