/**
 * What uPlot does not draw by itself: lines for comparison, whiskers of intervals, the values above
 * bars. Called when a plot is drawn; positions are pixels of its canvas.
 */
import type UPlot from "uplot";
import type { Limit } from "../chart.ts";
import { spread } from "../spread.ts";
import { bare } from "../words.ts";
import { colour, FONT } from "./theme.ts";

const FONT_PX = 12;

/** Runs with the canvas clipped to the plot, and as it was afterwards. */
function inside(
  plot: UPlot,
  draw: (canvas: CanvasRenderingContext2D, ratio: number) => void,
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = FONT.replace(String(FONT_PX), String(FONT_PX * devicePixelRatio));
  draw(ctx, devicePixelRatio);
  ctx.restore();
}

export function drawLimits(plot: UPlot, limits: readonly Limit[], unit: string | undefined): void {
  const { top, left, width, height } = plot.bbox;
  const seen = limits
    .map((limit) => ({ ...limit, at: plot.valToPos(limit.value, "y", true) }))
    .filter(({ at }) => at >= top - 1 && at <= top + height + 1);
  inside(plot, (canvas, ratio) => {
    const texts = spread(
      seen.map(({ at }) => at - 4 * ratio),
      (FONT_PX + 3) * ratio,
    );
    canvas.strokeStyle = colour("limit");
    canvas.fillStyle = colour("limit");
    canvas.lineWidth = 1.5 * ratio;
    canvas.setLineDash([6 * ratio, 4 * ratio]);
    canvas.textAlign = "right";
    canvas.textBaseline = "bottom";
    for (const [index, { label, value, at }] of seen.entries()) {
      canvas.beginPath();
      canvas.moveTo(left, at);
      canvas.lineTo(left + width, at);
      canvas.stroke();
      const text = `${label}: ${bare(value, unit, "full")}`;
      const textAt = Math.max(top + (FONT_PX + 2) * ratio, texts[index] ?? at);
      plate(canvas, text, left + width - 6 * ratio, textAt, ratio);
    }
  });
}

/** A text that ends at x, and can be read over lines and bars, too. */
function plate(
  canvas: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  ratio: number,
): void {
  const { width } = canvas.measureText(text);
  const pad = 4 * ratio;
  const height = (FONT_PX + 2) * ratio;
  const ink = canvas.fillStyle;
  canvas.fillStyle = `${colour("surface")}e6`;
  canvas.beginPath();
  canvas.roundRect(x - width - pad, y - height, width + 2 * pad, height + ratio, 3 * ratio);
  canvas.fill();
  canvas.fillStyle = ink;
  canvas.fillText(text, x, y);
}

export interface Bar {
  /** The middle of the bar on the x axis. */
  readonly x: number;
  readonly widthPx: number;
  readonly value: number;
  readonly low: number | null | undefined;
  readonly high: number | null | undefined;
}

const WHISKER_PX = 4;

/** Whiskers over the bars, and above them their values where these have room. */
export function drawBarMarks(plot: UPlot, bars: readonly Bar[], unit: string | undefined): void {
  inside(plot, (canvas, ratio) => {
    canvas.strokeStyle = colour("text");
    canvas.fillStyle = colour("text");
    canvas.lineWidth = 1.25 * ratio;
    canvas.textAlign = "center";
    canvas.textBaseline = "bottom";
    const texts = bars.map(({ value }) => bare(value, unit));
    const hasRoom = bars.every(
      ({ widthPx }, index) => canvas.measureText(texts[index] ?? "").width <= (widthPx - 2) * ratio,
    );
    for (const [index, { x, value, low, high }] of bars.entries()) {
      const at = plot.valToPos(x, "x", true);
      let top = plot.valToPos(value, "y", true);
      if (typeof low === "number" && typeof high === "number") {
        whisker(canvas, at, plot.valToPos(low, "y", true), plot.valToPos(high, "y", true), ratio);
        top = Math.min(top, plot.valToPos(high, "y", true));
      }
      if (!hasRoom) continue;
      canvas.fillText(
        texts[index] ?? "",
        at,
        Math.max(top - 3 * ratio, plot.bbox.top + 14 * ratio),
      );
    }
  });
}

function whisker(
  canvas: CanvasRenderingContext2D,
  x: number,
  low: number,
  high: number,
  ratio: number,
): void {
  const half = WHISKER_PX * ratio;
  canvas.beginPath();
  canvas.moveTo(x, low);
  canvas.lineTo(x, high);
  for (const end of [low, high]) {
    canvas.moveTo(x - half, end);
    canvas.lineTo(x + half, end);
  }
  canvas.stroke();
}
