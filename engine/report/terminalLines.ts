/**
 * Lines in a terminal: two dots across and four up in each character (braille), each series in a colour
 * of its own; or, where there are no colours to tell several series apart, in a mark of its own. Pure.
 */
import { type PlotChart, xScaleOf } from "./chart.ts";
import { printable } from "./escape.ts";
import { categoriesOf, place, placesOf, type Scale, ticksOf, xScale, yScale } from "./scale.ts";
import { shorten } from "./spread.ts";
import type { Ink, Paint } from "./terminalPaint.ts";
import { axisTitle, bare } from "./words.ts";

export interface Drawing {
  readonly columns: number;
  readonly rows: number;
  /** Braille dots; else marks. */
  readonly isDotted: boolean;
  readonly paint: Paint;
}

const BLANK = 0x2800;
/** The bit of each dot of a braille character, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const MARKS = ["•", "×", "+", "o", "*", "#", "@", "%"];

interface Cell {
  dots: number;
  series: number;
}

/** What is drawn, by row (from the top) and column. */
type Grid = (Cell | undefined)[][];

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sets the dot at a place: 0 to 1 from the left, and from the bottom. */
function dot(grid: Grid, { x, y }: Point, series: number): void {
  const [rows, columns] = [grid.length, grid[0]?.length ?? 0];
  const across = Math.min(columns * 2 - 1, Math.max(0, Math.round(x * (columns * 2 - 1))));
  const down = Math.min(rows * 4 - 1, Math.max(0, Math.round((1 - y) * (rows * 4 - 1))));
  const row = grid[Math.floor(down / 4)];
  if (row === undefined) return;
  const column = Math.floor(across / 2);
  const cell = row[column] ?? { dots: 0, series };
  cell.dots |= DOTS[down % 4]?.[across % 2] ?? 0;
  cell.series = series;
  row[column] = cell;
}

/** A straight line of dots, as many as it needs to have no hole. */
function stroke(grid: Grid, from: Point, to: Point, series: number): void {
  const [rows, columns] = [grid.length, grid[0]?.length ?? 0];
  const longest = Math.max(
    Math.abs(to.x - from.x) * columns * 2,
    Math.abs(to.y - from.y) * rows * 4,
  );
  const steps = Math.max(1, Math.ceil(longest));
  for (let step = 0; step <= steps; step++) {
    const part = step / steps;
    const at = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    dot(grid, at, series);
  }
}

function drawSeries(chart: PlotChart, grid: Grid, across: Scale, up: Scale): void {
  for (const [index, series] of chart.series.entries()) {
    const places = placesOf(chart, series.x);
    let before: Point | undefined;
    for (const [at, value] of series.y.entries()) {
      if (value === null) {
        before = undefined;
        continue;
      }
      const point = { x: place(across, places[at] ?? 0), y: place(up, value) };
      stroke(grid, before ?? point, point, index);
      before = point;
    }
  }
}

/** A row of the plot: what stands side by side in one colour is painted at once. */
function rowText(row: Grid[number], isLimit: boolean, { isDotted, paint }: Drawing): string {
  let line = "";
  let waiting = "";
  let ink: Ink = "muted";
  const put = (mark: string, next: Ink): void => {
    if (next !== ink) {
      line += paint(waiting, ink);
      waiting = "";
    }
    ink = next;
    waiting += mark;
  };
  for (const cell of row) {
    // A blank has no colour of its own.
    if (cell === undefined) put(isLimit ? "╌" : " ", isLimit ? "limit" : ink);
    else if (isDotted) put(String.fromCodePoint(BLANK + cell.dots), cell.series);
    else put(MARKS[cell.series % MARKS.length] ?? "", cell.series);
  }
  return line + paint(waiting.trimEnd(), ink);
}

/** The plot with its axes, then what its lines are. */
export function drawLines(chart: PlotChart, drawing: Drawing): string[] {
  const { columns, rows, paint } = drawing;
  const [across, up] = [xScale(chart), yScale(chart)];
  const rowOf = (value: number): number => Math.round((1 - place(up, value)) * (rows - 1));
  const texts = new Map(
    ticksOf(up, Math.ceil(rows / 3)).map(({ value, text }) => [rowOf(value), text]),
  );
  const left = Math.max(3, ...[...texts.values()].map(({ length }) => length));
  const width = Math.max(10, columns - left - 2);
  const grid: Grid = Array.from({ length: rows }, () =>
    new Array<Cell | undefined>(width).fill(undefined),
  );
  drawSeries(chart, grid, across, up);
  const limits = new Set((chart.lines ?? []).map(({ value }) => rowOf(value)));
  const lines = grid.map((row, index) => {
    const drawn = rowText(row, limits.has(index), drawing);
    const text = texts.get(index);
    return `${paint((text ?? "").padStart(left), "muted")} ${paint(text === undefined ? "│" : "┤", "muted")}${drawn}`;
  });
  const base = `${" ".repeat(left + 1)}└${"─".repeat(width)}`;
  const below = " ".repeat(left + 2) + tickLine(chart, across, width);
  return [...lines, paint(base, "muted"), paint(below, "muted"), "", ...legend(chart, drawing)];
}

/** The numbers or names below the axis, without those that have no room. */
function tickLine(chart: PlotChart, across: Scale, width: number): string {
  const isNamed = xScaleOf(chart) === "category";
  const ticks = isNamed
    ? categoriesOf(chart).map((text, value) => ({ value, text: printable(text) }))
    : ticksOf(across, Math.max(2, Math.floor(width / 14)));
  let line = "";
  for (const { value, text } of ticks) {
    const middle = Math.round(place(across, value) * (width - 1));
    const start = Math.min(width - text.length, Math.max(0, middle - Math.floor(text.length / 2)));
    if (start < 0 || (line !== "" && start < line.length + 1)) continue;
    line = line.padEnd(start) + text;
  }
  return line;
}

function legend(chart: PlotChart, { columns, isDotted, paint }: Drawing): string[] {
  const entries = chart.series.map(({ name, run }, index) => {
    const mark = isDotted ? "⣿" : (MARKS[index % MARKS.length] ?? "");
    const words = run === undefined ? name : `${name} · ${run}`;
    return `${paint(mark, index)} ${shorten(printable(words), columns - 2)}`;
  });
  const limits = (chart.lines ?? []).map(({ label, value }) => {
    const words = `${label}: ${bare(value, chart.y.unit, "full")}`;
    return `${paint("╌", "limit")} ${shorten(printable(words), columns - 2)}`;
  });
  const unit = ["time", "date", "percentile"].includes(xScaleOf(chart)) ? "" : chart.x.unit;
  const axes = `${axisTitle(chart.y.label, chart.y.unit)} by ${axisTitle(chart.x.label, unit)}`;
  return [...entries, ...limits, paint(shorten(printable(axes), columns), "muted")];
}
