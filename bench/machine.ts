/** What the figures were measured on: printed above them and kept with them. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, loadavg } from "node:os";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly commit: string;
  /** Processes that wanted to run in the last minute: above `cores`, distrust the figures. */
  readonly loadAverage: number;
  readonly measuredAt: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    node: process.versions.node,
    v8: process.versions.v8,
    commit: commitOf(),
    loadAverage: loadavg()[0] ?? 0,
    measuredAt: new Date().toISOString(),
  };
}

/** The checkout's commit; "unknown" in an installed package. */
function commitOf(): string {
  try {
    const options = { cwd: import.meta.dirname, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim();
  } catch {
    return "unknown";
  }
}
