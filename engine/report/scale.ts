/**
 * Where a number stands on an axis and which numbers are written beside it: one answer for pages, SVG
 * files and terminals. Pure; the page's own code has it too (browser/main.ts).
 */
import { type AxisScale, type HeatChart, type PlotChart, xScaleOf } from "./chart.ts";
import { bare, duration, moment } from "./words.ts";

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** How an axis is bent. */
export interface Bend {
  readonly kind: AxisScale;
  /** Of percentiles: the highest one below 100; the maximum has its place behind it. */
  readonly last?: number;
}

/** An axis over the numbers from min to max. */
export interface Scale extends Bend {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

/** How many nines a percentile has: 90 has 1, 99.9 has 3. */
function nines(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

/** The maximum, which would be infinitely far, stands so many nines behind the last percentile. */
const MAXIMUM_GAP = 0.5;
const LAST_PERCENTILE = 99.99;

/** A scale's number on a straight line; `unbend` is its inverse. */
export function bend({ kind, last = LAST_PERCENTILE }: Bend, value: number): number {
  if (kind === "log") return Math.log10(value);
  if (kind !== "percentile") return value;
  const past = Math.max(0, value - last) / (100 - last);
  return nines(Math.min(value, last)) + past * MAXIMUM_GAP;
}

export function unbend({ kind, last = LAST_PERCENTILE }: Bend, bent: number): number {
  if (kind === "log") return 10 ** bent;
  if (kind !== "percentile") return bent;
  const past = Math.max(0, bent - nines(last)) / MAXIMUM_GAP;
  return 100 * (1 - 10 ** -Math.min(bent, nines(last))) + past * (100 - last);
}

/** Where the value stands: 0 at the axis' beginning, 1 at its end. */
export function place(scale: Scale, value: number): number {
  const [from, to] = [bend(scale, scale.min), bend(scale, scale.max)];
  return to === from ? 0.5 : (bend(scale, value) - from) / (to - from);
}

/** The next of 1, 2, 5, 10, … times a power of ten at or above the value. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 5, 10].find((step) => step * power >= value * 0.999_999) ?? 10;
  return times * power;
}

const SIXTIES = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600];
const DAYS = [43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000];

/** How far apart two ticks are, at least the given distance. */
function stepFor(kind: AxisScale, unit: string, least: number): number {
  const isTime = kind === "time" || kind === "date" || unit === "s";
  if (isTime && least > 0.5) {
    return [...SIXTIES, ...DAYS].find((step) => step >= least) ?? niceStep(least / 86_400) * 86_400;
  }
  if (unit === "bytes" && least > 1) {
    const power = 1024 ** Math.floor(Math.log2(least) / 10);
    return 2 ** Math.ceil(Math.log2(least / power)) * power;
  }
  return niceStep(least);
}

function textOf({ kind, unit }: Scale, value: number, step: number): string {
  if (kind === "time") return duration(value);
  if (kind !== "date") return bare(value, unit);
  if (step >= 28 * 86_400) return moment(value, "year");
  if (step >= 86_400) return moment(value, "day");
  return moment(value, step < 60 ? "second" : "minute");
}

function evenTicks(scale: Scale, most: number): Tick[] {
  const { kind, unit, min, max } = scale;
  if (max <= min) return [{ value: min, text: textOf(scale, min, 1) }];
  const step = stepFor(kind, unit, (max - min) / Math.max(1, most));
  const ticks: Tick[] = [];
  for (let index = Math.ceil(min / step - 1e-9); index * step <= max + step * 1e-9; index++) {
    // Twelve digits are true; what is behind them is the multiplication's.
    const value = Number((index * step).toPrecision(12));
    ticks.push({ value, text: textOf(scale, value, step) });
  }
  return ticks;
}

function logTicks(scale: Scale, most: number): Tick[] {
  const { min, max, unit } = scale;
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const decades = Math.log10(max / min);
  const times = decades <= 2 && most >= 4 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent += every) {
    for (const time of times) {
      const value = Number(`${time}e${exponent}`);
      const isIn = value >= min * 0.999_999 && value <= max * 1.000_001;
      if (isIn) ticks.push({ value, text: bare(value, unit) });
    }
  }
  return ticks;
}

const PERCENTILES = [0, 50, 90, 99, 99.9, 99.99, 99.999, 100];

function percentileTicks(scale: Scale, most: number): Tick[] {
  const inside = PERCENTILES.filter((value) => value >= scale.min && value <= scale.max);
  const ticks: Tick[] = [];
  let freeFrom = Number.NEGATIVE_INFINITY;
  // From the end: where there is no room for all, the tail is what one looks for.
  for (const value of inside.toReversed()) {
    const at = -place(scale, value);
    if (at < freeFrom) continue;
    freeFrom = at + 0.5 / Math.max(1, most);
    ticks.unshift({ value, text: value === 100 ? "max" : `p${value}` });
  }
  return ticks;
}

/** What is written beside the axis: some `most` numbers at round places, in ascending order. */
export function ticksOf(scale: Scale, most: number): Tick[] {
  if (scale.kind === "log") return logTicks(scale, most);
  if (scale.kind === "percentile") return percentileTicks(scale, most);
  return evenTicks(scale, most);
}

/** Above the longest bar its value is written: so much longer is the axis. */
const HEADROOM = { linear: 1.08, log: 1.7 };

/** All numbers that must be seen on the axis of values, where the series have the given ones. */
function seenOn(chart: PlotChart, values: readonly number[]): number[] {
  const limits = (chart.lines ?? []).map(({ value }) => value);
  if (chart.kind === "line" || values.length === 0) return [...values, ...limits];
  const longest = values.reduce((left, right) => Math.max(left, right));
  return [...values, ...limits, longest * HEADROOM[chart.y.scale ?? "linear"]];
}

function valuesOf({ series }: PlotChart): number[] {
  const values = series.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]);
  return values.filter((value) => value !== null);
}

