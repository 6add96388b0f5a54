/**
 * A chart as an SVG file: for a README, for docs and for `--svg`. It has its own background and both
 * sets of colours, so it can be read in light and dark wherever it is shown. Pure; the same chart gives
 * the same text.
 */
import { type Chart, checkChart, type PlotChart, xScaleOf } from "./chart.ts";
import { escapeMarkup } from "./escape.ts";
import { DARK, LIGHT, looksOf, properties } from "./palette.ts";
import { categoriesOf, place as part, type Scale, ticksOf, xScale, yScale } from "./scale.ts";
import { shorten, wrap } from "./spread.ts";
import { heatMarks, heatRamp } from "./svgHeat.ts";
import { barMarks, lineMarks } from "./svgMarks.ts";
import { CHARACTER_PX, dash, type Frame, round, text } from "./svgText.ts";
import { axisTitle } from "./words.ts";

export interface SvgOptions {
  /** 760 and 400 where they are not given. */
  readonly widthPx?: number;
  readonly heightPx?: number;
}

const MARGIN_PX = 20;
const TICK_X_PX = 92;
const TICK_Y_PX = 44;
const LONGEST_NAME = 26;
/** Right of the plot: half of the last number below it. */
const EDGE_PX: Readonly<Record<string, number>> = { category: 4, date: 32 };

const STYLE = `
svg { ${properties(LIGHT)} font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) { svg { ${properties(DARK)} } }
.surface { fill: var(--surface); stroke: var(--grid); }
text { fill: var(--text); }
.title { font-size: 16px; font-weight: 600; }
.muted { fill: var(--muted); }
.grid { stroke: var(--grid); }
.limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 6 4; }
.limit-text { fill: var(--limit); }
.plate { fill: var(--surface); fill-opacity: 0.9; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.whisker { stroke: var(--text); stroke-width: 1.25; }
`;

/** The file's text. Throws a TypeError where the chart can't be drawn truly. */
export function svg(chart: Chart, { widthPx = 760, heightPx = 400 }: SvgOptions = {}): string {
  checkChart(chart);
  const head = headOf(chart, widthPx);
  const bottom = heightPx - MARGIN_PX - 18;
  const body =
    chart.kind === "heat"
      ? heatBody(chart, { top: head.endPx, bottom, widthPx })
      : plotBody(chart, { top: head.endPx, bottom, widthPx });
  const label = escapeMarkup(chart.title);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${label}">
<title>${label}</title>
<style>${STYLE}</style>
<rect class="surface" x="0.5" y="0.5" width="${widthPx - 1}" height="${heightPx - 1}" rx="8"/>
${head.marks}${body}</svg>
`;
}

interface Head {
  readonly marks: string;
  readonly endPx: number;
}

/** Title, note and legend, line below line. */
function headOf(chart: Chart, widthPx: number): Head {
  const most = Math.floor((widthPx - 2 * MARGIN_PX) / CHARACTER_PX);
  let y = MARGIN_PX + 14;
  let marks = text(shorten(chart.title, Math.floor(most * 0.75)), MARGIN_PX, y, { class: "title" });
  for (const line of wrap(chart.note ?? "", most)) {
    y += 18;
    marks += text(line, MARGIN_PX, y, { class: "muted" });
  }
  const legend =
    chart.kind === "heat" ? heatRamp(chart, MARGIN_PX, y + 22) : legendOf(chart, y + 22, widthPx);
  return { marks: marks + legend.marks, endPx: legend.endPx + 18 };
}

function legendOf(chart: PlotChart, top: number, widthPx: number): Head {
  let [x, y, marks] = [MARGIN_PX, top, ""];
  const looks = looksOf(chart.series);
  for (const [index, { name, run }] of chart.series.entries()) {
    const label = shorten(run === undefined ? name : `${name} · ${run}`, 60);
    const width = 26 + label.length * CHARACTER_PX;
    if (x > MARGIN_PX && x + width > widthPx - MARGIN_PX) {
      x = MARGIN_PX;
      y += 18;
    }
    const look = looks[index] ?? { colour: 0, run: 0 };
    const colour = `var(--series-${look.colour})`;
    marks +=
      chart.kind === "bars"
        ? `<rect x="${round(x)}" y="${y - 10}" width="12" height="12" rx="3" fill="${colour}"${look.run > 0 ? ' fill-opacity="0.55"' : ""}/>\n`
        : `<line x1="${round(x)}" x2="${round(x + 18)}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="3"${dash(look.run)}/>\n`;
    marks += text(label, x + 24, y, {});
    x += width + 14;
  }
  return { marks, endPx: y };
}

interface Place {
  readonly top: number;
  readonly bottom: number;
  readonly widthPx: number;
}

