/**
 * What a chart says, as plain data: made by the benchmark and the simulator, drawn by page.ts (HTML),
 * svg.ts and terminal.ts, which all show the same numbers. It is JSON, so that whoever reads a report
 * can read what was plotted. Nothing here draws; `checkChart` refuses what could not be drawn truly.
 */

/**
 * How an axis places its numbers.
 *
 * - `linear`, `log`: as usual; on a log axis all numbers are above 0.
 * - `time`: seconds from the start of what was measured, shown as `1 h 30 min`.
 * - `date`: seconds since 1970, shown in UTC.
 * - `percentile`: percent from 0 to 100, each further nine as wide as the one before; 100 is the
 *   maximum and has a place of its own at the end.
 * - `category`: as many places as there are names, in the order given.
 */
export type AxisScale = "linear" | "log" | "time" | "date" | "category" | "percentile";

export interface Axis {
  readonly label: string;
  /**
   * What the numbers count. `ns`, `us`, `ms` and `s` are shown in the unit that fits each value,
   * `bytes` as KiB and MiB, `%` and `USD` in their usual places; any other (`messages/s`) is written
   * behind the number. The unit of an x axis of scale `time`, `date` or `percentile` is not shown.
   */
  readonly unit?: string;
  /** `category` for bars and heat maps, else `linear`, where none is given. */
  readonly scale?: AxisScale;
}

/** An axis of values; it begins at 0 unless its scale is `log`. */
export interface ValueAxis extends Axis {
  readonly scale?: "linear" | "log";
}

export interface Series {
  readonly name: string;
  /**
   * Which run it is of, where a chart lays several over each other: series of one name have one
   * colour, each run has a stroke of its own and can be hidden.
   */
  readonly run?: string;
  /** Of a line: numbers, each above the one before. Of bars: names, each once, or numbers. */
  readonly x: readonly (number | string)[];
  /** One for each x; null where nothing was measured, which leaves a gap. */
  readonly y: readonly (number | null)[];
  /** The ends of the interval that y is believed to lie in, one for each x: a band, or whiskers. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

/** A horizontal line for comparison, such as a quota of AWS's. */
export interface Limit {
  readonly label: string;
  readonly value: number;
}

interface Described {
  readonly title: string;
  /** One or two sentences below the title: what to see, or how it was measured. */
  readonly note?: string;
  readonly x: Axis;
}

export interface PlotChart extends Described {
  readonly kind: "bars" | "line";
  readonly y: ValueAxis;
  readonly series: readonly Series[];
  readonly lines?: readonly Limit[];
}

/** The fields of a heat map: one for each pair of an x and a y. */
export interface Cells {
  readonly x: readonly (number | string)[];
  readonly y: readonly (number | string)[];
  /** `values[row][column]`: a row for each y, in it a value for each x; null where there is none. */
  readonly values: readonly (readonly (number | null)[])[];
  /** What the values are, with their unit and whether colours follow their logarithm. */
  readonly value: ValueAxis;
}

export interface HeatChart extends Described {
  readonly kind: "heat";
  readonly y: Axis;
  readonly cells: Cells;
}

export type Chart = PlotChart | HeatChart;

export function xScaleOf(chart: Chart): AxisScale {
  return chart.x.scale ?? (chart.kind === "line" ? "linear" : "category");
}

/** Throws a TypeError that names chart, series and value where the chart can't be drawn as it is. */
export function checkChart(chart: Chart): void {
  const where = `the chart ${JSON.stringify(chart.title)}`;
  if (chart.kind === "heat") checkCells(chart.cells, where);
  else checkPlot(chart, where);
}

function fail(where: string, what: string): never {
  throw new TypeError(`In ${where} ${what}.`);
}

function checkPlot(chart: PlotChart, where: string): void {
  const xScale = xScaleOf(chart);
  if (chart.kind === "bars" && xScale !== "category") {
    fail(where, `bars stand side by side, so x has the scale category, not ${xScale}`);
  }
  for (const series of chart.series) checkSeries(chart, series, where);
  for (const { label, value } of chart.lines ?? []) {
    checkNumber(value, `${where} the line ${JSON.stringify(label)}`, chart.y.scale === "log");
  }
  const names = chart.series.map(({ name, run }) => JSON.stringify([name, run]));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(where, `two series have the name and run ${twice}`);
}

function checkSeries(chart: PlotChart, series: Series, chartWhere: string): void {
  const where = `${chartWhere} the series ${JSON.stringify(series.name)}`;
  const { x, y } = series;
  for (const [name, values] of Object.entries({ y, low: series.low, high: series.high })) {
    if (values === undefined) continue;
    if (values.length !== x.length) {
      fail(where, `has ${x.length} x and ${values.length} ${name}; it takes one for each x`);
    }
    for (const value of values) {
      if (value !== null) checkNumber(value, where, chart.y.scale === "log");
    }
  }
  if ((series.low === undefined) !== (series.high === undefined)) {
    fail(where, "has one end of an interval; low and high go together");
  }
  checkPlaces(chart, x, where);
}

function checkPlaces(chart: PlotChart, x: readonly (number | string)[], where: string): void {
  const scale = xScaleOf(chart);
  if (scale === "category") {
    if (new Set(x.map(String)).size < x.length) fail(where, "has one x twice");
    return;
  }
  let before = Number.NEGATIVE_INFINITY;
  for (const value of x) {
    if (typeof value === "string") {
      fail(where, `has the x ${JSON.stringify(value)}; on a ${scale} axis x are numbers`);
    }
    checkNumber(value, where, scale === "log");
    if (scale === "percentile" && (value < 0 || value > 100)) {
      fail(where, `has the percentile ${value}; percentiles are from 0 to 100`);
    }
    if (value <= before) fail(where, `has the x ${value} after ${before}; x ascend`);
    before = value;
  }
}

function checkCells({ x, y, values, value }: Cells, where: string): void {
  if (values.length !== y.length) {
    fail(where, `there are ${y.length} y and ${values.length} rows; it takes a row for each y`);
  }
  for (const row of values) {
    if (row.length !== x.length) {
      fail(where, `a row has ${row.length} values for ${x.length} x`);
    }
    for (const cell of row) if (cell !== null) checkNumber(cell, where, value.scale === "log");
  }
}

function checkNumber(value: number, where: string, isLog: boolean): void {
  if (!Number.isFinite(value)) {
    fail(where, `the value ${value} is no number to draw; null says that there is none`);
  }
  if (isLog && value <= 0)
    fail(where, `the value ${value} has no place on a log axis: it is not above 0`);
}
