/** 100,000 mutated requests over each protocol: minutes, not seconds. */
import { expect, test } from "vitest";
import { runFuzz } from "../server/fuzz/run.ts";
import { chooseSeed } from "../support/seeded.ts";

test.each(["json", "query"] as const)(
  "100,000 mutated requests of the %s protocol are all answered, and a fifth of them with 200",
  async (protocol) => {
    const seed = chooseSeed(`fuzz ${protocol}`);
    const tally = await runFuzz(protocol, 100_000, seed);
    const { requests, successes, refusals } = tally;
    console.log(`fuzz ${protocol}: ${successes} of ${requests} answered 200, ${refusals} full`);
    expect(requests).toBe(100_000);
    expect(successes / requests).toBeGreaterThan(0.2);
    expect(refusals).toBeGreaterThan(0);
    expect(tally.unseen).toEqual([]);
  },
);
