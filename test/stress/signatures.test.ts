/** 10,000 requests tampered with in a signed part; `npm test` has 1,000. */
import { expect, test } from "vitest";
import { tamperWith } from "../server/auth/tampering.ts";
import { chooseSeed } from "../support/seeded.ts";

test("10,000 requests that were tampered with in a signed part are all refused", async () => {
  const parts = await tamperWith(10_000, chooseSeed("tampering"));
  console.log("tampered with:", Object.fromEntries(parts));
  expect([...parts.values()].reduce((sum, count) => sum + count)).toBe(10_000);
});
