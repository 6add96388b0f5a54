/**
 * The order of the test files: those that take longest begin first, so that no long one is left to
 * run alone at the end. Any order is right; this one is short.
 */
import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of more than some ten seconds, the longest first. */
const LONGEST = [
  "test/recovery/fifoFaults.test.ts",
  "test/recovery/fifoFaultsGoing.test.ts",
  "test/conformance/minutes.test.ts",
  "test/pack.test.ts",
  "test/recovery/kills.test.ts",
  "test/model/fifoThreads.test.ts",
  "test/recovery/faults.test.ts",
  "test/recovery/fifoMoves.test.ts",
  "test/recovery/moves.test.ts",
  "test/recovery/fifoDamage.test.ts",
  "test/recovery/fifoMemory.test.ts",
  "test/recovery/damage.test.ts",
  "test/recovery/memory.test.ts",
  "test/recovery/wakeups.test.ts",
  "test/sections.test.ts",
  "test/model/fifo.test.ts",
  "test/model/model.test.ts",
  "test/model/threads.test.ts",
  "test/server/fuzz.test.ts",
  "test/troubleshooting.test.ts",
  "test/server/badRequests.test.ts",
  "test/recovery/steward.test.ts",
  "test/clients/sdk.test.ts",
  "test/cli/serve.test.ts",
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
