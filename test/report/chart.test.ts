import { describe, expect, test } from "vitest";
import { type Chart, checkChart, type PlotChart } from "../../engine/report/chart.ts";
import { overlay } from "../../engine/report/overlay.ts";
import { allCharts, cells, depth, percentiles, plain, throughput } from "./sample.ts";

function line(change: Partial<PlotChart>, x: (number | string)[], y: (number | null)[]): PlotChart {
  return {
    kind: "line",
    title: "Depth",
    x: { label: "Time" },
    y: { label: "Messages" },
    series: [{ name: "work", x, y }],
    ...change,
  };
}

describe("a chart", () => {
  test.each(allCharts.map((chart) => [chart.title, chart] as const))(
    "%s is accepted",
    (_, chart) => {
      expect(() => checkChart(chart)).not.toThrow();
    },
  );

  const log = { y: { label: "Messages", scale: "log" } } as const;
  const percentile = { x: { label: "Percentile", scale: "percentile" } } as const;
  const refused: [why: string, chart: Chart][] = [
    [
      'In the chart "Depth" the series "work" has 2 x and 1 y; it takes one for each x.',
      line({}, [1, 2], [1]),
    ],
    [
      'In the chart "Depth" the series "work" has the x 1 after 2; x ascend.',
      line({}, [2, 1], [1, 1]),
    ],
    [
      'In the chart "Depth" the series "work" has the x 1 after 1; x ascend.',
      line({}, [1, 1], [1, 1]),
    ],
    ['the series "work" has the x "a"; on a linear axis x are numbers.', line({}, ["a"], [1])],
    [
      'the series "work" the value NaN is no number to draw; null says that there is none.',
      line({}, [1], [Number.NaN]),
    ],
    ["the value Infinity is no number", line({}, [Number.POSITIVE_INFINITY], [1])],
    ["the value 0 has no place on a log axis: it is not above 0.", line(log, [1], [0])],
    [
      'the line "quota" the value -1 has no place',
      line({ ...log, lines: [{ label: "quota", value: -1 }] }, [], []),
    ],
    ["the value 0 has no place", line({ x: { label: "Backlog", scale: "log" } }, [0], [1])],
    ["has the percentile 101; percentiles are from 0 to 100.", line(percentile, [101], [1])],
    [
      "low and high go together",
      line({ series: [{ name: "work", x: [1], y: [1], low: [0] }] }, [], []),
    ],
    [
      "has 1 x and 2 high",
      line({ series: [{ name: "work", x: [1], y: [1], low: [0], high: [1, 2] }] }, [], []),
    ],
    [
      'two series have the name and run ["work",null]',
      line(
        { series: [line({}, [], []), line({}, [], [])].flatMap(({ series }) => series) },
        [],
        [],
      ),
    ],
    ["has one x twice", { ...plain, series: [{ name: "work", x: ["a", "a"], y: [1, 2] }] }],
    ["x has the scale category, not log", { ...plain, x: { label: "Body", scale: "log" } }],
    ["there are 3 y and 0 rows", { ...cells, cells: { ...cells.cells, values: [] } }],
    ["a row has 0 values for 5 x", { ...cells, cells: { ...cells.cells, values: [[], [], []] } }],
    [
      "the value 0 has no place",
      {
        ...cells,
        cells: {
          ...cells.cells,
          values: [
            [0, 1, 1, 1, 1],
            [1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1],
          ],
        },
      },
    ],
  ];
  test.each(refused)("is refused: %s", (why, chart) => {
    expect(() => checkChart(chart)).toThrow(why);
    expect(() => checkChart(chart)).toThrow(TypeError);
  });
});

describe("charts of several runs", () => {
  test("are laid over each other by title, and keep what both have", () => {
    const charts = overlay([
      { name: "a", charts: [throughput, depth, cells] },
      { name: "b", charts: [depth, cells, percentiles] },
    ]);
    expect(charts.map(({ title }) => title)).toEqual([
      throughput.title,
      depth.title,
      `${cells.title} · a`,
      `${cells.title} · b`,
      percentiles.title,
    ]);
    const both = charts[1] as PlotChart;
    expect(both.series.map(({ run }) => run)).toEqual(["a", "a", "b", "b"]);
    expect(both.series.map(({ y }) => y)).toEqual(
      [...depth.series, ...depth.series].map(({ y }) => y),
    );
    expect(both.lines).toEqual(depth.lines);
    for (const chart of charts) checkChart(chart);
  });
});
