/**
 * The order of the test files: those that take longest begin first, so that no long one is left to
 * run alone at the end. Any order is right; this one is short.
 */
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of more than some ten seconds, the longest first. */
const LONGEST = [
  "test/recovery/kills.test.ts",
  "test/conformance/minutes.test.ts",
  "test/recovery/faults.test.ts",
  "test/model/fifoThreads.test.ts",
  "test/model/model.test.ts",
  "test/pack.test.ts",
  "test/recovery/fifoMoves.test.ts",
  "test/recovery/wakeups.test.ts",
  "test/build.test.ts",
  "test/recovery/memory.test.ts",
  "test/recovery/fifoFaults.test.ts",
  "test/cli/serve.test.ts",
  "test/recovery/moves.test.ts",
  "test/recovery/fifoFaultsGoing.test.ts",
  "test/types.test.ts",
  "test/troubleshooting.test.ts",
  "test/clients/cli.test.ts",
  "test/broker/threads.test.ts",
  "test/server/badRequests.test.ts",
  "test/model/fifo.test.ts",
  "test/clients/sdk.test.ts",
  "test/model/threads.test.ts",
  "test/broker/timers.test.ts",
  "test/server/fuzz.test.ts",
];

function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return index < 0 ? LONGEST.length : index;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
