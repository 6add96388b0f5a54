/**
 * Proof that no death makes a journal know anything else than what is there: every operation, cut before
 * its stores with a journal on (effectCuts.ts). Here one store in so many, other ones in each run;
 * test/stress/effects.test.ts cuts before each.
 */
import { describe, expect, test } from "vitest";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { SUBJECTED } from "./effectSubjects.ts";

/** Of the stores of an operation one in so many is cut. */
const EVERY = 11;

describe("an operation with a journal that is cut before some of its stores", () => {
  const random = new Seeded(chooseSeed("effects cuts"));
  const all = { rebuilds: 0, missed: 0 };

  test.each(SUBJECTED)("$name", ({ cut, sparsity }) => {
    const every = EVERY * sparsity;
    const { rebuilds, missed } = cut(random.between(1, every), every);
    all.rebuilds += rebuilds;
    all.missed += missed;
  });

  test("some cuts lose what was to be written down, and only the answer to the rebuild tells it", () => {
    console.log(`${all.rebuilds} shards stated again, ${all.missed} of which lacked something`);
    expect(all.missed).toBeGreaterThan(10);
    expect(all.rebuilds).toBeGreaterThan(all.missed);
  });
});
