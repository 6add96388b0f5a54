import { describe, expect, test } from "vitest";
import {
  axisTitle,
  duration,
  full,
  inWords,
  moment,
  quantity,
  short,
} from "../../engine/report/words.ts";

describe("a number", () => {
  test.each([
    [0, "0", "0", "0"],
    [12.3456, "12.35", "12.3", "12.3"],
    [0.01234567, "0.01235", "0.0123", "0.0123"],
    [-5, "−5", "−5", "−5"],
    [999.96, "1,000", "1,000", "1 k"],
    [41_234, "41,234", "41,200", "41.2 k"],
    [999_999, "999,999", "1 million", "1 M"],
    [4_123_456.7, "4,123,457", "4.1 million", "4.12 M"],
    [2.5e9, "2,500,000,000", "2.5 billion", "2.5 G"],
  ])("%d is %s in full, %s in words, %s at an axis", (value, inFull, words, atAxis) => {
    expect([full(value), inWords(value), short(value)]).toEqual([inFull, words, atAxis]);
  });

  test.each([
    [0, "0 s"],
    [1e-9, "1 ns"],
    [0.0012, "1.2 ms"],
    [0.0009996, "1 ms"],
    [59.9, "59.9 s"],
    [59.96, "1 min"],
    [65, "1 min 5 s"],
    [3_599.6, "1 h"],
    [5_400, "1 h 30 min"],
    [277_200, "3 d 5 h"],
    [-90, "−1 min 30 s"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test.each([
    [4_123_456, "messages/s", "4,123,456 messages/s"],
    [1_500, "us", "1.5 ms"],
    [250, "ns", "250 ns"],
    [65_536, "bytes", "64 KiB"],
    [12.5, "%", "12.5 %"],
    [30.7, "USD", "$30.70"],
    [0.0004, "USD", "$0.0004"],
    [1_234.5, "USD", "$1,235"],
    [-2, "USD", "−$2"],
    [7, "toString", "7 toString"],
  ])("%d with the unit %s is %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  test("has its unit beside the axis where its text does not show it", () => {
    expect(axisTitle("Rate", "messages/s")).toBe("Rate (messages/s)");
    expect(axisTitle("Latency", "ms")).toBe("Latency");
  });

  test("of seconds since 1970 is a moment in UTC", () => {
    const parts = ["year", "day", "minute", "second"] as const;
    expect(parts.map((part) => moment(1_764_374_405, part))).toEqual([
      "Nov 2025",
      "29 Nov",
      "29 Nov 00:00",
      "29 Nov 00:00:05",
    ]);
  });
});
