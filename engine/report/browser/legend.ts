/**
 * The legend of a chart: a button for each series, which hides it and brings it back, with its value
 * under the pointer; of a heat map its colours and the field under the pointer.
 */
import type { HeatChart, PlotChart } from "../chart.ts";
import { xScaleOf } from "../chart.ts";
import { DASHES, heatColour, looksOf } from "../palette.ts";
import { categoriesOf, heatScale } from "../scale.ts";
import { bare, duration, moment, quantity } from "../words.ts";
import type { Hover } from "./drawn.ts";
import { cellAt } from "./heat.ts";
import { columnsOf } from "./plot.ts";

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export interface Legend {
  readonly root: HTMLElement;
  /** Tells the values at an index of the plot's data; nothing where it is undefined. */
  readonly hover: Hover;
  /** Marks a series as shown or hidden. */
  mark(at: number, isShown: boolean): void;
}

function placeText(chart: PlotChart, value: number): string {
  const kind = xScaleOf(chart);
  if (kind === "category") return categoriesOf(chart)[value] ?? "";
  if (kind === "time") return duration(value);
  if (kind === "date") return `${moment(value, "second")} UTC`;
  if (kind === "percentile") return value === 100 ? "maximum" : `p${value}`;
  return `${chart.x.label}: ${quantity(value, chart.x.unit)}`;
}

function swatch(chart: PlotChart, look: { colour: number; run: number }): HTMLElement {
  const made = element("span", chart.kind === "bars" ? "swatch block" : "swatch");
  made.style.setProperty("--colour", `var(--series-${look.colour})`);
  if (chart.kind === "line" && (DASHES[look.run] ?? []).length > 0) made.classList.add("dashed");
  if (chart.kind === "bars" && look.run > 0) made.classList.add("pale");
  return made;
}

export function plotLegend(chart: PlotChart, toggle: (at: number) => void): Legend {
  const root = element("div", "legend");
  const place = element("span", "place");
  const looks = looksOf(chart.series);
  const entries = chart.series.map(({ name, run }, at) => {
    const button = element("button", "entry");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.title = "Hide or show this series";
    const value = element("span", "value");
    const text = run === undefined ? name : `${name} · ${run}`;
    button.append(
      swatch(chart, looks[at] ?? { colour: 0, run: 0 }),
      element("span", "", text),
      value,
    );
    button.addEventListener("click", () => toggle(at));
    return { button, value };
  });
  root.append(...entries.map(({ button }) => button), place);
  const { indexes, hasInterval } = columnsOf(chart);
  const unit = chart.y.unit;
  return {
    root,
    hover(plot, index) {
      const at = index === undefined ? undefined : plot.data[0][index];
      place.textContent = at === undefined ? "" : placeText(chart, at);
      for (const [one, { value }] of entries.entries()) {
        const column = indexes[one] ?? 0;
        const read = (offset: number) =>
          index === undefined ? undefined : plot.data[column + offset]?.[index];
        const [y, low, high] = [read(0), read(1), read(2)];
        const interval =
          hasInterval[one] && typeof low === "number" && typeof high === "number"
            ? ` (${bare(low, unit, "full")} to ${bare(high, unit, "full")})`
            : "";
        value.textContent = typeof y === "number" ? quantity(y, unit) + interval : "";
      }
    },
    mark(at, isShown) {
      entries[at]?.button.setAttribute("aria-pressed", String(isShown));
    },
  };
}

export function heatLegend(chart: HeatChart): Legend {
  const root = element("div", "legend");
  const { min, max, unit } = heatScale(chart);
  const ramp = element("span", "ramp");
  const stops = [0, 0.25, 0.5, 0.75, 1].map(heatColour);
  ramp.style.backgroundImage = `linear-gradient(to right, ${stops.join(", ")})`;
  const place = element("span", "place");
  root.append(
    element("span", "", chart.cells.value.label),
    element("span", "", bare(min, unit)),
    ramp,
    element("span", "", bare(max, unit)),
    place,
  );
  return {
    root,
    hover(plot) {
      const cell = cellAt(plot);
      const value = cell === undefined ? undefined : chart.cells.values[cell.row]?.[cell.column];
      const [x, y] = [chart.cells.x[cell?.column ?? -1], chart.cells.y[cell?.row ?? -1]];
      place.textContent =
        value === undefined || value === null
          ? ""
          : `${chart.x.label} ${x}, ${chart.y.label} ${y}: ${quantity(value, unit)}`;
    },
    mark() {},
  };
}
