/**
 * A plot by the keyboard: arrows move the pointer (with shift by ten), + and - zoom around it, 0 or
 * Escape shows all again. Of a heat map the arrows go from field to field.
 */
import type UPlot from "uplot";
import type { Chart } from "../chart.ts";
import { bend, unbend, xScale } from "../scale.ts";

interface Pointer {
  column: number;
  row: number;
}

export function byKeyboard(chart: Chart, plot: UPlot, place: HTMLElement): void {
  const at: Pointer = { column: -1, row: -1 };
  place.addEventListener("keydown", (event) => {
    const isHandled = move(chart, plot, at, event) || zoom(chart, plot, at, event.key);
    if (isHandled) event.preventDefault();
  });
  place.addEventListener("blur", () => plot.setCursor({ left: -10, top: -10 }));
}

const STEPS: Readonly<Record<string, readonly [columns: number, rows: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function move(chart: Chart, plot: UPlot, at: Pointer, { key, shiftKey }: KeyboardEvent): boolean {
  const last = plot.data[0].length - 1;
  const [columns, rows] = STEPS[key] ?? [0, 0];
  const isRow = rows !== 0;
  if (last < 0 || (isRow && chart.kind !== "heat")) return false;
  if (key === "Home") at.column = 0;
  else if (key === "End") at.column = last;
  else if (columns === 0 && !isRow) return false;
  const step = shiftKey ? 10 : 1;
  at.column = Math.min(last, Math.max(0, at.column + columns * step));
  at.row = Math.min(plot.data.length - 2, Math.max(0, at.row + rows * step));
  const left = plot.valToPos(plot.data[0][at.column] ?? 0, "x");
  const top = chart.kind === "heat" ? plot.valToPos(at.row, "y") : 1;
  plot.setCursor({ left, top });
  return true;
}

function zoom(chart: Chart, plot: UPlot, at: Pointer, key: string): boolean {
  if (chart.kind === "heat") return false;
  const scale = xScale(chart);
  if (scale.kind === "category") return false;
  const { min, max } = plot.scales.x ?? {};
  const data = plot.data[0];
  const [first, last] = [data[0], data.at(-1)];
  if (
    first === undefined ||
    last === undefined ||
    typeof min !== "number" ||
    typeof max !== "number"
  )
    return false;
  if (key === "0" || key === "Escape") {
    plot.setScale("x", { min: first, max: last });
    return true;
  }
  const times = { "+": 0.5, "=": 0.5, "-": 2 }[key];
  if (times === undefined) return false;
  const [from, to] = [bend(scale, min), bend(scale, max)];
  const middle = bend(scale, data[at.column] ?? unbend(scale, (from + to) / 2));
  const half = ((to - from) * times) / 2;
  plot.setScale("x", {
    min: Math.max(first, unbend(scale, middle - half)),
    max: Math.min(last, unbend(scale, middle + half)),
  });
  return true;
}
