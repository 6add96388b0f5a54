/**
 * The order of the test files: those that take longest begin first, so that no long one is left to
 * run alone at the end, and those that share processes last, which then pass from one to the next.
 * Any order is right; this one is short.
 */
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of more than some ten seconds, the longest first. */
const LONGEST = [
  "test/recovery/kills/kills.test.ts",
  "test/conformance/minutes.test.ts",
  "test/recovery/waking/wakeups.test.ts",
  "test/model/fifo/fifoThreads.test.ts",
  "test/repository/build.test.ts",
  "test/cli/serve.test.ts",
  "test/repository/pack.test.ts",
  "test/recovery/memory/memory.test.ts",
  "test/server/badRequests.test.ts",
  "test/recovery/cuts/faults.test.ts",
  "test/model/standard/model.test.ts",
  "test/recovery/cuts/fifoFaults.test.ts",
  "test/repository/types.test.ts",
  "test/repository/troubleshooting.test.ts",
  "test/clients/cli.test.ts",
  "test/broker/threads/threads.test.ts",
  "test/recovery/cuts/fifoMoves.test.ts",
  "test/recovery/cuts/fifoFaultsGoing.test.ts",
  "test/clients/sdk.test.ts",
  "test/model/standard/threads.test.ts",
  "test/model/fifo/fifo.test.ts",
  "test/recovery/cuts/moves.test.ts",
  "test/broker/waiting/timers.test.ts",
  "test/server/fuzz.test.ts",
];

function rank({ moduleId, project }: TestSpecification): number {
  const index = LONGEST.findIndex((file) => moduleId.endsWith(file));
  if (index >= 0) return index;
  return project.config.isolate ? LONGEST.length : LONGEST.length + 1;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
