/** Where bars stand: those of one place side by side, without those that are hidden. */
import type UPlot from "uplot";
import type { Bar } from "./marks.ts";

/** Of the room between two places. */
const GROUP_WIDTH = 0.82;
const BAR_WIDTH = 0.92;
const BAR_PX_MAX = 72;

export interface Columns {
  /** The index in the plot of the values of each series; ends of intervals stand behind it. */
  readonly indexes: readonly number[];
  readonly hasInterval: readonly boolean[];
}

interface Layout {
  readonly width: number;
  readonly offset: number;
}

/** Width and left edge of a series' bars, from the middle of their place, in places. */
function layout(plot: UPlot, { indexes }: Columns, index: number): Layout {
  const shown = indexes.filter((one) => plot.series[one]?.show);
  const { min = 0, max = 1 } = plot.scales.x ?? {};
  const placePx = plot.bbox.width / devicePixelRatio / Math.max(1, (max ?? 1) - (min ?? 0));
  const slot = Math.min(GROUP_WIDTH / Math.max(1, shown.length), BAR_PX_MAX / placePx);
  const left = -(slot * shown.length) / 2 + Math.max(0, shown.indexOf(index)) * slot;
  return { width: slot * BAR_WIDTH, offset: left + (slot * (1 - BAR_WIDTH)) / 2 };
}

/** How uPlot draws the bars of the series at an index. */
export function barPaths(columns: Columns, index: number): UPlot.Series.PathBuilder | undefined {
  return uPlot.paths.bars?.({
    radius: 0.06,
    disp: {
      x0: {
        unit: 1,
        values: (plot) => {
          const { offset } = layout(plot, columns, index);
          return [...plot.data[0]].map((x) => x + offset);
        },
      },
      size: { unit: 1, values: (plot) => [layout(plot, columns, index).width] },
    },
  });
}

/** The bars that are shown, with their intervals. */
export function barsOf(plot: UPlot, columns: Columns): Bar[] {
  const { min = 0, max = 1 } = plot.scales.x ?? {};
  const placePx = plot.bbox.width / devicePixelRatio / Math.max(1, (max ?? 1) - (min ?? 0));
  return columns.indexes.flatMap((index, at) => {
    if (!plot.series[index]?.show) return [];
    const { width, offset } = layout(plot, columns, index);
    const ends = columns.hasInterval[at] ? [plot.data[index + 1], plot.data[index + 2]] : [];
    return [...(plot.data[index] ?? [])].flatMap((value, place): Bar[] => {
      if (value === null || value === undefined) return [];
      const x = (plot.data[0][place] ?? 0) + offset + width / 2;
      const [low, high] = [ends[0]?.[place], ends[1]?.[place]];
      return [{ x, widthPx: width * placePx, value, low, high }];
    });
  });
}
