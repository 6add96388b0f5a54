/** What a thread of a simulation does: one run after another, as the pool hands them out. */
import type { RunReport } from "./events/report.ts";
import { runOne } from "./runOne.ts";
import type { Task } from "./words.ts";

/** piscina calls the export of this name with each task. */
export async function run({ plan, run, port }: Task): Promise<RunReport> {
  let isStopped = false;
  port.on("message", () => {
    isStopped = true;
  });
  try {
    return await runOne(plan, run, {
      isStopped: () => isStopped,
      tell: (advance) => port.postMessage(advance),
    });
  } finally {
    port.close();
  }
}
