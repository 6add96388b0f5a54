/** A thousand mutated requests over each protocol; test/stress/fuzz.test.ts fires 100,000. */
import { expect, test } from "vitest";
import { chooseSeed } from "../support/seeded.ts";
import { runFuzz } from "./fuzz/run.ts";

test.each(["json", "query"] as const)(
  "1,000 mutated requests of the %s protocol are all answered, and a fifth of them with 200",
  async (protocol) => {
    const { requests, successes } = await runFuzz(protocol, 1_000, chooseSeed(`fuzz ${protocol}`));
    expect(requests).toBe(1_000);
    expect(successes / requests).toBeGreaterThan(0.2);
  },
);
