/** What the page has before the code of this folder: uPlot, and afterwards what tests read. */
import type UPlot from "uplot";
import type { Drawn } from "./drawn.ts";

declare global {
  const uPlot: typeof UPlot;
  interface Window {
    /** What was drawn, in the order of the page; each says which data its plot holds. */
    sluiceCharts?: readonly Drawn[];
  }
}
