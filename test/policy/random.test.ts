/**
 * A thousand random questions, answered as `@cloud-copilot/iam-simulate` answers them, but for what
 * `differences.ts` explains; the stress run asks twenty thousand others.
 */
import { expect, test } from "vitest";
import { Seeded } from "../support/seeded.ts";
import { compare } from "./compared.ts";

const SEED = 20_261_129;
const COUNT = 1_000;

test("random policies are evaluated as another evaluation of AWS's rules does it", async () => {
  const { unexplained, allowed, agreed } = await compare(new Seeded(SEED), COUNT);
  expect(unexplained).toEqual([]);
  // The questions are worth asking: neither answer is rare, and few are about listed differences.
  expect(allowed).toBeGreaterThan(COUNT / 7);
  expect(COUNT - allowed).toBeGreaterThan(COUNT / 7);
  expect(agreed).toBeGreaterThan(COUNT * 0.95);
});
