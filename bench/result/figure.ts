/** A row of the benches that print a table of their own: the median of its slices, and the least. */
import { median } from "./statistics.ts";

export interface Figure {
  readonly name: string;
  readonly unit: "ns/message";
  readonly median: number;
  readonly least: number;
  readonly slices: number;
}

export function figureOf(name: string, nsPerMessage: readonly number[]): Figure {
  return {
    name,
    unit: "ns/message",
    median: median(nsPerMessage),
    least: Math.min(...nsPerMessage),
    slices: nsPerMessage.length,
  };
}

export function medianOf(figures: readonly Figure[], name: string): number {
  return figures.find((figure) => figure.name === name)?.median ?? Number.NaN;
}
