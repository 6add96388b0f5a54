/**
 * `sluice bench`: starts the benchmark (bench/main.ts) as a process of its own, since nothing else may
 * run where something is measured, and hands on its words, its output and its exit code. What may be
 * asked for, the benchmark itself says.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";

const main = fileURLToPath(new URL("../../../bench/main.js", import.meta.url));
/** What a shell adds to a signal's number. */
const SIGNALLED = 128;
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGTERM: 15 };

export function addBench(program: Command): void {
  program
    .command("bench")
    .description("Measure what Standard and FIFO queues take on this machine.")
    .argument("[words...]", "a suite's name, and options; --help lists them")
    .helpOption(false)
    .allowUnknownOption()
    .action((words: readonly string[]) => bench(words));
}

async function bench(words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [main, ...words], { stdio: "inherit" });
  // A terminal tells both; whoever tells this one alone means the child, too.
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of Object.keys(SIGNALS)) process.on(signal, handOn);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? SIGNALLED + (SIGNALS[signal ?? ""] ?? 0)));
  });
  for (const signal of Object.keys(SIGNALS)) process.off(signal, handOn);
}
