/** What the figures were measured on: kept with them, and printed above them. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { Worker } from "node:worker_threads";
import type { Environment, Percentiles } from "../result/schema.ts";

function git(...words: string[]): string | undefined {
  try {
    const options = { cwd: import.meta.dirname, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", words, options).trim();
  } catch {
    return undefined;
  }
}

/** The checkout's commit; none in an installed package, which has a version. */
function checkout(): { commit: string; isDirty?: boolean } {
  // A package that is installed inside somebody's checkout is none of it.
  const isOurs = git("ls-files", "--error-unmatch", ":/bench/flow/tally.ts") !== undefined;
  const commit = isOurs ? git("rev-parse", "--short", "HEAD") : undefined;
  if (commit === undefined) return { commit: "unknown" };
  return { commit, isDirty: git("status", "--porcelain", "--untracked-files=no") !== "" };
}

function version(): string {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      if (name === "sluice") return String(version);
    } catch {
      // One of the two is there: this file runs as a source or from dist/.
    }
  }
  return "unknown";
}

function shared(cores: number): string {
  // A producer, a consumer, the opener, the steward and the thread that watches the jitter.
  if (cores >= 5) return "none needs to: there is a core for each thread that works";
  if (cores === 1) return "all threads share the one core";
  return `producers and consumers share ${cores} cores, and the opener, the steward and the load's own threads with them; nothing is pinned`;
}

/** Begins before the first measurement, ends after the last. */
export class Surroundings {
  readonly #loadBefore = loadavg()[0] ?? 0;
  readonly #beganMs = performance.now();
  readonly #measuredAt = new Date().toISOString();
  readonly #jitter = new Worker(new URL("./jitterThread.js", import.meta.url));

  async end(): Promise<Environment> {
    this.#jitter.postMessage("tell");
    const [jitterMs] = (await once(this.#jitter, "message")) as [Percentiles];
    await this.#jitter.terminate();
    const cores = availableParallelism();
    return {
      processor: cpus()[0]?.model ?? "unknown",
      cores,
      sharedCores: shared(cores),
      memoryBytes: totalmem(),
      os: `${type()} ${release()}`,
      node: process.versions.node,
      v8: process.versions.v8,
      sluice: version(),
      ...checkout(),
      measuredAt: this.#measuredAt,
      seconds: (performance.now() - this.#beganMs) / 1e3,
      loadBefore: this.#loadBefore,
      loadAfter: loadavg()[0] ?? 0,
      jitterMs,
    };
  }
}
