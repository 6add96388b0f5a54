/** Comparisons of many seeds: what differs is found, what is equal is not, but as often as is said. */
import { describe, expect, test } from "vitest";
import { alarmsAmong, expectFound } from "../simulator/questions/rivals.ts";

describe("a comparison", () => {
  test("finds that handlings take 3 % less, for every seed", async () => {
    await expectFound([1, 2, 3, 4, 5, 6]);
  });

  test("sees no difference between equals, but in as many of fifty as its intervals allow", async () => {
    // Nor are its intervals wide for the sake of it: one by itself is wrong as often as it says.
    expect(await alarmsAmong(50)).toBeGreaterThan(0);
  });
});
