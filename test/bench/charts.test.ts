/** What is plotted and printed of each suite, from rows made up: every row has its place, with its number. */
import { describe, expect, test } from "vitest";
import { answerOf } from "../../bench/result/answer.ts";
import { chartsOf } from "../../bench/result/charts.ts";
import { markdownOf, textOf } from "../../bench/result/printed.ts";
import { keyOf, type Row } from "../../bench/result/schema.ts";
import { SUITES } from "../../bench/suites/catalogue.ts";
import type { Suite } from "../../bench/suites/work.ts";
import { type Chart, checkChart } from "../../engine/report/chart.ts";
import { resultOf, rowsOf } from "./rows.ts";

function plotted(chart: Chart): number[] {
  if (chart.kind === "heat") throw new Error("no suite has a heat map");
  return chart.series.flatMap(({ y }) => y).filter((value) => value !== null);
}

describe.each([...SUITES.values()])("$name", (suite) => {
  const rows = rowsOf(suite);

  test("has every case once", () => {
    const keys = rows.map(keyOf);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test("is plotted truly: what a chart has are medians of rows, each row's at most once", () => {
    const charts = chartsOf(rows);
    expect(charts.length).toBeGreaterThan(0);
    for (const chart of charts) {
      checkChart(chart);
      const values = plotted(chart);
      expect(values.length).toBeGreaterThan(0);
      expect(new Set(values).size).toBe(values.length);
      const units = rows.filter(({ median }) => values.includes(median)).map(({ unit }) => unit);
      expect(new Set(units).size).toBe(1);
      expect(units.length).toBe(values.length);
    }
    // A unit that is plotted is plotted whole, by all charts together.
    const all = new Set(charts.flatMap(plotted));
    const first = rows.find(({ median }) => plotted(charts[0] as Chart).includes(median));
    const expected = rows.filter(({ unit, case: one }) => {
      return unit === first?.unit && (first.case.percentile === undefined || one.percentile);
    });
    const missing = expected.filter(({ median }) => !all.has(median));
    expect(missing.map(({ case: one }) => one)).toEqual([]);
  });

  test("is printed with each figure, as text and as Markdown", () => {
    const result = resultOf(rows);
    for (const text of [textOf(result), markdownOf(result)]) {
      for (const { median, case: one, max } of rows) {
        const shown = one.percentile === 100 ? max : median;
        expect(text).toContain(shown.toLocaleString("en"));
      }
    }
  });
});

test("the answer names both kinds of queue and where the quotas stop FIFO", () => {
  const types = SUITES.get("types") as Suite;
  const rows = rowsOf(types).map((row): Row => {
    const { type, quotas, batch } = row.case;
    const free = type === "standard" ? 4_100_000 : 900_000;
    return { ...row, median: quotas === "aws" ? 300 * (batch ?? 1) : free };
  });
  expect(answerOf(rows)).toBe(
    "Standard 4.1 million messages a second, FIFO 900,000; under AWS's quotas FIFO stops at 300 and 3,000.",
  );
});

test("a soak is printed with the slopes of rate and memory", () => {
  const [row] = rowsOf(SUITES.get("soak") as Suite) as [Row];
  const text = markdownOf(
    resultOf([{ ...row, slopePerMinute: -17, residentSlopePerMinute: 2048 }]),
  );
  expect(text).toMatch(/rate, slope a minute \| resident, slope a minute/);
  expect(text).toMatch(/\| −17 \| 2 KiB \|/);
});
