/**
 * Runs a suite's works in child processes and puts their samples together. By the whole: a fresh
 * process for each repetition of each case, the cases in turn (A B C, A B C, ...), so that a slow
 * minute of the machine falls on all alike. Quick: one process for all, and windows are the samples.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { debuglog } from "node:util";
import { keyOf, type Row } from "../result/schema.ts";
import { intervalOfMedian, median } from "../result/statistics.ts";
import type { Sampled, Work } from "../suites/work.ts";
import type { ChildReport } from "./child.ts";
import type { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";

/** Shown with NODE_DEBUG=sluice-bench. */
const debug = debuglog("sluice-bench");
const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));

/** Something was lost, doubled or spoilt; or a process died. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
}

/** What of it is there already when it is interrupted. */
export class Run {
  readonly #suite: string;
  readonly #pace: Pace;
  readonly #found = new Map<string, Sampled[]>();
  #child: ChildProcess | undefined;
  #isInterrupted = false;

  constructor(suite: string, pace: Pace) {
    this.#suite = suite;
    this.#pace = pace;
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#child?.kill("SIGKILL");
  }

  /** How many steps `run` tells the progress of. */
  stepsOf(works: readonly Work[]): number {
    const limited = works.filter(({ kind }) => kind === "plateaus").length;
    const { repetitions, quotaRepetitions } = this.#pace;
    return (
      (works.length - limited) * repetitions + limited * Math.min(repetitions, quotaRepetitions)
    );
  }

  async run(works: readonly Work[], progress: Pick<Progress, "step">): Promise<void> {
    const { repetitions, isQuick, mostMs } = this.#pace;
    const untilMs = performance.now() + mostMs;
    for (let round = 0; round < repetitions && performance.now() < untilMs; round++) {
      if (isQuick) await this.#inOne(works, progress);
      else for (const work of this.#inRound(works, round)) await this.#inOne([work], progress);
    }
  }

  rows(): Row[] {
    return [...this.#found.values()].map((found) => joined(this.#suite, found));
  }

  #inRound(works: readonly Work[], round: number): readonly Work[] {
    const { quotaRepetitions } = this.#pace;
    return works.filter(({ kind }) => kind !== "plateaus" || round < quotaRepetitions);
  }

  async #inOne(works: readonly Work[], progress: Pick<Progress, "step">): Promise<void> {
    if (this.#isInterrupted) return;
    const child = fork(CHILD, { serialization: "advanced" });
    this.#child = child;
    const ended = once(child, "exit");
    debug("process %d measures %j", child.pid, works);
    const failures: string[] = [];
    let reports = 0;
    child.on("message", (report: ChildReport) => {
      reports++;
      progress.step();
      if (report.kind === "failed") failures.push(report.error);
      else for (const row of report.rows) this.#add(row);
    });
    child.send({ works, pace: this.#pace });
    const [code, signal] = (await ended) as [number | null, string | null];
    if (this.#isInterrupted) return;
    if (failures.length > 0) throw new RunFailed(failures.join("\n"));
    if (reports < works.length) {
      throw new RunFailed(`a process that measured ended with ${signal ?? code}`);
    }
  }

  #add(row: Sampled): void {
    const key = keyOf({ suite: this.#suite, ...row });
    const before = this.#found.get(key);
    if (before === undefined) this.#found.set(key, [row]);
    else before.push(row);
  }
}

/** The mean of what the repetitions say, where they say it. */
function mean(found: readonly Sampled[], key: keyof Sampled): number | undefined {
  const values = found.map((row) => row[key]).filter((value) => typeof value === "number");
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const MEANS = [
  "requested",
  "achieved",
  "cpuNsPerMessage",
  "residentBytes",
  "residentBytesPerMessage",
  "gcNsPerMessage",
  "slopePerMinute",
  "residentSlopePerMinute",
] as const;

const SUMS = ["throttled", "messages"] as const;

/** Of one process the windows are the samples, of several the median of each process's windows. */
function joined(suite: string, found: readonly Sampled[]): Row {
  const [{ case: one, unit, samples: windows }] = found as [Sampled];
  const samples = found.length === 1 ? windows : found.map((row) => median(row.samples));
  const rest: Record<string, number | boolean> = {};
  for (const key of MEANS) {
    const value = mean(found, key);
    if (value !== undefined) rest[key] = value;
  }
  for (const key of SUMS) {
    const value = mean(found, key);
    if (value !== undefined) rest[key] = Math.round(value * found.length);
  }
  if (found.some(({ isShort }) => isShort)) rest.isShort = true;
  if (found.some(({ isWarm }) => isWarm !== undefined)) {
    rest.isWarm = found.every(({ isWarm }) => isWarm !== false);
  }
  return {
    suite,
    case: one,
    unit,
    median: median(samples),
    ...intervalOfMedian(samples),
    max: Math.max(...found.map(({ max }) => max)),
    samples,
    ...rest,
  };
}
