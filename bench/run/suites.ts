/** Runs suites one after the other and makes one result of them; Ctrl-C ends it with what is finished. */
import type { Result, Row } from "../result/schema.ts";
import type { Suite } from "../suites/work.ts";
import { Surroundings } from "./environment.ts";
import { type Pace, paceFor } from "./pace.ts";
import { Run } from "./processes.ts";
import { Progress } from "./progress.ts";

/** What a shell adds to a signal's number, and SIGINT's. */
export const INTERRUPTED = 130;
/** From then on a signal ends it at once. */
const FORCEABLE_MS = 1_000;

export async function runSuites(suites: readonly Suite[], pace: Pace): Promise<Result> {
  const surroundings = new Surroundings();
  const progress = new Progress();
  const plans = suites.map((suite) => {
    const works = suite.works();
    const own = paceFor(pace, works);
    const run = new Run(suite.name, suite.isLong ? { ...own, repetitions: 1 } : own);
    return { suite, works, run };
  });
  for (const { works, run } of plans) progress.expect(run.stepsOf(works));
  let isInterrupted = false;
  let isForceable = false;
  // Kept to the end: npm hands one Ctrl-C on twice, and the second must not cost the result.
  const interrupt = (): void => {
    if (isForceable) process.exit(INTERRUPTED);
    isInterrupted = true;
    setTimeout(() => {
      isForceable = true;
    }, FORCEABLE_MS).unref();
    for (const { run } of plans) run.interrupt();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const rows: Row[] = [];
  try {
    for (const { suite, works, run } of plans) {
      if (isInterrupted) break;
      progress.begin(suite.name);
      await run.run(works, progress);
      rows.push(...run.rows());
    }
  } catch (error) {
    // Its thread would keep the process.
    await surroundings.end();
    throw error;
  } finally {
    progress.end();
  }
  const environment = await surroundings.end();
  return {
    environment,
    ...(pace.isQuick ? { quick: true } : {}),
    ...(isInterrupted ? { interrupted: true } : {}),
    rows,
  };
}
