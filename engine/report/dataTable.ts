/**
 * The numbers of a chart as a table: for who can't see the picture, or wants one number of it. Pure;
 * the page's own code has it too (browser/main.ts).
 */
import { type Chart, type HeatChart, type PlotChart, type Series, xScaleOf } from "./chart.ts";
import type { Cell, Column, Table } from "./table.ts";
import { duration, moment } from "./words.ts";

/** More rows are left out, and the caption says so. */
const ROWS_MAX = 2_000;

export function dataTable(chart: Chart): Table {
  const table = chart.kind === "heat" ? cellsTable(chart) : seriesTable(chart);
  const { rows } = table;
  if (rows.length <= ROWS_MAX) return table;
  const caption = `The first ${ROWS_MAX} of ${rows.length} rows; the report's data have all.`;
  return { ...table, caption, rows: rows.slice(0, ROWS_MAX) };
}

function cellsTable({ x, y, cells }: HeatChart): Table {
  const { unit } = cells.value;
  const head: Column = { label: `${y.label} \\ ${x.label}` };
  return {
    columns: [head, ...cells.x.map((name) => ({ label: String(name), ...unitOf(unit) }))],
    rows: cells.y.map((name, row) => [String(name), ...(cells.values[row] ?? [])]),
  };
}

function unitOf(unit: string | undefined): { unit?: string } {
  return unit === undefined ? {} : { unit };
}

function placeCell(chart: PlotChart, x: number | string): Cell {
  if (typeof x === "string") return x;
  const kind = xScaleOf(chart);
  if (kind === "time") return duration(x);
  if (kind === "date") return moment(x, "second");
  return x;
}

function seriesTable(chart: PlotChart): Table {
  const unit = unitOf(chart.y.unit);
  const columns: Column[] = [{ label: chart.x.label, ...unitOf(chart.x.unit) }];
  const rows = new Map<number | string, Cell[]>();
  for (const series of chart.series) {
    const values = valuesOf(series);
    const from = columns.length;
    const name = series.run === undefined ? series.name : `${series.name} · ${series.run}`;
    columns.push(...values.map(([end]) => ({ label: `${name}${end}`, ...unit })));
    for (const [index, x] of series.x.entries()) {
      const row = rows.get(x) ?? [placeCell(chart, x)];
      rows.set(x, row);
      for (const [at, [, column]] of values.entries()) row[from + at] = column[index] ?? null;
    }
  }
  const order = [...rows.keys()];
  if (xScaleOf(chart) !== "category") order.sort((left, right) => Number(left) - Number(right));
  const filled = (row: readonly Cell[]): Cell[] => columns.map((_, index) => row[index] ?? null);
  return { columns, rows: order.map((x) => filled(rows.get(x) ?? [])) };
}

function valuesOf({ y, low, high }: Series): [end: string, values: readonly (number | null)[]][] {
  if (low === undefined || high === undefined) return [["", y]];
  return [
    ["", y],
    [", low", low],
    [", high", high],
  ];
}
