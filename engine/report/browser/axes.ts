/** The axes of a plot of uPlot's, by the same scales and ticks that SVG files have. */
import type UPlot from "uplot";
import type { Axis } from "../chart.ts";
import { bend, type Scale, ticksOf, unbend } from "../scale.ts";
import { shorten } from "../spread.ts";
import { axisTitle } from "../words.ts";
import { colour, FONT } from "./theme.ts";

const CHARACTER_PX = 6.8;
const TICK_X_PX = 92;
const TICK_Y_PX = 44;
const LONGEST_NAME = 26;

/** How uPlot places numbers: a kind of its own, straight or logarithmic, or bent by us. */
export function distribution(scale: Scale): Partial<UPlot.Scale> {
  if (scale.kind === "log") return { distr: 3, log: 10 };
  if (scale.kind !== "percentile") return { distr: 1 };
  return {
    distr: 100,
    fwd: (value: number) => bend(scale, value),
    bwd: (bent: number) => unbend(scale, bent),
  };
}

const LINES = {
  stroke: () => colour("muted"),
  grid: { stroke: () => colour("grid"), width: 1 },
  ticks: { show: false },
  font: FONT,
  labelFont: FONT,
  labelSize: 18,
  labelGap: 2,
  gap: 6,
  filter: (_: UPlot, splits: number[]) => splits,
} satisfies UPlot.Axis;

/** Ticks for the part of the scale that is seen now. */
function ticker(scale: Scale, plotPx: (plot: UPlot) => number, tickPx: number) {
  const ticks = (plot: UPlot, min: number, max: number) =>
    ticksOf({ ...scale, min, max }, Math.max(2, Math.floor(plotPx(plot) / tickPx)));
  let texts = new Map<number, string>();
  return {
    splits: (plot: UPlot, _: number, min: number, max: number): number[] => {
      const found = ticks(plot, min, max);
      texts = new Map(found.map(({ value, text }) => [value, text]));
      return found.map(({ value }) => value);
    },
    values: (_: UPlot, splits: number[]): string[] => splits.map((split) => texts.get(split) ?? ""),
  };
}

/** Below the plot: numbers. */
export function numbersBelow(axis: Axis, scale: Scale): UPlot.Axis {
  return {
    ...LINES,
    ...ticker(scale, ({ width }) => width - 90, TICK_X_PX),
    label: axisTitle(axis.label, isShownInTicks(scale.kind) ? "" : axis.unit),
    size: LEVEL_PX,
  };
}

function isShownInTicks(kind: Scale["kind"]): boolean {
  return kind === "time" || kind === "date" || kind === "percentile";
}

/** Left of the plot: numbers. */
export function numbersBeside(axis: Axis, scale: Scale): UPlot.Axis {
  return {
    ...LINES,
    ...ticker(scale, ({ height }) => height - 60, TICK_Y_PX),
    label: axisTitle(axis.label, axis.unit),
    size: (_, values) => 12 + widest(values ?? []) * CHARACTER_PX,
  };
}

function widest(texts: readonly string[]): number {
  return Math.max(3, ...texts.map((text) => text.length));
}

const LEVEL_PX = 26;

/** How much more room below a plot of that width its slanted names take; 0 where they stand level. */
export function slantedPx(names: readonly string[], widthPx: number): number {
  const longestPx = widest(names.map((name) => shorten(name, LONGEST_NAME))) * CHARACTER_PX;
  if (longestPx + 8 <= (widthPx - 80) / Math.max(1, names.length)) return 0;
  return Math.max(0, longestPx * 0.66 - 10);
}

/** Below the plot: names, one a place, slanted where they have no room side by side. */
export function namesBelow(axis: Axis, names: readonly string[]): UPlot.Axis {
  const cut = names.map((name) => shorten(name, LONGEST_NAME));
  return {
    ...LINES,
    ...named(cut),
    grid: { show: false },
    label: axis.label,
    rotate: (plot) => (slantedPx(names, plot.width) > 0 ? 40 : 0),
    size: (plot) => LEVEL_PX + slantedPx(names, plot.width),
  };
}

/** Left of the plot: names, one a place. */
export function namesBeside(axis: Axis, names: readonly string[]): UPlot.Axis {
  const cut = names.map((name) => shorten(name, LONGEST_NAME));
  return {
    ...LINES,
    ...named(cut),
    grid: { show: false },
    label: axisTitle(axis.label, axis.unit),
    size: 12 + widest(cut) * CHARACTER_PX,
  };
}

function named(names: readonly string[]): Pick<UPlot.Axis, "splits" | "values"> {
  return {
    splits: names.map((_, index) => index),
    values: (_, splits) => splits.map((index) => names[index] ?? ""),
  };
}
