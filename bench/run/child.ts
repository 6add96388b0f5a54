/**
 * The process in which something is measured, and nothing else is done: started by run/processes.ts
 * for each repetition of each case, or with `--quick` for all of a suite.
 */
import { does } from "../suites/does.ts";
import type { Sampled, Work } from "../suites/work.ts";
import type { Pace } from "./pace.ts";

export interface ChildOrder {
  readonly works: readonly Work[];
  readonly pace: Pace;
}

/** One for each work, in order. */
export type ChildReport =
  | { readonly kind: "done"; readonly rows: readonly Sampled[] }
  | { readonly kind: "failed"; readonly error: string; readonly isFaulty: boolean };

async function tell(report: ChildReport): Promise<void> {
  await new Promise((resolve) => process.send?.(report, resolve));
}

// Who started it ends it: a terminal sends Ctrl-C to both.
process.on("SIGINT", () => {});
process.once("disconnect", () => process.exit(1));
process.once("message", async ({ works, pace }: ChildOrder) => {
  for (const work of works) {
    try {
      await tell({ kind: "done", rows: await does(work, pace) });
    } catch (error) {
      const { name, stack = String(error) } = error as Error;
      await tell({ kind: "failed", error: stack, isFaulty: name === "Faulty" });
    }
  }
  process.exit(0);
});
