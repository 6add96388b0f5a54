/** Does a suite's work, in the child process. */
import { runFlow } from "../flow/flow.ts";
import { runInThread } from "../flow/inThread.ts";
import type { Pace } from "../run/pace.ts";
import { doesMetrics } from "./metricsRun.ts";
import { doesPromises } from "./promises.ts";
import { doesLatency, doesSoak } from "./rates.ts";
import { doesSdk } from "./sdkRun.ts";
import { doesServer } from "./serverRun.ts";
import { doesSignatures } from "./signaturesRun.ts";
import { doesSimulator } from "./simulatorRun.ts";
import { doesTimers } from "./timersRun.ts";
import { rowsOf, type Sampled, type Work } from "./work.ts";

export async function does(work: Work, pace: Pace): Promise<readonly Sampled[]> {
  switch (work.kind) {
    case "flow":
      return rowsOf(work.spec.case, await runFlow(work.spec, pace), work.units);
    case "inThread":
      return rowsOf(work.spec.case, await runInThread(work.spec, pace), work.units);
    case "latency":
      return doesLatency(work, pace);
    case "metrics":
      return doesMetrics(pace);
    case "promises":
      return doesPromises(pace);
    case "sdk":
      return doesSdk(pace);
    case "server":
      return doesServer(work, pace);
    case "signatures":
      return doesSignatures(pace);
    case "simulator":
      return doesSimulator(pace);
    case "soak":
      return doesSoak(work, pace);
    case "timers":
      return doesTimers(work, pace);
    default: {
      const outcomes = work.specs.map(async (spec) => {
        return rowsOf(spec.case, await runFlow(spec, pace), ["messages/s", "calls/s"], false);
      });
      return (await Promise.all(outcomes)).flat();
    }
  }
}
