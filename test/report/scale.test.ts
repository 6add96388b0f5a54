import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AxisScale } from "../../engine/report/chart.ts";
import {
  bend,
  place,
  type Scale,
  ticksOf,
  unbend,
  valueScale,
  xScale,
  yScale,
} from "../../engine/report/scale.ts";
import { spread } from "../../engine/report/spread.ts";
import { percentiles, throughput } from "./sample.ts";

function texts(kind: AxisScale, min: number, max: number, most = 6, unit = ""): string[] {
  return ticksOf({ kind, unit, min, max }, most).map(({ text }) => text);
}

describe("ticks", () => {
  test.each<[AxisScale, number, number, string, string[]]>([
    ["linear", 0, 10, "", ["0", "2", "4", "6", "8", "10"]],
    ["linear", 0, 0.3, "", ["0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3"]],
    ["linear", -20, 20, "", ["−20", "−10", "0", "10", "20"]],
    ["linear", 0, 131_072, "bytes", ["0 B", "32 KiB", "64 KiB", "96 KiB", "128 KiB"]],
    ["linear", 0, 2_500, "ms", ["0 s", "500 ms", "1 s", "1.5 s", "2 s", "2.5 s"]],
    ["log", 1, 1e6, "", ["1", "10", "100", "1 k", "10 k", "100 k", "1 M"]],
    ["log", 1, 50, "", ["1", "2", "5", "10", "20", "50"]],
    ["time", 0, 86_400, "", ["0 s", "6 h", "12 h", "18 h", "1 d"]],
    ["time", 0, 300, "", ["0 s", "1 min", "2 min", "3 min", "4 min", "5 min"]],
    [
      "date",
      1_764_374_400,
      1_764_460_800,
      "",
      ["29 Nov 00:00", "29 Nov 06:00", "29 Nov 12:00", "29 Nov 18:00", "30 Nov 00:00"],
    ],
    ["percentile", 50, 100, "", ["p50", "p90", "p99", "p99.9", "p99.99", "max"]],
  ])("of a %s axis from %d to %d %s", (kind, min, max, unit, expected) => {
    expect(texts(kind, min, max, 6, unit)).toEqual(expected);
  });

  test("are in order, inside, and not many more than asked for", () => {
    const kinds = fc.constantFrom<AxisScale>("linear", "log", "time", "date");
    const number = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(kinds, number, number, fc.integer({ min: 1, max: 12 }), (kind, a, b, most) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b) * 1.01];
        const ticks = ticksOf({ kind, unit: "", min, max }, most);
        const values = ticks.map(({ value }) => value);
        expect(values).toEqual([...new Set(values)].sort((left, right) => left - right));
        const blur = (max - min) * 1e-6;
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(min - blur);
          expect(value).toBeLessThanOrEqual(max + blur);
        }
        expect(values.length).toBeLessThanOrEqual(Math.max(9, most + 2));
      }),
    );
  });
});

describe("a place on an axis", () => {
  test("is found again from its straight line", () => {
    const scale: Scale = { kind: "percentile", unit: "", min: 50, max: 100, last: 99.9 };
    for (const value of [0, 50, 90, 99.9, 99.95, 100]) {
      expect(unbend(scale, bend(scale, value))).toBeCloseTo(value, 9);
    }
    expect(unbend({ kind: "log" }, bend({ kind: "log" }, 300))).toBeCloseTo(300, 9);
  });

  test("gives each nine the same room, and the maximum its own", () => {
    const scale = xScale(percentiles);
    const at = [90, 99, 99.9, 99.99, 100].map((value) => place(scale, value));
    const steps = at.slice(1).map((value, index) => value - (at[index] ?? 0));
    expect(steps[1]).toBeCloseTo(steps[0] ?? 0, 9);
    expect(steps[2]).toBeCloseTo(steps[0] ?? 0, 9);
    expect(steps[3]).toBeCloseTo((steps[0] ?? 0) / 2, 9);
    expect(at.at(-1)).toBe(1);
  });

  test("is inside for every value, interval and line of a chart", () => {
    const scale = yScale(throughput);
    const values = throughput.series.flatMap(({ y, low = [], high = [] }) => [
      ...y,
      ...low,
      ...high,
    ]);
    for (const value of [...values, 300, 3_000]) {
      if (value === null) continue;
      expect(place(scale, value)).toBeGreaterThan(0);
      expect(place(scale, value)).toBeLessThan(1);
    }
  });

  test("begins at 0, or below what is below it", () => {
    expect(valueScale("linear", "", [5, 93])).toMatchObject({ min: 0, max: 100 });
    expect(valueScale("linear", "", [-5, 93])).toMatchObject({ min: -20, max: 100 });
    expect(valueScale("linear", "", [])).toMatchObject({ min: 0, max: 10 });
    expect(valueScale("linear", "", [0])).toMatchObject({ min: 0, max: 1 });
    expect(valueScale("log", "", [100])).toMatchObject({ min: 10, max: 200 });
  });
});

describe("labels", () => {
  test("that would lie on each other are moved up, in order, and others stay", () => {
    expect(spread([100, 98, 20], 12)).toEqual([100, 88, 20]);
    expect(spread([10, 90], 12)).toEqual([10, 90]);
  });
});
