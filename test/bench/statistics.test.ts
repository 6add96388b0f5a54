/** Medians, their intervals, ratios and slopes, against answers worked out by hand. */
import { expect, test } from "vitest";
import { intervalOfMedian, intervalOfRatio, median, slope } from "../../bench/result/statistics.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

test("the median of an even count lies between the middle two", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

// Ranks from tables of the sign test: 6 to 8 samples 1, 9 to 11 samples 2, 12 to 14 samples 3.
test.each([
  [3, 1, 3],
  [5, 1, 5],
  [6, 1, 6],
  [8, 1, 8],
  [9, 2, 8],
  [11, 2, 10],
  [12, 3, 10],
  [20, 6, 15],
])("of %i samples the interval of the median goes from the %i. to the %i.", (count, low, high) => {
  expect(intervalOfMedian(upTo(count).reverse())).toEqual({ low, high });
});

test("the interval of a ratio holds the ratio, is the same each time, and a point without spread", () => {
  const before = [100, 102, 98, 101, 99, 100];
  const after = before.map((value) => value * 0.8);
  const { low, high } = intervalOfRatio(before, after);
  expect(low).toBeLessThanOrEqual(0.8);
  expect(high).toBeGreaterThanOrEqual(0.8);
  expect(high).toBeLessThan(0.9);
  expect(intervalOfRatio(before, after)).toEqual({ low, high });
  expect(intervalOfRatio([2, 2, 2], [3, 3, 3])).toEqual({ low: 1.5, high: 1.5 });
});

test("one wild point does not bend a slope", () => {
  expect(slope([0, 1, 2, 3, 4], [10, 12, 14, 16, 18])).toBe(2);
  expect(slope([0, 1, 2, 3, 4], [10, 12, 900, 16, 18])).toBe(2);
});