function widest(texts: readonly string[]): number {
  return Math.max(3, ...texts.map((one) => [...one].length)) * CHARACTER_PX;
}

/** The names below the plot, slanted where they have no room side by side. */
function namesBelow(names: readonly string[], frame: Omit<Frame, "bottom">, bottom: number) {
  const cut = names.map((name) => shorten(name, LONGEST_NAME));
  const slot = (frame.right - frame.left) / Math.max(1, names.length);
  const isSlanted = widest(cut) + 8 > slot;
  const plotBottom = bottom - 20 - (isSlanted ? Math.max(0, widest(cut) * 0.6 - 8) : 0);
  const marks = cut.map((name, index) => {
    const x = frame.left + (index + 0.5) * slot;
    const y = plotBottom + (isSlanted ? 12 : 18);
    const turn = isSlanted ? { transform: `rotate(-36 ${round(x)} ${round(y)})` } : {};
    return text(name, x, y, {
      class: "muted",
      "text-anchor": isSlanted ? "end" : "middle",
      ...turn,
    });
  });
  return { marks: marks.join(""), plotBottom };
}

function titles(frame: Frame, x: string, y: string, place: Place): string {
  const [middle, height] = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2];
  const turned = `rotate(-90 ${MARGIN_PX + 4} ${round(height)})`;
  return (
    text(shorten(x, 80), middle, place.bottom + 18, { class: "muted", "text-anchor": "middle" }) +
    text(shorten(y, 50), MARGIN_PX + 4, height, {
      class: "muted",
      "text-anchor": "middle",
      transform: turned,
    })
  );
}

function plotBody(chart: PlotChart, place: Place): string {
  const [across, up] = [xScale(chart), yScale(chart)];
  const isNamed = xScaleOf(chart) === "category";
  const roughly = ticksOf(up, Math.floor((place.bottom - place.top) / TICK_Y_PX));
  const left = MARGIN_PX + 26 + widest(roughly.map((tick) => tick.text));
  const sides = {
    left,
    right: place.widthPx - MARGIN_PX - (EDGE_PX[across.kind] ?? 20),
    top: place.top,
  };
  const names = isNamed ? namesBelow(categoriesOf(chart), sides, place.bottom) : undefined;
  const frame: Frame = { ...sides, bottom: names?.plotBottom ?? place.bottom - 20 };
  const grid = [
    upwardTicks(up, frame),
    names?.marks ?? acrossTicks(across, frame),
    titles(
      frame,
      ["time", "date", "percentile"].includes(across.kind)
        ? chart.x.label
        : axisTitle(chart.x.label, chart.x.unit),
      axisTitle(chart.y.label, chart.y.unit),
      place,
    ),
  ];
  const marks =
    chart.kind === "bars" ? barMarks(chart, frame, up) : lineMarks(chart, frame, across, up);
  return grid.join("") + marks;
}

function upwardTicks(scale: Scale, frame: Frame): string {
  const height = frame.bottom - frame.top;
  const ticks = ticksOf(scale, Math.max(2, Math.floor(height / TICK_Y_PX)));
  return ticks
    .map(({ value, text: label }) => {
      const y = round(frame.bottom - part(scale, value) * height);
      return `<line class="grid" x1="${round(frame.left)}" x2="${round(frame.right)}" y1="${y}" y2="${y}"/>\n${text(label, frame.left - 8, y + 4, { class: "muted", "text-anchor": "end" })}`;
    })
    .join("");
}

function acrossTicks(scale: Scale, frame: Frame): string {
  const width = frame.right - frame.left;
  const ticks = ticksOf(scale, Math.max(2, Math.floor(width / TICK_X_PX)));
  return ticks
    .map(({ value, text: label }) => {
      const x = round(frame.left + part(scale, value) * width);
      return `<line class="grid" x1="${x}" x2="${x}" y1="${round(frame.top)}" y2="${round(frame.bottom)}"/>\n${text(label, x, frame.bottom + 18, { class: "muted", "text-anchor": "middle" })}`;
    })
    .join("");
}

function heatBody(chart: Extract<Chart, { kind: "heat" }>, place: Place): string {
  const rows = chart.cells.y.map((name) => shorten(String(name), LONGEST_NAME));
  const left = MARGIN_PX + 26 + widest(rows);
  const sides = { left, right: place.widthPx - MARGIN_PX, top: place.top };
  const names = namesBelow(chart.cells.x.map(String), sides, place.bottom);
  const frame: Frame = { ...sides, bottom: names.plotBottom };
  const [x, y] = [chart.x, chart.y].map(({ label, unit }) => axisTitle(label, unit));
  return names.marks + titles(frame, x ?? "", y ?? "", place) + heatMarks(chart, frame, rows);
}
