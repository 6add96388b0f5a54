/**
 * A sweep as charts and as what its page says: lines where one field varies, heat maps where two do, and
 * where more do, heat maps of the last two for each combination of the others. Pure.
 */
import type { Chart, HeatChart, PlotChart, Series } from "../../report/chart.ts";
import type { PageContent } from "../../report/content.ts";
import { bare } from "../../report/words.ts";
import { shownNumber } from "../questions/figures.ts";
import { combinations, nameOfCell } from "../questions/grid.ts";
import type { CellValues, Figure, Sweep, SweepCell, Vary } from "../questions/types.ts";
import { sweepTable } from "./sweepTable.ts";

/** More heat maps of one figure than that nobody looks at. */
const combinationsMax = 12;

export function sweepCharts(sweep: Sweep): Chart[] {
  if (sweep.varied.length === 1) return lineCharts(sweep);
  const others = combinations(sweep.varied.slice(0, -2));
  if (others.length > combinationsMax) return [];
  return sweep.shown.flatMap((figure) => others.map((fixed) => heatChart(sweep, figure, fixed)));
}

/** The chart that a terminal has room for: of the wait's p95, or of the first figure. */
export function mainChart(sweep: Sweep): Chart | undefined {
  const charts = sweepCharts(sweep);
  const wanted = sweep.shown.find(({ path }) => path.endsWith("waitSeconds.p95"));
  if (wanted === undefined) return charts[0];
  const shows = (chart: Chart): boolean =>
    chart.kind === "heat"
      ? chart.title.startsWith(titleOf(wanted))
      : chart.series.some(({ name }) => name === wanted.label);
  return charts.find(shows) ?? charts[0];
}

function titleOf({ label }: Figure): string {
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}`;
}

/** Percentiles of one time share a chart; any other figure has its own. */
function groupOf({ path, unit }: Figure): string {
  return unit === "s" && /\.p\d+$/.test(path) ? path.replace(/\.p\d+$/, "") : path;
}

function lineCharts({ varied: [vary], shown, cells }: Sweep): PlotChart[] {
  const { path, values } = vary as Vary;
  const isNumeric = values.every(
    (value, index) =>
      typeof value === "number" && (index === 0 || value > (values[index - 1] as number)),
  );
  const x = isNumeric ? (values as number[]) : values.map(String);
  const groups = [...new Set(shown.map(groupOf))];
  return groups.map((group) => {
    const figures = shown.filter((figure) => groupOf(figure) === group);
    const [first] = figures as [Figure];
    const whole =
      figures.length > 1 ? { ...first, label: first.label.replace(/ p\d+$/, "") } : first;
    return {
      kind: "line",
      title: titleOf(whole),
      note: `By ${path}; the band is the 95 % confidence interval. Cells that can't be stable are left out.`,
      x: { label: path, scale: isNumeric ? "linear" : "category" },
      y: axisOf(whole),
      series: figures.map((figure) => lineOf(figure, x, cells)),
    };
  });
}

function axisOf({ label, unit }: Figure): PlotChart["y"] {
  return unit === undefined ? { label } : { label, unit };
}

function lineOf(
  figure: Figure,
  x: readonly (number | string)[],
  cells: readonly SweepCell[],
): Series {
  const found = cells.map(({ results }) => results?.[figure.path]);
  const y = found.map((one) => shownNumber(one?.value ?? null, figure));
  const halves = found.map((one) => shownNumber(one?.halfWidth ?? null, figure));
  const end = (sign: number): (number | null)[] =>
    y.map((value, index) => {
      const half = halves[index] ?? null;
      return value === null || half === null ? null : Math.max(0, value + sign * half);
    });
  const series = { name: figure.label, x, y };
  return halves.every((half) => half === null) ? series : { ...series, low: end(-1), high: end(1) };
}

function heatChart({ varied, cells }: Sweep, figure: Figure, fixed: CellValues): HeatChart {
  const [across, up] = varied.slice(-2) as [Vary, Vary];
  const value = (x: unknown, y: unknown): number | null => {
    const cell = cells.find(
      ({ values }) =>
        values[across.path] === x &&
        values[up.path] === y &&
        Object.entries(fixed).every(([path, one]) => values[path] === one),
    );
    return shownNumber(cell?.results?.[figure.path]?.value ?? null, figure);
  };
  const values = up.values.map((y) => across.values.map((x) => value(x, y)));
  const where = nameOfCell(fixed);
  const known = values.flat().filter((one) => one !== null);
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  // What differs by orders of magnitude would be one bright field and darkness.
  const isWide = known.length > 0 && least > 0 && greatest > 50 * least;
  return {
    kind: "heat",
    title: where === "" ? titleOf(figure) : `${titleOf(figure)}, ${where}`,
    note: "Empty fields can't be stable, or have no such number.",
    x: { label: across.path },
    y: { label: up.path },
    cells: {
      x: across.values.map(String),
      y: up.values.map(String),
      values,
      value: { ...axisOf(figure), scale: isWide ? "log" : "linear" },
    },
  };
}

/** In one sentence: how many cells there are, and the best one by the first percentile that is shown. */
export function sweepVerdict({ cells, shown, isComplete }: Sweep): string {
  const unstable = cells.filter((cell) => cell.unstable.length > 0 && cell.results === null).length;
  const done = cells.filter(({ results }) => results !== null).length;
  const parts = [`${done} of ${cells.length} cells simulated`];
  if (unstable > 0) parts.push(`${unstable} can't be stable`);
  const head = `${isComplete ? "" : "Interrupted: "}${parts.join(", ")}.`;
  const figure = shown.find(({ path }) => path.endsWith("waitSeconds.p95")) ?? shown[0];
  if (figure === undefined) return head;
  const known = cells
    .map((cell) => ({ cell, value: cell.results?.[figure.path]?.value ?? null }))
    .filter((one): one is { cell: SweepCell; value: number } => one.value !== null)
    .sort((one, other) => one.value - other.value);
  const [least, most] = [known[0], known.at(-1)];
  if (least === undefined || most === undefined) return head;
  const said = ({ cell, value }: typeof least): string =>
    `${bare(shownNumber(value, figure) ?? 0, figure.unit, "full")} with ${nameOfCell(cell.values)}`;
  return `${head} ${titleOf(figure)}: from ${said(least)} to ${said(most)}.`;
}

/** What `page` of engine/report makes a page of. */
export function sweepContent(sweep: Sweep): PageContent {
  const title = sweep.title ?? "A scenario";
  return {
    title: `${title}: a sweep`,
    lead: sweepVerdict(sweep),
    environment: [
      ["seed", String(sweep.seed)],
      ...sweep.varied.map(({ path, values }) => [path, values.join(", ")] as const),
      ["complete", sweep.isComplete ? "yes" : "no, it was interrupted"],
    ],
    sections: [
      { heading: "What comes of it", charts: sweepCharts(sweep) },
      { heading: "Cells", table: sweepTable(sweep) },
    ],
    data: sweep,
  };
}
