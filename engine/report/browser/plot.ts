/** Lines and bars as a plot of uPlot's: its data, and how they are drawn. */
import type UPlot from "uplot";
import { type PlotChart, type Series, xScaleOf } from "../chart.ts";
import { DASHES, type Look, looksOf } from "../palette.ts";
import { bend, categoriesOf, placesOf, unbend, xScale, yScale } from "../scale.ts";
import { distribution, namesBelow, numbersBelow, numbersBeside } from "./axes.ts";
import { barPaths, barsOf, type Columns } from "./bars.ts";
import type { Hover, Plotted, PlottedSeries } from "./drawn.ts";
import { drawBarMarks, drawLimits } from "./marks.ts";
import { colour } from "./theme.ts";

type Values = (number | null | undefined)[];

/** The columns of the plot: ascending places, then of each series y and, with an interval, its two ends. */
function dataOf(chart: PlotChart): UPlot.AlignedData {
  const tables = chart.series.map(({ x, y, low, high }): UPlot.AlignedData => {
    const ends = low === undefined || high === undefined ? [] : [[...low], [...high]];
    return [placesOf(chart, x), [...y], ...ends];
  });
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}

export function columnsOf({ series }: PlotChart): Columns {
  const hasInterval = series.map(({ low, high }) => low !== undefined && high !== undefined);
  let next = 1;
  const indexes = hasInterval.map((has) => {
    const index = next;
    next += has ? 3 : 1;
    return index;
  });
  return { indexes, hasInterval };
}

/** The report's series as the plot has them, read back from it. */
export function plottedOf(chart: PlotChart, plot: UPlot): Plotted {
  const { indexes, hasInterval } = columnsOf(chart);
  const names = xScaleOf(chart) === "category" ? categoriesOf(chart) : undefined;
  const series = chart.series.map(({ name, run }, at): PlottedSeries => {
    const index = indexes[at] ?? 0;
    const column = plot.data[index] ?? [];
    // What another series has an x for and this one has not is undefined, and not null.
    const own = [...column.keys()].filter((place) => column[place] !== undefined);
    const read = (values: Values | undefined) => own.map((place) => values?.[place] ?? null);
    const places = own.map((place) => plot.data[0][place] ?? 0);
    return {
      name,
      ...(run === undefined ? {} : { run }),
      x: names === undefined ? places : places.map((place) => names[place] ?? ""),
      y: read([...column]),
      ...(hasInterval[at]
        ? {
            low: read([...(plot.data[index + 1] ?? [])]),
            high: read([...(plot.data[index + 2] ?? [])]),
          }
        : {}),
    };
  });
  return { series };
}

function seriesOptions(chart: PlotChart, one: Series, look: Look, at: number): UPlot.Series[] {
  const columns = columnsOf(chart);
  const isBars = chart.kind === "bars";
  const paint = () => colour(`series-${look.colour}`);
  const main: UPlot.Series = {
    label: one.name,
    scale: "y",
    stroke: paint,
    width: isBars ? 0 : 2,
    dash: [...(DASHES[look.run] ?? [])],
    points: { ...(isBars || one.x.length > 80 ? { show: false } : {}), size: 5, fill: paint },
  };
  if (isBars) {
    main.fill = () => withAlpha(colour(`series-${look.colour}`), RUN_ALPHA[look.run] ?? 1);
    main.fillTo = (plot) => Math.max(0, plot.scales.y?.min ?? 0);
    const paths = barPaths(columns, columns.indexes[at] ?? 0);
    if (paths !== undefined) main.paths = paths;
  }
  const end: UPlot.Series = {
    scale: "y",
    stroke: () => (isBars ? "transparent" : withAlpha(paint(), 0.35)),
    width: isBars ? 0 : 1,
    points: { show: false },
    ...(isBars ? { paths: () => null } : {}),
  };
  return columns.hasInterval[at] ? [main, end, { ...end }] : [main];
}

/** Bars of a further run are paler. */
const RUN_ALPHA: readonly number[] = [1, 0.55, 0.35, 0.75];

function withAlpha(hex: string, alpha: number): string {
  const byte = Math.round(alpha * 255);
  return `${hex}${byte.toString(16).padStart(2, "0")}`;
}

function bandsOf(chart: PlotChart, looks: readonly Look[]): UPlot.Band[] {
  if (chart.kind === "bars") return [];
  const { indexes, hasInterval } = columnsOf(chart);
  return indexes.flatMap((index, at): UPlot.Band[] => {
    if (!hasInterval[at]) return [];
    const fill = () => withAlpha(colour(`series-${looks[at]?.colour ?? 0}`), 0.16);
    return [{ series: [index + 2, index + 1], fill: fill as unknown as string }];
  });
}

function scalesOf(chart: PlotChart): UPlot.Scales {
  const [x, y] = [xScale(chart), yScale(chart)];
  return {
    x: {
      time: false,
      ...distribution(x),
      range: (_, min, max): UPlot.Range.MinMax => {
        if (x.kind === "category" || min === null || max === null) return [x.min, x.max];
        if (min < max) return [min, max];
        const at = bend(x, min);
        return [unbend(x, at - 0.5), unbend(x, at + 0.5)];
      },
    },
    y: {
      ...distribution(y),
      range: (_, min, max): UPlot.Range.MinMax => {
        if (min === null || max === null) return [y.min, y.max];
        const seen = yScale(chart, [min, max]);
        return [seen.min, seen.max];
      },
    },
  };
}

/** Plots over the same kind of time have one pointer. */
function syncOf(chart: PlotChart): Partial<UPlot.Cursor> {
  const kind = xScaleOf(chart);
  return kind === "time" || kind === "date" ? { sync: { key: kind, setSeries: false } } : {};
}

/** The pointer's line stands at the place that the legend tells. */
function toPlace(plot: UPlot, left: number, top: number): [left: number, top: number] {
  const x = left < 0 ? undefined : plot.data[0][plot.posToIdx(left)];
  return [x === undefined ? left : plot.valToPos(x, "x"), top];
}

/** Right of the plot: half of the last number below it. */
const PADDING_PX: Readonly<Record<string, number>> = { category: 14, date: 42 };

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function drawPlot(chart: PlotChart, into: HTMLElement, size: Size, hover: Hover): UPlot {
  const looks = looksOf(chart.series);
  const columns = columnsOf(chart);
  const isBars = chart.kind === "bars";
  const isNamed = xScaleOf(chart) === "category";
  return new uPlot(
    {
      ...size,
      scales: scalesOf(chart),
      legend: { show: false },
      cursor: {
        drag: { x: !isNamed, y: false, setScale: !isNamed },
        points: { show: !isBars, size: 7 },
        y: false,
        move: toPlace,
        ...syncOf(chart),
      },
      axes: [
        isNamed ? namesBelow(chart.x, categoriesOf(chart)) : numbersBelow(chart.x, xScale(chart)),
        numbersBeside(chart.y, yScale(chart)),
      ],
      series: [
        {},
        ...chart.series.flatMap((one, at) =>
          seriesOptions(chart, one, looks[at] ?? { colour: 0, run: 0 }, at),
        ),
      ],
      bands: bandsOf(chart, looks),
      padding: [14, PADDING_PX[xScaleOf(chart)] ?? 22, 0, 0],
      hooks: {
        draw: [
          (plot) => {
            if (isBars) drawBarMarks(plot, barsOf(plot, columns), chart.y.unit);
            drawLimits(plot, chart.lines ?? [], chart.y.unit);
          },
        ],
        setCursor: [(plot) => hover(plot, plot.cursor.idx ?? undefined)],
      },
    },
    dataOf(chart),
    into,
  );
}
