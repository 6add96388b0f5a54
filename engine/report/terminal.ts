/**
 * A chart for a terminal: bars of blocks, lines of braille dots, heat maps of coloured fields, in the
 * width there is. Without colours series differ by their marks. Pure; it returns lines and writes
 * nothing.
 */
import { type Chart, checkChart, type HeatChart, type PlotChart } from "./chart.ts";
import { printable } from "./escape.ts";
import { categoriesOf, heatScale, place, yScale } from "./scale.ts";
import { shorten, wrap } from "./spread.ts";
import { drawLines } from "./terminalLines.ts";
import { background, type Paint, painter } from "./terminalPaint.ts";
import { axisTitle, bare, quantity } from "./words.ts";

export interface TerminalOptions {
  /** 80 where it is not given; no chart is narrower than 40. */
  readonly columns?: number;
  /** Of a line's plot, without what stands around it; 12 where it is not given. */
  readonly rows?: number;
  readonly colours?: boolean;
}

/** Where a chart is printed, as far as it minds; process.stdout is one. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Minds NO_COLOR; only terminals have it. */
  hasColors?(): boolean;
}

const COLUMNS_MIN = 40;
const COLUMNS_MAX = 120;

/** The options for a stream: its width, and colours only on a terminal that wants them. */
export function terminalOptions(stream: TerminalStream): TerminalOptions {
  const columns = Math.min(stream.columns ?? 80, COLUMNS_MAX);
  return { columns, colours: stream.isTTY === true && stream.hasColors?.() === true };
}

/** Lines, each with a newline. Throws a TypeError where the chart can't be drawn truly. */
export function terminalChart(chart: Chart, options: TerminalOptions = {}): string {
  checkChart(chart);
  const columns = Math.max(COLUMNS_MIN, options.columns ?? 80);
  const paint = painter(options.colours === true);
  const note = wrap(printable(chart.note ?? ""), columns).map((line) => paint(line, "muted"));
  const body = bodyOf(chart, columns, { ...options, paint });
  const title = paint(shorten(printable(chart.title), columns), "strong");
  return [title, ...note, "", ...body].map((line) => `${line.trimEnd()}\n`).join("");
}

interface Means extends TerminalOptions {
  readonly paint: Paint;
}

function bodyOf(chart: Chart, columns: number, means: Means): string[] {
  if (chart.kind === "heat") return heatLines(chart, columns, means);
  if (chart.kind === "bars") return barLines(chart, columns, means.paint);
  const { rows = 12, colours = false, paint } = means;
  return drawLines(chart, { columns, rows, isDotted: colours || chart.series.length === 1, paint });
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of that part of the width; the least value has a sliver, too. */
function block(part: number, width: number): string {
  const eighths = Math.max(part > 0 ? 1 : 0, Math.round(part * width * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

interface Row {
  readonly label: string;
  readonly bar: string;
  readonly value: string;
}

function barLines(chart: PlotChart, columns: number, paint: Paint): string[] {
  const scale = yScale(chart);
  const unit = chart.y.unit;
  const limits = chart.lines ?? [];
  const names = labels(chart);
  const labelWidth = widest([...names.flat(), ...limits.map(({ label }) => label)], columns * 0.4);
  const most = columns * 0.4;
  const values = valueTexts(chart, most);
  const limitTexts = limits.map(({ value }) => bare(value, unit, "full"));
  const valueWidth = widest([...values.flat(), ...limitTexts], most);
  const width = Math.max(8, columns - labelWidth - valueWidth - 4);
  const line = ({ label, bar, value }: Row, colour: Parameters<Paint>[1]): string =>
    `${pad(label, labelWidth)}  ${paint(bar, colour)} ${value}`;
  const lines = categoriesOf(chart).flatMap((category) =>
    chart.series.flatMap((series, index) => {
      const at = series.x.findIndex((x) => String(x) === category);
      const y = at < 0 ? null : series.y[at];
      const label = names[index]?.[at];
      if (y === null || y === undefined || label === undefined) return [];
      const bar = block(place(scale, y), width);
      return [line({ label, bar, value: values[index]?.[at] ?? "" }, index)];
    }),
  );
  const compared = limits.map(({ label, value }, index) => {
    const bar = "╌".repeat(Math.max(1, Math.round(place(scale, value) * width)));
    return line({ label, bar, value: limitTexts[index] ?? "" }, "limit");
  });
  const foot = `${axisTitle(chart.y.label, unit)}${scale.kind === "log" ? ", logarithmic" : ""}`;
  return [...lines, ...compared, "", paint(printable(foot), "muted")];
}

/** What stands before each bar: its category, and its series where there are several. */
function labels({ series }: PlotChart): string[][] {
  return series.map(({ name, run, x }) =>
    x.map((category) => {
      const parts = series.length === 1 ? [category] : [category, name, ...(run ? [run] : [])];
      return printable(parts.join(" · "));
    }),
  );
}

/** What stands behind the bars: values, with their intervals where all have room. */
function valueTexts({ series, y: { unit } }: PlotChart, most: number): string[][] {
  const bareTexts = series.map(({ y }) => y.map((value) => bare(value ?? 0, unit)));
  const whole = series.map(({ low, high }, index) =>
    (bareTexts[index] ?? []).map((text, at) => {
      const [from, to] = [low?.[at] ?? null, high?.[at] ?? null];
      return from === null || to === null
        ? text
        : `${text} (${bare(from, unit)} to ${bare(to, unit)})`;
    }),
  );
  return whole.flat().some((text) => text.length > most) ? bareTexts : whole;
}

function widest(texts: readonly string[], most: number): number {
  return Math.min(Math.floor(most), Math.max(0, ...texts.map((text) => [...text].length)));
}

function pad(text: string, width: number): string {
  const cut = shorten(printable(text), width);
  return cut + " ".repeat(Math.max(0, width - [...cut].length));
}

const SHADES = [" ", "░", "▒", "▓", "█"];

function heatLines(chart: HeatChart, columns: number, { colours = false, paint }: Means): string[] {
  const { x, y, values, value } = chart.cells;
  const scale = heatScale(chart);
  const texts = values.map((row) =>
    row.map((cell) => (cell === null ? "–" : bare(cell, value.unit))),
  );
  const rowWidth = widest(y.map(String), columns * 0.3);
  const room = Math.floor((columns - rowWidth - 1) / Math.max(1, x.length)) - 1;
  const width = Math.max(3, Math.min(room, widest([...texts.flat(), ...x.map(String)], 12) + 2));
  const right = (text: string): string => shorten(printable(text), width).padStart(width);
  const fields = (row: readonly (number | null)[], index: number): string[] =>
    row.map((cell, column) => {
      const text = texts[index]?.[column] ?? "";
      if (cell === null) return right(text);
      const part = place(scale, cell);
      if (colours) return background(right(text), part);
      return (SHADES[Math.round(part * (SHADES.length - 1))] ?? "") + right(text).slice(1);
    });
  const lines = values.map((row, index) =>
    [pad(String(y[index]), rowWidth), ...fields(row, index)].join(" "),
  );
  const head = [" ".repeat(rowWidth), ...x.map((name) => right(String(name)))].join(" ");
  const range = `${quantity(scale.min, value.unit)} to ${quantity(scale.max, value.unit)}`;
  const axes = `across: ${axisTitle(chart.x.label, chart.x.unit)}; up: ${axisTitle(chart.y.label, chart.y.unit)}`;
  const foot = `${value.label}, ${range}; ${axes}`;
  // The first row stands at the bottom, as in pictures.
  return [...lines.toReversed(), paint(head, "muted"), "", ...wrap(printable(foot), columns)];
}
