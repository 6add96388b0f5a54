/** Bars, lines, bands, whiskers and lines for comparison of an SVG file. Pure. */
import type { PlotChart, Series } from "./chart.ts";
import { type Look, looksOf } from "./palette.ts";
import { categoriesOf, place, placesOf, type Scale } from "./scale.ts";
import { spread } from "./spread.ts";
import { CHARACTER_PX, dash, type Frame, round, text } from "./svgText.ts";
import { bare } from "./words.ts";

const GROUP_WIDTH = 0.82;
const BAR_PX_MAX = 72;
const VALUE_CHARACTER_PX = 6.5;
const WHISKER_PX = 4;
const LIMIT_GAP_PX = 15;

function height(frame: Frame, scale: Scale, value: number): number {
  return frame.bottom - place(scale, value) * (frame.bottom - frame.top);
}

function limitMarks({ lines = [], y: axis }: PlotChart, frame: Frame, up: Scale): string {
  const at = lines.map(({ value }) => height(frame, up, value));
  const texts = spread(
    at.map((one) => one - 5),
    LIMIT_GAP_PX,
  );
  const marks = lines.map(({ label, value }, index) => {
    const lineY = round(at[index] ?? 0);
    const words = `${label}: ${bare(value, axis.unit, "full")}`;
    const line = `<line class="limit" x1="${round(frame.left)}" x2="${round(frame.right)}" y1="${lineY}" y2="${lineY}"/>\n`;
    const y = texts[index] ?? 0;
    const width = [...words].length * CHARACTER_PX;
    const plate = `<rect class="plate" x="${round(frame.right - 10 - width)}" y="${round(y - 12)}" width="${round(width + 8)}" height="15" rx="3"/>\n`;
    const style = { class: "limit-text", "text-anchor": "end" };
    return line + plate + text(words, frame.right - 6, y, style);
  });
  return marks.join("");
}

export function barMarks(chart: PlotChart, frame: Frame, up: Scale): string {
  const count = Math.max(1, chart.series.length);
  const slot = (frame.right - frame.left) / Math.max(1, categoriesOf(chart).length);
  const width = Math.min((slot * GROUP_WIDTH) / count, BAR_PX_MAX);
  const looks = looksOf(chart.series);
  const base = height(frame, up, Math.max(0, up.min));
  const texts = chart.series.flatMap(({ y }) => y.map((value) => bare(value ?? 0, chart.y.unit)));
  const hasRoom = texts.every(({ length }) => length * VALUE_CHARACTER_PX <= width - 2);
  const marks = chart.series.map((series, index) => {
    const look = looks[index] ?? { colour: 0, run: 0 };
    const places = placesOf(chart, series.x);
    return series.y.map((value, at) => {
      if (value === null) return "";
      const middle = frame.left + ((places[at] ?? 0) + 0.5) * slot;
      const left = middle + (index - count / 2) * width;
      return bar(chart, series, at, {
        left,
        width,
        base,
        look,
        hasRoom,
        y: (one) => height(frame, up, one),
      });
    });
  });
  return marks.flat().join("") + limitMarks(chart, frame, up);
}

interface Bar {
  readonly left: number;
  readonly width: number;
  readonly base: number;
  readonly look: Look;
  /** For its value above it. */
  readonly hasRoom: boolean;
  readonly y: (value: number) => number;
}

function bar(chart: PlotChart, series: Series, at: number, place: Bar): string {
  const value = series.y[at] ?? 0;
  const { left, width, base, look, y } = place;
  const [top, bottom] = [Math.min(y(value), base), Math.max(y(value), base)];
  const middle = left + width / 2;
  const pale = look.run > 0 ? ' fill-opacity="0.55"' : "";
  let marks = `<rect x="${round(left + width * 0.04)}" y="${round(top)}" width="${round(width * 0.92)}" height="${round(bottom - top)}" rx="2" fill="var(--series-${look.colour})"${pale}/>\n`;
  const [low, high] = [series.low?.[at] ?? null, series.high?.[at] ?? null];
  if (low !== null && high !== null) marks += whisker(middle, y(low), y(high));
  if (!place.hasRoom) return marks;
  const above = Math.min(top, high === null ? top : y(high)) - 5;
  marks += text(bare(value, chart.y.unit), middle, above, { "text-anchor": "middle" });
  return marks;
}

function whisker(x: number, low: number, high: number): string {
  const [left, right] = [round(x - WHISKER_PX), round(x + WHISKER_PX)];
  const [from, to] = [round(low), round(high)];
  return `<path class="whisker" d="M${round(x)} ${from}V${to}M${left} ${from}H${right}M${left} ${to}H${right}"/>\n`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export function lineMarks(chart: PlotChart, frame: Frame, across: Scale, up: Scale): string {
  const looks = looksOf(chart.series);
  const width = frame.right - frame.left;
  const marks = chart.series.map((series, index) => {
    const look = looks[index] ?? { colour: 0, run: 0 };
    const colour = `var(--series-${look.colour})`;
    const xs = placesOf(chart, series.x).map((value) => frame.left + place(across, value) * width);
    const points = (values: Series["y"]): Point[][] =>
      pieces(xs, values, (value) => height(frame, up, value));
    const band =
      series.low === undefined || series.high === undefined
        ? ""
        : bandMarks(points(series.low), points(series.high), colour);
    const lines = points(series.y).map((piece) => {
      // A piece of one point has no length; a dot shows it.
      const [first] = piece;
      if (piece.length === 1 && first !== undefined) {
        return `<circle cx="${round(first.x)}" cy="${round(first.y)}" r="2.5" fill="${colour}"/>\n`;
      }
      return `<path class="line" stroke="${colour}"${dash(look.run)} d="${path(thin(piece))}"/>\n`;
    });
    return band + lines.join("");
  });
  return marks.join("") + limitMarks(chart, frame, up);
}

/** Runs of points without a gap. */
function pieces(
  xs: readonly number[],
  values: Series["y"],
  y: (value: number) => number,
): Point[][] {
  const found: Point[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null) found.push([]);
    else found.at(-1)?.push({ x: xs[index] ?? 0, y: y(value) });
  }
  return found.filter((piece) => piece.length > 0);
}

/** Of many points in one column of pixels the first, highest, lowest and last: it looks the same. */
function thin(points: readonly Point[]): readonly Point[] {
  const columns = new Map<number, Point[]>();
  for (const point of points) {
    const column = columns.get(Math.floor(point.x)) ?? [];
    columns.set(Math.floor(point.x), column);
    column.push(point);
  }
  return [...columns.values()].flatMap((column) => {
    if (column.length <= 4) return column;
    const heights = column.map(({ y }) => y);
    const highest = heights.indexOf(heights.reduce((left, right) => Math.min(left, right)));
    const lowest = heights.indexOf(heights.reduce((left, right) => Math.max(left, right)));
    const kept = [...new Set([0, highest, lowest, column.length - 1])].sort((a, b) => a - b);
    return kept.flatMap((index) => column[index] ?? []);
  });
}

function path(points: readonly Point[]): string {
  return `M${points.map(({ x, y }) => `${round(x)} ${round(y)}`).join("L")}`;
}

function bandMarks(low: readonly Point[][], high: readonly Point[][], colour: string): string {
  const bands = low.map((piece, index) => {
    const back = (high[index] ?? []).toReversed();
    return `<path fill="${colour}" fill-opacity="0.16" d="${path([...piece, ...back])}Z"/>\n`;
  });
  return bands.join("");
}
