import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import type { Chart } from "../../engine/report/chart.ts";
import { svg } from "../../engine/report/svg.ts";
import { allCharts, banded, cells, depth, HOSTILE, plain, throughput } from "./sample.ts";

type Element = Readonly<Record<string, string>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  htmlEntities: true,
  parseTagValue: false,
  trimValues: false,
});

/** The elements of a name, with their attributes; of texts `#text` is what they say. */
function elements(file: string, name: string): Element[] {
  const [root] = parser.parse(file).svg;
  return (root[name] ?? []).map((one: Element | string) =>
    typeof one === "string" ? { "#text": one } : one,
  );
}

function texts(file: string): (string | undefined)[] {
  return elements(file, "text").map((element) => String(element["#text"]));
}

describe.each(allCharts.map((chart) => [chart.title, chart] as const))(
  "the file of %s",
  (_, chart) => {
    const file = svg(chart);

    test("is well-formed, says what it is, and asks for nothing", () => {
      expect(XMLValidator.validate(file)).toBe(true);
      expect(texts(file)).toContain(chart.title);
      expect(texts(file).join(" ")).toContain(chart.x.label);
      expect(file).not.toMatch(/href|url\(|@import|<script/);
      expect(file).toContain("prefers-color-scheme: dark");
    });

    test("stays inside of its picture, in any size", () => {
      for (const [widthPx, heightPx] of [
        [760, 400],
        [420, 300],
        [1_200, 500],
      ] as const) {
        const sized = svg(chart, { widthPx, heightPx });
        for (const { x = "0", y = "0", width = "0", height = "0" } of elements(sized, "rect")) {
          expect(Number(x)).toBeGreaterThanOrEqual(0);
          expect(Number(x) + Number(width)).toBeLessThanOrEqual(widthPx);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y) + Number(height)).toBeLessThanOrEqual(heightPx);
          expect(Math.min(Number(width), Number(height))).toBeGreaterThanOrEqual(0);
        }
        for (const { x, y } of elements(sized, "text")) {
          expect(Number(x)).toBeLessThanOrEqual(widthPx);
          expect(Number(y)).toBeLessThanOrEqual(heightPx);
        }
      }
    });

    test("is the same each time", () => {
      expect(svg(chart)).toBe(file);
    });
  },
);

describe("the file", () => {
  /** Bars: the rectangles in a series' colour that stand on the axis. */
  function bars(chart: Chart): number[] {
    const rects = elements(svg(chart), "rect").filter(
      ({ fill = "", width }) => fill.startsWith("var(--series") && width !== "12",
    );
    return rects.map(({ height }) => Number(height));
  }

  test("of bars has them as high as their values", () => {
    const [low = 0, high = 0, ...others] = bars(plain);
    expect(others).toEqual([]);
    expect(high / low).toBeCloseTo(260 / 212, 1);
  });

  test("of bars on a logarithmic axis has them as high as their values' logarithms", () => {
    const heights = bars(throughput);
    const values = throughput.series.flatMap(({ y }) =>
      y.map((value) => Math.log10((value ?? 0) / 100)),
    );
    for (const [index, height] of heights.entries()) {
      expect(height / (heights[0] ?? 1)).toBeCloseTo((values[index] ?? 0) / (values[0] ?? 1), 2);
    }
    expect(heights).toHaveLength(5);
  });

  test("has lines for comparison with their values, in order and apart", () => {
    const file = svg(throughput);
    expect(texts(file)).toEqual(
      expect.arrayContaining(["FIFO, batches of ten: 3,000", "FIFO, one a call: 300"]),
    );
    const lines = elements(file, "line").filter((element) => element.class === "limit");
    const [ten = 0, one = 0] = lines.map(({ y1 }) => Number(y1));
    expect(ten).toBeLessThan(one);
    const near = svg({
      ...throughput,
      lines: [
        { label: "a", value: 300 },
        { label: "b", value: 301 },
      ],
    });
    const labels = elements(near, "text").filter((element) => element.class === "limit-text");
    const [a = 0, b = 0] = labels.map(({ y }) => Number(y));
    expect(a - b).toBeGreaterThanOrEqual(12);
  });

  test("of a line has a gap where nothing was measured", () => {
    const lines = elements(svg(depth), "path").filter((element) => element.class === "line");
    expect(lines).toHaveLength(4);
  });

  test("of very many points is small, and keeps the highest and the lowest", () => {
    const x = Array.from({ length: 100_000 }, (_, index) => index);
    const y = x.map((value) => (value === 70_001 ? 1_000 : value === 30_001 ? 0 : 500));
    const file = svg({ ...depth, series: [{ name: "a", x, y }], lines: [] });
    expect(file.length).toBeLessThan(100_000);
    const [line] = elements(file, "path");
    const ys = [...(line?.d ?? "").matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, value]) =>
      Number(value),
    );
    const middle = ys[0] ?? 0;
    expect(Math.max(...ys) - middle).toBeCloseTo(middle - Math.min(...ys), 0);
    expect(Math.max(...ys)).toBeGreaterThan(middle + 50);
  });

  test("has a band between the ends of intervals", () => {
    const bands = elements(svg(banded), "path").filter(
      (element) => element["fill-opacity"] === "0.16",
    );
    expect(bands).toHaveLength(1);
    expect(bands[0]?.d?.split("L")).toHaveLength(12);
  });

  test("of a heat map has a field for each pair, and each value in it", () => {
    const file = svg(cells);
    const fields = elements(file, "rect").filter(
      ({ fill = "", height }) => fill !== "" && height !== "12",
    );
    expect(fields).toHaveLength(15);
    expect(texts(file)).toEqual(expect.arrayContaining(["41 s", "50 ms", "12.5 s"]));
  });

  test("says a hostile name as what it is", () => {
    expect(texts(svg(depth))).toContain(HOSTILE);
  });

  test("of no series is drawn, too", () => {
    expect(XMLValidator.validate(svg({ ...plain, series: [] }))).toBe(true);
    expect(XMLValidator.validate(svg({ ...depth, series: [] }))).toBe(true);
    expect(
      XMLValidator.validate(svg({ ...cells, cells: { ...cells.cells, x: [], y: [], values: [] } })),
    ).toBe(true);
  });

  test("is refused where it would not be true", () => {
    const y = [Number.NaN];
    expect(() => svg({ ...plain, series: [{ name: "a", x: ["b"], y }] })).toThrow(
      /no number to draw/,
    );
  });
});
