/** Policies against another evaluation of AWS's rules, at length. */
import { expect, test } from "vitest";
import { compare } from "../policy/compared.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";

const COUNT = 20_000;

test("20,000 random questions are answered as another evaluation answers them", async () => {
  const { unexplained, allowed, agreed } = await compare(new Seeded(chooseSeed("policies")), COUNT);
  expect(unexplained).toEqual([]);
  expect(allowed).toBeGreaterThan(COUNT / 7);
  expect(agreed).toBeGreaterThan(COUNT * 0.95);
});
