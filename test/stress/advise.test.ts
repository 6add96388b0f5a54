/** Advice is at least as good as the best of 200 cells, for all ten scenarios; npm test has one of them. */
import { describe, test } from "vitest";
import { CASES, expectBest } from "../simulator/questions/bruteForce.ts";
import { patience } from "../support/patience.ts";

describe("advice", { timeout: patience(300_000) }, () => {
  test.each(CASES.map((one) => [one.name, one] as const))("is the best: %s", async (_name, one) => {
    await expectBest(one, 2);
  });
});
