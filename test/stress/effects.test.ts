/** Every operation, cut with a journal before each of its stores; see test/recovery/cuts/effects.test.ts. */
import { describe, test } from "vitest";
import { SUBJECTED } from "../recovery/cuts/effectSubjects.ts";

describe("an operation with a journal that is cut before any of its stores", () => {
  test.each(SUBJECTED)("$name", ({ name, cut, sparsity }) => {
    const { rebuilds, missed } = cut(1, sparsity);
    console.log(`${name}: ${rebuilds} shards stated again, ${missed} of which lacked something`);
  });
});
