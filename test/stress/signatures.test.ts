/**
 * 10,000 requests tampered with in a signed part, and 20,000 that are not signed; `npm test` has 1,000
 * and 500.
 */
import { expect, test } from "vitest";
import { guardedOnce } from "../server/auth/guarded.ts";
import { tamperWith } from "../server/auth/tampering.ts";
import { fireUnsigned } from "../server/auth/unsigned.ts";
import { chooseSeed } from "../support/seeded.ts";

test("10,000 requests that were tampered with in a signed part are all refused", async () => {
  const parts = await tamperWith(10_000, chooseSeed("tampering"));
  console.log("tampered with:", Object.fromEntries(parts));
  expect([...parts.values()].reduce((sum, count) => sum + count)).toBe(10_000);
});

const guarded = guardedOnce();

test("of 20,000 requests that nobody has signed none is served", async () => {
  const statuses = await fireUnsigned(guarded(), 20_000, chooseSeed("unsigned"));
  console.log("unsigned:", Object.fromEntries(statuses));
  expect([...statuses.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(19_000);
});
