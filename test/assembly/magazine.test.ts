/** What a refill does with a magazine, against an array. */
import { expect, test } from "vitest";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Bare } from "./bare.ts";

const MOST = 64;

test("a magazine is turned around, and nothing beside it is touched", () => {
  const random = new Seeded(chooseSeed("magazine"));
  const bare = new Bare();
  const at = bare.bytes((MOST + 2) * 4) >> 2;
  for (let count = 0; count <= MOST; count++) {
    const [before, behind] = [random.between(0, 2 ** 32 - 1), random.between(0, 2 ** 32 - 1)];
    const entries = Array.from({ length: count }, () => random.between(0, 2 ** 32 - 1));
    bare.words.set([before, ...entries, behind], at);
    bare.engine.magazineTurn((at + 1) * 4, count);
    const after = Array.from(bare.words.subarray(at, at + count + 2));
    expect(after).toEqual([before, ...entries.toReversed(), behind]);
  }
});
