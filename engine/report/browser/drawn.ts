/**
 * What a chart is once it is drawn: its plot, and what the page does with it. Used in the page alone.
 */
import type UPlot from "uplot";
import type { Chart } from "../chart.ts";

/** A series as its plot holds it, in the form that the report's JSON has. */
export interface PlottedSeries {
  readonly name: string;
  readonly run?: string;
  readonly x: readonly (number | string)[];
  readonly y: readonly (number | null)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

export interface Plotted {
  readonly series?: readonly PlottedSeries[];
  /** Of a heat map. */
  readonly values?: readonly (readonly (number | null)[])[];
}

export interface Drawn {
  readonly chart: Chart;
  readonly plot: UPlot;
  /** Read back from the plot, not from the report. */
  plotted(): Plotted;
  /** Shows or hides all series of a run. */
  showRun(run: string, isShown: boolean): void;
  /** Makes it as wide as its place. */
  fit(widthPx?: number): void;
}

/** How the two kinds of plot tell the legend where the pointer is; also before they are made whole. */
export type Hover = (plot: UPlot, index: number | undefined) => void;
