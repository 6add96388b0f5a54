/**
 * The order of the test files: those with a process of their own, then those that share processes, which
 * then pass from one to the next; among each of them those that take longest begin first, so that no long one
 * is left to run by itself at the end. Any order is right; this one is short.
 */
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of more than some eight seconds, the longest first. */
const LONGEST = [
  "test/conformance/minutes.test.ts",
  "test/repository/build.test.ts",
  "test/recovery/waking/wakeups.test.ts",
  "test/cli/serve.test.ts",
  "test/bench/command.test.ts",
  "test/model/fifo/fifoThreads.test.ts",
  "test/cli/simulate.test.ts",
  "test/recovery/memory/memory.test.ts",
  "test/repository/troubleshooting.test.ts",
  "test/consumer/gone.test.ts",
  "test/consumer/pool.test.ts",
  "test/clients/cli.test.ts",
  "test/model/standard/model.test.ts",
  "test/recovery/kills/kills.test.ts",
  "test/consumer/surroundings.test.ts",
  "test/cli/config.test.ts",
  "test/recovery/cuts/fifoFaultsGoing.test.ts",
  "test/server/badRequests.test.ts",
  "test/repository/pack.test.ts",
  "test/cli/serveData.test.ts",
  "test/simulator/waiting.test.ts",
  "test/consumer/life.test.ts",
  "test/recovery/cuts/fifoFaults.test.ts",
  "test/broker/durable/restart.test.ts",
  "test/broker/threads/threads.test.ts",
  "test/lambda/threads.test.ts",
  "test/recovery/cuts/faults.test.ts",
  "test/repository/entryPoints.test.ts",
  "test/cli/journal.test.ts",
  "test/recovery/cuts/effects.test.ts",
  "test/repository/examples.test.ts",
  "test/report/page.test.ts",
  "test/consumer/thrown.test.ts",
  "test/recovery/steward/steward.test.ts",
  "test/broker/waiting/timers.test.ts",
  "test/model/effects/effects.test.ts",
  "test/model/fifo/fifo.test.ts",
  "test/cli/simulateAdvise.test.ts",
  "test/cli/simulateInit.test.ts",
  "test/simulator/questions/advise.test.ts",
  "test/readme/readme.test.ts",
  "test/consumer/heartbeat.test.ts",
  "test/simulator/flows.test.ts",
  "test/simulator/plain.test.ts",
  "test/cli/log.test.ts",
  "test/broker/catalogue/moveThreads.test.ts",
  "test/recovery/cuts/fifoMoves.test.ts",
  "test/broker/durable/waiting.test.ts",
  "test/simulator/trace/run.test.ts",
  "test/server/http/connections.test.ts",
  "test/cli/simulateCompare.test.ts",
  "test/clients/sdk.test.ts",
  "test/cli/simulateSweep.test.ts",
  "test/cli/credentials.test.ts",
  "test/conformance/receive.test.ts",
  "test/consumer/edges.test.ts",
  "test/repository/types.test.ts",
  "test/simulator/redelivery.test.ts",
  "test/simulator/page.test.ts",
  "test/recovery/steward/watch.test.ts",
  "test/cli/docker.test.ts",
  "test/broker/model.test.ts",
  "test/broker/durable/faults.test.ts",
];

function rank({ moduleId, project }: TestSpecification): number {
  const index = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return (project.config.isolate ? 0 : LONGEST.length + 1) + (index >= 0 ? index : LONGEST.length);
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
