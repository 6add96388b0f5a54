/**
 * The page's own code: reads the report from the page's JSON and draws its charts into the figures
 * that page.ts has written. scripts/browser.mjs makes one script of it and all it imports; so it and
 * the modules it shares with Node keep to what both have.
 */
import type UPlot from "uplot";
import type { Chart, PlotChart } from "../chart.ts";
import type { PageContent } from "../content.ts";
import { dataTable } from "../dataTable.ts";
import { categoriesOf } from "../scale.ts";
import { tableHtml } from "../table.ts";
import { slantedPx } from "./axes.ts";
import type { Drawn } from "./drawn.ts";
import { drawHeat, plottedCells } from "./heat.ts";
import { byKeyboard } from "./keys.ts";
import { element, heatLegend, type Legend, plotLegend } from "./legend.ts";
import { columnsOf, drawPlot, plottedOf } from "./plot.ts";
import { isNarrow, onTheme } from "./theme.ts";

const PRINTED_PX = 660;

function heightPx(chart: Chart, widthPx: number): number {
  const base = isNarrow() ? 260 : 320;
  if (chart.kind !== "heat") {
    return chart.kind === "line" ? base : base + slantedPx(categoriesOf(chart), widthPx);
  }
  const namesPx = slantedPx(chart.cells.x.map(String), widthPx);
  return Math.max(base, 90 + chart.cells.y.length * 34) + namesPx;
}

/** Shows or hides a series with the ends of its interval. */
function show(chart: PlotChart, plot: UPlot, legend: Legend, at: number, isShown: boolean): void {
  const { indexes, hasInterval } = columnsOf(chart);
  const index = indexes[at] ?? 0;
  for (const one of hasInterval[at] ? [index, index + 1, index + 2] : [index]) {
    plot.setSeries(one, { show: isShown });
  }
  legend.mark(at, isShown);
  plot.redraw();
}

/**
 * Gives the legend the room that it takes with values, so that nothing moves under the pointer. On a
 * narrow screen that would be most of it, and there is a finger.
 */
function reserve({ root, hover }: Legend, plot: UPlot): void {
  root.style.minHeight = "";
  if (isNarrow()) return;
  const last = plot.data[0].length - 1;
  const heights = [0, last >> 1, last].map((index) => {
    hover(plot, index);
    return root.offsetHeight;
  });
  root.style.minHeight = `${Math.max(...heights)}px`;
  hover(plot, undefined);
}

function draw(chart: Chart, figure: HTMLElement): Drawn {
  const place = element("div", "plot");
  place.tabIndex = 0;
  place.setAttribute("role", "group");
  place.setAttribute(
    "aria-label",
    `${chart.title}: arrow keys read values, + and - zoom, 0 shows all`,
  );
  const size = { width: figure.clientWidth, height: heightPx(chart, figure.clientWidth) };
  const { plot, legend } =
    chart.kind === "heat" ? heatIn(place, chart, size) : plotIn(place, chart, size);
  figure.append(legend.root, place, dataOf(chart));
  reserve(legend, plot);
  byKeyboard(chart, plot, place);
  place.addEventListener("focus", () => legend.root.setAttribute("aria-live", "polite"));
  place.addEventListener("blur", () => legend.root.removeAttribute("aria-live"));
  const fit = (widthPx = figure.clientWidth): void => {
    plot.setSize({ width: widthPx, height: heightPx(chart, widthPx) });
    reserve(legend, plot);
  };
  const showRun = (run: string, isShown: boolean): void => {
    if (chart.kind === "heat") return;
    for (const [at, one] of chart.series.entries()) {
      if (one.run === run) show(chart, plot, legend, at, isShown);
    }
  };
  const plotted = () => (chart.kind === "heat" ? plottedCells(plot) : plottedOf(chart, plot));
  return { chart, plot, plotted, showRun, fit };
}

interface Placed {
  readonly plot: UPlot;
  readonly legend: Legend;
}

function plotIn(
  place: HTMLElement,
  chart: PlotChart,
  size: { width: number; height: number },
): Placed {
  const legend = plotLegend(chart, (at) => {
    const isShown = plot.series[columnsOf(chart).indexes[at] ?? 0]?.show === true;
    show(chart, plot, legend, at, !isShown);
  });
  const plot: UPlot = drawPlot(chart, place, size, legend.hover);
  return { plot, legend };
}

function heatIn(
  place: HTMLElement,
  chart: Extract<Chart, { kind: "heat" }>,
  size: { width: number; height: number },
): Placed {
  const legend = heatLegend(chart);
  const plot: UPlot = drawHeat(chart, place, size, legend.hover);
  return { plot, legend };
}

/** The numbers as a table, made when it is opened first. */
function dataOf(chart: Chart): HTMLElement {
  const details = element("details", "numbers");
  details.append(element("summary", "", "Numbers"));
  details.addEventListener(
    "toggle",
    () => {
      const box = element("div", "scroll");
      box.innerHTML = tableHtml(dataTable(chart));
      details.append(box);
    },
    { once: true },
  );
  return details;
}

/** A switch for each run, where the page compares several. */
function runSwitches(drawn: readonly Drawn[]): void {
  const series = drawn.flatMap(({ chart }) => (chart.kind === "heat" ? [] : chart.series));
  const runs = [...new Set(series.map(({ run }) => run))].filter((run) => run !== undefined);
  const bar = document.getElementById("runs");
  if (bar === null || runs.length < 2) return;
  bar.append(element("span", "", "Runs"));
  for (const run of runs) {
    const button = element("button", "entry", run);
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const isShown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(isShown));
      for (const one of drawn) one.showRun(run, isShown);
    });
    bar.append(button);
  }
  bar.hidden = false;
}

function saveButton(text: string): void {
  const link = document.getElementById("save");
  if (!(link instanceof HTMLAnchorElement)) return;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.hidden = false;
}

const content: PageContent = JSON.parse(document.getElementById("report")?.textContent ?? "{}");
const figures = [...document.querySelectorAll<HTMLElement>("figure")];
const charts = content.sections.flatMap(({ charts: own = [] }) => own);
const all = charts.map((chart, at) => draw(chart, figures[at] ?? document.body));
window.sluiceCharts = all;
runSwitches(all);
saveButton(JSON.stringify(content.data, null, 2));
onTheme(() => {
  for (const { plot } of all) plot.redraw();
});
let isPrinting = false;
new ResizeObserver(() => {
  if (!isPrinting) for (const one of all) one.fit();
}).observe(document.body);
addEventListener("beforeprint", () => {
  isPrinting = true;
  for (const one of all) one.fit(PRINTED_PX);
});
addEventListener("afterprint", () => {
  isPrinting = false;
  for (const one of all) one.fit();
});
