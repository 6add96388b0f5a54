import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { terminalChart, terminalOptions } from "../../engine/report/terminal.ts";
import { allCharts, backlog, cells, depth, percentiles, plain, throughput } from "./sample.ts";

const ESCAPE = "\u001b";

describe.each(allCharts.map((chart) => [chart.title, chart] as const))("%s", (_, chart) => {
  test.each([40, 80, 120])("is no wider than %i columns, with colours and without", (columns) => {
    for (const colours of [false, true]) {
      const text = terminalChart(chart, { columns, colours });
      for (const line of stripVTControlCharacters(text).split("\n")) {
        expect([...line].length).toBeLessThanOrEqual(columns);
      }
    }
  });

  test("has no escape without colours, and the same texts with them", () => {
    const bare = terminalChart(chart);
    expect(bare).not.toContain(ESCAPE);
    expect(terminalChart(chart, { colours: true })).toContain(ESCAPE);
    expect(bare.split("\n")[0]).toBe(chart.title);
  });
});

/** The length of the bar in the line that begins with a label. */
function barOf(text: string, label: string): number {
  const line = text.split("\n").find((one) => one.startsWith(label)) ?? "";
  return (line.match(/[█▉▊▋▌▍▎▏]/g) ?? []).length;
}

describe("bars", () => {
  test("are as long as their values, with the values behind", () => {
    const text = terminalChart(plain, { columns: 100 });
    expect(barOf(text, "64 B") / barOf(text, "1 KiB")).toBeCloseTo(212 / 260, 1);
    expect(text).toMatch(/█ ?.? 260 ns$/m);
    expect(text).not.toContain("64 KiB");
  });

  test("say their intervals and the lines to compare with", () => {
    const text = terminalChart(throughput, { columns: 110 });
    expect(text).toContain("4.12 M (4.02 M to 4.19 M)");
    expect(text).toMatch(/^FIFO, one a call +╌+ 300$/m);
    expect(text).toContain("Throughput (messages/s), logarithmic");
  });
});

describe("lines", () => {
  test("are dots of braille where one series, or colours, tell them apart", () => {
    expect(terminalChart(backlog)).toMatch(/[\u2801-\u28ff]{3}/);
    expect(terminalChart(percentiles, { colours: true })).toMatch(/[\u2801-\u28ff]{3}/);
  });

  test("are marks of their own where nothing else does", () => {
    const text = terminalChart(percentiles);
    expect(text).not.toMatch(/[\u2801-\u28ff]/);
    expect(text).toContain("• Standard");
    expect(text).toContain("× FIFO");
    expect(text).toMatch(/p50 .*p99 .*max/);
  });

  test("rise from the lower left to the upper right", () => {
    const text = terminalChart({
      ...backlog,
      x: { label: "n" },
      series: [{ name: "a", x: [0, 10], y: [0, 10] }],
    });
    const rows = text.split("\n").filter((line) => /[│┤]/.test(line));
    const starts = rows.map((row) => row.search(/[\u2801-\u28ff]/));
    expect(starts).toEqual([...starts].sort((left, right) => right - left));
    expect(starts.at(-1)).toBeLessThan(10);
    expect(starts[0]).toBeGreaterThan(60);
  });

  test("leave a gap where nothing was measured, and show the line to compare with", () => {
    const text = terminalChart(
      { ...depth, series: depth.series.slice(0, 1) },
      { columns: 120, rows: 20 },
    );
    expect(text).toMatch(/╌{20}/);
    expect(text).toContain("╌ alarm: 20,000");
    const middle = text
      .split("\n")
      .filter((line) => /[│┤]/.test(line))
      .map((line) => [...line].slice(63, 65).join(""));
    expect(middle.join("")).not.toMatch(/[\u2801-\u28ff]/);
  });
});

test("a heat map has its first row at the bottom, shaded where there are no colours", () => {
  const text = terminalChart(cells);
  const rows = text.split("\n").filter((line) => /^\d/.test(line));
  expect(rows.map((row) => row.slice(0, 2))).toEqual(["60", "30", "10"]);
  expect(rows[2]).toMatch(/█ +41 s/);
  expect(terminalChart(cells, { colours: true })).toContain(`${ESCAPE}[30;48;5;`);
});

describe("the options of a stream", () => {
  test.each([
    [
      "a terminal",
      { isTTY: true, columns: 100, hasColors: () => true },
      { columns: 100, colours: true },
    ],
    [
      "a very wide one",
      { isTTY: true, columns: 400, hasColors: () => true },
      { columns: 120, colours: true },
    ],
    [
      "a terminal with NO_COLOR",
      { isTTY: true, columns: 100, hasColors: () => false },
      { columns: 100, colours: false },
    ],
    ["a file", {}, { columns: 80, colours: false }],
  ])("of %s", (_, stream, options) => {
    expect(terminalOptions(stream)).toEqual(options);
  });
});
