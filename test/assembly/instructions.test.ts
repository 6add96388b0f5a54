/**
 * What a broker without a journal pays for the journal: the instructions that a send, a receive and a
 * delete execute, on any machine the same, against those of the engine before it had rings of effects.
 * What that is in time only a quiet machine says: test/stress/engineCost/pairs.mjs.
 */
import { expect, test } from "vitest";
import { bytesOf } from "../support/builds.ts";
import { type Calls, instructionsOf } from "../support/instructions.ts";

const BEFORE: Calls = {
  "send of 1": 966,
  "receive of 1": 1098,
  "delete of 1": 590,
  "send of 10": 5502,
  "receive of 10": 5103,
  "delete of 10": 3573,
};
/** A look at a word under the lock, and two branches by it; nothing for each message. */
const MORE_MAX = 16;

test("a call pays some instructions a section, whatever it carries", () => {
  const now = instructionsOf(bytesOf("release"));
  const more = Object.entries(now).map(([call, count]) => [
    call,
    count - BEFORE[call as keyof Calls],
  ]);
  console.log(`instructions more than without a journal built in: ${more.flat().join(", ")}`);
  for (const [call, count] of more)
    expect(Number(count), String(call)).toBeLessThanOrEqual(MORE_MAX);
});
