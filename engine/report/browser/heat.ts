/** A heat map as a plot of uPlot's: its rows are series, and its fields are drawn over their places. */
import type UPlot from "uplot";
import type { HeatChart } from "../chart.ts";
import { heatColour, heatText } from "../palette.ts";
import { heatScale, place } from "../scale.ts";
import { bare } from "../words.ts";
import { namesBelow, namesBeside } from "./axes.ts";
import type { Hover, Plotted } from "./drawn.ts";
import type { Size } from "./plot.ts";
import { colour, FONT } from "./theme.ts";

export function plottedCells(plot: UPlot): Plotted {
  const rows = plot.data.slice(1);
  return { values: rows.map((row) => [...row].map((value) => value ?? null)) };
}

function drawCells(chart: HeatChart, plot: UPlot): void {
  const { ctx, bbox } = plot;
  const columns = Math.max(1, chart.cells.x.length);
  const rows = Math.max(1, chart.cells.y.length);
  const [width, height] = [bbox.width / columns, bbox.height / rows];
  const scale = heatScale(chart);
  ctx.save();
  ctx.font = FONT.replace("12", String(12 * devicePixelRatio));
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = plot.data[row + 1]?.[column];
      const left = bbox.left + column * width;
      const top = bbox.top + (rows - 1 - row) * height;
      if (value === null || value === undefined) {
        ctx.fillStyle = colour("grid");
        ctx.fillRect(left + 1, top + 1, width - 2, height - 2);
        continue;
      }
      const part = place(scale, value);
      ctx.fillStyle = heatColour(part);
      ctx.fillRect(left + 1, top + 1, width - 2, height - 2);
      const text = bare(value, chart.cells.value.unit);
      if (ctx.measureText(text).width + 6 > width || height < 16 * devicePixelRatio) continue;
      ctx.fillStyle = heatText(part);
      ctx.fillText(text, left + width / 2, top + height / 2);
    }
  }
  ctx.restore();
}

/** The field under the pointer. */
export function cellAt(plot: UPlot): { row: number; column: number } | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0) return undefined;
  return { row: Math.round(plot.posToVal(top, "y")), column: Math.round(plot.posToVal(left, "x")) };
}

export function drawHeat(chart: HeatChart, into: HTMLElement, size: Size, hover: Hover): UPlot {
  const { x, y, values } = chart.cells;
  const across = (count: number): UPlot.Scale => ({
    time: false,
    range: () => [-0.5, Math.max(1, count) - 0.5],
  });
  return new uPlot(
    {
      ...size,
      scales: { x: across(x.length), y: across(y.length), heat: { auto: false, range: [0, 1] } },
      legend: { show: false },
      cursor: { drag: { x: false, y: false, setScale: false }, points: { show: false } },
      axes: [namesBelow(chart.x, x.map(String)), namesBeside(chart.y, y.map(String))],
      series: [
        {},
        ...values.map(() => ({ scale: "heat", paths: () => null, points: { show: false } })),
      ],
      padding: [14, 14, 0, 0],
      hooks: {
        draw: [(plot) => drawCells(chart, plot)],
        setCursor: [(plot) => hover(plot, plot.cursor.idx ?? undefined)],
      },
    },
    [x.map((_, index) => index), ...values.map((row) => [...row])],
    into,
  );
}