/** The axis of values over some numbers: to the next round one, from 0 unless it is logarithmic. */
export function valueScale(kind: "linear" | "log", unit: string, values: readonly number[]): Scale {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (values.length === 0) [least, greatest] = [1, 10];
  if (kind === "log") {
    // A bar of the least value has a length, too.
    const min = 10 ** Math.floor(Math.log10(least / 1.2));
    return { kind, unit, min, max: Math.max(min * 10, logCeiling(greatest)) };
  }
  const [from, to] = [Math.min(0, least), Math.max(0, greatest)];
  if (from === to) return { kind, unit, min: 0, max: 1 };
  const step = stepFor(kind, unit, (to - from) / 5);
  return {
    kind,
    unit,
    min: Math.floor(from / step + 1e-9) * step,
    max: Math.ceil(to / step - 1e-9) * step,
  };
}

function logCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((times) => times * power >= value * 1.000_001) ?? 10) * power;
}

/** The y axis of a chart, or of a part of it: over what its series have, or the values given. */
export function yScale(chart: PlotChart, values = valuesOf(chart)): Scale {
  return valueScale(chart.y.scale ?? "linear", chart.y.unit ?? "", seenOn(chart, values));
}

/** The names along an axis of categories, each once, in the order in which series have them. */
export function categoriesOf(chart: PlotChart): string[] {
  return [...new Set(chart.series.flatMap(({ x }) => x.map(String)))];
}

/** Where a series' x stand: their own numbers, or the number of their category. */
export function placesOf(chart: PlotChart, x: readonly (number | string)[]): number[] {
  if (xScaleOf(chart) !== "category") return x.map(Number);
  const categories = new Map(categoriesOf(chart).map((name, index) => [name, index]));
  return x.map((name) => categories.get(String(name)) ?? 0);
}

/** The highest percentile below the maximum. */
function lastOf({ series }: PlotChart): number {
  const below = series.flatMap(({ x }) => x.map(Number)).filter((value) => value < 100);
  return Math.max(90, ...below);
}

/** The x axis of a chart: the numbers of all series, or half a place around each category. */
export function xScale(chart: PlotChart): Scale {
  const kind = xScaleOf(chart);
  const unit = chart.x.unit ?? "";
  if (kind === "category") {
    return { kind, unit, min: -0.5, max: Math.max(1, categoriesOf(chart).length) - 0.5 };
  }
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { x } of chart.series) {
    if (x.length > 0) min = Math.min(min, Number(x[0]));
    if (x.length > 0) max = Math.max(max, Number(x.at(-1)));
  }
  if (min > max) return { kind, unit, min: 1, max: 10 };
  return kind === "percentile"
    ? { kind, unit, min, max, last: lastOf(chart) }
    : { kind, unit, min, max };
}

/** From the least to the greatest value: the colours' axis. */
export function heatScale({ cells }: HeatChart): Scale {
  const values = cells.values.flat().filter((value) => value !== null);
  const { kind, unit, min } = valueScale(
    cells.value.scale ?? "linear",
    cells.value.unit ?? "",
    values,
  );
  const least = values.length === 0 ? min : Math.min(...values);
  return { kind, unit, min: least, max: values.length === 0 ? min + 1 : Math.max(...values) };
}
