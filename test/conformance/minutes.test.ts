/**
 * The tests of minutes.ts on a clock that they move. Against another endpoint they would take those
 * minutes; there `npm run stress -- test/stress/contract.test.ts` runs them.
 */
import { describe, test } from "vitest";
import { startClocked } from "../support/clocked.ts";
import { contract, givenUrl } from "./contract.ts";
import { deduplication, inFlight, retention } from "./minutes.ts";

if (givenUrl === undefined) {
  contract("A message's retention", retention, startClocked);
  contract("The window of deduplication", deduplication, startClocked);
  contract("A queue", inFlight, startClocked);
} else {
  describe("What takes minutes", () => {
    test.skip("runs against an endpoint in test/stress/contract.test.ts", () => {});
  });
}
